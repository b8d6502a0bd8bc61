"""AHP beside ahpy: weights and CR of many matrices at once, and of one with missing judgements.

Promised: 10,000 matrices of seven items at least 20 times as fast as ahpy at its own default precision, and nearer to the true
eigenvectors (iterated in extended precision); Bozóki's eight items with twelve pairs missing at least 10 times as fast, and with a λmax
that is no larger. Exits 1 where it isn't so.

CPU seconds; medians of rounds in which both take turns. What is timed of ahpy is `Compare`, once a matrix, from dictionaries made
beforehand; it gives the matrices' weights and CR, as we do. ahpy isn't a dependency: where it isn't installed, only our own
figures are printed. To compare, install it into a folder of its own and put that into PYTHONPATH.

    python bench/ahp.py [--matrices 10000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import numpy.typing as npt

from zhike.models.ahp import eigenvector, optimal, random_index

Floats = npt.NDArray[np.float64]
FASTER_BATCH, FASTER_MISSING = 20, 10
_N, _SCATTER = 7, 0.35
HOUSE = {
    (0, 1): 5, (0, 2): 3, (0, 3): 7, (0, 4): 6, (0, 5): 6, (1, 3): 5, (1, 5): 3, (2, 4): 3, (2, 6): 6, (5, 3): 4,
    (6, 0): 3, (6, 4): 5, (7, 0): 4, (7, 1): 7, (7, 3): 8, (7, 5): 6,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Timed:
    """The CPU seconds of one call, the median of some, and what the last gave."""

    seconds: float
    result: object


def in_turn(calls: Sequence[Callable[[], object]], rounds: int) -> list[Timed]:
    """Time calls that take turns."""
    spent: list[list[float]] = [[] for _ in calls]
    results: list[object] = [None for _ in calls]
    for _ in range(rounds):
        for k, call in enumerate(calls):
            begun = time.process_time()
            results[k] = call()
            spent[k].append(time.process_time() - begun)
    return [Timed(statistics.median(s), r) for s, r in zip(spent, results, strict=True)]


def judged(count: int, scattered: bool) -> Floats:
    """Return matrices (count, 7, 7): judgements of the scale, either near to what weights say or drawn at random."""
    rng = np.random.default_rng(7)
    steps = np.arange(2, 10)
    scale = np.concatenate([1 / steps[::-1], [1.0], steps])
    rows, columns = np.triu_indices(_N, 1)
    if scattered:
        upper = rng.choice(scale, (count, len(rows)))
    else:
        logs = rng.normal(0, 0.8, (count, _N))
        said = logs[:, rows] - logs[:, columns] + rng.normal(0, _SCATTER, (count, len(rows)))
        upper = scale[np.abs(np.log(scale) - said[..., None]).argmin(axis=-1)]
    out = np.ones((count, _N, _N))
    out[:, rows, columns], out[:, columns, rows] = upper, 1 / upper
    return out


def exact(matrices: Floats, steps: int = 400) -> npt.NDArray[np.longdouble]:
    """Return eigenvectors iterated in extended precision."""
    wide = matrices.astype(np.longdouble)
    w = np.full(wide.shape[:2], np.longdouble(1) / wide.shape[1])
    for _ in range(steps):
        w = np.einsum("bij,bj->bi", wide, w)
        w /= w.sum(axis=1, keepdims=True)
    return w


def ours(matrices: Floats) -> tuple[Floats, Floats]:
    """Return weights and CR."""
    found = eigenvector(matrices)
    n, ri = matrices.shape[-1], random_index(matrices.shape[-1], "donegan_dodd").value
    assert ri is not None
    return found.weights, (found.lambda_max - n) / (n - 1) / ri


def theirs(ahpy: ModuleType, given: list[dict[tuple[str, str], float]], items: Sequence[str]) -> Floats:
    """Return ahpy's weights, at its default precision."""
    found = [ahpy.Compare("goal", pairs).local_weights for pairs in given]
    return np.array([[weights[item] for item in items] for weights in found])


def batch(ahpy: ModuleType | None, count: int, rounds: int, scattered: bool) -> bool:
    """Compare many matrices; return whether the promise holds."""
    matrices, items = judged(count, scattered), [f"c{i}" for i in range(_N)]
    pairs = list(itertools.combinations(range(_N), 2))
    given = [{(items[i], items[j]): float(m[i, j]) for i, j in pairs} for m in matrices] if ahpy else []
    calls: list[Callable[[], object]] = [lambda: ours(matrices)]
    if ahpy is not None:
        calls.append(lambda: theirs(ahpy, given, items))
    timed = in_turn(calls, rounds)
    true = exact(matrices)
    weights, cr = ours(matrices)
    kind = "random" if scattered else "like experts'"
    print(f"{count:,} matrices 7×7, {kind} (median CR {np.median(cr):.2f})")
    off = float(np.abs(weights - true).max())
    print(f"  zhike  {timed[0].seconds:8.4f} s CPU   off by at most {off:.1e}")
    if ahpy is None:
        return off < 1e-14
    theirs_off = float(np.abs(np.asarray(timed[1].result) - true).max())
    ratio = timed[1].seconds / timed[0].seconds
    print(
        f"  ahpy   {timed[1].seconds:8.4f} s CPU   off by at most {theirs_off:.1e}   {ratio:.0f} times ours"
    )
    return off < theirs_off and ratio >= FASTER_BATCH


def missing(ahpy: ModuleType | None, rounds: int) -> bool:
    """Compare the completion of Bozóki's eight items; return whether the promise holds."""
    matrix = np.full((8, 8), np.nan)
    np.fill_diagonal(matrix, 1.0)
    for (i, j), value in HOUSE.items():
        matrix[i, j], matrix[j, i] = value, 1 / value
    calls: list[Callable[[], object]] = [lambda: optimal(matrix)]
    if ahpy is not None:
        pairs = {("abcdefgh"[i], "abcdefgh"[j]): value for (i, j), value in HOUSE.items()}
        calls.append(lambda: ahpy.Compare("goal", pairs))
    timed = in_turn(calls, rounds)
    print("eight items, 12 of 28 pairs missing, completed so that λmax is least")
    largest = optimal(matrix).lambda_max
    print(f"  zhike  {timed[0].seconds:8.4f} s CPU   λmax {largest:.12f}")
    if ahpy is None:
        return True
    theirs_largest = float(np.linalg.eigvals(timed[1].result._matrix).real.max())
    ratio = timed[1].seconds / timed[0].seconds
    print(f"  ahpy   {timed[1].seconds:8.4f} s CPU   λmax {theirs_largest:.12f}   {ratio:.0f} times ours")
    return largest <= theirs_largest and ratio >= FASTER_MISSING


def main() -> int:
    """Measure, print, and say whether what is promised holds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--matrices", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    try:
        ahpy: ModuleType | None = importlib.import_module("ahpy")
    except ModuleNotFoundError:
        ahpy = None
        print("ahpy isn't installed: nothing is compared, only our own figures follow")
    held = [batch(ahpy, args.matrices, args.rounds, scattered) for scattered in (False, True)]
    held.append(missing(ahpy, args.rounds))
    print("a promise is broken" if not all(held) else "as promised" if ahpy else "nothing compared")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())

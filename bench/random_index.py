"""The random index: the mean CI of reciprocal matrices whose judgements are drawn at random from 1/9, 1/8, … 1 … 8, 9.

Promised: a fresh simulation agrees with the table that Zhike carries (`simulated`), and the table with the one published from
500,000 draws (R package ahpsurvey), within four standard errors at every size. Exits 1 where it doesn't.

`--write` makes the table: by going through every possible matrix for 3 and 4 items (17³ and 17⁶), by half a million draws for more.

    python bench/random_index.py [--draws 20000] [--seed 2] [--most 30]
    python bench/random_index.py --write --draws 500000 --seed 1
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt

from zhike.models.ahp.priorities import eigenvector
from zhike.models.ahp.random_index import DEFAULT, STANDARD_ERRORS, TABLES

Floats = npt.NDArray[np.float64]
SCALE = np.array([1 / k for k in range(9, 1, -1)] + list(range(1, 10)), dtype=float)
_ENTRIES = 2_000_000  # of matrices at a time
ENUMERATED = 4
PUBLISHED = {
    3: 0.5251686, 4: 0.8836651, 5: 1.1081014, 6: 1.2492774, 7: 1.3415514, 8: 1.4048466, 9: 1.4507197, 10: 1.4857266,
    11: 1.5141022, 12: 1.5356638, 13: 1.5545925, 14: 1.5703498, 15: 1.5839958,
}  # fmt: skip
PUBLISHED_DRAWS = 500_000


@dataclass(frozen=True, slots=True)
class Found:
    """The mean CI of some matrices, the spread of one, and the standard error of the mean (0 where all were gone through)."""

    mean: float
    spread: float
    error: float


def matrices(n: int, upper: Floats) -> Floats:
    """Return the reciprocal matrices (…, n, n) with these entries above the diagonal (…, n(n−1)/2)."""
    out = np.ones((len(upper), n, n))
    rows, columns = np.triu_indices(n, 1)
    out[:, rows, columns] = upper
    out[:, columns, rows] = 1 / upper
    return out


def lots(n: int, draws: int, seed: int) -> Iterator[Floats]:
    """Yield the drawn entries above the diagonal, some thousand matrices at a time."""
    rng = np.random.default_rng([seed, n])
    lot = _ENTRIES // n**2
    for at in range(0, draws, lot):
        yield rng.choice(SCALE, (min(lot, draws - at), n * (n - 1) // 2))


def every(n: int) -> Iterator[Floats]:
    """Yield the entries above the diagonal of every possible matrix."""
    pairs = n * (n - 1) // 2
    first = max(0, pairs - 3)
    rest = np.array(list(itertools.product(SCALE, repeat=pairs - first)))
    for head in itertools.product(SCALE, repeat=first):
        yield np.hstack([np.broadcast_to(np.array(head, dtype=float), (len(rest), first)), rest])


def found(n: int, entries: Iterator[Floats], exact: bool) -> Found:
    """Return the mean CI of the matrices with these entries."""
    ci = np.concatenate([(eigenvector(matrices(n, lot)).lambda_max - n) / (n - 1) for lot in entries])
    spread = float(ci.std(ddof=1))
    return Found(math.fsum(ci) / len(ci), spread, 0.0 if exact else spread / math.sqrt(len(ci)))


def written(draws: int, seed: int, most: int) -> None:
    """Write the table `simulated` anew."""
    path = Path(str(files("zhike.models.ahp").joinpath("random_index.json")))
    tables = json.loads(path.read_text(encoding="utf-8"))
    values, errors = {}, {}
    for n in range(3, most + 1):
        exact = n <= ENUMERATED
        one = found(n, every(n) if exact else lots(n, draws, seed), exact)
        values[str(n)], errors[str(n)] = round(one.mean, 6), round(one.error, 6)
        print(f"{n:3d}  {one.mean:.6f} ± {one.error:.6f}", flush=True)
    tables[DEFAULT] |= {"values": values, "standard_errors": errors}
    path.write_text(json.dumps(tables, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def checked(draws: int, seed: int, most: int) -> int:
    """Print the table beside a fresh simulation and the published one; return how many sizes disagree."""
    table, errors = TABLES[DEFAULT], STANDARD_ERRORS
    broken = 0
    print(
        f"{'n':>3s} {'table':>9s} {'fresh':>9s} {'± s.e.':>8s} {'off, s.e.':>9s} {'published':>10s} {'off, s.e.':>9s}"
    )
    for n in range(3, most + 1):
        one = found(n, lots(n, draws, seed), False)
        off = (one.mean - table[n]) / math.hypot(one.error, errors[n])
        line = f"{n:3d} {table[n]:9.6f} {one.mean:9.6f} {one.error:8.6f} {off:9.2f}"
        apart = 0.0
        if n in PUBLISHED:
            apart = (PUBLISHED[n] - table[n]) / math.hypot(one.spread / math.sqrt(PUBLISHED_DRAWS), errors[n])
            line += f" {PUBLISHED[n]:10.6f} {apart:9.2f}"
        wrong = max(abs(off), abs(apart)) > 4
        broken += wrong
        print(line + ("  DISAGREES" if wrong else ""))
    print("agrees" if not broken else f"{broken} sizes disagree")
    return broken


def main() -> int:
    """Check the table, or make it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--most", type=int, default=30)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    if args.write:
        written(args.draws, args.seed, args.most)
        return 0
    return 1 if checked(args.draws, args.seed, args.most) else 0


if __name__ == "__main__":
    sys.exit(main())

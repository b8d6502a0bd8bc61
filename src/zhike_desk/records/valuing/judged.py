"""What judgements on the screen give: weights, how far they contradict each other, what would mend it, how far experts agree.

The one thing that a request computes by itself: a node has a dozen criteria at the most, and whoever judges waits for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from zhike.models.ahp import (
    ConsistencySettings,
    Expert,
    GroupSettings,
    Judgements,
    aij,
    aip,
    aitchison,
    completed,
    consensus,
    consistency,
    judgements,
    mends,
    spreads,
    stability,
)
from zhike.models.ahp.judgements import components
from zhike_desk.records.valuing.drafting import Matrix

_METHOD = "eigenvector"
_ONE = ConsistencySettings(pairs=1)


@dataclass(frozen=True, slots=True)
class Worst:
    """The pair (i, j) that contradicts the others most: what was judged, the value of the scale that would mend it, the CR then."""

    i: int
    j: int
    given: float
    mended: float
    ratio: float | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What one matrix gives.

    `weights` are None while comparisons don't reach all items; `needed` more pairs would. `ratio` is the CR by the table
    `table` (None without weights), at most `most` to be acceptable. `filled`: what the others say of pairs not judged.
    """

    count: int
    pairs: int
    needed: int
    weights: tuple[float, ...] | None
    lambda_max: float | None
    ratio: float | None
    table: str
    most: float
    acceptable: bool
    worst: Worst | None
    filled: tuple[tuple[int, int, float], ...]

    @property
    def complete(self) -> bool:
        """Tell whether every pair was judged."""
        return self.count == self.pairs


@dataclass(frozen=True, slots=True)
class Voice:
    """One expert among others: what their matrix gives, and how far their weights lie from the group's (Aitchison)."""

    name: str
    weight: float
    judged: Judged
    distance: float | None


@dataclass(frozen=True, slots=True)
class Differing:
    """A pair experts differ about: the group's value, both ends and who holds them, whether some say left and some right."""

    i: int
    j: int
    group: float
    lowest: float
    lowest_by: str
    highest: float
    highest_by: str
    opposed: bool


@dataclass(frozen=True, slots=True)
class Room:
    """How far a weight can move, the others keeping their proportions, before two criteria change places: with whom, at which weight."""

    weight: float
    down: float | None
    down_with: int
    up: float | None
    up_with: int


@dataclass(frozen=True, slots=True)
class Joint:
    """What a node's experts say together: joined judgements (AIJ), joined priorities (AIP), agreement (S*) with its word's ends."""

    judged: Judged
    matrix: Matrix
    voices: tuple[Voice, ...]
    priorities: tuple[float, ...] | None
    agreement: float | None
    level: int
    differing: tuple[Differing, ...]
    rooms: tuple[Room, ...]


@lru_cache(1024)
def judged(matrix: Matrix, *, advise: bool = True) -> Judged:
    """Weigh a matrix (n rows of n, None where a pair wasn't judged); `advise`: also look for the worst pair."""
    given = _given(matrix)
    apart = len(components(given.matrix)) - 1
    n = len(matrix)
    count = n * (n - 1) // 2 - len(given.missing)
    pairs, most = n * (n - 1) // 2, _ONE.most_cr
    if apart:
        return Judged(count, pairs, apart, None, None, None, "", most, False, None, ())
    found = completed(given.matrix, _METHOD)
    told = consistency(given.matrix, found)
    worst = _worst(given, told.acceptable) if advise and n > 2 else None
    filled = tuple((i, j, float(found.matrix[i, j])) for i, j in given.missing)
    weights = tuple(found.weights.tolist())
    return Judged(
        count, pairs, 0, weights, told.lambda_max, told.ratio, told.random_index, most, told.acceptable, worst, filled
    )  # fmt: skip


def _given(matrix: Matrix) -> Judgements:
    return judgements([str(i) for i in range(len(matrix))], [list(row) for row in matrix], connected=False)


def _worst(given: Judgements, acceptable: bool) -> Worst | None:
    found = mends(given.matrix, completed(given.matrix, _METHOD), _METHOD, settings=_ONE)
    if not found or (acceptable and found[0].nearest):
        return None
    return Worst(found[0].i, found[0].j, found[0].given, found[0].scale, found[0].scale_ratio)


@lru_cache(256)
def joint(experts: tuple[tuple[str, float, Matrix], ...]) -> Joint | None:
    """Join experts (name, weight, matrix) of one node; None where nobody with a weight has judged anything."""
    heard = [(name, weight, matrix) for name, weight, matrix in experts if any_judged(matrix)]
    if not any(weight > 0 for _, weight, _ in heard):
        return None
    each = [Expert(name, weight, _given(matrix)) for name, weight, matrix in heard]
    matrix = joined(tuple((weight, matrix) for _, weight, matrix in heard))
    whole = judged(matrix)
    alone = [judged(m, advise=False) for _, _, m in heard]
    voices = tuple(
        Voice(e.name, e.weight, a, _distance(a.weights, whole.weights))
        for e, a in zip(each, alone, strict=True)
    )
    full = [(v.judged.weights, v.weight) for v in voices if v.judged.weights is not None and v.weight > 0]
    weights, shares = np.array([w for w, _ in full]), np.array([s for _, s in full])
    agreement = consensus(weights, shares).index if len(full) > 1 else None
    return Joint(
        whole,
        matrix,
        voices,
        tuple(aip(weights, shares).tolist()) if full else None,
        agreement,
        level_of(agreement),
        _differing(each),
        _rooms(whole.weights) if whole.weights else (),
    )


@lru_cache(1024)
def joined(experts: tuple[tuple[float, Matrix], ...]) -> Matrix:
    """Join experts' matrices (weight, matrix), at least one of them with a weight above 0: pair by pair, geometric means."""
    return _plain(aij([Expert(str(k), weight, _given(m)) for k, (weight, m) in enumerate(experts)]))


def any_judged(matrix: Matrix) -> bool:
    """Tell whether any pair of a matrix was judged."""
    return any(v is not None for i, row in enumerate(matrix) for v in row[i + 1 :])


def level_of(agreement: float | None) -> int:
    """Return the place of the word for an agreement, from 0 (very high) to 4 (very low); −1 where there is none."""
    if agreement is None:
        return -1
    return next(k for k, (least, _, _) in enumerate(GroupSettings().levels) if agreement >= least)


def _plain(given: Judgements) -> Matrix:
    return tuple(tuple(None if v != v else v for v in row) for row in given.matrix.tolist())


def _distance(own: Sequence[float] | None, group: Sequence[float] | None) -> float | None:
    return None if own is None or group is None else float(aitchison(np.array(own), np.array(group)))


def _differing(each: Sequence[Expert]) -> tuple[Differing, ...]:
    return tuple(
        Differing(s.i, s.j, s.group, s.lowest, s.lowest_by, s.highest, s.highest_by, s.opposed)
        for s in spreads(each)[:5]
    )


def _rooms(weights: tuple[float, ...]) -> tuple[Room, ...]:
    found = stability(weights)
    out = []
    for k, weight in enumerate(weights):
        down, up = float(found.down[k]), float(found.up[k])
        out.append(
            Room(
                weight,
                None if down != down else down,
                _other(k, found.down_swap[k].tolist()),
                None if up != up else up,
                _other(k, found.up_swap[k].tolist()),
            )
        )
    return tuple(out)


def _other(k: int, swap: Sequence[int]) -> int:
    return next((each for each in swap if each != k), -1)

"""How far a weight can move before anything changes: exact, because scores are straight lines in each weight.

One criterion's weight goes from w to t, the others keep their proportions to each other and share 1 − t. The score of
alternative i is then t · s_i + (1 − t) · r_i, with s_i its score on that criterion and r_i = (S_i − w s_i) / (1 − w) its
score on all others; S_i is its score now. Two alternatives change places where their lines cross.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.text import say

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MANY = 100_000  # alternatives above which only the first places can be asked for
TIE = 1e-12  # relative to the largest score: what is nearer is equal


@dataclass(frozen=True, slots=True, eq=False)
class Stability:
    """Up to which weight of each criterion the first places stay as they are, when it alone is moved.

    `weights` (k,): as they are. `down`, `up` (k,): the weight at which the first change happens below and above it, NaN where none
    does down to 0 or up to 1. `down_swap`, `up_swap` (k, 2): who changes places there, (ahead until then, ahead after), −1 where
    nobody. `places`: how many of the first places were looked at. `tied`: two of those, or the last of them and one
    behind it, score the same now; whichever way a weight moves, they part at once, and that isn't counted as a change.
    """

    weights: Floats
    down: Floats
    up: Floats
    down_swap: Ints
    up_swap: Ints
    places: int
    tied: bool

    @property
    def margin(self) -> Floats:
        """Return by how much each weight can move either way before the first change (k,); infinite where it never comes."""
        moves = np.abs(np.stack([self.down, self.up]) - self.weights)
        least: Floats = np.where(np.isnan(moves), np.inf, moves).min(axis=0)
        return least

    @property
    def critical(self) -> int | None:
        """Return the criterion whose weight has the least room, None where no movement changes anything."""
        return int(np.argmin(self.margin)) if np.isfinite(self.margin).any() else None


@dataclass(frozen=True, slots=True, eq=False)
class Tornado:
    """What moving each weight by a share of itself does to the score of one alternative.

    `now`: its score; `low`, `high` (k,): its score at `weights_low` and `weights_high` (k,); `order` (k,): criteria, the widest first.
    """

    now: float
    low: Floats
    high: Floats
    weights_low: Floats
    weights_high: Floats
    order: Ints


def stability(
    weights: Sequence[float] | Floats, scores: Floats | None = None, places: int | None = None
) -> Stability:
    """Find the first change among the first `places` for each criterion's weight, downwards and upwards.

    `weights` (k,) are scaled to sum to 1; `scores` (n, k) of n alternatives, by default the criteria's own order is looked
    at. A change is any two of the first `places`, or one of them and one behind, changing their order; `places=1`
    asks for the first place alone, None for all. Raises UsageError where shapes don't fit, a number isn't finite, a weight
    is negative, or all places of more than `MANY` alternatives are asked for.
    """
    share, matrix = _checked(weights, scores)
    n, k = matrix.shape
    if places is None and n > MANY:
        raise UsageError(
            say(f"方案超过 {MANY:,} 个，只能问前几名。", f"Of more than {MANY:,} alternatives only the first places can be asked for."),
            next_=say("请给出 places，例如 10。", "Give `places`, such as 10."),
        )  # fmt: skip
    looked = n if places is None else max(1, min(places, n))
    total, others = matrix @ share, _others(share, matrix)
    ends, swaps = np.full((2, k), np.nan), np.full((2, k, 2), -1, dtype=np.int64)
    for j in range(k):
        for way, sign in enumerate((-1.0, 1.0)):
            slope = matrix[:, j] - others[:, j]
            ends[way, j], swaps[way, j] = _first_crossing(share[j], total, slope, sign, looked)
    return Stability(share, ends[0], ends[1], swaps[0], swaps[1], looked, _tied(total, looked))


def gradient(weights: Sequence[float] | Floats, scores: Floats) -> Floats:
    """Return by how much each score changes with each weight, per unit (n, k), the others scaled: s_i − r_i."""
    share, matrix = _checked(weights, scores)
    slopes: Floats = matrix - _others(share, matrix)
    return slopes


def lines(weights: Sequence[float] | Floats, scores: Floats, criterion: int, at: Floats) -> Floats:
    """Return the scores (len(at), n) at the given weights of one criterion, the others scaled: what a graph draws."""
    share, matrix = _checked(weights, scores)
    others, moved = _others(share, matrix)[:, criterion], np.asarray(at, dtype=np.float64)[:, None]
    drawn: Floats = moved * matrix[:, criterion] + (1 - moved) * others
    return drawn


def tornado(
    weights: Sequence[float] | Floats, scores: Floats, alternative: int | None = None, swing: float = 0.2
) -> Tornado:
    """Move each weight by ± `swing` of itself (within 0…1) and tell the score of one alternative, by default the first."""
    share, matrix = _checked(weights, scores)
    total, others = matrix @ share, _others(share, matrix)
    chosen = int(np.argmax(total)) if alternative is None else alternative
    own, rest = matrix[chosen], others[chosen]
    low, high = np.clip(share * (1 - swing), 0, 1), np.clip(share * (1 + swing), 0, 1)
    below, above = low * own + (1 - low) * rest, high * own + (1 - high) * rest
    order = np.argsort(-np.abs(above - below), kind="stable")
    return Tornado(float(total[chosen]), below, above, low, high, order)


def _others(share: Floats, matrix: Floats) -> Floats:
    """Return the score on all other criteria (n, k); where one has all the weight, the others count equally."""
    k = len(share)
    rest = (1 - np.eye(k)) * share[:, None]  # column j: the weights without j
    whole = rest.sum(axis=0)
    even = (1 - np.eye(k)) / max(k - 1, 1)
    scaled: Floats = matrix @ np.where(whole > 0, rest / np.where(whole > 0, whole, 1), even)
    return scaled


def _first_crossing(
    weight: float, total: Floats, slope: Floats, sign: float, places: int
) -> tuple[float, Ints]:
    """Return the weight of the first change in one direction and who swaps; NaN and (−1, −1) where there is none.

    Lines that meet first are neighbours in the order just beyond the present weight: among the first places, or the
    last of those and anybody behind it.
    """
    steep = sign * slope
    first, behind = _leaders(total, steep, places)
    ahead = np.concatenate([first[:-1], np.full(len(behind), first[-1])])
    after = np.concatenate([first[1:], behind])
    closing = steep[after] - steep[ahead]
    gap = total[ahead] - total[after]
    closes = (closing > 0) & (gap > _level(total))
    move = np.divide(gap, closing, out=np.full(len(gap), np.inf), where=closes)
    room = 1 - weight if sign > 0 else weight
    if not len(move) or move.min() >= room - TIE:  # level at the very end is no change
        return np.nan, np.array([-1, -1])
    at = int(np.argmin(move))
    return float(weight + sign * move[at]), np.array([ahead[at], after[at]])


def _leaders(total: Floats, steep: Floats, places: int) -> tuple[Ints, Ints]:
    """Return the first places in their order, ties as they part beyond the present weight, and all who come behind."""
    level = _level(total)
    if places < len(total):
        border = np.partition(total, len(total) - places)[len(total) - places]
        near = np.nonzero(total >= border - level)[0]
    else:
        near = np.arange(len(total))
    near = near[np.argsort(-total[near], kind="stable")]
    step = np.cumsum(np.diff(total[near], prepend=total[near[0]]) < -level)  # equal ones stand on one step
    first = near[np.lexsort((-steep[near], step))][:places]
    behind = np.ones(len(total), dtype=bool)
    behind[first] = False
    return first, np.nonzero(behind)[0]


def _tied(total: Floats, places: int) -> bool:
    top = np.sort(total)[::-1][: places + 1]
    return bool((np.abs(np.diff(top)) <= _level(total)).any())


def _level(total: Floats) -> float:
    """Return up to which difference two scores are equal."""
    return TIE * float(np.abs(total).max())


def _checked(weights: Sequence[float] | Floats, scores: Floats | None) -> tuple[Floats, Floats]:
    share = np.asarray(weights, dtype=np.float64)
    matrix = np.eye(share.size) if scores is None else np.asarray(scores, dtype=np.float64)
    if (
        share.ndim != 1
        or not share.size
        or matrix.ndim != 2
        or matrix.shape[1] != share.size
        or not len(matrix)
    ):
        raise UsageError(
            say(
                f"{share.size} 个权重与 {matrix.shape} 的分数不相符。",
                f"{share.size} weights don't fit scores of shape {matrix.shape}.",
            )
        )
    if not (np.isfinite(share) & (share >= 0)).all() or not share.sum() > 0 or not np.isfinite(matrix).all():
        raise UsageError(
            say(
                "权重与分数须为有限数，权重不得为负且至少一个为正。",
                "Weights and scores must be finite, no weight negative and one positive.",
            )
        )
    return share / share.sum(), matrix

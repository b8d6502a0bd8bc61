"""Ratings (absolute) mode: each alternative is rated on each criterion by itself, and never compared with others.

Score = Σ w_j s_j with s_j in [0, 1], where the best intensity of a criterion is 1 (ideal normalisation; Saaty 1990). Whoever
else is scored changes nothing of a score, to the last bit: rank reversal can't occur, and millions are scored in a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.text import Said, say

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_ROUNDING = 1e-12  # of a sum of shares: what is nearer to 1 is all of it


@dataclass(frozen=True, slots=True)
class Intensities:
    """The grades of one criterion, such as high · middle · low, and the score of each; the best one's is 1."""

    names: tuple[str, ...]
    scores: tuple[float, ...]

    def rated(self, grades: Sequence[str | None]) -> Floats:
        """Return the score of each grade, NaN where there is none. Raises UsageError for a grade that isn't on the scale."""
        known: dict[str | None, float] = dict(zip(self.names, self.scores, strict=True))
        unknown = sorted({g for g in grades if g and g not in known})
        if unknown:
            raise UsageError(
                say(
                    f"没有这些等级：{'、'.join(unknown)}。",
                    f"There are no such grades: {', '.join(unknown)}.",
                ),
                next_=say(f"可选：{'、'.join(self.names)}。", f"There are: {', '.join(self.names)}."),
            )
        return np.array([known.get(g or None, np.nan) for g in grades], dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """What n alternatives score.

    `score` (n,), 0…1, NaN where nothing was known; `rank` (n,), 1 the best, equal scores share the better rank (1 2 2 4), 0 where
    there is no score; `present` (n,): the share of the weight on criteria that were known.
    """

    score: Floats
    rank: Ints
    present: Floats


def intensities(names: Sequence[str], priorities: Sequence[float] | Floats) -> Intensities:
    """Return the grades with their priorities divided by the largest.

    Raises UsageError for no grades, names twice, another number of priorities, or one that isn't positive and finite.
    """
    given = np.asarray(priorities, dtype=np.float64)
    if not names or len(set(names)) != len(names) or given.shape != (len(names),):
        raise _refused(
            say("等级须各不相同，且每个等级一个优先级", "Grades must differ, and each needs one priority")
        )
    if not (np.isfinite(given) & (given > 0)).all():
        raise _refused(say("优先级须为正的有限数", "Priorities must be positive, finite numbers"))
    return Intensities(tuple(names), tuple((given / given.max()).tolist()))


def rate(columns: Floats | Sequence[Floats], weights: Sequence[float] | Floats) -> Ratings:
    """Score and rank alternatives by their scores on each criterion.

    `columns`: (n, k), or k arrays (n,), scores in [0, 1], NaN where not known; there a row's other weights are scaled to
    sum to 1, and `present` tells how much weight was there. `weights` (k,), not negative, are scaled to sum to 1.
    Raises UsageError where the numbers of criteria or rows differ, a weight is negative or none is positive, or a score lies outside [0, 1].
    """
    scores = _columns(columns)
    share = _shares(weights, len(scores))
    total, present = np.zeros(len(scores[0])), np.zeros(len(scores[0]))
    for weight, column in zip(share.tolist(), scores, strict=True):
        known = ~np.isnan(column)
        if known.all():
            total += weight * column
            present += weight
        else:
            total += np.where(known, weight * column, 0.0)
            present += np.where(known, weight, 0.0)
    whole = present > 0
    score = np.divide(total, present, out=np.full(len(total), np.nan), where=whole)
    return Ratings(score, ranks(score), np.where(present > 1 - _ROUNDING, 1.0, present))


def contributions(columns: Floats | Sequence[Floats], weights: Sequence[float] | Floats) -> Floats:
    """Return what each criterion gives to each score (n, k): they sum to it row by row; NaN where it wasn't known."""
    scores = _columns(columns)
    share = _shares(weights, len(scores))
    parts = np.column_stack([weight * column for weight, column in zip(share, scores, strict=True)])
    present = ~np.isnan(parts) @ share
    out: Floats = np.full_like(parts, np.nan)
    np.divide(parts, present[:, None], out=out, where=present[:, None] > 0)
    return out


def ranks(scores: Floats) -> Ints:
    """Rank scores (n,), the highest 1; equal ones share the better rank (1 2 2 4), NaN has rank 0."""
    order = np.argsort(-scores)  # NaN comes last
    known = len(scores) - int(np.isnan(scores).sum())
    inside = scores[order[:known]]
    first = np.concatenate([[True], inside[1:] != inside[:-1]])[:known]
    places = np.maximum.accumulate(np.where(first, np.arange(1, known + 1), 0))
    out = np.zeros(len(scores), dtype=np.int64)
    out[order[:known]] = places
    return out


def _columns(columns: Floats | Sequence[Floats]) -> list[Floats]:
    if isinstance(columns, np.ndarray) and columns.ndim != 2:
        raise _refused(say("分数须为二维：对象 × 准则", "Scores must be a matrix: alternatives × criteria"))
    listed = list(columns.T) if isinstance(columns, np.ndarray) else list(columns)
    found = [np.asarray(column, dtype=np.float64) for column in listed]
    if not found or len({column.shape for column in found}) > 1 or found[0].ndim != 1:
        raise _refused(say("每个准则的分数个数须相同", "Every criterion needs the same number of scores"))
    if any(((column < 0) | (column > 1)).any() for column in found):
        raise _refused(say("分数须在 0 与 1 之间", "Scores must be between 0 and 1"))
    return found


def _shares(weights: Sequence[float] | Floats, criteria: int) -> Floats:
    given = np.asarray(weights, dtype=np.float64)
    if given.shape != (criteria,):
        raise _refused(
            say(f"{criteria} 个准则需要 {criteria} 个权重", f"{criteria} criteria need {criteria} weights")
        )
    if not (np.isfinite(given) & (given >= 0)).all() or not given.sum() > 0:
        raise _refused(
            say("权重不得为负，且至少一个为正", "Weights can't be negative, and one must be positive")
        )
    share: Floats = given / given.sum()
    return share


def _refused(what: Said) -> UsageError:
    return UsageError(
        say(f"{what.zh}。", f"{what.en}."), next_=say("请检查所给的数据。", "See to the numbers given.")
    )

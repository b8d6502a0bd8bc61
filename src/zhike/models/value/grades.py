"""Grades: the best so many of a hundred, with a dead band and patience, so that a client isn't moved by noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.text import say

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
GRADES = ("diamond", "platinum", "gold", "growth", "standard")
_MOST = 1e6  # of any setting here; NaN isn't below it either
UNGRADED, NEVER = -1, np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Grades:
    """How clients of a kind are graded.

    `shares`: what part of them is diamond, platinum, gold and growth; the rest is standard. `band` (points): a grade is left
    only where the score lies farther than that beyond its end. `patience` (calendar days): upwards at once; downwards only
    where the score has stayed below for so long.
    """

    shares: tuple[float, float, float, float]
    band: float = 1.0
    patience: int = 60

    @classmethod
    def from_plain(cls, given: object, where: str) -> Grades:
        """Read a section such as {diamond = 0.005, platinum = 0.015, gold = 0.05, growth = 0.13, band = 1, patience = 60}."""
        names = (*GRADES[:-1], "band", "patience")
        if not isinstance(given, Mapping) or set(given) - set(names) or not set(GRADES[:-1]) <= set(given):
            raise _refused("、".join(names), ", ".join(names), where)
        numbers: dict[str, Any] = dict(given)
        if not all(
            isinstance(v, int | float) and not isinstance(v, bool) and abs(v) < _MOST
            for v in numbers.values()
        ):
            raise _refused("数字", "numbers", where)
        if not isinstance(numbers.get("patience", 0), int):
            raise _refused("patience 为整数天", "patience in whole days", where)
        shares = tuple(float(numbers.pop(name)) for name in GRADES[:-1])
        if min(shares) < 0 or sum(shares) >= 1:
            raise _refused("各档占比不小于 0、合计小于 1", "shares of 0 or more, together below 1", where)
        if numbers.get("band", 0) < 0 or numbers.get("patience", 0) < 0:
            raise _refused("band 与 patience 不小于 0", "band and patience of 0 or more", where)
        return cls((shares[0], shares[1], shares[2], shares[3]), **numbers)


@dataclass(frozen=True, slots=True, eq=False)
class Graded:
    """Each client's grade (a place in GRADES), the day it began, and since when the score has lain below it (NEVER: it doesn't)."""

    grade: Ints
    since: Ints
    below: Ints


def cuts_of(ordered: Floats, grades: Grades) -> Floats:
    """Return the score above which each grade but the last begins; `ordered`: the scores of all of the kind, rising.

    Who stands level with the first one outside is outside, so that a grade never holds more than its share. Without any score
    nobody is above.
    """
    if not len(ordered):
        return np.full(len(grades.shares), np.inf)
    within = np.minimum(np.floor(np.cumsum(grades.shares) * len(ordered) + 0.5), len(ordered) - 1)
    return np.asarray(ordered[len(ordered) - 1 - within.astype(np.int64)], np.float64)


def graded(
    score: Floats,
    before: Graded,
    cuts: Floats,
    grades: Grades,
    today: int,
    hurried: npt.NDArray[np.bool_] | None = None,
) -> Graded:
    """Grade clients; `before`: as of the last generation, UNGRADED for those it doesn't know. `today`: a day number.

    `hurried` (n,): who goes down without patience, because another model says so and not the client's own days.
    """
    plain = plain_grades(score, cuts)
    better = plain_grades(score, cuts + grades.band)
    worse = plain_grades(score, cuts - grades.band)
    fresh = before.grade == UNGRADED
    up, under = ~fresh & (better < before.grade), ~fresh & (worse > before.grade)
    below = np.where(under, np.minimum(before.below, today), NEVER)
    down = under & (today - below >= grades.patience)
    if hurried is not None:
        down |= under & hurried
    grade = np.where(fresh | down, plain, np.where(up, better, before.grade))
    moved = grade != before.grade
    return Graded(grade, np.where(moved, today, before.since), np.where(moved, NEVER, below))


def plain_grades(score: Floats, cuts: Floats) -> Ints:
    """Return the grades that scores alone give, as places in GRADES: how many cuts each doesn't lie above."""
    return np.asarray((score[:, None] <= cuts[None, :]).sum(axis=1), np.int64)


def _refused(zh: str, en: str, where: str) -> UsageError:
    return UsageError(
        say("等级设置不可用。", "These grades can't be used."), where=where, next_=say(f"应有：{zh}。", f"There must be {en}.")
    )  # fmt: skip

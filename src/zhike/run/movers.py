"""Clients who move: between two models of value, or from one generation to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LEAST = 0.05
"""Points: a smaller change is no reason."""
_REASONS = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """A criterion, and by how many points more (or less) it counts now."""

    criterion: str
    points: float


@dataclass(frozen=True, slots=True)
class Mover:
    """A client whose grade or place changes: (before, after) each, and the criteria that change the score most; none where others changed."""

    client: str
    grade: tuple[str, str]
    rank: tuple[int, int]
    score: tuple[float, float]
    reasons: tuple[Reason, ...]


def farthest(grades: Ints, then: Floats | Ints, most: int) -> tuple[Ints, Ints]:
    """Return the places of those who move farthest up, and farthest down: by steps of grade, then by `then`; up is above 0 in both."""
    order = np.lexsort((np.arange(len(grades)), -then, -grades))
    way = np.where(grades[order] != 0, grades[order], then[order])
    return order[way > 0][:most], order[way < 0][::-1][:most]


def reasons(before: Mapping[str, float], after: Mapping[str, float]) -> tuple[Reason, ...]:
    """Return the criteria whose points changed most, the largest change first."""
    names = sorted({*before, *after})
    changes = [Reason(n, after.get(n, 0.0) - before.get(n, 0.0)) for n in names]
    told = [r for r in changes if abs(r.points) >= LEAST]
    return tuple(sorted(told, key=lambda r: (-abs(r.points), r.criterion))[:_REASONS])

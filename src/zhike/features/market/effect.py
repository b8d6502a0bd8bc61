"""The money effect (赚钱效应): how easily money was made, against the last year as it was known that day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from zhike.features.market.settings import MarketSettings

Floats = npt.NDArray[np.float64]


def composite(ranks: Sequence[Floats]) -> Floats:
    """Average ranks of 0…1, each of shape (T,), to 0…100; NaN on days on which fewer than half of them are known."""
    table = np.array(ranks)
    known = np.count_nonzero(~np.isnan(table), axis=0)
    total = np.where(np.isnan(table), 0.0, table).sum(axis=0)
    return np.asarray(np.where(2 * known >= len(table), 100.0 * total / np.maximum(known, 1), np.nan))


def smoothed(values: Floats, days: int) -> Floats:
    """Compute the exponential average e + 2 / (days + 1) × (value − e), begun with the first known value.

    An unknown value leaves it where it was.
    """
    out = np.full(len(values), np.nan)
    level = np.nan
    for t, value in enumerate(values):
        if not np.isnan(value):
            level = value if np.isnan(level) else level + 2.0 / (days + 1.0) * (value - level)
        out[t] = level
    return out


def states(effect: Floats, settings: MarketSettings) -> npt.NDArray[np.int8]:
    """Put each day into a state, 0 (frozen) to 4 (hot); −1 where the effect is unknown.

    A state is left only when the effect has gone beyond its border by the margin, so that a day on the border doesn't
    flicker. Only earlier days and the day itself matter.
    """
    out = np.full(len(effect), -1, np.int8)
    borders = np.array(settings.borders)
    state = -1
    for t, value in enumerate(effect):
        if np.isnan(value):
            continue
        if state < 0:
            state = int(np.searchsorted(borders, value, side="right"))
        else:
            risen = int(np.searchsorted(borders, value - settings.margin, side="right"))
            fallen = int(np.searchsorted(borders, value + settings.margin, side="right"))
            state = risen if risen > state else fallen if fallen < state else state
        out[t] = state
    return out

"""Counts over all stocks of a day: one pass over each stock's days, added up by day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import Bytes, Ints, compiled
from zhike.features.market.kernels.walk import LIMIT_DOWN, LIMIT_UP, TOUCHED_UP, TRADED

Floats = npt.NDArray[np.float64]
Narrow = npt.NDArray[np.float32]
Truths = npt.NDArray[np.bool_]

COUNTED, UP, UPPER, LOWER, TOUCHED, BROKEN, KNOWN_20, ABOVE_20, KNOWN_60, ABOVE_60, HIGHS, LOWS = range(12)
"""Columns of `counts`."""
BEFORE, BEFORE_RETURN, AMOUNT, TURNED, CAP, WEIGHT, WEIGHED, RETURN = range(8)
"""Columns of `sums`: stocks limit-up the day before and their returns; value traded; the same and the free float where
both are known; free float of the day before and its product with returns; returns."""

_NOISE = 1e-9


@compiled
def count_flags(returns: Floats, flags: Bytes, among: Truths, counts: Ints, sums: Floats) -> None:
    """Count who was traded (with a known return), who rose, who was locked, and how those locked the day before fared."""
    days = counts.shape[0]
    for s in range(returns.shape[0]):
        if not among[s]:
            continue
        for t in range(days):
            flag, move = flags[s, t], returns[s, t]
            if not flag & TRADED:
                continue
            counts[t, UPPER] += flag & LIMIT_UP != 0
            counts[t, LOWER] += flag & LIMIT_DOWN != 0
            counts[t, TOUCHED] += flag & TOUCHED_UP != 0
            counts[t, BROKEN] += flag & TOUCHED_UP != 0 and flag & LIMIT_UP == 0
            if move == move:
                counts[t, COUNTED] += 1
                counts[t, UP] += move > 0.0
                sums[t, RETURN] += move
                if t > 0 and flags[s, t - 1] & LIMIT_UP:
                    sums[t, BEFORE] += 1.0
                    sums[t, BEFORE_RETURN] += move


@compiled
def count_levels(adjusted: Floats, flags: Bytes, among: Truths, short: int, long: int, counts: Ints) -> None:
    """Count who closed above the mean of `short` and of `long` days, and beyond all other closes of `long` days."""
    for s in range(adjusted.shape[0]):
        if not among[s]:
            continue
        row = adjusted[s]
        for t in range(short - 1, counts.shape[0]):
            if not flags[s, t] & TRADED:
                continue
            if row[t + 1 - short] > 0.0:
                mean, _, _ = _behind(row, t, short)
                counts[t, KNOWN_20] += 1
                counts[t, ABOVE_20] += row[t] > mean * (1.0 + _NOISE)
            if t + 1 >= long and row[t + 1 - long] > 0.0:
                mean, lowest, highest = _behind(row, t, long)
                counts[t, KNOWN_60] += 1
                counts[t, ABOVE_60] += row[t] > mean * (1.0 + _NOISE)
                counts[t, HIGHS] += row[t] > highest * (1.0 + _NOISE)
                counts[t, LOWS] += row[t] < lowest * (1.0 - _NOISE)


@compiled
def _behind(row: Floats, t: int, days: int) -> tuple[float, float, float]:
    """Return the mean of the last `days` closes, day t included, and the lowest and highest of those before it."""
    total, lowest, highest = row[t], np.inf, -np.inf
    for u in range(t + 1 - days, t):
        total += row[u]
        lowest = min(lowest, row[u])
        highest = max(highest, row[u])
    return total / days, lowest, highest


@compiled
def add_value(
    returns: Floats, amount: Narrow, cap: Narrow, flags: Bytes, among: Truths, sums: Floats
) -> None:
    """Add up value traded, free float, and returns weighed by the free float of the day before."""
    for s in range(returns.shape[0]):
        if not among[s]:
            continue
        for t in range(sums.shape[0]):
            if not flags[s, t] & TRADED:
                continue
            if amount[s, t] >= 0.0:
                sums[t, AMOUNT] += amount[s, t]
                if cap[s, t] > 0.0:
                    sums[t, TURNED] += amount[s, t]
                    sums[t, CAP] += cap[s, t]
            if t > 0 and cap[s, t - 1] > 0.0 and returns[s, t] == returns[s, t]:
                sums[t, WEIGHT] += cap[s, t - 1]
                sums[t, WEIGHED] += cap[s, t - 1] * returns[s, t]

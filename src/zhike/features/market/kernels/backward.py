"""What can be known of a security on the evening before: each loop fills day t from days up to t − 1 only.

All take grids (S, T) and fill one of float32, NaN where the window isn't full of known values.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import Bytes, compiled
from zhike.features.market.kernels.walk import LIMIT_UP, TRADED

Floats = npt.NDArray[np.float64]
Narrow = npt.NDArray[np.float32]


@compiled
def _unknown(like: Floats) -> Narrow:
    return np.full(like.shape, np.nan, np.float32)


@compiled
def gain(adjusted: Floats, days: int) -> Narrow:
    """Compute the total return of the last `days` days: adjusted[t−1] / adjusted[t−1−days] − 1."""
    out = _unknown(adjusted)
    for s in range(adjusted.shape[0]):
        for t in range(days + 1, adjusted.shape[1]):
            out[s, t] = adjusted[s, t - 1] / adjusted[s, t - 1 - days] - 1.0
    return out


@compiled
def over_mean(adjusted: Floats, days: int) -> Narrow:
    """Compute how far the last close stands above its mean of `days` days, itself included, as a fraction."""
    out = _unknown(adjusted)
    for s in range(adjusted.shape[0]):
        row = adjusted[s]
        for t in range(days, len(row)):
            if row[t - days] > 0.0:
                total = 0.0
                for u in range(t - days, t):
                    total += row[u]
                out[s, t] = row[t - 1] * days / total - 1.0
    return out


@compiled
def below_high(adjusted: Floats, days: int) -> Narrow:
    """Compute how far the last close stands below the highest of `days` days, itself included, as a fraction."""
    out = _unknown(adjusted)
    for s in range(adjusted.shape[0]):
        row = adjusted[s]
        for t in range(days, len(row)):
            if row[t - days] > 0.0:
                highest = 0.0
                for u in range(t - days, t):
                    highest = max(highest, row[u])
                out[s, t] = 1.0 - row[t - 1] / highest
    return out


@compiled
def largest(returns: Floats, days: int, absolute: bool) -> Narrow:
    """Find the largest return of the last `days` days (or the largest move either way)."""
    out = _unknown(returns)
    for s in range(returns.shape[0]):
        for t in range(days, returns.shape[1]):
            most = -np.inf
            for u in range(t - days, t):
                move = returns[s, u]
                if move != move:  # unknown
                    most = np.nan
                    break
                most = max(most, abs(move) if absolute else move)
            out[s, t] = most
    return out


@compiled
def spread_of(returns: Floats, flags: Bytes, days: int, least: int) -> Narrow:
    """Compute the standard deviation of the returns of the days traded among the last `days`, at least `least`."""
    out = _unknown(returns)
    for s in range(returns.shape[0]):
        for t in range(days, returns.shape[1]):
            n, total, squares = 0, 0.0, 0.0
            for u in range(t - days, t):
                r = returns[s, u]
                if flags[s, u] & TRADED and r == r:
                    n, total, squares = n + 1, total + r, squares + r * r
            if n >= least:
                out[s, t] = np.sqrt(max(squares - total * total / n, 0.0) / (n - 1))
    return out


@compiled
def mean_traded(values: Narrow, flags: Bytes, first: int, days: int, least: int) -> Narrow:
    """Compute the mean over the traded days among t − first − days + 1 … t − first, at least `least` of them known."""
    out = np.full(values.shape, np.nan, np.float32)
    for s in range(values.shape[0]):
        for t in range(first, values.shape[1]):
            n, total = 0, 0.0
            for u in range(max(0, t - first - days + 1), t - first + 1):
                if flags[s, u] & TRADED and values[s, u] == values[s, u]:
                    n, total = n + 1, total + values[s, u]
            if n >= least:
                out[s, t] = total / n
    return out


@compiled
def last_traded(values: Narrow, flags: Bytes) -> Narrow:
    """Return the value of the day before, NaN where the security wasn't traded then."""
    out = np.full(values.shape, np.nan, np.float32)
    for s in range(values.shape[0]):
        for t in range(1, values.shape[1]):
            if flags[s, t - 1] & TRADED:
                out[s, t] = values[s, t - 1]
    return out


@compiled
def closed_at_limit(flags: Bytes, days: int) -> npt.NDArray[np.bool_]:
    """Tell whether a security closed at its upper limit on one of the last `days` days."""
    out = np.zeros(flags.shape, np.bool_)
    for s in range(flags.shape[0]):
        for t in range(1, flags.shape[1]):
            for u in range(max(0, t - days), t):
                out[s, t] |= flags[s, u] & LIMIT_UP != 0
    return out

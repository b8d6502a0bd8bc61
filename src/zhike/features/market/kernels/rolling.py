"""Where a day's value stands among those of the days before it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import compiled

Floats = npt.NDArray[np.float64]


@compiled
def percentile(values: Floats, days: int, least: int) -> Floats:
    """Compute (rank − ½) / n of each value among the known ones of the last `days` days, itself included.

    Equal values share their mean rank. NaN where the value is unknown or fewer than `least` are known. Only earlier
    days and the day itself are looked at.
    """
    out = np.full(len(values), np.nan)
    for t in range(len(values)):
        now = values[t]
        if now != now:
            continue
        known, less, equal = 0, 0, 0
        for u in range(max(0, t - days + 1), t + 1):
            known += values[u] == values[u]
            less += values[u] < now
            equal += values[u] == now
        if known >= least:
            out[t] = (less + 0.5 * equal) / known
    return out

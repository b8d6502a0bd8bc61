"""Where a close jumps: against what its day's return is measured against, or against the last day with trading."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import Bytes, Ints, compiled
from zhike.features.market.kernels.walk import TRADED

Floats = npt.NDArray[np.float64]


@compiled
def jumped(close: Floats, previous: Floats, flags: Bytes, bound: float, found: Ints) -> int:
    """Write (security, day, last day traded before) of each jump by `bound` or more into `found` (n, 3); return how many.

    What `found` has no room for is only counted. A first day is none: nothing was traded before it.
    """
    n = 0
    for s in range(close.shape[0]):
        last, since = np.nan, -1
        for t in range(close.shape[1]):
            if not flags[s, t] & TRADED:
                continue
            now, due = close[s, t], previous[s, t]
            if since >= 0 and (now >= bound * min(due, last) or now * bound <= due):
                if n < len(found):
                    found[n, 0], found[n, 1], found[n, 2] = s, t, since
                n += 1
            last, since = now, t
    return n

"""The walk of generated positions: at random, reflected at nothing, never in a suspended security."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@numba.njit(cache=True)
def walk(
    counts: Ints, kinds: Ints, first: Ints, stride: Ints, day: Ints, luck: Floats, close: Ints, suspended: Bools
) -> tuple[Ints, Bools, Ints, Ints]:  # fmt: skip
    """Walk each client's positions (where nothing else is left, a suspension is lifted); return security, sell, units and cents."""
    n = len(day)
    security, quantity, cents = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    sell = np.zeros(n, np.bool_)
    i = 0
    for c in range(len(counts)):
        held = np.zeros(kinds[c], np.int64)
        for _ in range(counts[c]):
            slot = int(luck[i, 0] * kinds[c])
            for _ in range(kinds[c]):
                s = (first[c] + slot * stride[c]) % len(close)
                if not suspended[s, day[i]]:
                    break
                slot = (slot + 1) % kinds[c]
            suspended[s, day[i]] = False
            units = 100 * (1 + int(luck[i, 1] * luck[i, 1] * 40))
            if luck[i, 2] < 0.5 and held[slot] > 0:
                sell[i] = True
                units = held[slot] if luck[i, 2] < 0.15 else min(units, held[slot])
            held[slot] += -units if sell[i] else units
            price = max(1, round(close[s, day[i]] * (0.99 + 0.02 * luck[i, 3])))
            security[i], quantity[i], cents[i] = s, units, units * price
            i += 1
    return security, sell, quantity, cents

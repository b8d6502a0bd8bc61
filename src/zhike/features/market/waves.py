"""Waves: the legs of an objective zig-zag, told with hindsight only. A label, never a forecast."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LABELS = ("1", "2", "3", "4", "5", "A", "B", "C")
"""Five legs up and three down; the 1st, 3rd, 5th and B go up."""


def pivots(close: Floats, reversal: float) -> list[int]:
    """List the extremes from which the price has turned by `reversal`, in order; they alternate.

    The first is the extreme before the first such move. An extreme is a pivot only once the price has turned, so the
    last leg, still running, has none at its end. `close`: (T,), positive; reversals as fractions of the extreme.
    """
    found: list[int] = []
    side, low, high = 0, 0, 0
    for t, price in enumerate(close):
        low = t if price < close[low] else low
        high = t if price > close[high] else high
        if side >= 0 and price <= close[high] * (1.0 - reversal):
            found.append(high)
            side, low = -1, t
        elif side <= 0 and price >= close[low] * (1.0 + reversal):
            found.append(low)
            side, high = 1, t
    return found


def waves(close: Floats, reversal: float, bottoms: Collection[int] = ()) -> list[str | None]:
    """Name the leg of each day: number, direction and label, such as `017-up-3`; None outside the finished legs.

    A leg begins after its first pivot and ends with its last. Labels count 1 to 5 and A to C, again and again, and
    begin anew at a leg that starts from one of `bottoms` (places of dated bear-market troughs).
    """
    places = pivots(close, reversal)
    out: list[str | None] = [None] * len(close)
    label = _first_label(close, places)
    for number, (begin, end) in enumerate(pairwise(places), start=1):
        up = close[end] > close[begin]
        label = 0 if up and begin in bottoms else label
        name = f"{number:03d}-{'up' if up else 'down'}-{LABELS[label]}"
        out[begin + 1 : end + 1] = [name] * (end - begin)
        label = (label + 1) % len(LABELS)
    return out


def _first_label(close: Floats, places: Sequence[int]) -> int:
    """Begin with 1 where the first leg goes up, with C where it goes down."""
    rising = len(places) < 2 or close[places[1]] > close[places[0]]
    return 0 if rising else len(LABELS) - 1

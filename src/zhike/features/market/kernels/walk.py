"""One walk along each security's days: what was closed at, what that is measured against, what was locked."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import Bytes, Ints, compiled

Floats = npt.NDArray[np.float64]
Narrow = npt.NDArray[np.float32]
Places = npt.NDArray[np.int32]

TRADED, SUSPENDED, LIMIT_UP, LIMIT_DOWN, TOUCHED_UP, ST = 1, 2, 4, 8, 16, 32
PRESENT, HALTED, QUIET, SPECIAL = 1, 2, 4, 8
"""Marks of a delivered row: it is there, it says suspended, it says nothing was traded, it says ST."""

_NOISE = 1e-6


@compiled
def scatter(grid: npt.NDArray[Any], row: Places, at: Places, values: npt.NDArray[Any]) -> None:
    """Put each value into its place; what has no place (row or day −1) is left out. The last one of a place stays."""
    for i in range(len(values)):
        if row[i] >= 0 and at[i] >= 0:
            grid[row[i], at[i]] = values[i]


@compiled
def without_right(close: float, terms: Floats) -> float:
    """Compute the reference price of the ex-day from the close before: (close − cash + paid) / (1 + new) / split.

    `terms`: cash a share, new shares a share (bonus and rights), paid for them a share, shares after for one before.
    Where the terms make no price, the close stays.
    """
    price = (close - terms[0] + terms[2]) / (1.0 + terms[1]) / terms[3]
    return price if price > 0.0 else close


@compiled
def walk(
    close: Floats, previous: Floats, factor: Floats, marks: Bytes, halts: npt.NDArray[np.bool_], end: Places,
    first: Ints, ex_day: Places, terms: Floats, returns: Floats, adjusted: Floats, flags: Bytes,
) -> None:  # fmt: skip
    """Fill close and previous in place, and returns, adjusted and flags, for each security along its days.

    `halts[s]`: a day on which nothing was traded counts as suspended. `end[s]`: first day it was no longer listed.
    `first`: shape (S + 1,), where in `ex_day` and `terms` (n, 4) its rights begin.
    """
    for s in range(close.shape[0]):
        _walk_one(
            close[s], previous[s], factor[s], marks[s], halts[s], end[s], ex_day[first[s] : first[s + 1]],
            terms[first[s] : first[s + 1]], returns[s], adjusted[s], flags[s],
        )  # fmt: skip


@compiled
def _walk_one(
    close: Floats, previous: Floats, factor: Floats, marks: Bytes, halts: bool, end: int,
    ex_day: Places, terms: Floats, returns: Floats, adjusted: Floats, flags: Bytes,
) -> None:  # fmt: skip
    last = chain = known_factor = np.nan
    right = 0
    for t in range(len(close)):
        reference = last
        while right < len(ex_day) and ex_day[right] <= t:
            if not known_factor > 0.0 and last > 0.0:
                reference = without_right(reference, terms[right])
            right += 1
        present = marks[t] & PRESENT and close[t] > 0.0
        if present and factor[t] > 0.0:
            if known_factor > 0.0 and last > 0.0:
                reference = last * known_factor / factor[t]
            known_factor = factor[t]
        if not present and not last > 0.0:
            close[t] = previous[t] = returns[t] = adjusted[t] = np.nan
            continue
        traded = present and not marks[t] & HALTED and not (halts and marks[t] & QUIET)
        if traded:
            if not previous[t] > 0.0:
                previous[t] = reference
            returns[t] = close[t] / previous[t] - 1.0
        else:
            if reference > 0.0:
                previous[t] = close[t] = reference
            returns[t] = 0.0
        last = close[t]
        chain = chain * (1.0 + returns[t]) if chain > 0.0 else last
        adjusted[t] = chain
        if t < end:
            flags[t] = (TRADED if traded else SUSPENDED) | (ST if marks[t] & SPECIAL else 0)


@compiled
def mark_limits(
    close: Floats, previous: Floats, high: Narrow, flags: Bytes, rule: Places, rates: npt.NDArray[np.int64],
    tick: Floats, bound_from: Places,
) -> None:  # fmt: skip
    """Add to the flags who closed at a price limit and who touched the upper one.

    `rule[s]`: row of `rates`, −1 for none; `rates`: (rules, 2, T), in 1/10,000 by ST, −1 for no limit;
    `bound_from[s]`: first day with a limit. Limits are rounded half-up to the tick and at least one tick away, as in
    `zhike.base.exchange.limit_prices`.
    """
    for s in range(close.shape[0]):
        if rule[s] < 0:
            continue
        for t in range(max(0, bound_from[s]), close.shape[1]):
            rate = rates[rule[s], 1 if flags[s, t] & ST else 0, t]
            if rate > 0 and flags[s, t] & TRADED and previous[s, t] > 0.0:
                flags[s, t] |= _locked(close[s, t], previous[s, t], high[s, t], rate, tick[s])


@compiled
def _locked(close: float, previous: float, high: float, rate: int, tick: float) -> int:
    base = int(np.floor(previous / tick + 0.5 + _NOISE))
    up = max((base * (10_000 + rate) + 5_000) // 10_000, base + 1)
    down = max(min((base * (10_000 - rate) + 5_000) // 10_000, base - 1), 1)
    at = int(np.floor(close / tick + 0.5 + _NOISE))
    found = 0
    if at >= up:
        found |= LIMIT_UP
    if at <= down:
        found |= LIMIT_DOWN
    if high > 0.0 and int(np.floor(high / tick + 0.5 + _NOISE)) >= up:
        found |= TOUCHED_UP
    return found


@compiled
def carry(values: Narrow, marks: Bytes) -> None:
    """Carry a figure over the days on which its security has no row."""
    for s in range(values.shape[0]):
        last = np.float32(np.nan)
        for t in range(values.shape[1]):
            if marks[s, t] & PRESENT:
                last = values[s, t]
            else:
                values[s, t] = last


@compiled
def rest(values: Narrow, flags: Bytes) -> None:
    """Put 0 where a security is suspended: nothing was traded."""
    for s in range(values.shape[0]):
        for t in range(values.shape[1]):
            if flags[s, t] & SUSPENDED:
                values[s, t] = np.float32(0.0)

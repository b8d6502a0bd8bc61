"""Closes that jump with nothing delivered to explain it: has a unit become more or fewer units (docs/methods/market.md §1)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import Bytes
from zhike.features.market.kernels.jumps import jumped

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Splits = Callable[[int, int, int], float]

SIMPLE = (10.0, 20.0, 25.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10000.0)
"""Numbers of shares that are put together into one, or that one is split into."""
KINDS = ("stock", "etf", "fund", "bond", "convertible", "other", "")
"""Kinds that have a price a unit; a repo is quoted by its rate, which may well be ten times that of the day before."""
_SECURITY, _DAY, _SINCE = range(3)


@dataclass(frozen=True, slots=True)
class Jump:
    """A jump of the security in row `security` on the day in column `day`.

    `ratio`: close over that of the last day traded, delivered splits counted; above 1 a rise. `units`: what one unit
    would have become: 1 / k for a rise near k : 1, else 1 / ratio; k for a fall near 1 : k, else 1 (nothing to infer).
    `near`: whether the ratio lies near such a k.
    """

    security: int
    day: int
    ratio: float
    units: float
    near: bool


def jump_of(security: int, day: int, ratio: float, noise: float) -> Jump:
    """Return the jump by a ratio; `noise` is how far from k : 1, as a share, it may lie (0.1: 10 % of the price)."""
    size = max(ratio, 1.0 / ratio)
    k = min(SIMPLE, key=lambda simple: abs(math.log(size / simple)))
    near = abs(math.log(size / k)) <= math.log1p(noise)
    if ratio > 1.0:
        return Jump(security, day, ratio, 1.0 / (k if near else size), near)
    return Jump(security, day, ratio, k if near else 1.0, near)


@dataclass(frozen=True, slots=True)
class Grids:
    """The grids (S, T) of a price book under way that jumps are looked for in, and mended: all but `close`, `flags`."""

    close: Floats
    previous: Floats
    returns: Floats
    adjusted: Floats
    flags: Bytes


def mended(
    grids: Grids, kinds: tuple[str, ...], splits: Splits, jump: float, noise: float
) -> tuple[Jump, ...]:
    """Return the jumps by a factor of `jump` or more that nothing explains, by security and day; mend what they distort.

    `splits(s, t, u)`: product of the delivered splits of s on the days after t, up to u. Where the return jumps, the
    previous close becomes the last one less the splits, for a rise near k : 1 times k; of another rise the day's return
    isn't known. A fall stays as it is: it may be one.
    """
    bound, found = jump / (1.0 + noise), []
    for s, t, since in _candidates(grids, bound):
        if kinds[s] not in KINDS:
            continue
        last = grids.close[s, since] / splits(s, since, t)
        ratio = float(grids.close[s, t] / last)
        rises, falls = ratio >= bound, ratio * bound <= 1.0
        strange = _strange(grids.close[s, t], grids.previous[s, t], bound)
        if rises or (falls and strange):
            found.append(jump_of(s, t, ratio, noise))
        if strange and not falls:
            _mend(grids, s, t, last, found[-1] if rises else None)
    return tuple(found)


def _candidates(grids: Grids, bound: float) -> list[list[int]]:
    found = np.zeros((0, 3), np.int64)
    n = jumped(grids.close, grids.previous, grids.flags, bound, found)
    if n:
        found = np.zeros((n, 3), np.int64)
        jumped(grids.close, grids.previous, grids.flags, bound, found)
    return [[int(row[_SECURITY]), int(row[_DAY]), int(row[_SINCE])] for row in found]


def _strange(close: float, previous: float, bound: float) -> bool:
    """Tell whether the day's return jumps."""
    return bool(close >= bound * previous or close * bound <= previous)


def _mend(grids: Grids, s: int, t: int, last: float, rise: Jump | None) -> None:
    """Measure the day's return against what the last close is worth in the day's units; chain the days since anew."""
    close, before = float(grids.close[s, t]), float(grids.previous[s, t])
    known = rise is None or rise.near
    due = last if rise is None else last / rise.units if known else close
    grids.previous[s, t] = due
    grids.returns[s, t] = close / due - 1.0 if known else np.nan
    grids.adjusted[s, t:] *= before / due

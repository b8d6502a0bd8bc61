"""Sorting 64-bit numbers digit by digit (radix sort, least significant byte first): stable, and linear in their number.

numpy's own sort is three to six times slower on such keys where the processor's compress instructions are slow.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import Hashes, Ints, compiled

_BYTE = np.uint64(0xFF)
_EIGHT = np.uint64(8)


@compiled
def _digits(keys: Hashes) -> npt.NDArray[np.int64]:
    """Count how often each value of each of the eight bytes occurs."""
    counts = np.zeros((8, 256), np.int64)
    for key in keys:
        rest = key
        for k in range(8):
            counts[k, np.int64(rest & _BYTE)] += 1
            rest >>= _EIGHT
    return counts


@compiled
def _starts(counts: Ints) -> Ints:
    """Return where the keys of each digit begin."""
    starts = np.empty(256, np.int64)
    at = 0
    for digit in range(256):
        starts[digit] = at
        at += counts[digit]
    return starts


@compiled
def ascending(keys: Hashes) -> Hashes:
    """Return the keys in ascending order."""
    counts, n = _digits(keys), len(keys)
    source, target = keys.copy(), np.empty(n, np.uint64)
    for k in range(8):
        if counts[k].max() == n:
            continue
        starts, shift = _starts(counts[k]), np.uint64(8 * k)
        for i in range(n):
            digit = np.int64((source[i] >> shift) & _BYTE)
            target[starts[digit]] = source[i]
            starts[digit] += 1
        source, target = target, source
    return source


@compiled
def order_of(keys: Hashes) -> Ints:
    """Return the positions that put the keys in ascending order; equal keys stay in theirs."""
    counts, n = _digits(keys), len(keys)
    source, target = keys.copy(), np.empty(n, np.uint64)
    order, moved = np.arange(n), np.empty(n, np.int64)
    for k in range(8):
        if counts[k].max() == n:
            continue
        starts, shift = _starts(counts[k]), np.uint64(8 * k)
        for i in range(n):
            digit = np.int64((source[i] >> shift) & _BYTE)
            place = starts[digit]
            starts[digit] += 1
            target[place], moved[place] = source[i], order[i]
        source, target, order, moved = target, source, moved, order
    return order

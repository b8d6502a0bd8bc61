"""Hashes of cells and keys. They are stored on disk, so they must never change."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import Bytes, Hashes, Ints, compiled

_M1 = np.uint64(0x9E3779B97F4A7C15)
_M2 = np.uint64(0xD6E8FEB86659FD93)
_S32 = np.uint64(32)


@compiled
def mixed(h: np.uint64, word: np.uint64) -> np.uint64:
    """Mix one 64-bit word into a hash (multiply, fold, multiply: the SplitMix64 family's step)."""
    h = (h ^ word) * _M1
    h ^= h >> _S32
    h = h * _M2
    return h ^ (h >> _S32)


@compiled
def hash_cells(data: Bytes, offsets: npt.NDArray[np.int32], seed: np.uint64) -> Hashes:
    """Hash each cell's bytes to 64 bits. Stored on disk, so it must never change."""
    n = len(offsets) - 1
    out = np.empty(n, np.uint64)
    for i in range(n):
        a, b = offsets[i], offsets[i + 1]
        h = mixed(seed, np.uint64(b - a))
        while b - a >= 8:
            word = np.uint64(0)
            for k in range(8):
                word |= np.uint64(data[a + k]) << np.uint64(8 * k)
            h = mixed(h, word)
            a += 8
        word = np.uint64(0)
        for k in range(b - a):
            word |= np.uint64(data[a + k]) << np.uint64(8 * k)
        out[i] = mixed(h, word)
    return out


@compiled
def combine_hashes(h: Hashes, other: Hashes) -> None:
    """Mix the hashes of a further column into `h`, in place."""
    for i in range(len(h)):
        h[i] = mixed(h[i], other[i])


@compiled
def equal_ordinals(sorted_hashes: Hashes) -> Ints:
    """Give equal neighbours in a sorted array the numbers 0, 1, 2, and so on."""
    out = np.zeros(len(sorted_hashes), np.int64)
    for i in range(1, len(sorted_hashes)):
        if sorted_hashes[i] == sorted_hashes[i - 1]:
            out[i] = out[i - 1] + 1
    return out


_TWELVE = 1e12
_TINY, _LIFT = 1e-280, 200  # below, powers of ten for the scaling would be beyond what a float holds
_TEN_TO = np.array([float(f"1e{k}") for k in range(309)])


@compiled
def _scaled(size: float, exponent: int) -> float:
    """Return size × 10^(11 − exponent), as a whole number."""
    shift = 11 - exponent
    return float(np.rint(size * _TEN_TO[shift] if shift >= 0 else size / _TEN_TO[-shift]))


@compiled
def hash_rounded(values: npt.NDArray[np.float64], seed: np.uint64) -> Hashes:
    """Hash each number rounded to 12 significant digits: what differs less than that is the same. No NaN, no infinity."""
    out = np.empty(len(values), np.uint64)
    for i in range(len(values)):
        size, lifted = abs(values[i]), 0
        if 0.0 < size < _TINY:
            size, lifted = size * _TEN_TO[_LIFT], _LIFT
        digits, exponent = 0.0, 0
        if size > 0.0:
            exponent = int(np.floor(np.log10(size)))
            digits = _scaled(size, exponent)
            if digits < _TWELVE / 10:  # the logarithm was rounded up
                exponent -= 1
                digits = _scaled(size, exponent)
            if digits >= _TWELVE:
                exponent += 1
                digits = np.rint(digits / 10)
            exponent -= lifted
        whole = np.int64(digits) if values[i] >= 0.0 else -np.int64(digits)
        out[i] = mixed(mixed(seed, np.uint64(whole)), np.uint64(exponent))
    return out

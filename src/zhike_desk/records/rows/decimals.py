"""Decimals as the nearest floating-point numbers: Arrow's own cast makes -12.888900000000001 of -12.8889."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

UNKNOWN = pa.scalar(None, pa.float64())
"""A number that isn't known. Arrow makes one of a plain None anew each time, and looks for three packages to do it."""


def wholes(values: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Return the whole numbers that decimals of at most 18 digits are stored as (units of their last place); null is 0 or anything."""
    return np.concatenate([np.empty(0, np.int64), *(_words(chunk) for chunk in values.chunks)])


def numbers(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return decimals as floating-point numbers, each the nearest there is; null stays null."""
    found = wholes(values) / 10.0**values.type.scale
    missing = values.is_null().to_numpy() if values.null_count else None
    return pa.chunked_array([pa.array(found, pa.float64(), mask=missing)])


def _words(decimals: pa.Array) -> npt.NDArray[np.int64]:
    words = np.frombuffer(decimals.buffers()[1], np.int64)
    return words[decimals.offset * 2 : (decimals.offset + len(decimals)) * 2 : 2]

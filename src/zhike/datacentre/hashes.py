"""Stored values as numbers: hashes of texts and columns (stable for ever), and sets of them.

Hashes are taken of stored values, not of the text they came from: a value delivered as CSV and again as XLSX is one value.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.datacentre import kernels

Hashes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
_SEED = np.uint64(0x5A68696B65)  # "Zhike"


def hashes_of(texts: pa.Array) -> npt.NDArray[np.uint64]:
    """Hash an Arrow string array value by value (null as the empty text); stable for ever."""
    plain = texts.fill_null("") if texts.null_count else texts
    _, offsets, data = plain.buffers()
    n = len(plain)
    if n == 0:
        return np.empty(0, np.uint64)
    raw = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(1, np.uint8)
    return kernels.hash_cells(
        raw, np.frombuffer(offsets, np.int32)[plain.offset : plain.offset + n + 1], _SEED
    )


def whole(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array, without a copy where it is one already."""
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def column_hashes(column: pa.ChunkedArray) -> Hashes:
    """Hash a stored column value by value (an absent value like the empty text)."""
    array = whole(column)
    if pa.types.is_dictionary(array.type):
        words = np.append(hashes_of(array.dictionary), hashes_of(pa.array([""], pa.string())))
        at = array.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)
        return np.asarray(words[at], np.uint64)
    if pa.types.is_string(array.type):
        return hashes_of(array)
    return whole_numbers(array).view(np.uint64)


def whole_numbers(array: pa.Array) -> Ints:
    """Return a stored number, date, time or truth column as int64 (scaled; the least int64 where absent)."""
    kind = array.type
    if pa.types.is_decimal(kind):
        words = kind.bit_width // 64  # the low one comes first; more than 18 digits there are not
        low = np.frombuffer(array.buffers()[1], np.int64)[
            words * array.offset : words * (array.offset + len(array)) : words
        ].copy()
    elif pa.types.is_floating(kind):
        low = array.fill_null(0.0).to_numpy(zero_copy_only=False).view(np.int64).copy()
    elif pa.types.is_boolean(kind):
        low = array.fill_null(False).to_numpy(zero_copy_only=False).astype(np.int64)
    else:
        width = pa.int64() if kind.bit_width == 64 else pa.int32()
        plain = array.view(width) if not pa.types.is_integer(kind) else array
        low = plain.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    if array.null_count:
        low[array.is_null().to_numpy(zero_copy_only=False)] = np.iinfo(np.int64).min
    return low


def distinct(values: Hashes) -> Hashes:
    """Return the different values, sorted."""
    ordered = kernels.ascending(values)
    if not len(ordered):
        return ordered
    return np.asarray(ordered[np.r_[True, ordered[1:] != ordered[:-1]]], np.uint64)


def among(values: Hashes, known: Hashes) -> npt.NDArray[np.bool_]:
    """Mark the values that stand in `known`, which is sorted."""
    if not len(known):
        return np.zeros(len(values), np.bool_)
    at = np.minimum(np.searchsorted(known, values), len(known) - 1)
    return np.asarray(known[at] == values)

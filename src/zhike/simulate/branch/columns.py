"""Turn whole numbers into the contract's columns: money from fen, prices from thousandths, days, codes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]


def decimal(numbers: npt.ArrayLike, scale: int) -> pa.Array:
    """Return whole numbers as decimals with that many digits behind the point."""
    low = np.ascontiguousarray(numbers, np.int64)
    wide = np.empty((len(low), 2), np.int64)
    wide[:, 0], wide[:, 1] = low, low >> 63
    return pa.Array.from_buffers(pa.decimal128(18, scale), len(low), [None, pa.py_buffer(wide)])


def money(fen: npt.ArrayLike) -> pa.Array:
    """Return fen as yuan."""
    return decimal(fen, 2)


def price(thousandths: npt.ArrayLike) -> pa.Array:
    """Return thousandths of a yuan as yuan."""
    return decimal(thousandths, 3)


def rounded(values: npt.ArrayLike, scale: int, missing: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Return reals as decimals, rounded half to even; null where `missing`."""
    known = decimal(np.rint(np.asarray(values, np.float64) * 10.0**scale), scale)
    return known if missing is None else nulled(known, missing)


def nulled(values: pa.Array, missing: npt.NDArray[np.bool_]) -> pa.Array:
    """Return the values with nulls where `missing`."""
    return pc.if_else(pa.array(~np.asarray(missing)), values, pa.scalar(None, values.type))


def dates(days: npt.ArrayLike, missing: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Return day numbers as dates."""
    known = pa.array(np.asarray(days).astype(np.int32)).cast(pa.date32())
    return known if missing is None else nulled(known, missing)


def stamps(days: npt.ArrayLike, seconds: npt.ArrayLike) -> pa.Array:
    """Return day numbers and seconds of the day as points in time."""
    whole = np.asarray(days).astype(np.int64) * 86_400 + np.asarray(seconds).astype(np.int64)
    return pa.array(whole).cast(pa.timestamp("s"))


def words(choices: Sequence[str | None], at: npt.ArrayLike) -> pa.Array:
    """Return the word for each index; negative ones count from the end."""
    index = np.asarray(at).astype(np.int64) % max(len(choices), 1)
    return pa.array(choices, pa.string()).take(pa.array(index))


def codes(prefix: str, numbers: npt.ArrayLike, width: int) -> pa.Array:
    """Return codes of one width: the prefix, then the number with leading zeros."""
    text = pc.utf8_lpad(pa.array(np.asarray(numbers, np.int64)).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), text, "") if prefix else text


def in_trading_hours(ordinal: Ints) -> Ints:
    """Turn 0 … 14 099 into seconds of the day between 9:30 and 11:30 or 13:00 and 14:55."""
    return np.asarray(np.where(ordinal < 7200, 34_200 + ordinal, 46_800 + ordinal - 7200), np.int64)

"""Any stored column as plain text: digits without exponent or trailing zeros, ISO dates and times, true and false."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datacentre.hashes import whole_numbers

_ABSENT_NUMBER = np.iinfo(np.int64).min


def plain(column: pa.Array) -> pa.Array:
    """Return any stored column as text: plain digits, ISO dates and times, true and false."""
    kind = column.type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_decimal(kind):
        return _decimal_text(column, kind.scale)
    if pa.types.is_floating(kind):
        return pa.array([None if v is None else _float_text(v) for v in column.to_pylist()], pa.string())
    text = pc.cast(column, pa.string())
    if pa.types.is_time(kind) or pa.types.is_timestamp(kind):
        return pc.replace_substring_regex(text, r"\.0+$", "")
    return text


def _float_text(value: float) -> str:
    return format(Decimal(repr(value)), "f").removesuffix(".0") if abs(value) < float("inf") else str(value)


def _decimal_text(column: pa.Array, scale: int) -> pa.Array:
    """Write decimals without exponent and without trailing zeros; Arrow's own cast says 1E-8."""
    numbers = whole_numbers(column)
    absent = numbers == _ABSENT_NUMBER
    size = np.abs(np.where(absent, 0, numbers))
    unit = 10**scale
    whole = pc.cast(pa.array(size // unit), pa.string())
    rest = pc.utf8_lpad(pc.cast(pa.array(size % unit), pa.string()), scale, "0")
    rest = pc.utf8_rtrim(rest, "0")
    point = pc.if_else(pc.equal(rest, ""), "", ".")
    sign = pc.if_else(pa.array(numbers < 0), "-", "")
    text = pc.binary_join_element_wise(sign, whole, point, rest, "")
    return pc.if_else(pa.array(absent), pa.scalar(None, pa.string()), text)

"""Figures as the columns of a published table, in the types of storage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date as Date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.base.period import Days
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables.definition import Table

Figures = npt.NDArray[np.float64]


def published(
    table: Table,
    days: Days,
    as_of: Date,
    figures: Mapping[str, Figures],
    words: Mapping[str, Sequence[str | None]],
) -> pa.Table:
    """Return `table` with a row a day: figures (NaN becomes null) and words by the names of their columns."""
    schema = schema_of(table)
    columns: dict[str, pa.Array] = {
        "date": pa.array(days, pa.int32()).cast(pa.date32()),
        "as_of": pa.array([as_of] * len(days), pa.date32()),
        **{name: numbers(values, schema.field(name).type) for name, values in figures.items()},
        **{name: pa.array(values, pa.string()) for name, values in words.items()},
    }
    return pa.table([columns[name] for name in schema.names], schema=schema)


def numbers(values: Figures, kind: pa.DataType) -> Any:
    """Return numbers of a type: float64, int64, or decimal rounded half-even to its scale."""
    unknown = np.isnan(values)
    if pa.types.is_float64(kind):
        return pa.array(values, kind, mask=unknown)
    scale = kind.scale if pa.types.is_decimal(kind) else 0
    whole = np.rint(np.where(unknown, 0.0, values) * 10.0**scale).astype(np.int64)
    if not pa.types.is_decimal(kind):
        return pa.array(whole, kind, mask=unknown)
    wide = np.stack([whole, whole >> 63], axis=1)  # little end first: the number, then its sign
    valid = pa.array(~unknown).buffers()[1]
    return pa.Array.from_buffers(kind, len(whole), [valid, pa.py_buffer(np.ascontiguousarray(wide))])

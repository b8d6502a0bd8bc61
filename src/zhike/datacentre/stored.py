"""How tables lie in storage: the Arrow type of each column, and the columns that storage adds."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from zhike.datacentre.tables.definition import Column, Table, Type

SCALES: Mapping[Type, int] = {
    Type.MONEY: 4,
    Type.QUANTITY: 4,
    Type.PRICE: 8,
    Type.RATE: 8,
    Type.COUNT: 0,
    Type.NUMBER: 8,
}
_TYPES: Mapping[Type, pa.DataType] = {
    Type.MONEY: pa.decimal128(18, 4),
    Type.QUANTITY: pa.decimal128(18, 4),
    Type.PRICE: pa.decimal128(18, 8),
    Type.RATE: pa.decimal128(18, 8),
    Type.COUNT: pa.int64(),
    Type.NUMBER: pa.float64(),
    Type.DATE: pa.date32(),
    Type.MONTH: pa.date32(),
    Type.TIME: pa.time32("ms"),
    Type.STAMP: pa.timestamp("ms"),
    Type.BOOL: pa.bool_(),
}

# Storage's own columns. `_bucket` is the client's hash bucket; `_drop`, `_file` and `_line` lead back to the delivered row.
BUCKETS = 4096
BUCKET, DROP, FILE, LINE = "_bucket", "_drop", "_file", "_line"
OWN = pa.schema([(BUCKET, pa.uint16()), (DROP, pa.int32()), (FILE, pa.int32()), (LINE, pa.int64())])


def storage_type(column: Column) -> pa.DataType:
    """Return the Arrow type that stores `column`."""
    return _TYPES.get(column.type, pa.string())


def reading_type(column: Column) -> pa.DataType:
    """Return the Arrow type that holds `column` while it is read: half as wide for decimals, the same bytes when stored."""
    kind = storage_type(column)
    return pa.decimal64(kind.precision, kind.scale) if pa.types.is_decimal128(kind) else kind


def schema_of(table: Table) -> pa.Schema:
    """Return the Arrow schema of a table as its users see it."""
    return pa.schema([pa.field(c.name, storage_type(c), nullable=c.nullable) for c in table.columns])


def without_codes(rows: pa.Table) -> pa.Table:
    """Return rows whose columns that are held as codes are written out: what codes stand for differs from table to table."""
    for at, field in enumerate(rows.schema):
        if pa.types.is_dictionary(field.type):
            rows = rows.set_column(at, field.name, rows[field.name].cast(field.type.value_type))
    return rows


def stored_schema(table: Table) -> pa.Schema:
    """Return the schema of a table's stored files: its columns, then storage's own."""
    fields = [pa.field(c.name, storage_type(c)) for c in table.columns]
    return pa.schema([*fields, *OWN])

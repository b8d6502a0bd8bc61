"""Rows of stored tables by the columns that matter, and days to put them on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from zhike.base.period import Calendar
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables import table as table_called
from zhike.datacentre.tables.definition import Column, Type

Row = Mapping[str, Any]
_ZERO = {
    Type.MONEY: Decimal(0), Type.QUANTITY: Decimal(0), Type.PRICE: Decimal(0), Type.RATE: Decimal(0), Type.COUNT: 0,
    Type.NUMBER: 0.0, Type.BOOL: False, Type.DATE: date(2020, 1, 1), Type.MONTH: date(2020, 1, 1),
}  # fmt: skip


def weekdays(end: date, days: int) -> Calendar:
    """Return the last `days` weekdays up to `end` as a calendar."""
    found: list[date] = []
    while len(found) < days:
        if end.weekday() < 5:
            found.append(end)
        end -= timedelta(days=1)
    return Calendar.from_dates(found)


def rows_of(name: str, rows: Iterable[Row]) -> pa.Table:
    """Return rows as a stored table: columns that aren't given are null, or nothing where they can't be."""
    table, given = table_called(name), list(rows)
    for row in given:
        assert not set(row) - set(table.names), set(row) - set(table.names)
    columns = {c.name: [_cell(c, row) for row in given] for c in table.columns}
    return pa.table(columns, schema_of(table))


def _cell(column: Column, row: Row) -> Any:
    if column.name not in row:
        return None if column.nullable else _ZERO.get(column.type, "")
    value = row[column.name]
    if isinstance(value, (int, float)) and column.type in (Type.MONEY, Type.QUANTITY, Type.PRICE, Type.RATE):
        return Decimal(str(round(value, 4)))
    return value

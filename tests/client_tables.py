"""Small tables of clients for tests of their measures: what is given stands, the rest is nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pa

from zhike.base.period import Calendar
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables import table as table_called
from zhike.datacentre.tables.definition import Column, Type
from zhike.engine import Engine
from zhike.engine.parquet import write_table
from zhike.features.clients import Told, assembled, calendar_days, estimated, gather, told

Row = Mapping[str, Any]
CONTRACT = ("trade", "asset", "cash_flow", "quote", "index_quote")
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


class Branch:
    """Tables of a test in files, as a run leaves them; collects measures over them."""

    def __init__(self, folder: Path, calendar: Calendar, tables: Mapping[str, pa.Table]) -> None:
        self.calendar, self.as_of, self.folder = calendar, calendar.last, folder
        contents = {name: rows_of(name, []) for name in CONTRACT} | dict(tables)
        contents["calendar"] = calendar_days(calendar, calendar.last)
        self.files = {name: folder / f"{name}.parquet" for name in contents}
        self.schemas = {name: rows.schema for name, rows in contents.items()}
        for name, rows in contents.items():
            write_table(self.files[name], rows)

    def frames(self, engine: Engine) -> dict[str, nw.LazyFrame[Any]]:
        """Return the lazy tables."""
        return {name: engine.scan([path], self.schemas[name]) for name, path in self.files.items()}

    def told(self) -> Told:
        """Return the rows of `measure` and `measure_detail` as a run makes them."""
        with Engine() as engine:
            tables = self.frames(engine)
            pieces = gather(tables, self.as_of, self.calendar)
            sums = assembled({name: engine.collect(piece) for name, piece in pieces.items()})
            kept = self.folder / "sums.parquet"
            write_table(kept, sums)
            estimates = estimated(engine.scan([kept], sums.schema), tables, self.as_of)
            return told(engine.collect(estimates), tables, "en")

    def measures(self) -> dict[str, dict[str, Any]]:
        """Return each client's measures by name."""
        return {row["client_id"]: row for row in self.told().measure.to_pylist()}

    def details(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Return the detail rows by client and measure, in English."""
        return {(row["client_id"], row["measure"]): row for row in self.told().detail.to_pylist()}

"""Small tables of clients for tests of their measures: what is given stands, the rest is nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pa

from few_rows import rows_of, weekdays
from zhike.base.period import Calendar, date_of
from zhike.datacentre.stored import without_codes
from zhike.engine import Engine
from zhike.engine.parquet import read_table, write_table
from zhike.features.clients import ClientSettings, Told, calendar_days, told
from zhike.run.first_pass import estimates_of

CONTRACT = ("trade", "asset", "cash_flow", "quote", "index_quote")
CALENDAR = weekdays(date(2025, 3, 31), 300)


def day(age: int) -> date:
    """Return the trading day of CALENDAR that lies `age` trading days before the last."""
    return date_of(int(CALENDAR.days[-1 - age]))


def on(client: str, age: int, **row: Any) -> dict[str, Any]:
    """Return a client's row of that day."""
    return {"client_id": client, "date": day(age), **row}


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
        tables = {name: without_codes(read_table(path)) for name, path in self.files.items()}
        with Engine() as engine:
            estimates = estimates_of(engine, tables, self.as_of, self.calendar, ClientSettings())
        return told(estimates, tables, "en")

    def measures(self) -> dict[str, dict[str, Any]]:
        """Return each client's measures by name."""
        return {row["client_id"]: row for row in self.told().measure.to_pylist()}

    def details(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Return the detail rows by client and measure, in English."""
        return {(row["client_id"], row["measure"]): row for row in self.told().detail.to_pylist()}

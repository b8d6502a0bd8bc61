"""One bucket of clients: its lazy tables, and where the run stands in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw

from zhike.features.clients.settings import ClientSettings
from zhike.features.clients.windows import AGELESS, CALENDAR, Horizon

Frame = nw.LazyFrame[Any]


@dataclass(frozen=True, slots=True)
class Bucket:
    """The lazy tables of some clients, by name; a table that isn't there was not delivered."""

    tables: Mapping[str, Frame]
    horizon: Horizon
    settings: ClientSettings = field(default_factory=ClientSettings)

    def aged(self, table: str, date: nw.Expr | None = None) -> Frame:
        """Return a table with `age`: trading days from each row's day to the last one; rows after it are left out.

        `date`: the row's date where it isn't the column of that name. A row before the calendar's first day is AGELESS.
        """
        rows = self.tables[table]
        if date is not None:
            rows = rows.with_columns(date=date)
        last = self.horizon.known - 1
        return (
            rows.filter(nw.col("date") <= nw.lit(self.horizon.end))
            .join(self.tables[CALENDAR].select("date", "day"), on="date", how="left")
            .with_columns(age=(nw.lit(last) - nw.col("day")).fill_null(AGELESS))
            .drop("day")
        )

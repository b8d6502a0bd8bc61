"""The rows of some clients in memory: with their ages, and in order of date along each client's days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.errors import BrokenPromise
from zhike.base.text import say
from zhike.datacentre.hashes import whole, whole_numbers
from zhike.engine.meaning import made
from zhike.features.clients.settings import ClientSettings
from zhike.features.clients.windows import Horizon
from zhike.features.market.gathering import floats

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
UNITS = 10_000.0
"""Units of money in a yuan."""


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """Rows of client_day up to the last trading day, client by client in order of date.

    `starts` (clients + 1,): where each of `clients` begins; `places` (rows,): see `Horizon.places`.
    """

    rows: pa.Table
    clients: pa.Array
    starts: Ints
    places: Ints

    def units(self, column: str) -> Ints:
        """Return a column of whole numbers, money in its units; raise BrokenPromise where one is absent."""
        return whole_numbers(self._known(column))

    def floats(self, column: str) -> Floats:
        """Return a column of floating-point numbers; raise BrokenPromise where one is absent."""
        return np.array(self._known(column).to_numpy(zero_copy_only=False), np.float64)

    def money(self, column: str, at: Ints) -> Floats:
        """Return money in yuan at some rows (−1: none), NaN where it is absent."""
        return floats(whole(self.rows[column].take(pa.array(np.maximum(at, 0), mask=at < 0))))

    def _known(self, column: str) -> pa.Array:
        found = whole(self.rows[column])
        if found.null_count:
            raise BrokenPromise(
                say(
                    f"client_day 的列 {column} 有空值。",
                    f"The column '{column}' of client_day lacks {found.null_count} values.",
                )
            )
        return found

    def table(self, **figures: Floats) -> pa.Table:
        """Return figures, one value a client, as a table; NaN becomes null."""
        return figures_of(self.clients, **figures)


@dataclass(frozen=True)
class Held:
    """The tables of some clients in memory, by name, and where the run stands in time; one that isn't there was not delivered."""

    tables: Mapping[str, pa.Table]
    horizon: Horizon
    settings: ClientSettings = field(default_factory=ClientSettings)

    @cached_property
    def days(self) -> Walk:
        """The rows of client_day."""
        return walk(self.tables["client_day"], self.horizon)

    def aged(self, table: str, date: nw.Expr | None = None) -> pa.Table:
        """Return a table with `age`: trading days from each row's day to the last one; rows after it or without a day are left out.

        `date`: the row's date where it isn't the column of that name. A row before the calendar's first day is AGELESS.
        """
        rows = self.tables[table]
        if date is not None:
            rows = made(rows, {"date": date})
        places = self.horizon.places(dates_of(rows["date"]))
        if (places < 0).any():
            rows, places = rows.filter(pa.array(places >= 0)), places[places >= 0]
        return rows.append_column("age", pa.array(self.horizon.ages[places]))


def figures_of(clients: pa.Array, **figures: Floats) -> pa.Table:
    """Return a table of client_id and figures, NaN as null."""
    return pa.table({"client_id": clients} | {n: pa.array(v, mask=np.isnan(v)) for n, v in figures.items()})


def walk(client_day: pa.Table, horizon: Horizon) -> Walk:
    """Put rows of client_day in order, where they aren't, and leave out those after the last trading day."""
    dates = dates_of(client_day["date"])
    known = dates <= horizon.days[-1]
    if not known.all():
        client_day, dates = client_day.filter(pa.array(known)), dates[known]
    runs = pc.run_end_encode(whole(client_day["client_id"].cast(pa.string())))
    ends = runs.run_ends.to_numpy().astype(np.int64)
    follows = np.diff(dates) >= 0
    follows[ends[:-1] - 1] = True
    if follows.all() and pc.count_distinct(runs.values, mode="all").as_py() == len(ends):
        return Walk(client_day, runs.values, np.concatenate([[0], ends]), horizon.places(dates))
    return walk(client_day.sort_by([("client_id", "ascending"), ("date", "ascending")]), horizon)


def dates_of(column: pa.ChunkedArray) -> npt.NDArray[np.int32]:
    """Return dates as day numbers; what has none lies after every day."""
    days = whole(column).view(pa.int32()).fill_null(np.iinfo(np.int32).max)
    return np.asarray(days.to_numpy(zero_copy_only=False), np.int32)


def coded(*columns: pa.ChunkedArray) -> tuple[pa.Array, Ints]:
    """Return the clients that some columns name, one behind the other, and each row's place among them."""
    texts = [chunk for c in columns for chunk in c.cast(pa.string()).chunks]
    codes = whole(pa.chunked_array(texts, pa.string())).dictionary_encode()
    return codes.dictionary, codes.indices.to_numpy().astype(np.int64)


def starts_of(codes: Ints, n: int) -> Ints:
    """Return where the rows of each of n clients begin once they are in order, shape (n + 1,)."""
    return np.concatenate([[0], np.cumsum(np.bincount(codes, minlength=n))]).astype(np.int64)

"""What checks know beyond the row itself: which clients exist, which days are trading days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.base.exchange import market_of
from zhike.datacentre.columns import Typed
from zhike.datacentre.hashes import Hashes, among, column_hashes, hashes_of, whole_numbers
from zhike.datacentre.tables.definition import Table

Bools = npt.NDArray[np.bool_]


# The tables that others refer to. What refers to an unknown client waits; other unknown references are only told.
REFERENCES = ("client", "account", "security", "staff", "product", "channel", "lead")


# Where trading days are known from, the first that has any; quotes of single securities leave out days they rested.
CALENDARS = ("calendar", "index_quote")
FACTS_FROM = (*REFERENCES, *CALENDARS)
JUDGED_BY = ("client_id", "security_id", "date")  # the columns by which rows wait, where a table has them
LONGEST_HOLIDAY = (
    12  # calendar days from one trading day to the next; since 2000 the longest was 11 (春节 2020)
)


def known_ahead(days: npt.NDArray[np.int64], since: int) -> npt.NDArray[np.int64]:
    """Cut sorted trading days (day numbers) at the first hole from `since` on that is longer than a holiday: nothing is known beyond it."""
    holes = np.flatnonzero((np.diff(days) > LONGEST_HOLIDAY) & (days[:-1] >= since))
    return days[: holes[0] + 1] if len(holes) else days


@dataclass(frozen=True, slots=True)
class Facts:
    """`known`: for each reference table with rows, the sorted hashes of its keys (a table without rows misses nothing).

    `trading_days`: sorted day numbers (None: no calendar or index yet).
    """

    known: Mapping[str, Hashes] = field(default_factory=dict)
    trading_days: npt.NDArray[np.int32] | None = None

    @property
    def clients(self) -> Hashes | None:
        """Return the hashes of all known clients (None: no client table yet)."""
        return self.known.get("client")

    def unknown_clients(self, table: Table, rows: pa.Table) -> Bools:
        """Mark stored rows whose client isn't known; a row that may be without one (a lead) and is, waits for nobody."""
        if self.clients is None or table.name == "client" or not table.has("client_id"):
            return np.zeros(rows.num_rows, np.bool_)
        unknown = ~among(column_hashes(rows["client_id"]), self.clients)
        if table.column("client_id").nullable:
            unknown &= rows["client_id"].is_valid().to_numpy()
        return unknown

    def closed_days(self, table: Table, rows: pa.Table) -> Bools:
        """Mark stored trades in mainland securities on days that the known calendar leaves out.

        A day counts as closed only between two trading days at most LONGEST_HOLIDAY apart: where the calendar has
        larger holes, it doesn't know.
        """
        days = self.trading_days
        if table.name != "trade" or days is None or len(days) < 2:
            return np.zeros(rows.num_rows, np.bool_)
        asked = whole_numbers(rows["date"].combine_chunks())
        at = np.searchsorted(days, asked)
        within = (at > 0) & (at < len(days))
        at = np.clip(at, 1, len(days) - 1)
        closed = within & (days[at] != asked) & (days[at] - days[at - 1] <= LONGEST_HOLIDAY)
        return np.asarray(closed & _mainland(rows["security_id"]) if closed.any() else closed)

    def reasons(self, table: Table, rows: pa.Table) -> tuple[Bools, Bools]:
        """Mark stored rows that wait for their client, and those that wait for their day only."""
        nameless = self.unknown_clients(table, rows)
        return nameless, self.closed_days(table, rows) & ~nameless

    def waiting(self, table: Table, rows: pa.Table) -> Bools:
        """Mark stored rows that don't hold as long as nothing more is known."""
        nameless, closed = self.reasons(table, rows)
        return nameless | closed

    def days_changed(self, before: Facts) -> tuple[int, int] | None:
        """Return the range of days whose being open or closed may differ from `before`, or None."""
        old, new = before.trading_days, self.trading_days
        if old is None or new is None:
            other = new if old is None else old
            return None if other is None else (int(other[0]), int(other[-1]))
        if len(new) >= len(old) and np.array_equal(new[: len(old)], old):
            return None if len(new) == len(old) else (int(old[-1]), int(new[-1]))
        return int(min(old[0], new[0])), int(max(old[-1], new[-1]))

    def unknown(self, reference: str, column: Typed) -> Bools:
        """Mark rows whose value in `column` isn't a key of the table `reference`."""
        keys = self.known.get(reference)
        if keys is None:
            return np.zeros(len(column.absent), np.bool_)
        if column.codes is None:
            return np.asarray(~among(hashes_of(column.array), keys) & ~column.absent)
        missing = np.append(~among(hashes_of(pa.array(column.words, pa.string())), keys), False)
        return np.asarray(missing[column.codes])

    def save(self, folder: Path) -> None:
        """Write the facts where worker processes find them."""
        for name, keys in self.known.items():
            np.save(folder / f"{name}.keys.npy", keys)
        if self.trading_days is not None:
            np.save(folder / "days.npy", self.trading_days)

    @classmethod
    def load(cls, folder: Path) -> Facts:
        """Open saved facts without reading them into memory."""
        known = {
            p.name.removesuffix(".keys.npy"): np.load(p, mmap_mode="r") for p in folder.glob("*.keys.npy")
        }
        days = folder / "days.npy"
        return cls(known, np.load(days) if days.exists() else None)


def _mainland(securities: pa.ChunkedArray) -> Bools:
    coded = securities.combine_chunks()
    coded = coded if pa.types.is_dictionary(coded.type) else coded.dictionary_encode()
    words = [market_of(w) in ("SH", "SZ", "BJ") for w in coded.dictionary.to_pylist()]
    at = coded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)
    return np.asarray(np.array([*words, False], np.bool_)[at])

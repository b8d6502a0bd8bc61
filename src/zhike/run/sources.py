"""The stored tables that a night reads: whole ones, and those of one range of client buckets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.datacentre.store.house import Store
from zhike.datacentre.stored import BUCKET, BUCKETS, schema_of
from zhike.datacentre.tables import table as table_called
from zhike.datacentre.tables.definition import Type
from zhike.engine.buckets import ranges, rows_by_bucket, rows_by_group, rows_of_batch, rows_of_range
from zhike.engine.parquet import read_groups

_WORK = {"trade": 4, "asset": 1, "cash_flow": 2}  # of a row, against that of an asset row


@dataclass(frozen=True, slots=True)
class Laid:
    """A table's files as they were laid out for a night, a record batch a span, with these columns (see `run.laying`)."""

    files: tuple[Path, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of every table that has rows, by name, and how many these are; they travel to worker processes.

    `laid`: tables that were laid out by the ranges `spans`; these are read there.
    """

    files: Mapping[str, tuple[Path, ...]]
    counts: Mapping[str, int] = field(default_factory=dict)
    laid: Mapping[str, Laid] = field(default_factory=dict)
    spans: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, home: Path) -> Sources:
        """Return the files of the state that holds."""
        manifest = Store(home).manifest()
        names = {*manifest.tables, *manifest.patches}
        counts = {n: rows for n in sorted(names) if (rows := manifest.rows(n))}
        return cls({n: tuple(home / f for f in manifest.live(n)) for n in counts}, counts)

    def has(self, table: str) -> bool:
        """Tell whether a table has rows."""
        return table in self.files

    def rows(self, table: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Read a whole table, or some of its columns; no rows where there are none."""
        return self.range(table, 0, BUCKETS, columns)

    def days(self, table: str) -> npt.NDArray[np.int32]:
        """Return the days on which a table has rows, in order, reading one row group at a time."""
        found = np.empty(0, np.int32)
        for path in self.files.get(table, ()):
            for rows in read_groups(path, ("date",)):
                found = np.union1d(found, rows["date"].cast(pa.int32()).to_numpy())
        return found.astype(np.int32)

    def range(self, table: str, low: int, high: int, columns: Sequence[str] | None = None) -> pa.Table:
        """Read a table's rows of the client buckets [low, high)."""
        wanted, coded = wanted_of(table, columns)
        laid = self.laid.get(table)
        if laid is not None and (low, high) in self.spans and set(laid.columns).issuperset(wanted.names):
            return rows_of_batch(laid.files, self.spans.index((low, high)), wanted, coded=coded)
        return rows_of_range(self.files.get(table, ()), wanted, BUCKET, low, high, coded=coded)

    def groups(self, table: str, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Read some columns of a whole table, a row group at a time."""
        wanted, coded = wanted_of(table, columns)
        return rows_by_group(self.files.get(table, ()), wanted, coded=coded)

    def ranges(self, most: int) -> tuple[tuple[int, int], ...]:
        """Cut the client buckets into ranges of at most `most` work each, measured in rows of assets."""
        work = np.zeros(BUCKETS, np.int64)
        for name in ("client", *_WORK):
            work += _WORK.get(name, 1) * rows_by_bucket(self.files.get(name, ()), BUCKET, BUCKETS)
        return ranges(work, most)


def wanted_of(table: str, columns: Sequence[str] | None) -> tuple[pa.Schema, list[str]]:
    """Return how a table is read, and which of its columns as dictionaries."""
    definition = table_called(table)
    schema = schema_of(definition)
    wanted = pa.schema([schema.field(n) for n in columns or schema.names])
    coded = [
        n for n in wanted.names if definition.column(n).type is Type.CHOICE or n in ("client_id", "security_id")
    ]  # fmt: skip
    return wanted, coded

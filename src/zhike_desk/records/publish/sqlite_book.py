"""A book as an SQLite file: written without a journal, since nobody reads it yet, then flushed and renamed."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from itertools import repeat
from pathlib import Path

import pyarrow as pa
from django.db import connection

from zhike.engine.durable import flush
from zhike_desk.records.publish import definitions

_BATCH = 50_000
_PRAGMAS = (
    "journal_mode=OFF",
    "synchronous=OFF",
    "locking_mode=EXCLUSIVE",
    "page_size=8192",
    "cache_size=-200000",
    "temp_store=FILE",
    "threads=2",
)


class SqliteBook:
    """A book being written. `place` is its file's name; it is there under that name once `finish` has returned."""

    def __init__(self, folder: Path, place: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.place = place
        self._target = folder / place
        self._path = folder / f".{place}.new"
        self._db = sqlite3.connect(self._path, isolation_level=None)
        for pragma in _PRAGMAS:
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute("BEGIN")
        self._measures: Sequence[str] = ()

    def create(self, measures: Sequence[str]) -> None:
        """Make every table, without indexes."""
        for model in definitions.classes():
            self._db.execute(definitions.create(model, connection))
        for statement in definitions.create_measures(measures, connection):
            self._db.execute(statement)
        self._measures = measures

    def load(self, table: str, rows: pa.Table) -> None:
        """Append rows, which have the table's columns in its order."""
        statement = f'INSERT INTO "{table}" VALUES ({",".join(repeat("?", rows.num_columns))})'
        for batch in rows.to_batches(max_chunksize=_BATCH):
            self._db.executemany(statement, zip(*(_values(c) for c in batch.columns), strict=True))

    def index(self) -> None:
        """Make keys and indexes, and the figures the planner chooses by."""
        for statement in definitions.indexes(connection, self._measures):
            self._db.execute(statement)
        self._db.execute("COMMIT")
        self._db.execute("PRAGMA analysis_limit=1000")
        self._db.execute("ANALYZE")
        # lists are planned by this: of 1,000 rows a class looks as rare as a branch, and the index of the class is walked instead
        self._db.execute("PRAGMA analysis_limit=0")
        self._db.execute("ANALYZE book_client")

    def count(self, table: str) -> int:
        """Return how many rows a table holds."""
        found: int = self._db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
        return found

    def finish(self) -> None:
        """Close, flush, and give the file its name: whole from then on, and never written again."""
        self._db.close()
        flush(self._path)
        os.replace(self._path, self._target)
        flush(self._target.parent)

    def abandon(self) -> None:
        """Remove what was begun."""
        self._db.close()
        self._path.unlink(missing_ok=True)


def sweep(folder: Path, keep: set[str]) -> None:
    """Remove every book but those to keep, and what a killed publication left half-written."""
    if folder.exists():
        for file in folder.iterdir():
            if file.name not in keep:
                file.unlink()


def _values(column: pa.Array) -> Sequence[object]:
    """Return a column's values as SQLite takes them: days as text, moments as UTC text, unknown numbers as None."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        whole = column.cast(pa.timestamp("s", tz="UTC"))
        column = whole.cast(pa.timestamp("s")).cast(pa.string())  # an eighth of what strftime takes
    elif pa.types.is_date(kind):
        column = column.cast(pa.string())
    elif pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    elif pa.types.is_float64(kind):  # SQLite stores NaN as NULL
        return list(column.to_numpy(zero_copy_only=False).tolist())
    return list(column.to_pylist())

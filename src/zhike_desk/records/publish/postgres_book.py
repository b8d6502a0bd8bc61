"""A book as a PostgreSQL schema: filled by COPY in one transaction, on a connection of its own."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from zhike_desk.records.book import wide
from zhike_desk.records.publish import definitions

_BATCH = 50_000
_BEGIN = "book_"


class PostgresBook:
    """A book being written. `place` is its schema's name; nobody else sees it before `finish` has returned."""

    def __init__(self, place: str) -> None:
        self.place = place
        self._db: BaseDatabaseWrapper = connection.copy()
        self._cursor: Any = self._db.cursor()
        self._measures: Sequence[str] = ()
        self._cursor.execute("BEGIN")
        self._cursor.execute(f"CREATE SCHEMA {place}")
        self._cursor.execute(f"SET LOCAL search_path TO {place}")
        self._cursor.execute("SET LOCAL maintenance_work_mem TO '256MB'")

    def create(self, measures: Sequence[str]) -> None:
        """Make every table, without indexes."""
        for model in definitions.classes():
            self._cursor.execute(definitions.create(model, self._db))
        for statement in definitions.create_measures(measures, self._db):
            self._cursor.execute(statement)
        self._measures = measures

    def load(self, table: str, rows: pa.Table) -> None:
        """Append rows, which have the table's columns in its order."""
        with self._cursor.copy(f'COPY "{table}" FROM STDIN (FORMAT csv)') as copy:
            for batch in rows.to_batches(max_chunksize=_BATCH):
                copy.write(_csv(batch))

    def index(self) -> None:
        """Make keys and indexes, and the figures the planner chooses by."""
        for statement in definitions.indexes(self._db, self._measures):
            self._cursor.execute(statement)
        for model in definitions.classes():
            self._cursor.execute(f'ANALYZE "{model._meta.db_table}"')
        for table, _ in wide.parts(self._measures):
            self._cursor.execute(f'ANALYZE "{table}"')

    def count(self, table: str) -> int:
        """Return how many rows a table holds."""
        self._cursor.execute(f'SELECT count(*) FROM "{table}"')
        found: int = self._cursor.fetchone()[0]
        return found

    def finish(self) -> None:
        """Commit: the schema is there, whole."""
        self._cursor.execute("COMMIT")
        self._db.close()

    def abandon(self) -> None:
        """Leave nothing of it."""
        self._db.close()


def sweep(keep: set[str]) -> None:
    """Drop every book but those to keep."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ %s", [f"^{_BEGIN}[0-9]+$"])
        for (name,) in cursor.fetchall():
            if name not in keep:
                cursor.execute(f"DROP SCHEMA {name} CASCADE")


def _csv(batch: pa.RecordBatch) -> bytes:
    """Write rows as CSV that COPY reads: text in quotes, so that an empty one differs from none; bytes in hexadecimal."""
    out = BytesIO()
    columns = [_hex(c) if pa.types.is_binary(c.type) else c for c in batch.columns]
    ready = pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
    pacsv.write_csv(ready, out, pacsv.WriteOptions(include_header=False))
    return out.getvalue()


def _hex(column: pa.Array) -> pa.Array:
    return pa.array([None if v is None else "\\x" + v.hex() for v in column.to_pylist()], pa.string())

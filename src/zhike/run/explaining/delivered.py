"""The delivered rows of one client, each with the drop, file and line it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from zhike.datacentre.masks import masked
from zhike.datacentre.plain import plain
from zhike.datacentre.store.house import Store
from zhike.datacentre.store.identity import client_buckets
from zhike.datacentre.stored import BUCKET, BUCKETS, DROP, FILE, LINE, OWN, stored_schema
from zhike.datacentre.tables import table as table_called
from zhike.datacentre.tables.definition import Level
from zhike.engine.buckets import rows_of_range
from zhike.run.explaining.told import Delivered, Origin
from zhike.run.sources import Sources

SHOWN = 6
"""Delivered rows shown beneath one row of the ledger."""


def bucket_of(client: str) -> int:
    """Return the bucket a client's rows are stored in."""
    return int(client_buckets(pa.table({"client_id": pa.array([client], pa.string())}))[0])


class Deliveries:
    """Reads a client's delivered rows, with storage's own columns, and says where each came from."""

    def __init__(self, home: Path, sources: Sources, client: str) -> None:
        self._store, self._sources, self._client = Store(home), sources, client
        self._entries = {d.number: d for d in self._store.manifest().drops}
        self._files = cache(self._files_of)
        self.rows = cache(self._rows)

    def _rows(self, table: str) -> pa.Table:
        """Return the client's rows of a delivered table, in order of their key; none where it wasn't delivered."""
        bucket = bucket_of(self._client)
        return self._read(table, bucket, bucket + 1, "client_id")

    def referred(self, table: str) -> pa.Table:
        """Return the rows of a table (lead, client) that name the client as the one who referred."""
        return self._read(table, 0, BUCKETS, "referrer_id")

    def _read(self, table: str, low: int, high: int, by: str) -> pa.Table:
        definition = table_called(table)
        schema, files = stored_schema(definition), self._sources.files.get(table, ())
        rows = rows_of_range(files, schema, BUCKET, low, high)
        return rows.filter(pc.equal(rows[by], self._client)).sort_by(
            [(k, "ascending") for k in definition.key]
        )

    def _files_of(self, drop: int) -> tuple[str, ...]:
        record: Mapping[str, Any] = self._store.record(self._entries[drop])
        return tuple(str(f["file"]) for f in record["report"]["files"])

    def origin(self, drop: int, file: int, line: int) -> Origin:
        """Return the place of a row by storage's own numbers."""
        return Origin(drop, self._entries[drop].name, self._files(drop)[file], line)

    def told(self, table: str, rows: pa.Table, most: int = SHOWN) -> tuple[Delivered, ...]:
        """Return the first rows of a delivered table as text, with their places; columns that name a person are left out."""
        definition, rows = table_called(table), rows.slice(0, most)
        shown = [c for c in definition.columns if c.level is not Level.IDENTITY and c.name != "client_id"]
        cells = {c.name: plain(rows[c.name].combine_chunks()).to_pylist() for c in shown}
        levels = {c.name: c.level for c in shown}
        own = rows.select([DROP, FILE, LINE]).to_pylist()
        return tuple(
            Delivered(
                table,
                {name: masked(v, levels[name]) for name, values in cells.items() if (v := values[i]) is not None},
                self.origin(place[DROP], place[FILE], place[LINE]),
            )
            for i, place in enumerate(own)
        )  # fmt: skip

    def between(self, table: str, first: date, last: date) -> pa.Table:
        """Return the client's rows of a table from one day to another, both inclusive."""
        rows = self.rows(table)
        return rows.filter(pc.and_(pc.greater_equal(rows["date"], first), pc.less_equal(rows["date"], last)))

    def trades(self, security: str, first: date | None, last: date | None) -> pa.Table:
        """Return the client's trades in a security from one day to another (None: without bound)."""
        rows = self.between("trade", first or date.min, last or date.max)
        return rows.filter(pc.equal(rows["security_id"], security))


def without_own(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row without storage's own columns."""
    return {name: value for name, value in row.items() if name not in OWN.names}


def texts(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """Return some cells of a row as text, empty ones left out."""
    return {n: _text(row[n]) for n in names if row.get(n) is not None}


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)

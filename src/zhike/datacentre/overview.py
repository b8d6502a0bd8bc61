"""What is there now: each table with its rows, files, bytes, days and drops; and the drops themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import narwhals as nw

from zhike.datacentre.generation import Generation
from zhike.datacentre.standing import counts
from zhike.datacentre.store.house import Store
from zhike.datacentre.store.manifest import Manifest
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables import TABLES
from zhike.datacentre.tables.definition import Table
from zhike.engine import Engine, EngineSettings

_DAYS = ("date", "month", "at")


@dataclass(frozen=True, slots=True)
class TableState:
    """One table as it holds: rows, stored files and bytes, first and last day (ISO; None: it has no days), drops."""

    table: str
    rows: int
    files: int
    bytes: int
    first: str | None
    last: str | None
    drops: int
    waiting: int


@dataclass(frozen=True, slots=True)
class DropState:
    """One drop: what `zhike undo` and `zhike findings --drop` can name. `findings`: how many `zhike findings` shows now."""

    number: int
    id: str
    name: str
    feed: str
    files: int
    lines: int
    findings: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PublishedState:
    """One table as the latest run published it: rows, files, bytes, and the day (ISO) its numbers hold for."""

    table: str
    rows: int
    files: int
    bytes: int
    as_of: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The state that holds: its number, tables and drops; what the latest run published (`generation`: its id)."""

    state: int
    tables: tuple[TableState, ...]
    drops: tuple[DropState, ...]
    generation: str | None
    published: tuple[PublishedState, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def overview(home: Path, settings: EngineSettings | None = None) -> Overview:
    """Sum up what a home folder holds; an untouched one holds nothing."""
    store = Store(home)
    manifest = store.manifest()
    with Engine(settings) as engine:
        tables = tuple(_table(engine, home, manifest, TABLES[n]) for n in TABLES if n in manifest.tables)
    latest = Generation.latest(home)
    return Overview(
        manifest.state, tables, _drops(store, manifest), latest.id if latest else None, _published(latest)
    )


def _published(generation: Generation | None) -> tuple[PublishedState, ...]:
    if generation is None:
        return ()
    day = generation.manifest.as_of.isoformat()
    return tuple(
        PublishedState(name, t.rows, len(t.files), sum(f.bytes for f in t.files), day)
        for name, t in generation.manifest.tables.items()
    )


def _table(engine: Engine, home: Path, manifest: Manifest, table: Table) -> TableState:
    files = [home / f for f in manifest.live(table.name)]
    parts = manifest.tables[table.name]
    day = next((d for d in _DAYS if table.has(d)), None)
    first = last = None
    if day is not None and files:
        column = nw.col(day)
        frame = engine.scan(files, schema_of(table)).select(
            column.min().alias("first"), column.max().alias("last")
        )
        first, last = (None if v is None else str(v)[:10] for v in engine.figures(frame).values())
    return TableState(
        table.name,
        manifest.rows(table.name),
        len(files),
        sum(f.stat().st_size for f in files),
        first,
        last,
        len({p.drop for p in parts}),
        sum(p.unknown for p in parts),
    )


def _drops(store: Store, manifest: Manifest) -> tuple[DropState, ...]:
    out = []
    for entry in manifest.drops:
        report = store.record(entry)["report"]
        lines = sum(f["lines"] for f in report["files"])
        out.append(
            DropState(
                entry.number,
                entry.id,
                entry.name,
                entry.feed,
                len(report["files"]),
                lines,
                counts(store, manifest, entry),
            )
        )
    return tuple(out)

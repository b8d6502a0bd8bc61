"""Reading what was published: whole generations, found by the pointer. No lock is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pa

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.datacentre.generation import manifest as manifests
from zhike.datacentre.generation.manifest import Entry, File, Manifest
from zhike.datacentre.generation.promises import OPEN_TYPES
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables import table as table_called
from zhike.datacentre.tables.definition import Table
from zhike.engine import Engine
from zhike.engine.durable import holds
from zhike.engine.parquet import column_names, read_table

_SPAN = re.compile(r"(\d{4})-(\d{4})(?:-|$)")
_KINDS = {str(kind): kind for kind in OPEN_TYPES}


@dataclass(frozen=True, slots=True)
class Generation:
    """One published generation. `path` is its folder; nothing in it ever changes."""

    home: Path
    entry: Entry
    manifest: Manifest

    @classmethod
    def kept(cls, home: Path) -> tuple[Generation, ...]:
        """Return the generations that are kept, the newest first; none where nothing was published."""
        return tuple(cls._of(home, e) for e in reversed(manifests.entries(home)))

    @classmethod
    def latest(cls, home: Path) -> Generation | None:
        """Return the newest generation; None where nothing was published. Raise DamagedStore where it isn't whole."""
        entries = manifests.entries(home)
        return cls._of(home, entries[-1]) if entries else None

    @classmethod
    def at(cls, home: Path, run_id: str) -> Generation:
        """Return the generation whose id (or folder) begins so; raise UsageError where none, or more than one, does."""
        named = [e for e in manifests.entries(home) if run_id and _begins(e, run_id)]
        if len(named) == 1:
            return cls._of(home, named[0])
        ids = ", ".join(e.id for e in reversed(manifests.entries(home)))
        raise UsageError(
            say(f"没有唯一的一期“{run_id}”。", f"There is no one generation '{run_id}'."),
            where=str(home),
            next_=say(f"保留的各期：{ids}", f"Those that are kept: {ids}")
            if ids
            else say("还没有发布过。", "Nothing was published yet."),
        )

    @classmethod
    def _of(cls, home: Path, entry: Entry) -> Generation:
        return cls(home, entry, manifests.load(home, entry))

    @property
    def id(self) -> str:
        """Return the run's id, which follows from its inputs."""
        return self.manifest.id

    @property
    def path(self) -> Path:
        """Return the folder."""
        return self.home / manifests.ROOM / self.entry.folder

    @property
    def tables(self) -> tuple[str, ...]:
        """Return the names of the tables in it; one whose room isn't built is not among them."""
        return tuple(self.manifest.tables)

    @property
    def previous(self) -> Generation | None:
        """Return the generation whose classes this one's moves are counted from; None: there was none, or it is gone."""
        found = [e for e in manifests.entries(self.home) if e.id == self.manifest.previous]
        return self._of(self.home, found[-1]) if found else None

    def rows(self, table: str) -> int:
        """Return how many rows a table has; raise UsageError where it isn't in this generation."""
        self._has(table)
        return self.manifest.tables[table].rows

    def files(self, table: str) -> list[Path]:
        """List a table's files; raise UsageError where it isn't in this generation."""
        self._has(table)
        return [self.path / f.path for f in self.manifest.tables[table].files]

    def files_of(self, table: str, low: int, high: int) -> list[Path]:
        """List the files that may hold rows of the client buckets [low, high): one called by other buckets holds none."""
        return [path for path in self.files(table) if _may_hold(path.stem, low, high)]

    def schema(self, table: str) -> pa.Schema:
        """Return a table's columns as its users see them; those of `measure` are its definition's and every measure.

        A column that may be empty and that an older version didn't publish isn't among them. Raises DamagedStore where
        the file that tells which has changed.
        """
        self._has(table)
        further = self.manifest.tables[table].further
        optional = {c.name for c in table_called(table).columns if c.nullable}
        files = self.manifest.tables[table].files if optional else ()
        missing = optional - _named(self.path / files[0].path, files[0].sha256) if files else set()
        known = [f for f in schema_of(table_called(table)) if f.name not in missing]
        return pa.schema([*known, *(pa.field(n, _KINDS[k]) for n, k in further)])

    def scan(self, engine: Engine, table: str) -> nw.LazyFrame[Any]:
        """Open a table lazily."""
        return engine.scan(self.files(table), self.schema(table))

    def read(self, table: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Return all rows of a table, or some of its columns, as stored; raise UsageError where it isn't in this generation."""
        return pa.concat_tables([read_table(path, columns) for path in self.files(table)])

    def definition(self, table: str) -> Table:
        """Return a table's definition; raise UsageError where it isn't in this generation."""
        self._has(table)
        return table_called(table)

    def verified(self, table: str) -> list[Path]:
        """Return a table's files, their bytes compared with the manifest; raise DamagedStore where they differ."""
        files = self.files(table)
        spoilt = next(self._damaged(table), None)
        if spoilt is not None:
            raise manifests.damaged(self.path / spoilt.path, "SHA-256")
        return files

    def damaged(self) -> Iterator[tuple[str, File]]:
        """Yield table and file where a file is missing or not the bytes that were published."""
        for name in self.manifest.tables:
            for file in self._damaged(name):
                yield name, file

    def _damaged(self, table: str) -> Iterator[File]:
        files = self.manifest.tables[table].files
        return (f for f in files if not holds(self.path / f.path, f.sha256))

    def _has(self, table: str) -> None:
        if table in self.manifest.tables:
            return
        table_called(table)
        raise UsageError(
            say(
                f"这一期（{self.id}，{self.manifest.as_of}）没有表 {table}：产生它的部分本版本还没有，或缺少所需的输入。",
                f"Generation {self.id} of {self.manifest.as_of} has no table '{table}': the room that makes it isn't built "
                "in this version, or what it needs was not delivered.",
            ),
            next_=say("这一期的表：" + "、".join(self.tables), "Its tables: " + ", ".join(self.tables)),
        )


@lru_cache(maxsize=256)
def _named(path: Path, sha256: str) -> frozenset[str]:
    """Return the names of a published file's columns; it never changes, and is looked into only if it hasn't."""
    if not holds(path, sha256):
        raise manifests.damaged(path, "SHA-256")
    return frozenset(column_names(path))


def _may_hold(name: str, low: int, high: int) -> bool:
    span = _SPAN.match(name)
    return span is None or (int(span[1]) < high and low < int(span[2]))


def _begins(entry: Entry, run_id: str) -> bool:
    return entry.id.startswith(run_id) or entry.folder.startswith(run_id)

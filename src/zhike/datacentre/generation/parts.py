"""One file of one table of a draft: checked, hashed and written piece by piece, in whatever process."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from secrets import token_hex
from types import TracebackType

import numpy as np
import pyarrow as pa

from zhike.datacentre import kernels
from zhike.datacentre.generation.content import Content, content_of
from zhike.datacentre.generation.promises import conforming, other_columns, result_table, schema_for
from zhike.datacentre.store.identity import key_hashes
from zhike.datacentre.tables.definition import Table
from zhike.engine.aside import put
from zhike.engine.durable import flush, make_folder, sha256_of, system_refusals
from zhike.engine.parquet import RowStream


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one file of a table in a draft; it travels to a worker process."""

    table: str
    path: Path
    as_of: date


@dataclass(frozen=True, slots=True)
class Part:
    """A written file: rows, bytes, SHA-256, content, schema; in the file `keys` the hashes of its rows' keys in ascending order."""

    slot: Slot
    rows: int
    bytes: int
    sha256: str
    content: Content
    schema: pa.Schema
    keys: Path


class PartWriter:
    """Writes a slot's file aside and puts it in place when all rows are there. Use it as a context manager; then `part`."""

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self._part: Part | None = None
        self._table: Table = result_table(slot.table)
        self._aside = slot.path.with_name(
            f".{slot.path.name}.{token_hex(4)}.new"
        )  # another attempt may still be at it
        self._stream: RowStream | None = None
        self._schema = schema_for(self._table, pa.schema([]))
        self._content, self._keys = Content(), [np.empty(0, np.uint64)]

    def __enter__(self) -> PartWriter:
        """Begin the file."""
        return self

    @property
    def part(self) -> Part:
        """Return the finished file; raise ValueError before the writer was left without an error."""
        if self._part is None:
            raise ValueError(f"the file of '{self.slot.table}' isn't finished")
        return self._part

    def append(self, rows: pa.Table) -> None:
        """Add rows; raise BrokenPromise where they break the table's definition."""
        stored = conforming(self._table, rows, self.slot.as_of)
        with system_refusals(self.slot.path):
            if self._stream is None:
                self._begin(stored.schema)
            elif not stored.schema.equals(self._schema):
                raise other_columns(self._table, self._schema, stored.schema)
            assert self._stream is not None
            self._stream.take(stored)
        self._content += content_of(stored)
        self._keys.append(key_hashes(stored, self._table.key))

    def _begin(self, schema: pa.Schema) -> None:
        make_folder(self.slot.path.parent)
        self._schema = schema
        self._stream = RowStream(self._aside, schema)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the file, or after an error give it up."""
        if kind is not None:
            if self._stream is not None:
                self._stream.give_up()
            return
        with system_refusals(self.slot.path):
            if self._stream is None:
                self._begin(self._schema)
            assert self._stream is not None
            size = self._stream.finish()
            os.replace(self._aside, self.slot.path)
            flush(self.slot.path.parent)
            digest = sha256_of(self.slot.path)
        keys = self.slot.path.with_suffix(".keys")  # goes with the draft: what isn't adopted is not published
        with system_refusals(keys):
            put(keys, kernels.ascending(np.concatenate(self._keys)).tofile)
        self._part = Part(self.slot, self._content.rows, size, digest, self._content, self._schema, keys)


def write_part(slot: Slot, rows: pa.Table) -> Part:
    """Write a slot's file in one go; `draft.adopt` the result in the process that has the draft."""
    with PartWriter(slot) as writer:
        writer.append(rows)
    return writer.part

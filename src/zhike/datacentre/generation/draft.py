"""Building a generation and publishing it: checked whole, forced to disk, moved into place, then one swap of the pointer."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.errors import BrokenPromise, DamagedStore, StoreError
from zhike.base.text import say
from zhike.datacentre.generation import manifest as manifests
from zhike.datacentre.generation.content import Content
from zhike.datacentre.generation.inputs import Inputs
from zhike.datacentre.generation.manifest import ROOM, Contents, Entry, File, Manifest
from zhike.datacentre.generation.parts import Part, PartWriter, Slot
from zhike.datacentre.generation.promises import broken, other_columns, result_table
from zhike.datacentre.generation.published import Generation
from zhike.datacentre.generation.whole import check_whole
from zhike.datacentre.store import manifest as store_manifests
from zhike.datacentre.store.house import Store
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables import RESULTS
from zhike.engine.durable import flush, make_folder

_ALL = "all"


@dataclass(frozen=True, slots=True)
class Published:
    """The outcome: the generation that is the newest now; `unchanged`: it was there before, with equal rows.

    `changed` names the tables that differ from the generation that was the newest before.
    """

    generation: Generation
    unchanged: bool
    changed: tuple[str, ...]


class Draft:
    """A generation in the making, with the home folder's lock. Use it as a context manager; without `publish` it is gone.

    `run_id` names it, `previous` is the generation to count moves from (the latest of an earlier day, None: there is none).
    Raise StoreLocked where another process writes, StoreError where the state isn't any more that of the inputs.
    """

    def __init__(self, home: Path, inputs: Inputs, as_of: date) -> None:
        self.home, self.inputs, self.as_of = home.absolute(), inputs, as_of
        self.previous: Generation | None = None
        self.run_id = ""
        self._open = ExitStack()
        self._parts: dict[str, dict[str, Part]] = {}
        self._folder = Path()
        self._kept: tuple[Entry, ...] = ()

    def __enter__(self) -> Draft:
        """Take the lock, sweep away what a killed run left, make an empty folder."""
        store = Store(self.home)
        with ExitStack() as opening:
            state = opening.enter_context(store.writing())
            if store_manifests.fingerprint(state) != self.inputs.state_sha256:
                raise _moved(self.home, self.inputs.state, state.state)
            self._kept = manifests.entries(self.home)
            if not (self.home / manifests.POINTER).exists():
                manifests.point(self.home, ())  # so that a lost pointer is never taken for nothing published
            manifests.sweep(self.home, self._kept)
            self.previous = self._before()
            self.run_id = self.inputs.run_id(self.as_of, self.previous.id if self.previous else None)
            self._folder = make_folder(store.stage() / f"{self.as_of}-{self.run_id}")
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        """Remove what wasn't published and give the lock back."""
        return self._open.__exit__(kind, error, trace)

    def _before(self) -> Generation | None:
        """Return the latest whole generation of an earlier day; `zhike check` tells of those that aren't whole."""
        earlier = [e for e in self._kept if e.day < self.as_of.isoformat()]
        latest_last = sorted(earlier, key=lambda e: e.day)  # of one day, the one published last
        return next((g for e in reversed(latest_last) if (g := self._whole(e)) is not None), None)

    def _whole(self, entry: Entry) -> Generation | None:
        """Return a kept generation; None where its manifest or a file isn't what was published."""
        try:
            found = Generation(self.home, entry, manifests.load(self.home, entry))
        except DamagedStore:
            return None
        return found if next(found.damaged(), None) is None else None

    # ------------------------------------------------------------------------------------------------ filling it

    def write(self, table: str, rows: pa.Table) -> None:
        """Write a whole table, sorted as its definition says. Raise BrokenPromise where rows break the definition."""
        order = [(name, "ascending") for name in result_table(table).cluster if name in rows.column_names]
        with self.writer(table) as writer:
            writer.append(rows.take(pc.sort_indices(rows, order)) if order else rows)

    @contextmanager
    def writer(self, table: str) -> Iterator[PartWriter]:
        """Write a table piece by piece, in the order in which pieces are appended."""
        with PartWriter(self.part(table, _ALL)) as writer:
            yield writer
        self.adopt(writer.part)

    def part(self, table: str, name: str) -> Slot:
        """Return the place for one file of a table, for `write_part` or `PartWriter` in any process; then `adopt` it."""
        return Slot(result_table(table).name, self._folder / table / f"{name}.parquet", self.as_of)

    def adopt(self, part: Part) -> None:
        """Take in a written file; raise BrokenPromise where its name was taken or its columns differ from its table's."""
        table, name = part.slot.table, part.slot.path.name
        parts = self._parts.setdefault(table, {})
        if name in parts:
            raise broken(table, "", say(f"部分 {name} 写了两次", f"its part {name} was written twice"))
        for first in parts.values():
            if not first.schema.equals(part.schema):
                raise other_columns(RESULTS[table], first.schema, part.schema)
            part = replace(
                part, schema=first.schema
            )  # one of them for all: that of `measure` has hundreds of fields
            break
        parts[name] = part

    # ------------------------------------------------------------------------------------------------ publishing

    def publish(self) -> Published:
        """Check the whole, and make it the newest generation. Where these inputs gave it before, nothing is copied.

        Raise BrokenPromise where keys repeat, tables contradict each other, or equal inputs gave other rows before.
        """
        check_whole({name: list(parts.values()) for name, parts in self._parts.items()})
        manifest = self._manifest()
        newest = self._whole(self._kept[-1]) if self._kept else None
        changed = manifest.differing(newest.manifest) if newest else tuple(manifest.tables)
        entry, unchanged = self._again(manifest), True
        if entry is None:
            entry, unchanged = self._move_in(manifest), False
        kept = (*(e for e in self._kept if e.name != entry.name), entry)  # no other goes: see `retention`
        if kept != self._kept:
            manifests.point(self.home, kept)
            manifests.sweep(self.home, kept)
            self._kept = kept
        there = manifests.load(self.home, entry)  # its rows may lie in other files than this draft's
        return Published(Generation(self.home, entry, there), unchanged, changed)

    def _manifest(self) -> Manifest:
        tables = {
            name: _contents(name, [p for _, p in sorted(self._parts[name].items())])
            for name in RESULTS
            if name in self._parts
        }
        previous = self.previous.id if self.previous else None
        return Manifest(self.run_id, self.as_of, self.inputs, previous, tables)

    def _again(self, manifest: Manifest) -> Entry | None:
        """Return the kept generation with this id where its rows are equal and its files whole."""
        for entry in self._kept:
            if entry.name == self._folder.name and (there := self._whole(entry)):
                odd = manifest.differing(there.manifest)
                if odd:
                    raise _other_results(self.run_id, odd)
                return entry
        return None

    def _move_in(self, manifest: Manifest) -> Entry:
        """Force the folder to disk and move it among the generations, beside a damaged one of the same id."""
        adopted = {p.slot.path for parts in self._parts.values() for p in parts.values()}
        for path in self._folder.rglob("*"):
            if path.is_file() and path not in adopted:
                path.unlink()
        target, n = make_folder(self.home / ROOM) / self._folder.name, 1
        while target.exists():
            n += 1
            target = target.with_name(f"{self._folder.name}.{n}")
        entry = manifests.write(self._folder, manifest)
        for folder in (*(p for p in self._folder.iterdir() if p.is_dir()), self._folder):
            flush(folder)
        os.replace(self._folder, target)
        flush(target.parent)
        return Entry(target.name, entry.sha256)


def _contents(name: str, parts: Sequence[Part]) -> Contents:
    content = sum((p.content for p in parts), Content())
    schema = parts[0].schema
    known = schema_of(RESULTS[name]).names
    return Contents(
        content.rows,
        content.digest(name, schema),
        tuple(File(f"{name}/{p.slot.path.name}", p.rows, p.bytes, p.sha256) for p in parts),
        tuple((f.name, str(f.type)) for f in schema if f.name not in known),
    )


def _moved(home: Path, then: int, now: int) -> StoreError:
    return StoreError(
        say(
            f"运行依据状态 {then}，现在已是状态 {now}。",
            f"The run follows from state {then}; by now there is state {now}.",
        ),
        where=str(home),
        next_=say("再运行一次。", "Run it again."),
    )


def _other_results(run_id: str, tables: Sequence[str]) -> BrokenPromise:
    return BrokenPromise(
        say(
            f"相同的输入（{run_id}）得出了不同的结果：{'、'.join(tables)}。",
            f"Equal inputs ({run_id}) gave other results than before: {', '.join(tables)}.",
        ),
        next_=say(
            "已发布的一期不变。这是程序的错误，请报告。",
            "What was published stands. This is a fault of the program; please report it.",
        ),
    )

"""The home folder: where everything lives, opened by one writer at a time, changed by whole states only.

CURRENT              which state holds (the only switch)
states/              the latest states
raw/ab/<sha256>      every delivered byte, as it came
drops/<number>-<id>/ what a drop's files became: segments, findings, the record
derived/<state>/     segments without the rows that no longer hold
undone/              records of drops taken back
retired/             records of what was removed on purpose
staging/             work in progress; whatever lies here after a crash is swept away
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.base.errors import DamagedStore
from zhike.datacentre.checks.facts import CALENDARS, REFERENCES, Facts
from zhike.datacentre.hashes import Hashes, among, distinct, hashes_of
from zhike.datacentre.store import manifest as manifests
from zhike.datacentre.store import retired
from zhike.datacentre.store.identity import key_hashes
from zhike.datacentre.store.liveness import Verdict
from zhike.datacentre.store.manifest import DropEntry, Manifest, Part, Patch
from zhike.datacentre.store.segments import INDEX_SHIFT, Segment
from zhike.datacentre.stored import OWN, stored_schema
from zhike.datacentre.tables import table as table_called
from zhike.datacentre.tables.definition import Table
from zhike.engine.durable import (
    as_json,
    flush,
    make_folder,
    only_writer,
    sha256_of,
    system_refusals,
    write_whole,
)
from zhike.engine.parquet import read_table, write_table


class Store:
    """One home folder. Reading needs no lock: a reader opens the files of the state it loaded."""

    def __init__(self, home: Path) -> None:
        self.home = home.absolute()

    @property
    def raw(self) -> Path:
        """Return the folder of delivered bytes."""
        return self.home / "raw"

    @property
    def staging(self) -> Path:
        """Return the folder of work in progress."""
        return self.home / "staging"

    def manifest(self) -> Manifest:
        """Load the state that holds."""
        return manifests.load(self.home)

    @contextmanager
    def writing(self) -> Iterator[Manifest]:
        """Hold the home folder as its only writer, swept of what a crash left; give the state that holds.

        Raises StoreLocked where another process writes, StoreError where the system refuses something on the way.
        """
        with system_refusals(self.home), self._locked():
            manifest = self.manifest()
            if not (self.home / "CURRENT").exists():
                manifests.save(
                    self.home, manifest
                )  # so that a lost pointer is never taken for an untouched home
            self.sweep(manifest)
            try:
                yield manifest
            finally:  # what can't be removed now, the next writer sweeps away
                shutil.rmtree(self.staging, ignore_errors=True)

    def _locked(self) -> AbstractContextManager[None]:
        make_folder(self.home)
        return only_writer(self.home / "LOCK")

    def sweep(self, manifest: Manifest) -> None:
        """Remove unfinished work and files that none of the kept states names."""
        self._clear_staging()
        for folder in (self.home, *(self.home / room for room in ("states", "undone", retired.ROOM))):
            for left in folder.glob(".*.new"):
                left.unlink()
        for going, cut_short in retired.pending(self.home, retired.RAW):
            retired.remove_raw(self.home, going, cut_short.gone)
        for drop in manifest.drops:  # an undo that was cut short left its record of a drop that still holds
            self._undone(drop).unlink(missing_ok=True)
        kept = self._kept_states(manifest)
        folders = {d.folder for m in kept for d in m.drops}
        derived = {"/".join(Path(f).parts[:2]) for m in kept for f in self._derived(m)}
        for folder in (*(self.home / "drops").glob("*"), *(self.home / "derived").glob("*")):
            if str(folder.relative_to(self.home)) not in folders | derived:
                shutil.rmtree(folder)

    def _kept_states(self, manifest: Manifest) -> list[Manifest]:
        """Load the latest states, and remove those beyond; the one that holds is always among them."""
        files = sorted((self.home / "states").glob("*.json"))
        named = [f for f in files if int(f.stem) <= manifest.state]
        for late in set(files) - set(named):
            late.unlink()
        for old in named[: -manifests.KEPT_STATES]:
            old.unlink()
        older = [m for f in named[-manifests.KEPT_STATES : -1] if (m := _readable(f)) is not None]
        return [*older, manifest]

    @staticmethod
    def _derived(manifest: Manifest) -> list[str]:
        parts = [p for ps in manifest.tables.values() for p in ps]
        files = [*(f for p in parts for f in (p.live, p.dead)), *(p.path for p in manifest.patches.values())]
        files += [c.path for cs in manifest.compacted.values() for c in cs]
        return [f for f in files if f and f.startswith("derived/")]

    def stage(self) -> Path:
        """Make an empty folder for work in progress, of this process alone."""
        self._clear_staging()
        return make_folder(self.staging / str(os.getpid()))

    def _clear_staging(self) -> None:
        if self.staging.exists():
            shutil.rmtree(self.staging)

    def record(self, entry: DropEntry) -> dict[str, Any]:
        """Read a drop's record."""
        content: dict[str, Any] = json.loads((self.home / entry.folder / "drop.json").read_bytes())
        return content

    def files(self, manifest: Manifest, table: str) -> list[Path]:
        """List the files that hold a table's rows now."""
        return [self.home / f for f in manifest.live(table)]

    def column(self, manifest: Manifest, table: str, name: str) -> pa.ChunkedArray:
        """Read one column of a table as it holds now."""
        kind = stored_schema(table_called(table)).field(name).type
        chunks = [c for f in self.files(manifest, table) for c in read_table(f, [name])[name].chunks]
        return pa.chunked_array(chunks, kind)

    def facts(self, manifest: Manifest, references: Collection[str] = REFERENCES) -> Facts:
        """Gather what checks need to know from the tables as they hold: trading days, and the keys of `references`."""
        known = {
            name: distinct(hashes_of(self.column(manifest, name, table_called(name).key[0]).combine_chunks()))
            for name in references
            if manifest.rows(name)
        }
        source = next((t for t in CALENDARS if manifest.rows(t)), None)
        days = None
        if source:
            dates = self.column(manifest, source, "date").combine_chunks()
            days = np.unique(dates.view(pa.int32()).to_numpy(zero_copy_only=False))
        return Facts(known, days)

    def parts_of(self, number: int, folder: str, segments: tuple[Segment, ...]) -> list[Part]:
        """Make parts of fresh segments, as if all their rows held."""
        return [
            Part(number, folder, s, f"{folder}/{s.path}", s.rows, s.sha256)
            if not s.pending
            else Part(number, folder, s, None, 0, None, unknown=s.rows)
            for s in segments
        ]

    def judged(self, part: Part, verdict: Verdict, target: Path, name: str) -> Part:
        """Apply a verdict to a part: write (into `target`) the rows that hold and the positions of those that don't."""
        n, dead = part.segment.rows, verdict.dead
        if not len(dead):
            return replace(
                part,
                live=part.source,
                live_rows=n,
                live_sha256=part.segment.sha256,
                dead=None,
                dead_sha256=None,
                unknown=0,
            )
        place = str(make_folder(target))
        write_table(target / f"{name}.dead.parquet", pa.table({"row": dead}), packed=["row"])
        marks = sha256_of(target / f"{name}.dead.parquet")
        changed = replace(
            part, dead=f"{place}/{name}.dead.parquet", dead_sha256=marks, unknown=verdict.unknown
        )
        if len(dead) == n:
            return replace(changed, live=None, live_rows=0, live_sha256=None)
        keep = np.ones(n, np.bool_)
        keep[dead] = False
        rows = read_table(self.home / part.source).filter(pa.array(keep))
        write_table(target / f"{name}.parquet", rows, packed=[OWN.names[2]])
        digest = sha256_of(target / f"{name}.parquet")
        return replace(changed, live=f"{place}/{name}.parquet", live_rows=rows.num_rows, live_sha256=digest)

    def patched(
        self, table: Table, patch: Patch | None, keys: Hashes | None, merged: pa.Table, target: Path
    ) -> Patch | None:
        """Put fresh merged rows in the place of older ones with the same keys; write (into `target`) what there is then."""
        kept = stored_schema(table).empty_table()
        if patch is not None and keys is not None:
            kept = read_table(self.home / patch.path)
            kept = kept.filter(pa.array(~among(key_hashes(kept, table.key) >> INDEX_SHIFT, keys)))
            if not merged.num_rows and kept.num_rows == patch.rows:
                return patch
        rows = pa.concat_tables([kept, merged])
        if not rows.num_rows:
            return None
        make_folder(target)
        path = target / f"{table.name}-merged.parquet"
        write_table(path, rows)
        return Patch(str(path), rows.num_rows, sha256_of(path))

    def dead_rows(self, part: Part) -> npt.NDArray[np.int64]:
        """Read the positions of a part's rows that don't hold."""
        if part.dead is None:
            return np.empty(0, np.int64)
        return np.asarray(read_table(self.home / part.dead)["row"].combine_chunks().to_numpy(), np.int64)

    def commit(self, manifest: Manifest, moves: Mapping[Path, Path]) -> None:
        """Move finished folders into place and make `manifest` the state that holds."""
        for source, target in moves.items():
            if source.exists():
                for folder in (source, *(p for p in source.rglob("*") if p.is_dir())):
                    flush(folder)
                make_folder(target.parent)
                os.replace(source, target)
                flush(target.parent)
        manifests.save(self.home, manifest)

    def keep_record_of_undone(self, entry: DropEntry) -> None:
        """Keep the record of a drop that is taken back, so that its raw files still have a name."""
        kept = self._undone(entry)
        make_folder(kept.parent)
        write_whole(kept, as_json(self.record(entry)))

    def _undone(self, entry: DropEntry) -> Path:
        return self.home / "undone" / f"{Path(entry.folder).name}.json"


def _readable(state: Path) -> Manifest | None:
    """Read an older state; None where it is spoilt (`zhike check` says so): only the one that holds is needed."""
    try:
        return manifests.read(state)
    except DamagedStore:
        return None

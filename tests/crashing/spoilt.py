"""Ways to break the store on purpose: what a harness that can fail must find."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from zhike.datacentre.generation import draft, parts
from zhike.datacentre.generation import manifest as generations
from zhike.datacentre.readers import intake
from zhike.datacentre.store import house, manifest, retired
from zhike.datacentre.store.manifest import Manifest
from zhike.engine import durable, parquet

_WINDOW = 0.1  # seconds for which half a state is shown: long enough for a reader to come by


def _put(owner: object, name: str, value: object) -> None:
    setattr(owner, name, value)


def pointer_first() -> None:
    """Swap the pointer before the files are in place."""

    def commit(self: house.Store, state: Manifest, moves: Mapping[Path, Path]) -> None:
        manifest.save(self.home, state)
        time.sleep(_WINDOW)
        for source, target in moves.items():
            if source.exists():
                durable.make_folder(target.parent)
                os.replace(source, target)

    def move_in(self: draft.Draft, made: generations.Manifest) -> generations.Entry:
        entry = generations.write(self._folder, made)
        generations.point(self.home, (*self._kept, entry))
        time.sleep(_WINDOW)
        durable.make_folder(self.home / generations.ROOM)
        os.replace(self._folder, self.home / generations.ROOM / self._folder.name)
        return entry

    _put(house.Store, "commit", commit)
    _put(draft.Draft, "_move_in", move_in)


def in_place() -> None:
    """Write files in place instead of aside."""

    def write(path: Path, content: bytes) -> None:
        with path.open("wb", buffering=0) as stream:
            for byte in range(0, len(content), 16):
                stream.write(content[byte : byte + 16])
                time.sleep(_WINDOW / 50 if len(content) < 200 else 0)

    _put(manifest, "write_whole", write)
    _put(generations, "write_whole", write)


def unswept() -> None:
    """Leave what a crash left."""
    _put(house.Store, "sweep", lambda self, state: None)
    _put(generations, "sweep", lambda home, kept: None)


def over_the_old() -> None:
    """Write positions of dead rows over the files that the state still names."""
    write = parquet.write_table

    def overwrite(path: Path, table: pa.Table, **options: Any) -> int:
        size = write(path, table, **options)
        if path.name.endswith(".dead.parquet"):
            home = next(p for p in path.parents if p.name == "staging").parent
            for old in home.glob("derived/*/*.dead.parquet"):
                shutil.copyfile(path, old)
        return size

    _put(house, "write_table", overwrite)


def swallowed() -> None:
    """Say that all went well although the system refused something."""
    commit, point = house.Store.commit, generations.point

    def quiet(self: house.Store, state: Manifest, moves: Mapping[Path, Path]) -> None:
        try:
            commit(self, state, moves)
        except OSError:
            return

    def quiet_point(home: Path, kept: Sequence[generations.Entry]) -> None:
        try:
            point(home, kept)
        except OSError:
            return

    _put(house.Store, "commit", quiet)
    _put(generations, "point", quiet_point)


def unguarded() -> None:
    """Let the system's own errors through."""

    @contextmanager
    def writing(self: house.Store) -> Iterator[Manifest]:
        durable.make_folder(self.home)
        with durable.only_writer(self.home / "LOCK"):
            state = self.manifest()
            self.sweep(state)
            yield state

    _put(house.Store, "writing", writing)


def short_writes() -> None:
    """Take it that one write writes everything."""

    def take(descriptor: int, chunk: bytes) -> None:
        os.write(descriptor, chunk)

    _put(durable, "write_all", take)


def unrecorded() -> None:
    """Remove first, and write down afterwards what of it was still there."""

    def remove_raw(home: Path, going: Path, gone: Sequence[retired.Gone]) -> None:
        going.unlink()
        for each in gone:
            (home / "raw" / each.name[:2] / each.name).unlink()
        retired.finish(retired.begin(home, retired.RAW, "", "", gone))

    _put(retired, "remove_raw", remove_raw)


def unflushed() -> None:
    """Leave it to the system when bytes reach the disk."""
    for module in (durable, house, parquet, intake, draft, parts, generations, retired):
        if hasattr(module, "flush"):
            _put(module, "flush", lambda path: None)


WAYS: Mapping[str, Callable[[], None]] = {
    f.__name__: f
    for f in (
        pointer_first,
        in_place,
        unswept,
        over_the_old,
        swallowed,
        unguarded,
        short_writes,
        unrecorded,
        unflushed,
    )
}

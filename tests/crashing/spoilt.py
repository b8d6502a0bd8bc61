"""Ways to break the store on purpose: what a harness that can fail must find."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from zhike.datacentre.readers import intake
from zhike.datacentre.store import house, manifest
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

    _put(house.Store, "commit", commit)


def in_place() -> None:
    """Write files in place instead of aside."""

    def write(path: Path, content: bytes) -> None:
        with path.open("wb", buffering=0) as stream:
            for byte in range(0, len(content), 16):
                stream.write(content[byte : byte + 16])
                time.sleep(_WINDOW / 50 if len(content) < 200 else 0)

    _put(manifest, "write_whole", write)


def unswept() -> None:
    """Leave what a crash left."""
    _put(house.Store, "sweep", lambda self, state: None)


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
    commit = house.Store.commit

    def quiet(self: house.Store, state: Manifest, moves: Mapping[Path, Path]) -> None:
        try:
            commit(self, state, moves)
        except OSError:
            return

    _put(house.Store, "commit", quiet)


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


def unflushed() -> None:
    """Leave it to the system when bytes reach the disk."""
    for module in (durable, house, parquet, intake):
        if hasattr(module, "flush"):
            _put(module, "flush", lambda path: None)


WAYS: Mapping[str, Callable[[], None]] = {
    f.__name__: f
    for f in (pointer_first, in_place, unswept, over_the_old, swallowed, unguarded, short_writes, unflushed)
}

"""What is past the limits. Only looks; whoever removes looks again, under the home folder's lock."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from zhike.base.errors import DamagedStore
from zhike.base.text import say
from zhike.datacentre.generation import manifest as generations
from zhike.datacentre.generation.manifest import Entry
from zhike.datacentre.limits import Keep
from zhike.datacentre.store.house import Store
from zhike.datacentre.store.manifest import Manifest
from zhike.datacentre.store.retired import Gone
from zhike.engine.durable import holds

_RECORD = "drop.json"


@dataclass(frozen=True, slots=True)
class OldGeneration:
    """A generation that no limit keeps: its entry in the pointer, its bytes, the day (ISO) on which it was published."""

    entry: Entry
    bytes: int
    published: str

    @property
    def gone(self) -> Gone:
        """Return it as a record of removals names it."""
        return Gone(self.entry.folder, self.bytes, self.entry.day)


@dataclass(frozen=True, slots=True)
class OldDrop:
    """A drop whose delivered bytes are past the limit: number (None: it was taken back), name, the day (ISO) it was taken in.

    `files` are those that no younger drop delivered too; `only_there`: lines that were not taken in, so that they are nowhere else.
    `unsound`: stored files of it are damaged, so that its bytes are needed and stay.
    """

    number: int | None
    name: str
    taken_in: str
    files: tuple[Gone, ...]
    only_there: int
    unsound: bool = False

    @property
    def bytes(self) -> int:
        """Return how much room its files take."""
        return sum(f.bytes for f in self.files)


@dataclass(frozen=True, slots=True)
class Due:
    """All that is past the limits."""

    generations: tuple[OldGeneration, ...]
    drops: tuple[OldDrop, ...]

    def raw(self) -> list[Gone]:
        """Return the delivered bytes that may go, each once; none that a drop needs whose stored files are damaged."""
        needed = {f.name for d in self.drops if d.unsound for f in d.files}
        found: dict[str, Gone] = {}
        for file in (f for d in self.drops for f in d.files if f.name not in needed):
            names = (*found[file.name].names, *file.names) if file.name in found else file.names
            found[file.name] = Gone(file.name, file.bytes, file.day, names)
        return list(found.values())


def due(home: Path, keep: Keep, now: datetime, *, compare: bool = True) -> Due:
    """Return what is past the limits now. Raise DamagedStore where the state, the pointer or a drop's record isn't sound.

    `compare`: read the stored files of old drops to see that they are whole; else that is taken for granted.
    """
    store = Store(home)
    return Due(
        old_generations(store.home, keep, now.tzinfo),
        old_drops(store, store.manifest(), keep, now, compare=compare),
    )


def old_generations(home: Path, keep: Keep, zone: tzinfo | None) -> tuple[OldGeneration, ...]:
    """Return the generations that no limit keeps, the oldest publication first; never the newest, nor what it rests on."""
    entries = generations.entries(home)
    if keep.generations is None or len(entries) <= keep.generations:
        return ()
    stay = _resting(home, entries[-1])
    rest = [e for e in entries if e.id not in stay]
    stay |= {e.id for e in rest[len(rest) - max(keep.generations - len(entries) + len(rest), 0) :]}
    if keep.generation_days is not None:
        newest = max(date.fromisoformat(e.day) for e in entries)
        first = (newest - timedelta(days=keep.generation_days)).isoformat()
        stay |= {e.id for e in entries if e.day >= first}
    return tuple(_old(home, e, zone) for e in entries if e.id not in stay)


def _resting(home: Path, newest: Entry) -> set[str]:
    """Return the ids of the newest generation and of the one its moves are counted from."""
    return {newest.id, *filter(None, [generations.load(home, newest).previous])}


def _old(home: Path, entry: Entry, zone: tzinfo | None) -> OldGeneration:
    folder = home / generations.ROOM / entry.folder
    size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
    told = folder / generations.MANIFEST
    return OldGeneration(entry, size, _day_of(told, zone).isoformat() if told.exists() else "")


# ------------------------------------------------------------------------------------------------ delivered bytes


@dataclass(frozen=True, slots=True)
class _Named:
    """A drop as its record tells: number (None: taken back), name, when it was taken in, the record."""

    number: int | None
    name: str
    day: date
    record: Mapping[str, Any]


def old_drops(
    store: Store, manifest: Manifest, keep: Keep, now: datetime, *, compare: bool = True
) -> tuple[OldDrop, ...]:
    """Return the drops whose delivered bytes are past the limit, in order of number; those taken back come last."""
    if keep.raw_days is None:
        return ()
    limit, zone = now.date() - timedelta(days=keep.raw_days), now.tzinfo
    named = list(_named(store, manifest, zone))
    young = {f["sha256"] for n in named if n.day >= limit for f in n.record["delivered"]}
    old = [_drop(store, n, lambda p: _day_of(p, zone) < limit, young) for n in named if n.day < limit]
    found = [d for d in old if d.files]
    if not compare:
        return tuple(found)
    return tuple(
        replace(d, unsound=d.number is not None and not _whole(store, manifest, d.number)) for d in found
    )


def _named(store: Store, manifest: Manifest, zone: tzinfo | None) -> Iterator[_Named]:
    """Yield every drop; raise DamagedStore where a record isn't sound: it may name bytes that others name too."""
    for entry in manifest.drops:
        path = store.home / entry.folder / _RECORD
        content = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(content).hexdigest() != entry.record_sha256:
            raise _unsound(path)
        yield _Named(entry.number, entry.name, _day_of(path, zone), json.loads(content))
    for path in sorted((store.home / "undone").glob("*.json")):
        try:
            record = json.loads(path.read_bytes())
        except ValueError as error:
            raise _unsound(path) from error
        yield _Named(None, path.stem, _day_of(path, zone), record)


def _whole(store: Store, manifest: Manifest, number: int) -> bool:
    """Tell whether everything that the state keeps of a drop is what was written."""
    own = [p for parts in manifest.tables.values() for p in parts if p.drop == number]
    due_ = [(p.source, p.segment.sha256) for p in own] + [(p.index, p.segment.index_sha256) for p in own]
    return all(holds(store.home / path, digest) for path, digest in due_)


def _drop(store: Store, named: _Named, old: Callable[[Path], bool], young: set[str]) -> OldDrop:
    files = []
    for file in named.record["delivered"]:
        path = store.raw / file["sha256"][:2] / file["sha256"]
        if file["sha256"] in young or not path.is_file() or not old(path):
            continue  # a younger drop has it too, it is gone, or it was delivered again lately
        label = f"{named.number or named.name}: {file['file']}"
        files.append(Gone(file["sha256"], path.stat().st_size, named.day.isoformat(), (label,)))
    return OldDrop(
        named.number, named.name, named.day.isoformat(), tuple(files), _only_there(named.record["report"]["files"])
    )  # fmt: skip


def _only_there(files: Sequence[Mapping[str, Any]]) -> int:
    """Count the lines that were quarantined, and those of files that were refused whole."""
    return sum(f["lines"] if f.get("rejected") else f["quarantined"] for f in files)


def _unsound(path: Path) -> DamagedStore:
    return DamagedStore(
        say("批次记录缺失或已变，无法判断哪些原始文件还有用。", "A drop's record is missing or has changed: it can't be told which delivered files are still needed."),
        where=str(path),
        next_=say("什么都没有移除；运行 zhike check，修复后再试。", "Nothing was removed; run zhike check, mend it, then try again."),
    )  # fmt: skip


def _day_of(path: Path, zone: tzinfo | None) -> date:
    """Return the day on which a file was written; a copy of a home that forgets it only makes bytes stay longer."""
    return datetime.fromtimestamp(path.stat().st_mtime, zone).date()

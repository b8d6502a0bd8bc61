"""The manifest: one file that says everything about one state. `CURRENT` names the state that holds; it is the only switch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from zhike.base.errors import DamagedStore, StoreError
from zhike.base.text import say
from zhike.datacentre.store.segments import Segment
from zhike.engine.durable import as_json, make_folder, write_whole

FORMAT = 1
KEPT_STATES = 7


@dataclass(frozen=True, slots=True)
class Part:
    """One segment in a state. `live` is the file of its rows that hold (None: none do), relative to the home folder.

    `dead` is the file of positions that don't hold (None: all rows hold); `unknown` counts those that only wait for
    their client.
    """

    drop: int
    folder: str
    segment: Segment
    live: str | None
    live_rows: int
    live_sha256: str | None
    dead: str | None = None
    dead_sha256: str | None = None
    unknown: int = 0

    @property
    def source(self) -> str:
        """Return the path of the segment itself, relative to the home folder."""
        return f"{self.folder}/{self.segment.path}"

    @property
    def index(self) -> str:
        """Return the path of the segment's index, relative to the home folder."""
        return f"{self.folder}/{self.segment.index}"


@dataclass(frozen=True, slots=True)
class Patch:
    """The rows of a table that were put together from several deliveries of their keys: a file relative to the home folder."""

    path: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Compacted:
    """The rows of many small parts of one closed month in one file; `members` are the parts' own files that it stands for."""

    path: str
    rows: int
    sha256: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DropEntry:
    """One ingested drop: its number in order of arrival, its identity, its folder, and the hash of its record."""

    number: int
    id: str
    name: str
    feed: str
    folder: str
    record_sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A whole state: the drops it follows from, and for each table the parts that make it up."""

    state: int = 0
    next_drop: int = 1
    drops: tuple[DropEntry, ...] = ()
    tables: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    patches: Mapping[str, Patch] = field(default_factory=dict)
    compacted: Mapping[str, tuple[Compacted, ...]] = field(default_factory=dict)

    def live(self, table: str) -> list[str]:
        """List the files, relative to the home folder, that hold a table's rows now."""
        together = self.compacted.get(table, ())
        inside = {m for c in together for m in c.members}
        own = [p.live for p in self.tables.get(table, ()) if p.live and p.live not in inside]
        own += [c.path for c in together]
        return [*own, self.patches[table].path] if table in self.patches else own

    def rows(self, table: str) -> int:
        """Return the number of rows of a table."""
        own = sum(p.live_rows for p in self.tables.get(table, ()))
        return own + (self.patches[table].rows if table in self.patches else 0)

    def files(self) -> dict[str, str]:
        """Map every data file of this state to its SHA-256."""
        out: dict[str, str] = {}
        for parts in self.tables.values():
            for part in parts:
                out[part.source] = part.segment.sha256
                out[part.index] = part.segment.index_sha256
                if part.live and part.live_sha256:
                    out[part.live] = part.live_sha256
                if part.dead and part.dead_sha256:
                    out[part.dead] = part.dead_sha256
        out.update({p.path: p.sha256 for p in self.patches.values()})
        out.update({c.path: c.sha256 for cs in self.compacted.values() for c in cs})
        return out


def untouched(home: Path) -> bool:
    """Tell whether nothing was ever ingested here: there is no pointer, nor any state that a lost one could have named."""
    return not (home / "CURRENT").exists() and not any(
        p.stem.strip("0") for p in (home / "states").glob("*.json")
    )


def load(home: Path) -> Manifest:
    """Read the state that holds; an untouched home folder has the empty one. Raise DamagedStore where it is spoilt."""
    pointer = home / "CURRENT"
    if untouched(home):
        return Manifest()
    if not pointer.exists():
        raise _damaged(pointer, "CURRENT")
    try:
        named = json.loads(pointer.read_bytes())
        content = (home / "states" / named["state"]).read_bytes()
    except (OSError, ValueError, KeyError) as error:
        raise _damaged(pointer, str(error)) from error
    if hashlib.sha256(content).hexdigest() != named["sha256"]:
        raise _damaged(home / "states" / named["state"], "SHA-256")
    try:
        return _from_json(json.loads(content), home / "states" / named["state"])
    except (KeyError, TypeError) as error:
        raise _damaged(home / "states" / named["state"], str(error)) from error


def read(path: Path) -> Manifest:
    """Read one of the kept states; raise DamagedStore where it is spoilt."""
    try:
        return _from_json(json.loads(path.read_bytes()), path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path, str(error)) from error


def save(home: Path, manifest: Manifest) -> None:
    """Make `manifest` the state that holds: write it whole, then swap the pointer."""
    content = as_json(_to_json(manifest))
    name = f"{manifest.state:08d}.json"
    write_whole(make_folder(home / "states") / name, content)
    write_whole(home / "CURRENT", as_json({"state": name, "sha256": hashlib.sha256(content).hexdigest()}))


def fingerprint(manifest: Manifest) -> str:
    """Return the SHA-256 of a state: what follows from it is named by it."""
    return hashlib.sha256(as_json(_to_json(manifest))).hexdigest()


def follow(manifest: Manifest, **changes: Any) -> Manifest:
    """Return the next state."""
    return replace(manifest, state=manifest.state + 1, **changes)


def _to_json(manifest: Manifest) -> dict[str, Any]:
    return {"format": FORMAT, **asdict(manifest)}


def refuse_other_formats(found: object, known: int, path: Path) -> None:
    """Raise StoreError where a file says another format than this version writes: it is whole, and not for us to touch.

    A version that writes another format than the one before it reads both: what it finds is brought to the new form here.
    """
    if found != known:
        raise StoreError(
            say(
                f"数据目录由较新的知客写成（格式 {found}，本版本只认 {known}）。",
                f"The home folder was written by a newer Zhike (format {found}; this version knows {known}).",
            ),
            where=str(path),
            next_=say(
                "请使用写入它的版本或更新的版本；数据没有损坏，也没有被改动。",
                "Use the version that wrote it, or a later one; nothing is damaged, and nothing was changed.",
            ),
        )


def _from_json(value: dict[str, Any], path: Path) -> Manifest:
    refuse_other_formats(value["format"], FORMAT, path)
    return Manifest(
        value["state"],
        value["next_drop"],
        tuple(DropEntry(**d) for d in value["drops"]),
        {
            t: tuple(Part(**{**p, "segment": Segment(**p["segment"])}) for p in ps)
            for t, ps in value["tables"].items()
        },
        {t: Patch(**p) for t, p in value["patches"].items()},
        {
            t: tuple(Compacted(**{**c, "members": tuple(c["members"])}) for c in cs)
            for t, cs in value["compacted"].items()
        },
    )


def _damaged(path: Path, what: str) -> DamagedStore:
    return DamagedStore(
        say(f"状态文件已损坏：{what}", f"The state file is damaged: {what}"),
        where=str(path),
        next_=say(
            "states/ 保留最近的状态；可用 zhike check 查看，再从备份恢复。",
            "states/ keeps the latest states; see zhike check, then restore from a backup.",
        ),
    )

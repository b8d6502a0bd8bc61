"""What a generation says of itself, and the pointer: `PUBLISHED` names the generations that are kept, the newest last.

generations/<as_of>-<run id>/manifest.json     what it follows from; tables with rows, content and files
generations/<as_of>-<run id>/<table>/*.parquet
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from zhike.base.errors import DamagedStore
from zhike.base.text import say
from zhike.datacentre.generation.inputs import Inputs
from zhike.datacentre.store import retired
from zhike.datacentre.store.manifest import refuse_other_formats
from zhike.datacentre.tables import RESULTS
from zhike.engine.durable import as_json, flush, write_whole

FORMAT = 1
_ORDER = {name: n for n, name in enumerate(RESULTS)}
_DAY = len("2025-03-31")
POINTER, ROOM, MANIFEST = "PUBLISHED", "generations", "manifest.json"


@dataclass(frozen=True, slots=True)
class File:
    """A file of a table, its path relative to the generation's folder."""

    path: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Contents:
    """One table: rows, the hash of its content (whatever its files), its files, its columns beyond the definition."""

    rows: int
    content: str
    files: tuple[File, ...]
    further: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation: its id, its day, what it follows from, the id of the one its moves are counted from, its tables."""

    id: str
    as_of: date
    inputs: Inputs
    previous: str | None
    tables: Mapping[str, Contents]

    def differing(self, other: Manifest) -> tuple[str, ...]:
        """Return the names of the tables that one of two generations hasn't, or whose rows differ."""
        names = [*other.tables, *(n for n in self.tables if n not in other.tables)]
        return tuple(n for n in names if _content(self, n) != _content(other, n))


def _content(manifest: Manifest, table: str) -> str | None:
    found = manifest.tables.get(table)
    return found.content if found is not None else None


@dataclass(frozen=True, slots=True)
class Entry:
    """A kept generation as the pointer names it: its folder below generations/, the SHA-256 of its manifest.

    A folder is called by day and run, such as `2025-03-31-0123456789abcdef`, with `.2` behind it beside a damaged one.
    """

    folder: str
    sha256: str

    @property
    def name(self) -> str:
        """Return the day and the run's id, whichever copy it is."""
        return self.folder.partition(".")[0]

    @property
    def day(self) -> str:
        """Return the day (ISO) that its numbers hold for."""
        return self.name[:_DAY]

    @property
    def id(self) -> str:
        """Return the run's id."""
        return self.name[_DAY + 1 :]


def entries(home: Path) -> tuple[Entry, ...]:
    """Read the pointer: the kept generations, the newest last; none where nothing was published."""
    pointer = home / POINTER
    try:
        value = json.loads(pointer.read_bytes())
        refuse_other_formats(value["format"], FORMAT, pointer)
        return tuple(Entry(e["folder"], e["sha256"]) for e in value["kept"])
    except FileNotFoundError as error:
        if any((home / ROOM).glob(f"*/{MANIFEST}")):
            raise _lost(pointer, str(error)) from error
        return ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _lost(pointer, str(error)) from error


def load(home: Path, entry: Entry) -> Manifest:
    """Read the manifest of a kept generation; raise DamagedStore where it isn't what was published."""
    path = home / ROOM / entry.folder / MANIFEST
    try:
        content = path.read_bytes()
    except OSError as error:
        raise damaged(path, str(error)) from error
    if hashlib.sha256(content).hexdigest() != entry.sha256:
        raise damaged(path, "SHA-256")
    return _from_json(json.loads(content), path)


def write(folder: Path, manifest: Manifest) -> Entry:
    """Write the manifest into a finished folder; return how the pointer is to name it there."""
    content = as_json({"format": FORMAT, **asdict(manifest), "as_of": manifest.as_of.isoformat()})
    write_whole(folder / MANIFEST, content)
    return Entry(folder.name, hashlib.sha256(content).hexdigest())


def point(home: Path, kept: Sequence[Entry]) -> None:
    """Swap the pointer: from now on these generations are published, the last of them the newest."""
    write_whole(home / POINTER, as_json({"format": FORMAT, "kept": [asdict(e) for e in kept]}))


def sweep(home: Path, kept: Sequence[Entry]) -> None:
    """Remove the folders that the pointer doesn't name: what a killed run left, and what a killed removal did.

    A removal that was written down before the pointer was swapped, and no further, is given up.
    """
    named = {e.folder for e in kept}
    for folder in (home / ROOM).glob("*"):
        if folder.name not in named and folder.is_dir():
            shutil.rmtree(folder)
    if (home / ROOM).is_dir():
        flush(home / ROOM)
    for going, cut_short in retired.pending(home, retired.GENERATION):
        if named.isdisjoint(g.name for g in cut_short.gone):
            retired.finish(going)
        else:
            going.unlink()


def damaged(path: Path, what: str) -> DamagedStore:
    """Return the error for a generation that isn't what was published."""
    return DamagedStore(
        say(f"发布的结果已损坏或缺失：{what}", f"A published result is damaged or missing: {what}"),
        where=str(path),
        next_=say(
            "运行 zhike check 查看范围；再次运行同一天可重新发布（输入都在）。",
            "Run zhike check to see how far it goes; running that day again publishes it anew (all inputs are kept).",
        ),
    )


def _lost(pointer: Path, what: str) -> DamagedStore:
    return DamagedStore(
        say(
            f"指向已发布结果的指针已损坏或缺失：{what}",
            f"The pointer to what was published is damaged or missing: {what}",
        ),
        where=str(pointer),
        next_=say(
            f"从备份恢复 {POINTER}；或删除 {POINTER} 与 {ROOM}/ 后重新运行，输入都在。",
            f"Restore {POINTER} from a backup; or remove {POINTER} and {ROOM}/ and run again, all inputs are kept.",
        ),
    )


def _from_json(value: dict[str, Any], path: Path) -> Manifest:
    refuse_other_formats(value["format"], FORMAT, path)
    tables = {
        name: Contents(
            t["rows"],
            t["content"],
            tuple(File(**f) for f in t["files"]),
            tuple((n, k) for n, k in t["further"]),
        )
        for name, t in sorted(value["tables"].items(), key=lambda item: _ORDER.get(item[0], len(_ORDER)))
    }
    return Manifest(
        value["id"], date.fromisoformat(value["as_of"]), Inputs(**value["inputs"]), value["previous"], tables
    )

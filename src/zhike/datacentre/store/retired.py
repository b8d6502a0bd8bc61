"""What was removed on purpose: a record for each removal, written before anything goes, so that nothing is missing unexplained.

retired/000001.going.json   decided; the next writer finishes it, or gives it up where the pointer was never swapped
retired/000001.json         done
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from zhike.engine.durable import as_json, flush, make_folder, write_whole

FORMAT = 1
ROOM, GOING = "retired", ".going.json"
GENERATION, RAW = "generation", "raw"


@dataclass(frozen=True, slots=True)
class Gone:
    """One thing that was removed: a generation's folder or the SHA-256 of delivered bytes; its bytes, its day (ISO), its names.

    The day is that of a generation's numbers, or that on which bytes were taken in. `names` say which files of which drops.
    """

    name: str
    bytes: int
    day: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Retirement:
    """One removal: what kind of things, when (ISO, with zone), by which setting, what; `done`: nothing of it is left to do."""

    number: int
    kind: str
    when: str
    why: str
    gone: tuple[Gone, ...]
    done: bool = True

    @property
    def bytes(self) -> int:
        """Return how much room it gave back."""
        return sum(g.bytes for g in self.gone)


def begin(home: Path, kind: str, when: str, why: str, gone: Sequence[Gone]) -> Path:
    """Write down, safely on disk, what is to be removed now; return the record, for `finish`."""
    folder = make_folder(home / ROOM)
    number = 1 + max((_number(p) for p in folder.glob("*.json")), default=0)
    path = folder / f"{number:06d}{GOING}"
    content = {"format": FORMAT, "kind": kind, "when": when, "why": why, "gone": [asdict(g) for g in gone]}
    write_whole(path, as_json(content))
    return path


def finish(going: Path) -> None:
    """Say that it is done."""
    os.replace(going, going.with_name(going.name.removesuffix(GOING) + ".json"))
    flush(going.parent)


def pending(home: Path, kind: str) -> Iterator[tuple[Path, Retirement]]:
    """Yield what a crash left undone of one kind; a record that can't be read is left to `zhike check`."""
    for path in sorted((home / ROOM).glob(f"*{GOING}")):
        found = read(path)
        if found is not None and found.kind == kind:
            yield path, found


def remove_raw(home: Path, going: Path, gone: Sequence[Gone]) -> None:
    """Remove delivered bytes as a record says, and say that it is done."""
    folders = set()
    for each in gone:
        path = home / "raw" / each.name[:2] / each.name
        path.unlink(missing_ok=True)
        folders.add(path.parent)
    for folder in sorted(f for f in folders if f.is_dir()):
        flush(folder)
    finish(going)


def all_of(home: Path) -> list[Retirement]:
    """Return every record that can be read, the oldest first."""
    return [r for p in records(home) if (r := read(p)) is not None]


def records(home: Path) -> list[Path]:
    """Return the files of all records, the oldest first."""
    return sorted(p for p in (home / ROOM).glob("*.json") if not p.name.startswith("."))


def raw_gone(home: Path) -> Mapping[str, Retirement]:
    """Map the SHA-256 of delivered bytes that were removed to the (last) removal; some may have been delivered again since."""
    return {g.name: r for r in all_of(home) if r.kind == RAW for g in r.gone}


def read(path: Path) -> Retirement | None:
    """Read a record; None where it can't be."""
    try:
        value: dict[str, Any] = json.loads(path.read_bytes())
        gone = tuple(Gone(**{**g, "names": tuple(g["names"])}) for g in value["gone"])
        done = not path.name.endswith(GOING)
        return Retirement(_number(path), value["kind"], value["when"], value["why"], gone, done)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _number(path: Path) -> int:
    stem = path.name.partition(".")[0]
    return int(stem) if stem.isdecimal() else 0

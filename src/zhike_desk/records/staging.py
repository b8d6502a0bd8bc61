"""Files that were uploaded and not yet taken in: each batch a folder below `desk/uploads`, its bytes as they came.

Nothing here looks inside a file: that is the worker's, in child processes with limits.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.conf import settings

from zhike.base.text import say
from zhike.engine.durable import write_whole
from zhike_desk.records.refusals import Refused

ROOM = "uploads"
MAPPING = "mapping.toml"
MOST_FILES = 200
MOST_BYTES = 4 << 30
MAPPING_BYTES = 64 << 10
_UNFIT = re.compile(r"[^\w.()（）\-]+")
_FOLDER = re.compile(r"[0-9a-f]{16}")


class Incoming(Protocol):
    """A file as a web server hands it over: its name and its bytes, chunk by chunk."""

    name: str | None

    def chunks(self) -> Iterator[bytes]:
        """Yield its bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """An uploaded batch: its folder's name, its files with their bytes, its mapping as text (empty: none)."""

    folder: str
    files: tuple[tuple[str, int], ...]
    mapping: str


def keep(files: Iterable[Incoming]) -> tuple[str, int]:
    """Write uploaded files into a new folder, streaming; return its name and how many bytes came.

    Raises Refused, and leaves nothing, where there are none, too many, or too much.
    """
    name = secrets.token_hex(8)
    room = _room() / f".{name}"
    room.mkdir(parents=True, mode=0o700)
    try:
        count, size = _written(files, room)
        if not count:
            raise Refused(say("请选择文件。", "Choose files."))
        os.replace(room, _room() / name)
    except BaseException:
        shutil.rmtree(room, ignore_errors=True)
        raise
    return name, size


def _written(files: Iterable[Incoming], room: Path) -> tuple[int, int]:
    count = size = 0
    for file in files:
        count += 1
        if count > MOST_FILES:
            raise Refused(say(f"一次最多 {MOST_FILES} 个文件。", f"{MOST_FILES} files at once."))
        with (room / _named(file.name or "", room)).open("xb") as out:
            for chunk in file.chunks():
                size += len(chunk)
                if size > MOST_BYTES:
                    raise Refused(
                        say("文件合计超过 4 GB，请分批上传。", "More than 4 GB: upload it in parts.")
                    )
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
    return count, size


def _named(name: str, room: Path) -> str:
    """Return a file name that leads nowhere else and is not taken yet."""
    plain = _UNFIT.sub("_", Path(name.replace("\\", "/")).name).lstrip(".")[-120:] or "file"
    stem, dot, end = plain.partition(".")
    found, number = plain, 1
    while (room / found).exists():
        number += 1
        found = f"{stem}-{number}{dot}{end}"
    return found


def batch(folder: str) -> Batch | None:
    """Return an uploaded batch; None where there is none of that name."""
    path = _room() / folder
    if not _FOLDER.fullmatch(folder) or path.is_symlink() or not path.is_dir():
        return None
    files = tuple((p.name, p.stat().st_size) for p in sorted(path.iterdir()) if p.name != MAPPING)
    mapping = path / MAPPING
    return Batch(folder, files, mapping.read_text("utf-8") if mapping.exists() else "")


def put_mapping(folder: str, text: str) -> None:
    """Write a batch's mapping, whole."""
    write_whole(_room() / folder / MAPPING, text.encode())


def throw_away(folder: str) -> None:
    """Remove an uploaded batch."""
    if batch(folder) is not None:
        shutil.rmtree(_room() / folder)


def _room() -> Path:
    return Path(settings.DESK) / ROOM

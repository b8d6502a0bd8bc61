"""Everything of a home in one folder: the database, the keys, what was delivered, what was published, what was staged.

    BACKUP/backup.json          release, moment, each table's rows and hash, each file's hash, the end of the log's chain
    BACKUP/database/…           desk.sqlite3, or a file for each table
    BACKUP/keys/…               readable by their owner alone: whoever has them can read and forge what they protect
    BACKUP/home/…               the store; BACKUP/uploads/… what was uploaded and not taken in yet
    beside it: erased.jsonl     who was erased; newer than any one backup

Books are left out (they follow from the generations), and so are the web's static files and the queue's bell.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from zhike import __version__
from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.engine.durable import flush, only_writer, sha256_of, write_whole
from zhike_desk.records import audit, tombstones
from zhike_desk.records.models import AuditHead
from zhike_desk.records.safekeeping import tables

FORMAT = 1
MANIFEST = "backup.json"
_NOT_OF_THE_STORE = frozenset({"desk", "staging", "LOCK", "spill"})
_KEYS = ("session.key", "audit.key", "pseudonym.key", audit.WITNESS)
_CHUNK = 1 << 20
Told = Callable[[str, int], None]


def make(folder: Path, at: datetime, told: Told | None = None) -> dict[str, Any]:
    """Write a backup into the new folder `folder`; return its manifest. `told(file, bytes)` hears of each file.

    Takes the home to itself meanwhile: StoreLocked where a night runs. Raises UsageError where the folder is there already, OSError
    where it can't be written; then nothing is left of it. The desk may be served all the while.
    """
    refuse_present(folder)
    home, fresh = Path(settings.HOME), folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True, mode=0o700)
    try:
        with only_writer(home / "LOCK"):
            manifest = _fill(fresh, home, at, told or _silent)
        flush(fresh)
        os.replace(fresh, folder)
        flush(folder.parent)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    tombstones.write(folder.parent / tombstones.FILE, tombstones.all_of_this_desk())
    return manifest


def _fill(into: Path, home: Path, at: datetime, told: Told) -> dict[str, Any]:
    files: dict[str, str] = {}
    for name in _KEYS:  # before the rows: the witness must not have seen what isn't in them
        _copied(home / "desk" / "keys" / name, into / "keys" / name, into, files, told)
    (into / "database").mkdir(mode=0o700)
    found = tables.copy(into / "database")
    for path in sorted((into / "database").rglob("*")):
        if path.is_file():
            files[str(path.relative_to(into))] = sha256_of(path)
    for source in _store(home):
        _copied(source, into / "home" / source.relative_to(home), into, files, told)
    uploads = home / "desk" / "uploads"
    for source in sorted(p for p in uploads.rglob("*") if p.is_file()):
        _copied(source, into / "uploads" / source.relative_to(uploads), into, files, told)
    manifest = {
        "format": FORMAT,
        "release": __version__,
        "made_at": at.isoformat(),
        "database": connection.vendor,
        "migrations": _migrations(),
        "tables": {name: asdict(content) for name, content in found.items()},
        "files": files,
        "log": {"rows": _log_rows(), "home": str(home)},
    }
    write_whole(into / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode() + b"\n")
    return manifest


def _store(home: Path) -> Iterator[Path]:
    for top in sorted(home.iterdir()):
        if top.name in _NOT_OF_THE_STORE or top.name.startswith("."):
            continue
        yield from (p for p in sorted(top.rglob("*")) if p.is_file()) if top.is_dir() else (top,)


def _copied(source: Path, target: Path, root: Path, files: dict[str, str], told: Told) -> None:
    """Copy a file, hashing it on the way; one that isn't there is left out."""
    if not source.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as read, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as write:  # fmt: skip
        while chunk := read.read(_CHUNK):
            digest.update(chunk)
            write.write(chunk)
            size += len(chunk)
        write.flush()
        os.fsync(write.fileno())
    files[str(target.relative_to(root))] = digest.hexdigest()
    told(str(target.relative_to(root)), size)


def _migrations() -> list[list[str]]:
    return sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations())


def _log_rows() -> int:
    head = AuditHead.objects.first()
    return head.seq if head is not None else 0


def _silent(file: str, size: int) -> None:
    """Hear nothing."""


def refuse_present(folder: Path) -> None:
    """Raise UsageError where there is something of that name: a backup never overwrites."""
    if folder.exists():
        raise UsageError(
            say("备份不覆盖已有的文件。", "A backup never overwrites what is there."),
            where=str(folder),
            next_=say("换一个新目录，如按日期命名。", "Name a new folder, by its date say."),
        )

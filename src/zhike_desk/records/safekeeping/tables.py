"""The database's rows: copied whole at one moment, hashed table by table, the same way before and after.

SQLite: `VACUUM INTO`, which copies a live database consistently (copying its file doesn't). PostgreSQL: one snapshot, each
table by COPY. A table's hash is taken over its rows in the order of its first column, so that it says the same of both ends.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from zhike.base.errors import UsageError
from zhike.base.text import say

FILE = "desk.sqlite3"
FOLDER = "tables"
_SKIPPED = frozenset({"desk_cache"})  # a cache is no record
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Content:
    """What a table holds: its rows, and the SHA-256 of all of them."""

    rows: int
    sha256: str


def copy(into: Path) -> dict[str, Content]:
    """Copy every table into the folder `into`; return what each holds. Raises OSError where it can't be written."""
    if connection.vendor == "sqlite":
        return _copy_sqlite(into / FILE)
    return _copy_postgres(into / FOLDER)


def contents() -> dict[str, Content]:
    """Return what each table of the database holds now."""
    if connection.vendor == "sqlite":
        return _of_sqlite(Path(connection.settings_dict["NAME"]))
    with _snapshot():
        return {table: _hashed(_copied_out(table)) for table in _names()}


def bring_back(source: Path) -> None:
    """Fill the (empty, migrated) PostgreSQL database with the tables that `copy` wrote into the folder `source`; all of it or nothing."""
    with transaction.atomic(), connection.cursor() as cursor:
        names = sorted(p.stem for p in (source / FOLDER).glob("*.copy"))
        cursor.execute(f"TRUNCATE {', '.join(_quoted(n) for n in names)} CASCADE")
        for name in names:
            with cursor.copy(f"COPY {_quoted(name)} FROM STDIN") as into, (source / FOLDER / f"{name}.copy").open("rb") as file:  # fmt: skip
                while chunk := file.read(_CHUNK):
                    into.write(chunk)
        for name in names:
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'id') WHERE EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = %s AND column_name = 'id')", [_quoted(name), name])  # fmt: skip
            found = cursor.fetchone()
            if found and found[0]:
                cursor.execute(f"SELECT setval(%s, COALESCE((SELECT MAX(id) FROM {_quoted(name)}), 0) + 1, false)", [found[0]])  # fmt: skip


def _copy_sqlite(file: Path) -> dict[str, Content]:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM main INTO %s", [str(file)])
    file.chmod(0o600)
    return _of_sqlite(file)


def _of_sqlite(file: Path) -> dict[str, Content]:
    live = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        (sound,) = live.execute("PRAGMA integrity_check").fetchone()
        if sound != "ok":
            raise UsageError(
                say("数据库已损坏。", "The database is damaged."),
                where=f"{file}: {sound}",
                next_=say("从备份恢复：zhike restore。", "Restore a backup: zhike restore."),
            )
        names = live.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        wanted = sorted(name for (name,) in names.fetchall() if name not in _SKIPPED)
        return {n: _hashed(_lines(live.execute(f"SELECT * FROM {_quoted(n)} ORDER BY 1"))) for n in wanted}
    finally:
        live.close()


def _lines(rows: Iterable[Any]) -> Iterator[bytes]:
    for row in rows:
        yield json.dumps(row, ensure_ascii=False, default=str).encode() + b"\n"


def _copy_postgres(folder: Path) -> dict[str, Content]:
    folder.mkdir(mode=0o700)
    found = {}
    with _snapshot():
        for table in _names():
            with (folder / f"{table}.copy").open("wb") as file:
                found[table] = _hashed(_kept(_copied_out(table), file))
    return found


def _kept(lines: Iterable[bytes], file: Any) -> Iterator[bytes]:
    for line in lines:
        file.write(line)
        yield line


def _copied_out(table: str) -> Iterator[bytes]:
    with connection.cursor() as cursor, cursor.copy(f"COPY (SELECT * FROM {_quoted(table)} ORDER BY 1) TO STDOUT") as out:  # fmt: skip
        for block in out:
            yield bytes(block)


def _hashed(lines: Iterable[bytes]) -> Content:
    seen, rows = hashlib.sha256(), 0
    for line in lines:
        seen.update(line)
        rows += line.count(b"\n")
    return Content(rows, seen.hexdigest())


@contextmanager
def _snapshot() -> Iterator[None]:
    """Hold one moment of PostgreSQL, however long the reading takes; within a transaction, that transaction's."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _names() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return sorted(name for (name,) in cursor.fetchall() if name not in _SKIPPED)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)

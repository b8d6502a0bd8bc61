"""Which SQLite the desk runs on: write-ahead logging with several connections is safe from 3.51.3 on.

Earlier versions can corrupt a database when several connections checkpoint it. Where Python links an older
one, the wheel `pysqlite3` brings a newer; where that is missing too, the rollback journal is used, and
`zhike serve` says so.
"""

from __future__ import annotations

import importlib
import sqlite3
import sys

SAFE_WAL = (3, 51, 3)


def choose() -> None:
    """Put `pysqlite3` in the place of `sqlite3` where it is newer and the standard one is too old; idempotent.

    Must run before Django imports its SQLite backend: it binds the module by name.
    """
    if sqlite3.sqlite_version_info >= SAFE_WAL or sys.modules["sqlite3"].__name__ != "sqlite3":
        return
    try:
        newer = importlib.import_module("pysqlite3")
        dbapi2 = importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return
    if newer.sqlite_version_info > sqlite3.sqlite_version_info:
        sys.modules["sqlite3"] = newer
        sys.modules["sqlite3.dbapi2"] = dbapi2


def version() -> tuple[int, ...]:
    """Tell the version of the SQLite in use, as (3, 53, 4)."""
    found: tuple[int, ...] = importlib.import_module("sqlite3").sqlite_version_info
    return found


def journal() -> str:
    """Tell which journal the desk's databases use: `wal` where that is safe, else `delete`."""
    return "wal" if version() >= SAFE_WAL else "delete"

"""What Django's system checks say of this machine: which SQLite, which journal, whether the second factor is on."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Info, Warning, register
from django.db import connection

from zhike_desk import sqlite


def begin() -> None:
    """Have the checks run with Django's own."""
    register(journal)
    register(second_factor)


def journal(**_: Any) -> list[CheckMessage]:
    """Warn where write-ahead logging isn't safe with the SQLite in use, and so isn't used."""
    if connection.vendor != "sqlite" or sqlite.journal() == "wal":
        return []
    version, safe = (".".join(map(str, v)) for v in (sqlite.version(), sqlite.SAFE_WAL))
    return [
        Warning(
            f"SQLite {version} is older than {safe}: the rollback journal is used, and a writer keeps readers waiting.",
            hint="Install the wheel pysqlite3, or set DATABASE_URL to a PostgreSQL.",
            id="zhike.W001",
        )
    ]


def second_factor(**_: Any) -> list[CheckMessage]:
    """Tell where nobody needs a second factor: at a branch made up."""
    if not settings.DEMO:
        return []
    return [Info("A branch made up: known passwords, no second factor.", id="zhike.I001")]

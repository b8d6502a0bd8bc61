"""Follow the pointer: every connection reads the book that is published, whole, and moves on between requests only.

SQLite: the book is a file, attached read-only as `book`; its tables are found by their plain names. PostgreSQL: the book
is a schema, first on the search path. A request sees one book from its beginning to its end.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.signals import request_started
from django.db import DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

_SEEN = "_zhike_book"
_ALIAS = "book"


def begin() -> None:
    """Look at the pointer when a request starts."""
    request_started.connect(_requested, dispatch_uid="zhike-book")


def _requested(**_: Any) -> None:
    follow()


def follow() -> str:
    """Make the default connection read the book that is published; return its place, empty where none is yet."""
    place = _published()
    if place != getattr(connection, _SEEN, "") or _lost(connection):
        _turn(connection, place)
    return place


def books(home_desk: Path | None = None) -> Path:
    """Return the folder of the books (SQLite)."""
    return (home_desk or Path(settings.DESK)) / "books"


def _published() -> str:
    with connection.cursor() as cursor:
        try:
            cursor.execute(
                "SELECT p.place FROM records_pointer q JOIN records_publication p ON p.id = q.publication_id"
            )
        except DatabaseError:
            return ""
        row = cursor.fetchone()
    return row[0] if row else ""


def _lost(wrapper: BaseDatabaseWrapper) -> bool:
    """Tell whether the underlying connection was replaced since the book was opened."""
    return getattr(wrapper, _SEEN + "_of", None) is not wrapper.connection


def _turn(wrapper: BaseDatabaseWrapper, place: str) -> None:
    with wrapper.cursor() as cursor:
        if wrapper.vendor == "sqlite":
            cursor.execute("PRAGMA database_list")
            if any(row[1] == _ALIAS for row in cursor.fetchall()):
                cursor.execute(f"DETACH DATABASE {_ALIAS}")
            if place:
                cursor.execute(
                    f"ATTACH DATABASE %s AS {_ALIAS}", [f"file:{books() / place}?mode=ro&immutable=1"]
                )
        else:
            cursor.execute(f"SET search_path TO {place + ', ' if place else ''}public")
    setattr(wrapper, _SEEN, place)
    setattr(wrapper, _SEEN + "_of", wrapper.connection)


def close_all() -> None:
    """Close every connection of this process (before a fork, after a publication in the same process)."""
    connections.close_all()

"""Follow the pointer: every connection reads the book that is published, whole, and moves on between requests only.

SQLite: the book is a file, attached read-only as `book`; its tables are found by their plain names. PostgreSQL: the book
is a schema, first on the search path. A request sees one book from its beginning to its end: within a transaction the book
stays, whatever the pointer does meanwhile. Each thread has its own connection, and each connection its own book.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.signals import request_started
from django.db import OperationalError, ProgrammingError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models import QuerySet

from zhike.base.errors import DamagedStore
from zhike.base.text import say
from zhike_desk.records import prepared
from zhike_desk.records.models import Pointer

_log = logging.getLogger(__name__)
_SEEN, _NIGHT = "_zhike_book", "_zhike_night"
_ALIAS = "book"
_MAPPED = 1 << 36
"""Bytes of a book that may be mapped into memory: more than any has; SQLite takes what it was built for."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The night readers see: its generation, the day its numbers hold for, when it was published."""

    generation_id: str
    as_of: date
    published_at: datetime


def begin() -> None:
    """Look at the pointer when a request starts, and forget what a connection read once it is made anew."""
    request_started.connect(_requested, dispatch_uid="zhike-book")
    connection_created.connect(_fresh, dispatch_uid="zhike-book-fresh")


def _requested(**_: Any) -> None:
    """Follow the pointer; where the book is gone, say so in the log and leave none, so that pages answer with an error of theirs."""
    try:
        follow()
    except DamagedStore as error:
        _log.error("%s", error)


def _fresh(connection: BaseDatabaseWrapper, **_: Any) -> None:
    setattr(connection, _SEEN, "")


def follow() -> str:
    """Make this thread's connection read the book that is published; return its place, empty where none is yet.

    Inside a transaction nothing changes: the book that the connection reads is returned. Raises DamagedStore where the published
    book is not there any more.
    """
    if connection.in_atomic_block and _seen():
        return _seen()
    place, night = _published()  # may open the connection anew, and then it has seen none
    if place != (seen := _seen()):
        _turn(connection, seen, place)
    setattr(connection, _NIGHT, night)
    return place


def night() -> Shown | None:
    """Return the night whose book this thread's connection reads, so that numbers never come under another night's name; None where none is published.

    Raises DamagedStore as `follow` does.
    """
    if not _seen():
        follow()
    found: Shown | None = getattr(connection, _NIGHT, None)
    return found


def _seen() -> str:
    found: str = getattr(connection, _SEEN, "")
    return found


def books(home_desk: Path | None = None) -> Path:
    """Return the folder of the books (SQLite)."""
    return (home_desk or Path(settings.DESK)) / "books"


def _published() -> tuple[str, Shown | None]:
    """Ask the pointer; nothing is published where the desk's tables aren't there yet.

    Every request asks, so the publication's documents stay where they are: to parse them takes longer than the query.
    """
    try:
        found = prepared.rows(_pointed)
    except (OperationalError, ProgrammingError):
        if Pointer._meta.db_table in connection.introspection.table_names():
            raise
        return "", None
    return (found[0][0], Shown(*found[0][1:])) if found else ("", None)


def _pointed() -> QuerySet[Any, tuple[Any, ...]]:
    names = ("place", "generation_id", "as_of", "published_at")
    return Pointer.objects.values_list(*(f"publication__{name}" for name in names))[:1]


def _turn(wrapper: BaseDatabaseWrapper, seen: str, place: str) -> None:
    """Leave the book that was read and open another; in between the connection has none."""
    if wrapper.vendor == "sqlite":
        _attach(wrapper, seen, place)
    else:
        _search(wrapper, place)
    rolled_back = (
        wrapper.vendor != "sqlite" and wrapper.in_atomic_block
    )  # may be, and the search path with it
    setattr(wrapper, _SEEN, "" if rolled_back else place)


def _attach(wrapper: BaseDatabaseWrapper, seen: str, place: str) -> None:
    if place and not (books() / place).is_file():
        raise _gone(str(books() / place))
    with wrapper.cursor() as cursor:
        if seen:
            cursor.execute(f"DETACH DATABASE {_ALIAS}")
            setattr(wrapper, _SEEN, "")
        if place:
            # immutable: nobody ever writes a book, so it needs no locks and no journal beside it
            cursor.execute(
                f"ATTACH DATABASE %s AS {_ALIAS}", [f"file:{quote(str(books() / place))}?mode=ro&immutable=1"]
            )
            # read where it lies: rows looked up here and there cost half, and all processes share one copy
            cursor.execute(f"PRAGMA {_ALIAS}.mmap_size={_MAPPED}")


def _search(wrapper: BaseDatabaseWrapper, place: str) -> None:
    with wrapper.cursor() as cursor:
        if place:
            cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [place])
            if cursor.fetchone() is None:
                raise _gone(place)
        path = f"{wrapper.ops.quote_name(place)}, public" if place else "public"
        cursor.execute(f"SET search_path TO {path}")


def _gone(place: str) -> DamagedStore:
    return DamagedStore(
        say("当前发布的结果库不见了。", "The book that is published isn't there any more."),
        where=place,
        next_=say(
            "重新启动 zhike serve，会再次载入最近一次夜间运行的结果。",
            "Start zhike serve again: it loads the latest night anew.",
        ),
    )

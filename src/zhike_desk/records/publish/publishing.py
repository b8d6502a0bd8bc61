"""Publishing: build a whole new book beside the one that is read, then move the pointer.

Killed anywhere, the old book stays what readers see, and the next publication sweeps what was left. A book is never
written after it has its name; the last few stay, for requests that are still reading one of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.datacentre.generation import Generation
from zhike.engine.durable import only_writer
from zhike_desk import keys
from zhike_desk.records import audit
from zhike_desk.records.following import books
from zhike_desk.records.models import Pointer, Publication
from zhike_desk.records.publish import postgres_book, sqlite_book
from zhike_desk.records.publish.loading import Book, Loading
from zhike_desk.records.rows.preparing import Ground
from zhike_desk.records.rows.source import Source

KEPT = 3
FORMAT = 12


def publish(
    home: Path, at: datetime, *, told: Callable[[str, int], None] | None = None, forced: bool = False
) -> Publication:
    """Load the latest generation of `home` into a new book and move the pointer to it; return the publication.

    The generation that stands already is not loaded again unless `forced`. `told(table, rows)` hears of progress. Raises UsageError
    where nothing was published by a night yet, StoreLocked where another process is publishing, BrokenPromise where counts differ.
    """
    generation = Generation.latest(home)
    if generation is None:
        raise UsageError(
            say("还没有夜间运行过，没有可以发布的结果。", "No night has run: there is nothing to publish."),
            where=str(home),
            next_=say(
                "先导入数据并运行：zhike ingest …，zhike run。",
                "Take data in and run first: zhike ingest …, zhike run.",
            ),
        )
    desk = home / "desk"
    desk.mkdir(parents=True, exist_ok=True, mode=0o700)
    with only_writer(desk / "PUBLISHING"):
        standing = _standing(generation, desk)
        if standing is not None and not forced:
            return standing
        _sweep(desk)
        return _load(Source(home, generation), desk, at, told)


def _standing(generation: Generation, desk: Path) -> Publication | None:
    """Return the publication readers see where it is of this generation, in this version's form, and still there."""
    pointer = Pointer.objects.select_related("publication").first()
    if pointer is None:
        return None
    found = pointer.publication
    same = found.generation_id == generation.id and _ours(found)
    return found if same and _there(found.place, desk) else None


def readable() -> bool:
    """Tell whether readers see a book that is in this version's form; an upgrade makes it anew before anybody is let in."""
    pointer = Pointer.objects.select_related("publication").first()
    return pointer is not None and _ours(pointer.publication)


def _ours(publication: Publication) -> bool:
    return bool(publication.summary.get("format") == FORMAT)


def _there(place: str, desk: Path) -> bool:
    if connection.vendor == "sqlite":
        return (books(desk) / place).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [place])
        return cursor.fetchone() is not None


def _load(source: Source, desk: Path, at: datetime, told: Callable[[str, int], None] | None) -> Publication:
    begun = time.perf_counter()
    book = _book(source.generation, desk)
    loading = Loading(Ground(source, keys.secret(desk, "pseudonym")), book, told)
    try:
        summary = loading.run()
        book.finish()
    except BaseException:
        book.abandon()
        raise
    seconds = round(time.perf_counter() - begun, 3)
    return _switch(source, loading, {"format": FORMAT, **summary}, at, seconds)


def _book(generation: Generation, desk: Path) -> Book:
    number = (Publication.objects.order_by("-id").values_list("id", flat=True).first() or 0) + 1
    if connection.vendor == "sqlite":
        return sqlite_book.SqliteBook(books(desk), f"{generation.id}-{number}.sqlite3")
    return postgres_book.PostgresBook(f"book_{number}")


def _switch(
    source: Source, loading: Loading, summary: dict[str, Any], at: datetime, seconds: float
) -> Publication:
    """Move the pointer: publication, pointer and the row in the log stand together or not at all."""
    with transaction.atomic():
        made = Publication.objects.create(
            generation_id=source.generation.id,
            as_of=source.as_of,
            place=loading.book.place,
            rows=loading.rows,
            seconds=seconds,
            published_at=at,
            summary=summary,
        )
        Pointer.objects.update_or_create(pk=1, defaults={"publication": made})
        audit.append(
            None,
            "night.publish",
            at=at,
            kind="publication",
            object_id=str(made.pk),
            detail={
                "generation": made.generation_id,
                "as_of": made.as_of.isoformat(),
                "place": made.place,
                "rows": sum(made.rows.values()),
            },
        )
    return made


def _sweep(desk: Path) -> None:
    """Remove all but the last books, and what a killed publication left; never the one the pointer names.

    Done before a book is made, not after: who still reads the oldest has had the whole time since the last publication.
    """
    keep = set(Publication.objects.order_by("-id").values_list("place", flat=True)[: KEPT - 1])
    keep |= set(Pointer.objects.values_list("publication__place", flat=True))
    if connection.vendor == "sqlite":
        sqlite_book.sweep(books(desk), keep)
    else:
        postgres_book.sweep(keep)

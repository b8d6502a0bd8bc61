"""Publishing a generation: a whole new book, then the pointer; killed anywhere, the old one stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from django.db import connection

from zhike.base.errors import BrokenPromise, StoreLocked, UsageError
from zhike.datacentre.generation import Generation
from zhike.engine.durable import only_writer
from zhike_desk.commands import preparing
from zhike_desk.records import audit
from zhike_desk.records.following import books, follow
from zhike_desk.records.models import AuditRow, BookClient, Pointer, Publication
from zhike_desk.records.publish import publish, publishing
from zhike_desk.records.publish.loading import Book

LATER = datetime(2025, 7, 2, 2, 0, tzinfo=UTC)


class Killed(BaseException):
    """Ends a publication as a signal would: nothing of ours is run afterwards."""


class Dying:
    """A book whose writer is killed when `at` is called for the `nth` time, before or after it is done."""

    def __init__(self, book: Book, at: str, nth: int, after: bool) -> None:
        self.place, self._book = book.place, book
        self._at, self._left, self._after = at, nth, after

    def __getattr__(self, name: str) -> object:
        def call(*given: object) -> object:
            if (
                name == "abandon"
            ):  # who is killed tidies nothing up; the database notices that nobody is there
                return self._book.abandon() if connection.vendor == "postgresql" else None
            self._left -= name == self._at
            if name == self._at and self._left == 0 and not self._after:
                raise Killed
            done = getattr(self._book, name)(*given)
            if name == self._at and self._left == 0:
                raise Killed
            return done

        return call


def places() -> set[str]:
    """Return the books there are, whoever may read them."""
    if connection.vendor == "sqlite":
        return {p.name for p in books().iterdir()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'book%%'")
        return {row[0] for row in cursor.fetchall()}


@contextmanager
def unchanged() -> Iterator[None]:
    """Hold that readers go on seeing the book they saw, and that no row says otherwise."""
    before = follow(), Publication.objects.count(), AuditRow.objects.count()
    yield
    assert (follow(), Publication.objects.count(), AuditRow.objects.count()) == before
    assert BookClient.objects.count() == 80


def test_a_book_has_a_row_for_each_client_card(db: Path) -> None:
    generation = Generation.latest(db)
    assert generation is not None
    assert BookClient.objects.count() == generation.rows("client_card") == 80


def test_the_same_generation_is_not_loaded_twice_unless_forced(transactional: Path) -> None:
    first = Pointer.objects.get().publication
    assert publish(transactional, LATER) == first
    second = publish(transactional, LATER, forced=True)
    assert second.pk > first.pk
    assert second.place != first.place
    assert (second.rows, second.summary, second.as_of) == (first.rows, first.summary, first.as_of)


def test_a_book_of_another_form_is_loaded_anew(transactional: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Pointer.objects.get().publication
    monkeypatch.setattr(publishing, "FORMAT", publishing.FORMAT + 1)
    assert publish(transactional, LATER) != first


def test_a_book_of_an_earlier_form_is_made_anew_before_anybody_is_served(
    transactional: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Pointer.objects.get().publication
    assert not preparing.first_book(transactional)
    assert Pointer.objects.get().publication == first
    monkeypatch.setattr(publishing, "FORMAT", publishing.FORMAT + 1)
    assert not publishing.readable()
    assert preparing.first_book(transactional)
    assert publishing.readable()
    assert Pointer.objects.get().publication != first
    assert not preparing.first_book(transactional)
    Pointer.objects.all().delete()
    assert preparing.first_book(transactional)


def test_the_switch_is_in_the_log(db: Path) -> None:
    row = AuditRow.objects.get(action="night.publish")
    assert row.object_id == str(Pointer.objects.get().publication_id)
    assert row.actor == "system"


def test_the_last_three_books_stay(transactional: Path) -> None:
    made = [publish(transactional, LATER + timedelta(days=n), forced=True).place for n in range(4)]
    assert places() == set(made[-3:])


@pytest.mark.parametrize(
    ("at", "nth", "after"),
    [
        ("create", 1, True),
        ("load", 1, False),
        ("load", 9, True),
        ("index", 1, False),
        ("count", 3, False),
        ("finish", 1, False),
        ("finish", 1, True),
    ],
)
def test_killed_while_it_is_built_the_old_book_stays(
    transactional: Path, monkeypatch: pytest.MonkeyPatch, at: str, nth: int, after: bool
) -> None:
    make = publishing._book
    monkeypatch.setattr(publishing, "_book", lambda *of: Dying(make(*of), at, nth, after))
    with unchanged(), pytest.raises(Killed):
        publish(transactional, LATER, forced=True)


def test_killed_while_the_pointer_moves_the_old_book_stays_and_the_next_publication_sweeps(
    transactional: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise Killed

    first = follow()
    with monkeypatch.context() as patch:
        patch.setattr(audit, "append", killed)
        with unchanged(), pytest.raises(Killed):
            publish(transactional, LATER, forced=True)
    assert len(places()) == 2
    after = publish(transactional, LATER, forced=True).place
    assert places() == {first, after}


def test_half_a_file_is_swept(transactional: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("of SQLite's files")
    (books() / ".x-9.sqlite3.new").write_bytes(b"half")
    publish(transactional, LATER, forced=True)
    assert not any(name.startswith(".") for name in places())


def test_a_row_too_few_is_never_published(transactional: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = publishing._book

    class Losing(Dying):
        def load(self, table: str, rows: pa.Table) -> None:
            self._book.load(table, rows.slice(1) if table == "book_holding" else rows)

    monkeypatch.setattr(publishing, "_book", lambda *of: Losing(make(*of), "", 0, False))
    with unchanged(), pytest.raises(BrokenPromise, match="book_holding"):
        publish(transactional, LATER, forced=True)


def test_two_publications_at_once_are_refused(db: Path) -> None:
    with only_writer(db / "desk" / "PUBLISHING"), pytest.raises(StoreLocked):
        publish(db, LATER, forced=True)


def test_nothing_is_published_before_the_first_night(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No night has run"):
        publish(tmp_path, LATER)

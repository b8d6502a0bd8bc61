"""Following the pointer: one whole book a request, whatever connections, threads and publications do."""

from __future__ import annotations

import hashlib
import importlib
import logging
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.signals import request_started
from django.db import OperationalError, connection, transaction

from zhike.base.errors import DamagedStore
from zhike_desk import keys
from zhike_desk.records import following
from zhike_desk.records.models import BookClient, Pointer
from zhike_desk.records.publish import publish
from zhike_desk.records.rows.clients import pseudonym

AT = datetime(2025, 7, 2, 2, 0, tzinfo=UTC)


def again(home: Path, hours: int = 0) -> str:
    """Publish the same night once more; return the new book's place."""
    return publish(home, AT + timedelta(hours=hours), forced=True).place


def on_sqlite() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("of SQLite's files")


def test_a_request_reads_the_book_that_the_pointer_names_when_it_begins(transactional: Path) -> None:
    before = following.follow()
    after = again(transactional)
    assert BookClient.objects.count() == 80  # the book that was being read is still there
    request_started.send(sender=None)
    assert following.follow() == after != before
    assert BookClient.objects.count() == 80


def test_numbers_come_under_the_night_of_their_book_though_another_was_published_meanwhile(
    transactional: Path,
) -> None:
    following.follow()
    before = following.night()
    again(transactional, hours=3)
    assert before is not None
    assert following.night() == before  # the pointer is elsewhere, the book isn't
    request_started.send(sender=None)
    after = following.night()
    assert after is not None
    assert after.published_at == AT + timedelta(hours=3) != before.published_at


def test_a_connection_made_anew_reads_the_book_again(transactional: Path) -> None:
    place = following.follow()
    connection.close()
    assert following.follow() == place
    assert BookClient.objects.count() == 80


def test_a_connection_that_has_grown_old_is_made_anew_and_reads_the_book(transactional: Path) -> None:
    following.follow()
    connection.close_at = 0
    request_started.disconnect(dispatch_uid="zhike-book")
    following.begin()  # last again: Django's test client has put Django's own closing after it
    request_started.send(sender=None)  # Django closes it first
    assert BookClient.objects.count() == 80


def test_a_transaction_keeps_its_book_while_the_pointer_moves(transactional: Path) -> None:
    before = following.follow()
    after = again(transactional)
    with transaction.atomic():
        assert following.follow() == before
        assert BookClient.objects.count() == 80
    assert following.follow() == after


def test_a_book_that_was_removed_is_an_error_that_says_so(
    transactional: Path, caplog: pytest.LogCaptureFixture
) -> None:
    publication = Pointer.objects.get().publication
    publication.place = "book_404"
    publication.save()
    with pytest.raises(DamagedStore, match="isn't there any more"):
        following.follow()
    with caplog.at_level(logging.ERROR):
        request_started.send(sender=None)
    assert "book_404" in caplog.text


def test_no_pointer_is_no_book(transactional: Path) -> None:
    Pointer.objects.all().delete()
    assert following.follow() == ""
    assert following.night() is None


def test_a_book_is_never_written(db: Path) -> None:
    on_sqlite()
    with pytest.raises(OperationalError, match="readonly"):
        BookClient.objects.update(name="")


@pytest.mark.parametrize("module", ["sqlite3", "pysqlite3"])
def test_either_sqlite_attaches_a_book_as_immutable(db: Path, module: str) -> None:
    on_sqlite()
    try:
        library = importlib.import_module("_sqlite3" if module == "sqlite3" else module)
    except ImportError:
        pytest.skip(f"{module} is not installed")
    place = following.books() / Pointer.objects.get().publication.place
    link = library.connect(":memory:", uri=True)
    link.execute("ATTACH DATABASE ? AS book", [f"file:{place}?mode=ro&immutable=1"])
    assert link.execute("SELECT count(*) FROM book_client").fetchone() == (80,)
    link.close()


class Reader(threading.Thread):
    """Asks again and again for pseudonyms, a query each; `seen` are the keys they were made by, `wrong` what fits none alone."""

    def __init__(self, known: list[bytes]) -> None:
        super().__init__()
        self.known, self.seen, self.wrong = known, list[int](), list[str]()
        self.ids = list(BookClient.objects.order_by("client_id").values_list("client_id", flat=True))[::16]
        self.stop = threading.Event()

    def run(self) -> None:
        """Read until told to stop."""
        try:
            while not self.stop.is_set():
                self.request()
        except BaseException as error:
            self.wrong.append(repr(error))
            raise
        finally:
            connection.close()

    def request(self) -> None:
        """Read as one request does."""
        request_started.send(sender=None)
        one = [BookClient.objects.get(client_id=i).pseudonym for i in self.ids]
        fits = [n for n, key in enumerate(self.known) if one == [pseudonym(key, i) for i in self.ids]]
        self.seen.extend(fits)
        if len(fits) != 1:
            self.wrong.append(str(one))


def test_a_reader_sees_whole_books_while_three_are_published(
    transactional: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each book has pseudonyms by a key of its own: those that one request reads must all come from one key."""
    kept = keys.secret
    made = [hashlib.sha256(bytes([n])).digest() for n in range(3)]
    reader = Reader([kept(transactional / "desk", "pseudonym"), *made])
    reader.start()
    for n, key in enumerate(made):
        monkeypatch.setattr(
            keys, "secret", lambda desk, name, key=key: key if name == "pseudonym" else kept(desk, name)
        )
        again(transactional, n)
    while len(made) not in reader.seen and reader.is_alive():
        reader.stop.wait(0.05)
    reader.stop.set()
    reader.join()
    assert reader.wrong == []
    assert reader.seen == sorted(reader.seen)
    assert set(reader.seen) >= {0, 3}

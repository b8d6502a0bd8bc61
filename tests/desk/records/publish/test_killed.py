"""R10: a publication killed by the system at any of its steps leaves one whole book to who reads meanwhile, and to who comes after."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from dying_publications import STEPS, Publications, chosen, moment, noted, seen_numbers
from zhike_desk.records import audit
from zhike_desk.records.book import wide
from zhike_desk.records.following import books, follow
from zhike_desk.records.models import AuditRow, Pointer, Publication
from zhike_desk.records.publish import definitions
from zhike_desk.records.publish.publishing import KEPT

SLOW = [pytest.mark.slow, pytest.mark.timeout(3_600)]


@pytest.fixture
def publications(transactional: Path) -> Iterator[Publications]:
    connection.close()  # what is counted and who is killed have connections of their own
    forking = Publications(transactional)
    yield forking
    forking.close()


def places() -> set[str]:
    """Return every book that lies there, finished or not."""
    if connection.vendor == "sqlite":
        return {p.name for p in books().iterdir()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'book%%'")
        return {row[0] for row in cursor.fetchall()}


def published() -> int:
    """Return the number of the publication that the pointer names; hold that its book, its row and the log agree."""
    connection.close()
    follow()
    found = Pointer.objects.get().publication
    assert found == Publication.objects.order_by("-id")[0]
    assert AuditRow.objects.filter(action="night.publish").count() == Publication.objects.count()
    assert {table: _rows(table) for table in found.rows} == found.rows
    return round((found.published_at - moment(0)).total_seconds() / 60)


def _rows(table: str) -> int:
    assert table == wide.MEASURES or table in {m._meta.db_table for m in definitions.classes()}
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("kills", [12, pytest.param(300, marks=SLOW)])
def test_killed_at_any_step_a_reader_sees_whole_books_and_the_next_publication_succeeds(
    publications: Publications, tmp_path: Path, kills: int
) -> None:
    reached = publications.whole(0, tmp_path / "steps")
    assert set(STEPS) - set(reached) <= ({"flush", "rename"} if connection.vendor == "postgresql" else set())
    standing, true, struck = 0, {0}, Counter[str]()
    with publications.read(tmp_path / "notes", most=kills + 2):
        for number, point in enumerate(chosen(reached, kills, seed=10), start=1):
            assert publications.killed(number, point) == -signal.SIGKILL, point
            now = published()
            assert now in (standing, number), point
            assert (now == number) == (
                point.step == "commit" and point.done and point.nth == reached["commit"]
            ), point
            standing = now
            true.add(now)
            struck[point.step] += 1
        publications.whole(kills + 1, tmp_path / "steps")
        assert published() == kills + 1
    lines, requests = noted(tmp_path / "notes")
    seen = seen_numbers(lines)
    print(
        f"\n  {struck.total()} killed {dict(struck)}; {requests} requests meanwhile saw {len(set(seen))} books"
    )
    assert len(seen) == len(lines), lines
    assert seen == sorted(seen)
    assert set(seen) <= {*true, kills + 1}
    assert requests >= kills
    assert len(places()) <= KEPT
    assert [b for b in audit.verify() if "witness" not in b.what] == []


def test_a_reader_that_looks_at_the_pointer_twice_in_a_request_is_caught(
    publications: Publications, tmp_path: Path
) -> None:
    publications.whole(0, tmp_path / "steps")
    with publications.read(tmp_path / "notes", most=5, torn=True):
        for number in range(1, 5):
            publications.whole(number, tmp_path / "steps")
    assert "two books in one request" in noted(tmp_path / "notes")[0]

"""The book as a file: made anew it is the same to the last cell, however the work was cut; and what its tables are in SQL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.db import connection

from zhike.base.errors import BrokenPromise, UsageError
from zhike.datacentre.generation import Generation
from zhike_desk.records.following import books, follow
from zhike_desk.records.models import (
    AuditRow,
    Pointer,
    Publication,
)
from zhike_desk.records.publish import publish, publishing, sqlite_book, working
from zhike_desk.records.publish.loading import ALL_OF
from zhike_desk.records.rows.source import Source

LATER = datetime(2025, 7, 2, 2, 0, tzinfo=UTC)
ON_SQLITE = pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite's files")


def dump(place: str) -> list[str]:
    """Return a book: every table, key and index as a statement, every row, and what the planner goes by."""
    with closing(sqlite3.connect(f"file:{books() / place}?mode=ro", uri=True)) as book:
        made = book.execute("SELECT name, type, sql FROM sqlite_master ORDER BY name").fetchall()
        tables = sorted(name for name, kind, _ in made if kind == "table")
        rows = [
            (name, row) for name in tables for row in book.execute(f'SELECT * FROM "{name}" ORDER BY rowid')
        ]
        return [repr(one) for one in (*made, *rows)]


@pytest.fixture
def standing(transactional: Path) -> Publication:
    """Give what is published: made by the code as it stands when the desk was laid."""
    return Pointer.objects.get().publication


@ON_SQLITE
def test_made_anew_it_is_the_same_and_readers_turn_to_it(standing: Publication, transactional: Path) -> None:
    told: list[tuple[str, int]] = []
    made = publish(transactional, LATER, told=lambda table, rows: told.append((table, rows)), forced=True)
    generation = Generation.latest(transactional)
    assert generation is not None
    assert dump(made.place) == dump(standing.place)
    assert follow() == made.place == f"{generation.id}-{standing.pk + 1}.sqlite3"
    assert (made.rows, made.summary, made.as_of) == (standing.rows, standing.summary, standing.as_of)
    assert dict(told) == {table: rows for table, rows in made.rows.items() if table in dict(told)}
    assert {table for table, rows in made.rows.items() if rows} <= set(dict(told))
    assert [rows for table, rows in told if table == "book_client"] == sorted(
        rows for table, rows in told if table == "book_client"
    )
    row = AuditRow.objects.latest("seq")
    assert (row.at, row.actor, row.action, row.kind, row.object_id) == (
        "2025-07-02T10:00:00.000+08:00", "system", "night.publish", "publication", str(made.pk),
    )  # fmt: skip
    assert json.loads(row.detail) == {
        "generation": generation.id, "as_of": made.as_of.isoformat(), "place": made.place, "rows": sum(made.rows.values()),
    }  # fmt: skip
    again = Publication.objects.get(pk=made.pk)
    assert (again.generation_id, again.published_at, again.summary["format"]) == (
        generation.id,
        LATER,
        publishing.FORMAT,
    )
    assert 0 < again.seconds < 300
    assert again.seconds == round(again.seconds, 3)


@ON_SQLITE
def test_prepared_by_other_processes_and_written_in_small_pieces_it_is_the_same(
    standing: Publication, transactional: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "ALONE", 79)
    monkeypatch.setattr(sqlite_book, "_BATCH", 7)
    assert dump(publish(transactional, LATER, forced=True).place) == dump(standing.place)


@pytest.mark.parametrize(
    ("cores", "clients", "alone"), [(1, 10**6, True), (2, 50_000, True), (2, 50_001, False)]
)
def test_other_processes_are_begun_for_many_clients_where_there_is_more_than_one_core(
    monkeypatch: pytest.MonkeyPatch, cores: int, clients: int, alone: bool
) -> None:
    class Begun(Exception):
        pass

    def begun(*_: object, **__: object) -> None:
        raise Begun

    class Ground:
        source = Source.__new__(Source)

        def people(self, of: object) -> object:
            return of

    monkeypatch.setattr(working.os, "cpu_count", lambda: cores)
    monkeypatch.setattr(working, "ProcessPoolExecutor", begun)
    works: Any = [("people", (n, n)) for n in range(3)]
    ground: Any = Ground()
    if alone:
        assert list(working.prepared(ground, works, clients)) == [(0, 0), (1, 1), (2, 2)]
    else:
        with pytest.raises((Begun, AttributeError)):
            list(working.prepared(ground, works, clients))


@ON_SQLITE
def test_what_could_not_be_finished_leaves_no_file(
    standing: Publication, transactional: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: object) -> None:
        raise OSError(28, "No space left on device")

    publishing._sweep(transactional / "desk")
    before = {p.name for p in books().iterdir()}
    for step in ("index", "finish"):
        with monkeypatch.context() as patch:
            patch.setattr(sqlite_book.SqliteBook, step, full)
            with pytest.raises(OSError, match="No space"):
                publish(transactional, LATER, forced=True)
        assert {p.name for p in books().iterdir()} == before
        assert follow() == standing.place


def test_a_book_that_is_gone_is_loaded_again_and_so_is_another_generation_s(
    standing: Publication, transactional: Path
) -> None:
    Publication.objects.update(generation_id="another")
    second = publish(transactional, LATER)
    assert second.pk == standing.pk + 1
    Publication.objects.filter(pk=second.pk).update(place="gone")
    third = publish(transactional, LATER)
    assert third.pk == second.pk + 1
    assert publish(transactional, LATER) == third
    Pointer.objects.all().delete()
    assert publish(transactional, LATER).pk == third.pk + 1


def test_the_book_that_is_read_stays_however_old_it_is(standing: Publication, transactional: Path) -> None:
    for n in range(4):
        publish(transactional, LATER + timedelta(days=n), forced=True)
        Pointer.objects.update(publication=standing)
    assert follow() == standing.place
    assert publish(transactional, LATER) == standing


def test_a_row_that_the_night_has_and_the_book_was_not_given_is_missed(
    standing: Publication, transactional: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    streamed = Source.streamed

    def short(self: Source, table: str) -> Iterator[pa.Table]:
        return (rows.slice(1) if table == "timeline" else rows for rows in streamed(self, table))

    monkeypatch.setattr(Source, "streamed", short)
    with pytest.raises(BrokenPromise, match="book_timeline"):
        publish(transactional, LATER, forced=True)
    assert follow() == standing.place


def test_without_a_night_it_is_told_where_and_what_next(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        publish(tmp_path, LATER)
    assert error.value.where == str(tmp_path)
    assert "zhike run" in error.value.sentence("en")
    assert not (tmp_path / "desk").exists()


def test_every_row_of_the_night_s_tables_is_counted(db: Path) -> None:
    generation = Generation.latest(db)
    assert generation is not None
    rows = Pointer.objects.get().publication.rows
    assert {table: rows[table] for table in ALL_OF} == {
        table: generation.rows(of) for table, of in ALL_OF.items()
    }


# ------------------------------------------------------------------------------------------------ tables as SQL

"""What a book is made of: its tables as SQL, its rows as their tables have them, its counts by class."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper

from zhike_desk.records.book import wide
from zhike_desk.records.models import (
    BookMarket,
    BookStaff,
    BookTimeline,
)
from zhike_desk.records.publish import definitions, sqlite_book, summary

ON_SQLITE = pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite's files")


def postgres() -> DatabaseWrapper:
    """Return what knows PostgreSQL's types; it is never connected."""
    return DatabaseWrapper(
        {"ENGINE": "django.db.backends.postgresql", "NAME": "x", "OPTIONS": {}, "TIME_ZONE": None}
    )


def spaced(statement: str) -> str:
    return " ".join(statement.split()).replace(" ,", ",").replace(" )", ")")


@ON_SQLITE
def test_a_table_of_sqlite_has_its_columns_and_no_keys_but_the_number_of_a_row() -> None:
    assert spaced(definitions.create(BookStaff, connection)) == (
        'CREATE TABLE "book_staff" ("staff_id" varchar(60) NOT NULL, "name" varchar(80) NOT NULL, "role" varchar(12) NOT NULL, '
        '"branch_id" varchar(60) NOT NULL, "team" varchar(80) NOT NULL, "hired_on" date, "left_on" date, "capacity_hours" real, '
        '"clients" integer NOT NULL)'
    )
    assert '("id" integer PRIMARY KEY NOT NULL,' in spaced(definitions.create(BookTimeline, connection))
    assert [spaced(s) for s in definitions.create_measures(["net_now", "age"], connection)] == [
        'CREATE TABLE "book_measure_0" ("client_id" varchar(60) NOT NULL, "net_now" real, "age" real)',
        'CREATE VIEW book_measure AS SELECT book_measure_0.client_id, "net_now", "age" FROM book_measure_0',
    ]


@ON_SQLITE
def test_a_wide_table_is_parts_and_a_view_of_them_beside_each_other() -> None:
    names = [f"m{n}" for n in range(wide.PART + 1)]
    first, second, view = (spaced(s) for s in definitions.create_measures(names, connection))
    assert first.startswith(
        'CREATE TABLE "book_measure_0" ("client_id" varchar(60) NOT NULL, "m0" real, "m1" real,'
    )
    assert second == f'CREATE TABLE "book_measure_1" ("client_id" varchar(60) NOT NULL, "m{wide.PART}" real)'
    columns = ", ".join(f'"{name}"' for name in names)
    assert view == (
        f"CREATE VIEW book_measure AS SELECT book_measure_0.client_id, {columns} FROM book_measure_0 "
        "LEFT JOIN book_measure_1 ON book_measure_1.client_id = book_measure_0.client_id"
    )


def test_text_of_postgresql_is_in_order_of_its_bytes() -> None:
    assert spaced(definitions.create(BookStaff, postgres())) == (
        'CREATE TABLE "book_staff" ("staff_id" varchar(60) COLLATE "C" NOT NULL, "name" varchar(80) COLLATE "C" NOT NULL, '
        '"role" varchar(12) COLLATE "C" NOT NULL, "branch_id" varchar(60) COLLATE "C" NOT NULL, "team" varchar(80) COLLATE "C" NOT NULL, '
        '"hired_on" date, "left_on" date, "capacity_hours" double precision, "clients" integer NOT NULL)'
    )
    timeline = spaced(definitions.create(BookTimeline, postgres()))
    assert '("id" integer NOT NULL,' in timeline or '("id" bigint NOT NULL,' in timeline
    assert '"text" text COLLATE "C"' in timeline
    assert spaced(next(definitions.create_measures(["net_now"], postgres()))) == (
        'CREATE TABLE "book_measure_0" ("client_id" varchar(60) COLLATE "C" NOT NULL, "net_now" double precision)'
    )


def test_every_key_and_index_is_made_once() -> None:
    made = list(definitions.indexes(connection, ["net_now"]))
    assert len(made) == len(set(made))
    assert made[-1] == 'CREATE UNIQUE INDEX "book_measure_0_key" ON "book_measure_0" ("client_id")'
    assert 'CREATE UNIQUE INDEX "book_client_client_id_key" ON "book_client" ("client_id")' in made
    assert 'CREATE UNIQUE INDEX "book_client_pseudonym_key" ON "book_client" ("pseudonym")' in made
    numbered = [s for s in made if "book_timeline_id_key" in s]
    assert len(numbered) == (0 if connection.vendor == "sqlite" else 1)
    indexes = sum(len(model._meta.indexes) for model in definitions.classes())
    unique = sum(f.unique for m in definitions.classes() for f in definitions.columns(m))
    keyed = sum(
        f.unique
        for m in definitions.classes()
        for f in definitions.columns(m)
        if not f.get_internal_type().endswith(("AutoField", "IntegerField"))
    )
    assert len(made) == indexes + 1 + (keyed if connection.vendor == "sqlite" else unique)


def test_classes_are_in_order_of_their_tables() -> None:
    names = [model._meta.db_table for model in definitions.classes()]
    assert names == sorted(names)
    assert len(names) == len(set(names)) > 10


def test_rows_are_shaped_as_their_table_is() -> None:
    given = pa.table(
        {
            "clients": pa.array([3, None], pa.int32()),
            "left_on": pa.array([date(2025, 1, 2), None]),
            "capacity_hours": pa.array([Decimal("7.50"), None], pa.decimal128(9, 2)),
            "name": pa.array(["韩", None]),
            "staff_id": pa.array(["E1", "E2"]),
            "more": pa.array([1, 2]),
        }
    )
    found = definitions.shaped(BookStaff, given)
    assert found.column_names == [f.column for f in definitions.columns(BookStaff)]
    assert found.to_pylist() == [
        {"staff_id": "E1", "name": "韩", "role": "", "branch_id": "", "team": "", "hired_on": None, "left_on": date(2025, 1, 2), "capacity_hours": 7.5, "clients": 3},
        {"staff_id": "E2", "name": "", "role": "", "branch_id": "", "team": "", "hired_on": None, "left_on": None, "capacity_hours": None, "clients": 0},
    ]  # fmt: skip


def test_numbered_rows_go_on_and_moments_without_a_zone_are_the_branch_s() -> None:
    given = pa.table({"at": pa.array([datetime(2025, 7, 1, 9, 30)] * 2, pa.timestamp("s"))})
    found = definitions.shaped(BookTimeline, given, 5)
    assert found["id"].to_pylist() == [5, 6]
    assert found["at"].to_pylist() == [datetime(2025, 7, 1, 1, 30, tzinfo=UTC)] * 2
    assert definitions.shaped(BookTimeline, given)["id"].to_pylist() == [1, 2]
    told = pa.table({"at": pa.array([datetime(2025, 7, 1, 1, 30, tzinfo=UTC)], pa.timestamp("ms", "UTC"))})
    assert definitions.shaped(BookTimeline, told)["at"].to_pylist() == [
        datetime(2025, 7, 1, 1, 30, tzinfo=UTC)
    ]


def test_a_number_that_is_none_is_unknown() -> None:
    name = next(
        f.column for f in definitions.columns(BookMarket) if f.get_internal_type() == "FloatField" and f.null
    )
    day = next(f.column for f in definitions.columns(BookMarket) if f.primary_key)
    given = pa.table(
        {
            str(day): [date(2025, 7, n) for n in range(1, 5)],
            str(name): [1.5, float("nan"), float("inf"), None],
        }
    )
    assert definitions.shaped(BookMarket, given)[str(name)].to_pylist() == [1.5, None, None, None]


@pytest.mark.parametrize(
    ("values", "kind", "written"),
    [
        (
            [datetime(2025, 7, 1, 1, 2, 3, tzinfo=UTC), None],
            pa.timestamp("us", "UTC"),
            ["2025-07-01 01:02:03", None],
        ),
        ([date(2025, 7, 1), None], pa.date32(), ["2025-07-01", None]),
        ([True, False, None], pa.bool_(), [1, 0, None]),
        ([1.5, 2.0], pa.float64(), [1.5, 2.0]),
        ([7, None], pa.int64(), [7, None]),
        (["甲", None], pa.string(), ["甲", None]),
        ([b"\x00", None], pa.binary(), [b"\x00", None]),
    ],
)
def test_values_are_as_sqlite_takes_them(
    values: Sequence[Any], kind: pa.DataType, written: list[Any]
) -> None:
    found = sqlite_book._values(pa.array(values, kind))
    assert list(found) == written
    assert [type(v) for v in found] == [type(v) for v in written]


@ON_SQLITE
def test_a_folder_without_books_has_none_to_sweep_and_a_book_s_folder_is_made(tmp_path: Path) -> None:
    sqlite_book.sweep(tmp_path / "none", set())
    book = sqlite_book.SqliteBook(tmp_path / "a" / "books", "x.sqlite3")
    book.create(["net_now"])
    rows = pa.table({"client_id": ["C1", "C2"], "net_now": [1.0, None]})
    book.load("book_measure_0", rows)
    assert book.count("book_measure") == 2
    assert [p.name for p in (tmp_path / "a" / "books").iterdir()] == [".x.sqlite3.new"]
    book.index()
    book.finish()
    assert [p.name for p in (tmp_path / "a" / "books").iterdir()] == ["x.sqlite3"]
    other = sqlite_book.SqliteBook(tmp_path / "a" / "books", "y.sqlite3")
    other.abandon()
    assert [p.name for p in (tmp_path / "a" / "books").iterdir()] == ["x.sqlite3"]
    with closing(sqlite3.connect(tmp_path / "a" / "books" / "x.sqlite3")) as read:
        assert read.execute("SELECT * FROM book_measure").fetchall() == [("C1", 1.0), ("C2", None)]
        assert read.execute("PRAGMA page_size").fetchone() == (8192,)
        assert read.execute("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'book_measure_0'").fetchone() == (
            1,
        )
    sqlite_book.sweep(tmp_path / "a" / "books", {"z"})
    assert list((tmp_path / "a" / "books").iterdir()) == []


# ------------------------------------------------------------------------------------------------ counts


def test_clients_are_counted_by_class_for_the_whole_each_branch_and_each_member_of_staff() -> None:
    def rows(*of: tuple[str | None, ...]) -> pa.Table:
        names = ("logic", "stage", "grade", "quadrant", "kind", "branch_id", "staff_id")
        made = {n: pa.array([r[i] for r in of], pa.string()) for i, n in enumerate(names)}
        return pa.table(made | {"net_now": [100.126, None][: len(of)], "revenue_12m": [1.0, 2.25][: len(of)]})

    one = rows(
        ("value", "new", "gold", "q1", "individual", "B1", "E1"),
        ("value", None, "gold", "q1", "institution", "B2", "E1"),
    )
    two = rows(("trend", "new", "gold", "q2", "individual", "B1", None))
    told = summary.told([one, two])
    assert {n: told[n] for n in ("clients", "net_now", "revenue_12m")} == {
        "clients": 3,
        "net_now": 200.25,
        "revenue_12m": 4.25,
    }
    assert told["by"] == {
        "logic": {"value": 2, "trend": 1}, "stage": {"new": 2, "": 1}, "grade": {"gold": 3},
        "quadrant": {"q1": 2, "q2": 1}, "kind": {"individual": 2, "institution": 1},
    }  # fmt: skip
    assert set(told["branch_id"]) == {"B1", "B2"}
    assert told["branch_id"]["B2"] == {
        "clients": 1, "net_now": 0.0, "revenue_12m": 2.25,
        "by": {"logic": {"value": 1}, "stage": {"": 1}, "grade": {"gold": 1}, "quadrant": {"q1": 1}, "kind": {"institution": 1}},
    }  # fmt: skip
    assert told["staff_id"]["E1"]["net_now"] == 100.13
    assert told["staff_id"][""]["by"]["logic"] == {"trend": 1}
    assert set(told) == {"clients", "net_now", "revenue_12m", "by", "branch_id", "staff_id"}


def test_a_branch_without_clients_counts_none() -> None:
    names = ("logic", "stage", "grade", "quadrant", "kind", "branch_id", "staff_id")
    none = pa.table(
        {n: pa.array([], pa.string()) for n in names}
        | {n: pa.array([], pa.float64()) for n in ("net_now", "revenue_12m")}
    )
    assert summary.told([none]) == {
        "clients": 0, "net_now": 0.0, "revenue_12m": 0.0,
        "by": {n: {} for n in names[:5]}, "branch_id": {}, "staff_id": {},
    }  # fmt: skip

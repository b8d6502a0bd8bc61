"""Daily deliveries of a month become one file when the month is over, and nothing else changes."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from zhike.datacentre.audit import audit
from zhike.datacentre.ingest import Request, ingest
from zhike.datacentre.store import compaction
from zhike.datacentre.store.house import Store
from zhike.datacentre.undo import undo
from zhike.engine.parquet import read_table

TODAY = date(2025, 6, 30)
HEAD = "trade_id,date,client_id,security_id,side,quantity,price,amount\n"


def deliver(
    home: Path, folder: Path, day: date, *, price: str = "10", amount: str = "1000", late: str = ""
) -> None:
    drop = folder / f"{day:%Y%m%d}-{price}{late}"
    drop.mkdir()
    rows = [f"{day:%Y%m%d}{c}{late},{day},C{c},600000.SH,buy,100,{price},{amount}\n" for c in range(3)]
    (drop / "trade.csv").write_text(HEAD + "".join(rows))
    ingest(home, Request(drop, TODAY))


def rows_of(home: Path) -> list[tuple[object, ...]]:
    store = Store(home)
    manifest = store.manifest()
    tables = [read_table(f).to_pylist() for f in store.files(manifest, "trade")]
    return sorted((r["trade_id"], r["price"], r["_drop"], r["_line"]) for t in tables for r in t)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with the 21 trading days of April 2025 (weekdays but the 4th) and the first of May's."""
    april = [date(2025, 4, 1) + timedelta(d) for d in range(30)]
    for day in (*(d for d in april if d.weekday() < 5 and d.day != 4), date(2025, 5, 6)):
        deliver(tmp_path / "home", tmp_path, day)
    return tmp_path / "home"


def test_a_closed_months_files_become_one(home: Path) -> None:
    manifest = Store(home).manifest()
    (together,) = manifest.compacted["trade"]
    assert (together.rows, len(together.members)) == (63, 21)
    assert len(manifest.live("trade")) == 2  # April in one file, the first day of May
    assert manifest.rows("trade") == 66
    assert len(rows_of(home)) == 66
    assert {r.status for r in audit(home, deep=True).results} == {
        "ok"
    }  # no warning either: the one file has an owner


def test_every_row_still_leads_to_its_drop_and_line(home: Path) -> None:
    assert [(drop, line) for trade, _, drop, line in rows_of(home) if trade == "202504031"] == [(3, 3)]


def test_a_correction_gives_the_compacted_file_up(home: Path, tmp_path: Path) -> None:
    before = rows_of(home)
    deliver(home, tmp_path, date(2025, 4, 3), price="11", amount="1100")
    (together,) = (
        Store(home).manifest().compacted["trade"]
    )  # given up, and put together again from the other 20 days
    assert (together.rows, len(together.members)) == (60, 20)
    assert [str(r[1]) for r in rows_of(home) if str(r[0]).startswith("20250403")] == ["11.00000000"] * 3
    undo(home, "20250403-11")
    assert rows_of(home) == before
    assert audit(home, deep=True).sound


def test_an_undone_day_leaves_the_others(home: Path) -> None:
    before = rows_of(home)
    undo(home, "20250402-10")
    assert rows_of(home) == [r for r in before if not str(r[0]).startswith("20250402")]
    assert audit(home, deep=True).sound


def test_the_open_month_is_left_alone(home: Path) -> None:
    manifest = Store(home).manifest()
    assert not any("2025-05" in c.path for c in manifest.compacted["trade"])


def test_a_month_is_over_when_any_later_rows_are_there_put_together_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "ENOUGH", 2)
    home = tmp_path / "home"
    for day in (date(2025, 5, 6), date(2025, 5, 7), date(2025, 6, 3)):
        deliver(home, tmp_path, day)
    undo(home, "20250603-10")  # the only file of the table is now that of all of May
    assert [c.rows for c in Store(home).manifest().compacted["trade"]] == [6]
    for day in (date(2025, 4, 1), date(2025, 4, 2), date(2025, 4, 3)):
        deliver(home, tmp_path, day, late="L")
    may, april = Store(home).manifest().compacted["trade"]
    assert ("2025-05" in may.path, may.rows) == (True, 6)
    assert ("2025-04" in april.path, april.rows) == (True, 6)  # the third day was only then being committed
    assert len(rows_of(home)) == 15
    assert audit(home, deep=True).sound

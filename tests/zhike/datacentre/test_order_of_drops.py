"""The order in which drops arrive doesn't matter, and any of them can be taken back exactly."""

from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

from zhike.base.errors import UsageError
from zhike.datacentre.audit import audit
from zhike.datacentre.ingest import Request, ingest
from zhike.datacentre.store.house import Store
from zhike.datacentre.undo import undo
from zhike.engine.parquet import read_table

TODAY = date(2025, 6, 30)
HEAD = "trade_id,date,client_id,security_id,side,quantity,price,amount\n"
DROPS = {
    "client": ("client.csv", "client_id,kind\nA1,individual\n"),
    "calendar": ("calendar.csv", "date\n2025-03-03\n2025-03-05\n"),
    "trade": (
        "trade.csv",
        HEAD
        + "T1,2025-03-03,A1,600000.SH,buy,100,10,1000\n"
        + "T2,2025-03-04,A1,600000.SH,buy,100,10,1000\n"  # closed, as the calendar has it
        + "T3,2025-03-05,A9,600000.SH,buy,100,10,1000\n"  # a client whom nobody has named
        + "T4,2025-03-04,A1,XYZ,buy,100,10,1000\n",  # another market's day
    ),
}


def make(folder: Path, name: str, file: str, content: str) -> Path:
    drop = folder / name
    drop.mkdir(parents=True)
    (drop / file).write_text(content)
    return drop


def trades(home: Path) -> list[str]:
    store = Store(home)
    files = store.files(store.manifest(), "trade")
    return sorted(row["trade_id"] for f in files for row in read_table(f).to_pylist())


@pytest.mark.parametrize("order", list(permutations(DROPS)))
def test_every_order_of_arrival_gives_the_same_state_and_every_drop_can_be_taken_back(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    home = tmp_path / "home"
    for name in order:
        ingest(home, Request(make(tmp_path, name, *DROPS[name]), TODAY))
    assert trades(home) == ["T1", "T4"]
    assert audit(home, deep=True).sound
    undo(home, "calendar")
    assert trades(home) == ["T1", "T2", "T4"]
    undo(home, "client")
    assert trades(home) == ["T1", "T2", "T3", "T4"]
    assert audit(home, deep=True).sound


def test_one_drop_says_the_same_as_three(tmp_path: Path) -> None:
    drop = tmp_path / "all"
    drop.mkdir()
    for file, content in DROPS.values():
        (drop / file).write_text(content)
    report = ingest(tmp_path / "home", Request(drop, TODAY))
    assert trades(tmp_path / "home") == ["T1", "T4"]
    assert (report.tables["trade"].new, report.tables["trade"].quarantined) == (2, 2)


def test_a_later_day_of_the_calendar_closes_and_opens_days_of_trades_already_in(tmp_path: Path) -> None:
    home = tmp_path / "home"
    ingest(home, Request(make(tmp_path, "c1", "calendar.csv", "date\n2025-03-03\n2025-03-05\n"), TODAY))
    rows = "".join(f"T{d},2025-03-{d:02d},A1,600000.SH,buy,100,10,1000\n" for d in (4, 6, 7))
    ingest(home, Request(make(tmp_path, "t", "trade.csv", HEAD + rows), TODAY))
    assert trades(home) == ["T6", "T7"]  # beyond the calendar nothing is known
    report = ingest(
        home, Request(make(tmp_path, "c2", "calendar.csv", "date\n2025-03-04\n2025-03-07\n"), TODAY)
    )
    assert trades(home) == ["T4", "T7"]
    assert report.reconciled == 1


def test_a_calendar_with_large_holes_closes_no_days_within_them(tmp_path: Path) -> None:
    home = tmp_path / "home"
    ingest(home, Request(make(tmp_path, "c", "calendar.csv", "date\n2025-02-03\n2025-03-31\n"), TODAY))
    ingest(home, Request(make(tmp_path, "t", *DROPS["trade"]), TODAY))
    assert trades(home) == ["T1", "T2", "T3", "T4"]


STATEMENT = "成交日期,证券代码,证券名称,操作,成交数量,成交均价,成交金额,发生金额,手续费,成交编号\n"
FILLS = (
    "20250303,600000,浦发银行,证券买入,100,10,1000,-1005,5,77\n",
    "20250303,600000,浦发银行,证券买入,200,10,2000,-2005,5,77\n",
)


def statement(folder: Path, name: str, *fills: str) -> Path:
    drop = make(folder, name, "交割单.csv", STATEMENT + "".join(fills))
    (drop / "mapping.toml").write_text('[trade.constant]\nclient_id = "A1"\n')
    return drop


def test_fills_that_share_a_number_stay_apart_whatever_part_of_them_is_delivered_again(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    ingest(home, Request(statement(tmp_path, "both", *FILLS), TODAY))
    both = trades(home)
    again = ingest(home, Request(statement(tmp_path, "second", FILLS[1]), TODAY))
    shuffled = ingest(home, Request(statement(tmp_path, "shuffled", *reversed(FILLS)), TODAY))
    assert len(both) == 2
    assert trades(home) == both
    assert (again.tables["trade"].unchanged, shuffled.tables["trade"].unchanged) == (1, 2)


def test_a_folder_means_the_drop_with_its_content_not_another_of_its_name(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = make(tmp_path / "a", "inbox", "trade.csv", HEAD + "A,2025-03-03,A1,600000.SH,buy,100,10,1000\n")
    second = make(tmp_path / "b", "inbox", "trade.csv", HEAD + "B,2025-03-03,A1,600000.SH,buy,100,10,1000\n")
    ingest(home, Request(first, TODAY))
    ingest(home, Request(second, TODAY))
    with pytest.raises(UsageError, match="more than one"):
        undo(home, "inbox")
    undo(home, str(first))
    assert trades(home) == ["B"]
    with pytest.raises(UsageError, match="no drop"):
        undo(home, str(first))


@pytest.mark.parametrize("feed", ["../evil", "a/b", "", "..", "a..b"])
def test_a_feeds_name_is_no_path(tmp_path: Path, feed: str) -> None:
    with pytest.raises(UsageError, match="feed"):
        Request(tmp_path, TODAY, feed)

"""Rows without a number of their own in two files of one drop: held once, and said, with how many and where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from small_drops import CLIENTS, take_in
from zhike.datacentre.findings import findings
from zhike.datacentre.store.house import Store

MAPPING = '[trade.constant]\nclient_id = "A1"\n'
HEAD = "成交日期,证券代码,操作,成交数量,成交均价,成交金额"
X = "20250331,600000,证券买入,100,10,1000"
Y = "20250331,600000,证券买入,200,10,2000"
Z = "20250401,600000,证券卖出,300,10,3000"


def statement(*rows: str, numbers: tuple[str, ...] | None = None) -> str:
    """Write a statement; with `numbers`, one (or none) for each row."""
    if numbers is None:
        return "\n".join((HEAD, *rows, ""))
    numbered = (f"{row},{number}" for row, number in zip(rows, numbers, strict=True))
    return "\n".join((HEAD + ",成交编号", *numbered, ""))


def told(home: Path, drop: str = "d") -> list[tuple[Any, ...]]:
    rows = [r for piece in findings(home, "en", drop) for r in piece.to_pylist()]
    assert all(r["severity"] == "warning" for r in rows)
    return [
        (r["source"], r["table"], r["line"], r["count"]) for r in rows if r["check"] == "rows_in_two_files"
    ]


def held(home: Path) -> int:
    return Store(home).manifest().rows("trade")


def test_what_two_files_share_is_held_once_and_said_once_with_the_count(tmp_path: Path) -> None:
    files = {"a.csv": statement(X, X, Y), "b.csv": statement(Z, X, X, X), "mapping.toml": MAPPING}
    report = take_in(tmp_path / "home", tmp_path / "d", files)
    assert held(tmp_path / "home") == 5  # X three times, Y, Z
    assert (report.tables["trade"].new, report.tables["trade"].unchanged) == (5, 2)
    assert told(tmp_path / "home") == [("b.csv", "trade", 3, 2)]
    assert report.findings == {"error": 0, "warning": 1, "info": 0}
    [reason] = [r["reason"] for piece in findings(tmp_path / "home", "en") for r in piece.to_pylist()]
    assert reason.startswith("2 rows without a number of their own are in a.csv too, and are kept once.")
    assert "--feed" in reason


def test_of_three_files_each_is_held_against_those_before_it(tmp_path: Path) -> None:
    files = {"a.csv": statement(X), "b.csv": statement(X, X), "c.csv": statement(Y, X, X, X)}
    take_in(tmp_path / "home", tmp_path / "d", files | {"mapping.toml": MAPPING})
    assert held(tmp_path / "home") == 4
    assert told(tmp_path / "home") == [("b.csv", "trade", 2, 1), ("c.csv", "trade", 3, 2)]


def test_rows_with_a_number_are_the_same_for_sure_and_those_without_one_are_told(tmp_path: Path) -> None:
    files = {
        "a.csv": statement(X, Y, Z, numbers=("1", "2", "")),
        "b.csv": statement(Z, X, Y, Z, numbers=("0", "1", "2", "9")),
        "mapping.toml": MAPPING,
    }
    take_in(tmp_path / "home", tmp_path / "d", files)
    assert held(tmp_path / "home") == 4  # X, Y, Z without a number (0 is none), Z with 9
    assert told(tmp_path / "home") == [("b.csv", "trade", 2, 1)]


@pytest.mark.parametrize("known", [True, False])
def test_rows_in_the_contracts_own_columns_without_numbers_are_told_even_while_they_wait(
    tmp_path: Path, known: bool
) -> None:
    trades = "date,client_id,security_id,side,kind,quantity,price,amount\n2025-03-31,A,600000.SH,buy,ordinary,100,10,1000\n"
    trades = trades if known else trades.replace(",A,", ",C,")
    take_in(tmp_path / "home", tmp_path / "d0", {"client.csv": CLIENTS})
    take_in(tmp_path / "home", tmp_path / "d", {"trade/a.csv": trades, "trade/b.csv": trades})
    assert held(tmp_path / "home") == known
    rows = [r for piece in findings(tmp_path / "home", "zh", "d") for r in piece.to_pylist()]
    assert [(r["source"], r["count"]) for r in rows if r["check"] == "rows_in_two_files"] == [
        ("trade/b.csv", 1)
    ]


def test_the_same_rows_in_another_drop_or_another_feed_are_no_finding(tmp_path: Path) -> None:
    home = tmp_path / "home"
    take_in(home, tmp_path / "d", {"a.csv": statement(X), "mapping.toml": MAPPING})
    take_in(home, tmp_path / "e", {"b.csv": statement(X, Y), "mapping.toml": MAPPING})
    assert held(home) == 2
    assert told(home, "d") + told(home, "e") == []

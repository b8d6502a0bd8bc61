"""What is listed, what is counted and what a repeated delivery reports are the same, whatever came meanwhile.

A1 is known, A9 isn't; 2025-03-04 is closed as soon as the calendar has the 3rd and the 5th; 2025-03-08 is a Saturday.
"""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from small_drops import AS_OF, SETTINGS, drop
from zhike.datacentre.findings import findings
from zhike.datacentre.ingest import ingest
from zhike.datacentre.overview import overview
from zhike.datacentre.report import Report
from zhike.datacentre.request import Request
from zhike.datacentre.store.house import Store
from zhike.datacentre.undo import undo

HEAD = "trade_id,交易日,client_id,security_id,side,quantity,price,amount\n"
GOOD = "T1,2025-03-03,A1,600000.SH,buy,100,10,1000\n"
ON_A_CLOSED_DAY = "T2,2025-03-04,A1,600000.SH,buy,100,10,1000\n"
OF_NOBODY = "T3,2025-03-05,A9,600000.SH,buy,100,10,1000\n"
OF_NOBODY_ON_A_CLOSED_DAY = "T4,2025-03-04,A9,600000.SH,buy,100,10,1000\n"
ON_A_SATURDAY = "T5,2025-03-08,A1,600000.SH,buy,100,10,1000\n"
DROPS = {
    "client": {"client.csv": "client_id,kind\nA1,individual\n"},
    "calendar": {"calendar.csv": "date\n2025-03-03\n2025-03-05\n"},
    "trade": {
        "mapping.toml": '[trade.columns]\n交易日 = "date"\n',
        "a/trade.csv": HEAD + GOOD + ON_A_CLOSED_DAY + OF_NOBODY,
        "b/trade.csv": HEAD + OF_NOBODY_ON_A_CLOSED_DAY + ON_A_SATURDAY,
    },
    "nobody": {"client.csv": "client_id,kind\nA9,individual\n"},
    "open": {"calendar.csv": "date\n2025-03-04\n"},
    "accounts": {
        "client.csv": "client_id,kind\nA9,individual\n",
        "account.csv": "account_id,client_id,kind\nZ1,A1,cash\nZ9,A9,cash\nZ0,A0,cash\n",
    },
}
SATURDAY = ("b/trade.csv", 3, "交易日", "not_a_trading_day", "2025-03-08")
WAITING = {
    ("a/trade.csv", 3, "交易日", "not_a_trading_day", "2025-03-04"),
    ("a/trade.csv", 4, "client_id", "unknown_client", "A9"),
    ("b/trade.csv", 2, "client_id", "unknown_client", "A9"),
    SATURDAY,
}


def take(home: Path, folder: Path, name: str) -> Report:
    return ingest(home, Request(drop(folder / name, DROPS[name]), AS_OF, settings=SETTINGS))


def listed(home: Path, name: str) -> list[dict[str, Any]]:
    return [r for piece in findings(home, "en", name) for r in piece.to_pylist()]


def places(home: Path) -> set[tuple[Any, ...]]:
    return {(r["source"], r["line"], r["column"], r["check"], r["value"]) for r in listed(home, "trade")}


def agree(home: Path, folder: Path) -> None:
    """See that list, overview and repeated delivery say the same of every drop, and rows agree with findings."""
    for state in overview(home, SETTINGS).drops:
        shown = Counter(r["severity"] for r in listed(home, state.name))
        assert shown == Counter({s: n for s, n in state.findings.items() if n}), state.name
        again = take(home, folder, state.name)
        assert again.already
        assert again.findings == state.findings
        errors = shown.get("error", 0)  # one for each row that is out
        assert sum(t.quarantined for t in again.tables.values()) == errors
        assert sum(f.quarantined for f in again.files) == errors
        assert sum(q for f in again.files for _, q in f.tables.values()) == errors
        assert all(f.lines == f.accepted + f.quarantined + f.other for f in again.files)
        assert all((t.new, t.changed) == (0, 0) for t in again.tables.values())
    waiting = sum(t.waiting for t in overview(home, SETTINGS).tables)
    everything = [r for piece in findings(home, "en") for r in piece.to_pylist()]
    assert waiting == sum((r["source"], r["line"]) != SATURDAY[:2] for r in everything)


@pytest.mark.parametrize("order", list(permutations(("client", "calendar", "trade"))))
def test_what_waits_is_a_finding_whatever_the_order_of_arrival(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    home = tmp_path / "home"
    for name in order:
        take(home, tmp_path, name)
    assert places(home) == WAITING
    agree(home, tmp_path)


def test_what_came_in_is_neither_listed_nor_counted_nor_reported_as_out(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for name in ("client", "calendar", "trade"):
        report = take(home, tmp_path, name)
    assert (report.tables["trade"].new, report.tables["trade"].quarantined) == (1, 4)
    assert report.findings == {"error": 4, "warning": 0, "info": 0}
    take(home, tmp_path, "open")
    assert places(home) == {p for p in WAITING if p[1:4] != (3, "交易日", "not_a_trading_day")} | {SATURDAY}
    agree(home, tmp_path)
    take(home, tmp_path, "nobody")
    again = take(home, tmp_path, "trade")
    assert places(home) == {SATURDAY}
    assert (again.tables["trade"].unchanged, again.tables["trade"].quarantined) == (4, 1)
    assert again.findings == {"error": 1, "warning": 0, "info": 0}
    agree(home, tmp_path)
    undo(home, "nobody")
    undo(home, "open")
    assert places(home) == WAITING
    agree(home, tmp_path)


def test_a_row_whose_client_came_waits_for_its_day_and_the_finding_says_so(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for name in ("client", "trade", "calendar", "nobody"):
        take(home, tmp_path, name)
    closed = {(source, line) for source, line, _, check, _ in places(home) if check == "not_a_trading_day"}
    assert closed == {("a/trade.csv", 3), ("b/trade.csv", 2), ("b/trade.csv", 3)}
    assert "unknown_client" not in {r["check"] for r in listed(home, "trade")}
    agree(home, tmp_path)


def test_accounts_wait_for_clients_like_any_other_row_and_those_of_their_own_drop_count(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    take(home, tmp_path, "client")
    report = take(home, tmp_path, "accounts")
    assert (report.tables["account"].new, report.tables["account"].quarantined) == (2, 1)
    assert [(r["line"], r["value"]) for r in listed(home, "accounts")] == [(4, "A0")]
    assert report.findings["error"] == 1
    assert Store(home).manifest().rows("account") == 2
    agree(home, tmp_path)

"""Do balances follow from movements? Small chains of money and shares, added up by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from zhike.datacentre import kernels
from zhike.datacentre.checks import continuity
from zhike.datacentre.ingest import Request, ingest
from zhike.datacentre.store.house import Store

Move = tuple[int, int, int, int]  # account, day, change, balance after


def breaks(*moves: Move) -> list[int]:
    """Return the numbers (1-based) of the moves at which balances stop following."""
    account, day, change, after = (np.array(c) for c in zip(*moves, strict=True))
    line = np.arange(1, len(moves) + 1)
    order = np.lexsort((line, day, account))
    arrays = (account.astype(np.uint64), day, change, after, line)
    return sorted(kernels.chain_breaks(*(a[order] for a in arrays)).tolist())


def test_balances_that_follow_have_no_break() -> None:
    assert breaks((1, 1, 100, 100), (1, 2, -30, 70), (1, 3, 5, 75)) == []


def test_a_missing_movement_is_seen_where_the_balance_jumps() -> None:
    assert breaks((1, 1, 100, 100), (1, 3, 5, 75), (1, 4, 5, 80)) == [2]


def test_within_a_day_any_order_is_allowed() -> None:
    # In order: 100, 70 (−30), 90 (+20), 40 (−50).
    assert breaks((1, 1, 100, 100), (1, 2, -50, 40), (1, 2, 20, 90), (1, 2, -30, 70), (1, 3, 10, 50)) == []


def test_a_day_that_fits_no_order_is_a_break() -> None:
    assert breaks((1, 1, 100, 100), (1, 2, -50, 40), (1, 2, -30, 70)) == [2]


def test_accounts_do_not_mix() -> None:
    assert breaks((1, 1, 100, 100), (2, 1, 7, 7), (1, 2, -30, 70), (2, 2, 1, 8), (2, 3, 1, 10)) == [5]


def test_the_first_balance_is_believed() -> None:
    assert breaks((1, 1, 5, 1_005), (1, 2, 5, 1_010)) == []


HEADER = "成交日期,客户号,证券代码,业务名称,成交数量,成交价格,成交金额,发生金额,资金余额,股份余额\n"


def told(folder: Path, *lines: str, header: str = HEADER) -> list[tuple[str, int]]:
    """Ingest a statement; return the findings about balances as (check, line)."""
    (folder / "drop").mkdir()
    (folder / "drop" / "交割单.csv").write_text(header + "\n".join(lines) + "\n", "utf-8")
    report = ingest(folder / "home", Request(folder / "drop", date(2025, 12, 31)))
    assert report.files[0].accepted == len(lines)
    store = Store(folder / "home")
    parts = (folder / "home" / store.manifest().drops[0].folder).glob("findings*.parquet")
    rows = [row for part in parts for row in pq.read_table(part).to_pylist()]
    return sorted((row["check"], row["line"]) for row in rows if row["check"].endswith("discontinuous"))


BOOKS = [
    "20250303,C1,,银行转证券,0,0,0,5000.00,5000.00,0",
    "20250303,C1,600000,证券买入,100,10.00,1000.00,-1005.00,3995.00,100",
    "20250304,C1,600000,证券买入,200,10.00,2000.00,-2005.00,1990.00,300",
    "20250305,C1,600000,证券卖出,100,11.00,1100.00,1094.00,3084.00,200",
    "20250306,C1,600000,股息入账,0,0,0,12.00,3096.00,200",
]


def test_cash_and_holdings_of_a_statement_follow(tmp_path: Path) -> None:
    # 5000 − 1005 = 3995; − 2005 = 1990; + 1094 = 3084; + 12 = 3096. Shares: 100, 300, 200.
    assert told(tmp_path, *BOOKS) == []


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_a_missing_trade_breaks_cash_and_holdings(tmp_path: Path, missing: int) -> None:
    kept = [line for i, line in enumerate(BOOKS) if i != missing]
    found = told(tmp_path, *kept)
    assert ("cash_discontinuous", missing + 2) in found  # the header is line 1
    holdings = [line for check, line in found if check == "quantity_discontinuous"]
    assert holdings == (
        [missing + 2] if missing == 2 else []
    )  # of the first and after the last trade nothing is known


def test_the_order_of_a_day_does_not_matter(tmp_path: Path) -> None:
    assert told(tmp_path, BOOKS[1], BOOKS[0], *BOOKS[2:]) == []


def test_balances_that_are_all_zero_state_nothing(tmp_path: Path) -> None:
    bare = [line.rsplit(",", 2)[0] + ",0,0" for line in BOOKS]
    assert told(tmp_path, *bare) == []


@pytest.mark.parametrize(("left_out", "check"), [(8, "quantity_discontinuous"), (9, "cash_discontinuous")])
def test_a_file_that_states_one_kind_of_balance_is_looked_at_too(
    tmp_path: Path, left_out: int, check: str
) -> None:
    def without(line: str) -> str:
        return ",".join(cell for i, cell in enumerate(line.split(",")) if i != left_out)

    lines = [without(line) for i, line in enumerate(BOOKS) if i != 2]  # a buy is missing, seen on line 4
    assert (check, 4) in told(tmp_path, *lines, header=without(HEADER.rstrip()) + "\n")
    whole = tmp_path / "whole"
    whole.mkdir()
    assert told(whole, *map(without, BOOKS), header=without(HEADER.rstrip()) + "\n") == []


@pytest.mark.parametrize(("in_cache", "at_once"), [(1, 5), (7, 20), (1000, 1000)])
def test_in_whatever_pieces_balances_are_looked_at_the_same_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_cache: int, at_once: int
) -> None:
    monkeypatch.setattr(continuity, "_IN_CACHE", in_cache)
    monkeypatch.setattr(continuity, "ROWS_AT_ONCE", at_once)
    lines = [
        f"2025030{day},C{client:02},600000,证券买入,100,10.00,1000.00,-1005.00,{20_000 - 1005 * n}.00,{100 * n}"
        for n, day in ((1, 3), (2, 4), (3, 5))
        for client in range(20)
    ]
    del lines[
        20 + 7
    ]  # C07's second day: its third (line 40 + 7 + 1 without the one left out) follows from nothing
    assert told(tmp_path, *lines) == [("cash_discontinuous", 48), ("quantity_discontinuous", 48)]

"""What a client does beside stocks."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa

from zhike.models.logic import overlays

FIRST = date(2025, 1, 1)


def days(client: str, *, debt: list[int], funds: int = 0, net: int = 100) -> list[dict[str, object]]:
    return [
        {"client_id": client, "date": FIRST + timedelta(i), "debt": Decimal(d), "funds": Decimal(funds), "net": Decimal(net)}
        for i, d in enumerate(debt)
    ]  # fmt: skip


def trades(client: str, kinds: list[str | None], on: date = FIRST) -> list[dict[str, object]]:
    return [{"client_id": client, "date": on, "kind": kind} for kind in kinds]


def found(
    day_rows: list[dict[str, object]], trade_rows: list[dict[str, object]] | None = None
) -> dict[str, str]:
    kinds = pa.schema([("client_id", pa.string()), ("date", pa.date32()), ("kind", pa.string())])
    trade = pa.Table.from_pylist(trade_rows or [], schema=kinds)
    return dict(overlays(pa.Table.from_pylist(day_rows), trade, (FIRST - date(1970, 1, 1)).days))


def test_debt_on_a_tenth_of_the_days_is_margin_and_on_fewer_it_is_not() -> None:
    rows = days("A", debt=[5] + [0] * 9) + days("B", debt=[5] + [0] * 10)
    assert found(rows) == {"A": "margin"}


def test_funds_of_half_the_net_assets_are_allocation_and_come_before_margin() -> None:
    assert found(days("A", debt=[5], funds=50)) == {"A": "allocation"}
    assert found(days("A", debt=[0], funds=49)) == {}


def test_half_of_the_trades_in_ipos_and_repos_is_arbitrage() -> None:
    rows = days("A", debt=[0]) + days("B", debt=[0])
    assert found(rows, trades("A", ["ipo", "repo", None, None]) + trades("B", ["ipo", None, None])) == {
        "A": "arbitrage"
    }


def test_two_trades_tell_nothing_and_old_ones_are_not_counted() -> None:
    rows = days("A", debt=[0]) + days("B", debt=[0])
    old = trades("B", ["ipo"] * 5, FIRST - timedelta(1))
    assert found(rows, trades("A", ["ipo", "ipo"]) + old) == {}

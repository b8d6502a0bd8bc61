"""Events of one client and a small market, ten trading days in two weeks, money in yuan: for tests of the ledger."""

from __future__ import annotations

from ledger_beside import book_of_market, differences, stored
from ledger_reference import Ledger, Market, ledger

MONDAY = 19_723 + 7  # 2024-01-08
DAYS = [MONDAY + week * 7 + day for week in range(2) for day in range(5)]
SATURDAY = MONDAY + 5
FEES = ("commission", "exchange_fee", "stamp_duty", "transfer_fee", "other_fee")


def units(amount: float) -> int:
    return round(amount * 10_000)


def trade(date: int, side: str, quantity: float, price: float, security: str = "A", **given: object) -> dict:
    row: dict = {"trade_id": "1", "date": date, "time": None, "security_id": security, "side": side}
    row |= {"kind": None, "quantity": units(quantity), "price": price, "amount": units(quantity * price)}
    return row | dict.fromkeys(FEES, None) | given


def flow(date: int, kind: str, amount: float, security: str | None = None) -> dict:
    return {"flow_id": "1", "date": date, "kind": kind, "amount": units(amount), "security_id": security}


def moved(date: int, way: str, kind: str, quantity: float, value: float | None = None) -> dict:
    row = {"custody_id": "1", "date": date, "security_id": "A", "direction": way, "kind": kind}
    return row | {"quantity": units(quantity), "market_value": None if value is None else units(value)}


def asset(date: int, cash: float, securities: float, debt: float = 0) -> dict:
    row = {"date": date, "cash": cash, "securities": securities, "funds": 0, "debt": debt}
    row["net"] = cash + securities - debt
    return {name: value if name == "date" else units(value) for name, value in row.items()}


def market(close: dict[str, list[float | None]], **given: object) -> Market:
    """Quote the closes; the index stands still and P⁻ is the close before, unless given otherwise."""
    previous: dict = {s: [None, *prices[:-1]] for s, prices in close.items()}
    previous |= given.pop("previous", {})  # type: ignore[call-overload]
    index = given.pop("index", [100.0] * len(DAYS))
    return Market(days=DAYS, index=index, close=close, previous=previous, **given)  # type: ignore[arg-type]


def fold(market: Market, trades: list[dict] | None = None, **given: list[dict]) -> Ledger:
    """Fold client c's events, slowly; the compiled fold must say the same of them."""
    rest = {name: given.get(name, []) for name in ("cash_flows", "custody", "assets", "holdings")}
    book, securities = book_of_market(market)
    named = {
        "trade": trades or [],
        **dict(zip(("cash_flow", "custody", "asset", "holding"), rest.values(), strict=True)),
    }
    tables = {name: stored(name, [row | {"client_id": "c"} for row in rows]) for name, rows in named.items()}
    assert not differences(book, securities, tables, len(market.days) - 1)
    return ledger("c", trades or [], market=market, **rest)


def on(result: Ledger, date: int) -> dict:
    return next(row for row in result.client_day if row["date"] == date)

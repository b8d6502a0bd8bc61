"""Funds and other products of a client: what is held by the orders, and what the timeline says of it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from few_rows import rows_of
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables.pages import PRODUCT_NOW
from zhike.features.clients.pages import timeline
from zhike.features.clients.products import product_now

AS_OF = date(2025, 6, 30)
A = pa.array(["A"])
SHELF = rows_of(
    "product",
    [
        {"product_id": "P1", "name": "稳健一号", "risk_level": "R2", "category": "bond", "term_days": 90, "minimum": 1000,
         "fee_rate": 0.01, "on_sale_from": date(2020, 1, 1)},
        {"product_id": "P2", "name": "货币宝", "risk_level": "R1", "category": "money", "minimum": 1, "fee_rate": 0,
         "on_sale_from": date(2020, 1, 1)},
    ],
)  # fmt: skip


def order(day: date, side: str, amount: int, product: str = "P1", client: str = "A") -> dict[str, Any]:
    number = f"{client}{product}{day}{side}"
    return {"order_id": number, "date": day, "client_id": client, "product_id": product, "side": side, "amount": amount}  # fmt: skip


def orders(*rows: dict[str, Any]) -> pa.Table:
    return rows_of("product_order", list(rows))


def funds(amount: int) -> pa.Table:
    days = (date(2025, 6, 27), date(2025, 7, 1))  # the later one isn't known yet
    return rows_of("asset", [
        {"date": d, "client_id": "A", "cash": 0, "securities": 0, "funds": f, "debt": 0, "net": f}
        for d, f in zip(days, (amount, 500 - amount), strict=True)
    ])  # fmt: skip


def held(rows: pa.Table, worth: int = 500) -> list[tuple[str, Decimal, date, date | None]]:
    found = product_now(rows, SHELF, funds(worth), A, AS_OF)
    assert found.schema == schema_of(PRODUCT_NOW)
    return [(r["product_id"], r["paid"], r["since"], r["matures_on"]) for r in found.to_pylist()]


def test_what_was_put_in_and_not_taken_out_is_held_until_its_term_is_over() -> None:
    rows = orders(
        order(date(2025, 4, 1), "subscribe", 10_000), order(date(2025, 5, 1), "subscribe", 5_000),
        order(date(2025, 6, 1), "redeem", 4_000), order(date(2025, 6, 2), "subscribe", 300, "P2"),
        order(date(2025, 7, 1), "subscribe", 9_999), order(date(2025, 6, 3), "subscribe", 1, client="B"),
    )  # fmt: skip
    assert held(rows) == [
        ("P1", Decimal(11_000), date(2025, 4, 1), date(2025, 7, 30)),
        ("P2", Decimal(300), date(2025, 6, 2), None),
    ]


def test_who_took_all_out_holds_nothing_and_begins_anew_with_the_next_subscription() -> None:
    gone = (order(date(2024, 1, 2), "subscribe", 10_000), order(date(2024, 9, 2), "redeem", 10_700))
    assert held(orders(*gone)) == []
    again = orders(*gone, order(date(2025, 6, 2), "subscribe", 2_000))
    assert held(again) == [("P1", Decimal(2_000), date(2025, 6, 2), date(2025, 8, 31))]


def test_a_loss_leaves_nothing_behind_where_the_assets_hold_no_funds() -> None:
    rows = orders(order(date(2024, 1, 2), "subscribe", 10_000), order(date(2024, 9, 2), "redeem", 9_000))
    assert held(rows, worth=0) == []
    assert [h[:2] for h in held(rows)] == [("P1", Decimal(1_000))]


def test_the_timeline_tells_of_subscriptions_redemptions_and_the_end_of_a_term() -> None:
    rows = orders(
        order(date(2025, 1, 2), "subscribe", 10_000), order(date(2025, 2, 3), "subscribe", 300, "P2"),
        order(date(2025, 6, 2), "redeem", 10_500), order(date(2025, 6, 3), "subscribe", 2_000),
        order(date(2025, 7, 1), "redeem", 300, "P2"),
    )  # fmt: skip
    found = timeline({"product_order": rows, "product": SHELF}, A, AS_OF).to_pylist()
    assert [(r["at"], r["kind"], r["text"]) for r in found] == [
        (datetime(2025, 1, 2), "subscribe", "申购稳健一号（P1 R2）10,000 元"),
        (datetime(2025, 2, 3), "subscribe", "申购货币宝（P2 R1）300 元"),
        (datetime(2025, 4, 2), "mature", "稳健一号（P1 R2）期满 90 天，可以赎回"),
        (datetime(2025, 6, 2), "redeem", "赎回稳健一号（P1 R2）10,500 元"),
        (datetime(2025, 6, 3), "subscribe", "申购稳健一号（P1 R2）2,000 元"),
    ]


def test_what_was_redeemed_before_its_term_never_came_to_its_end() -> None:
    rows = orders(order(date(2025, 1, 2), "subscribe", 10_000), order(date(2025, 2, 3), "redeem", 10_001))
    found = timeline({"product_order": rows, "product": SHELF}, A, AS_OF)
    assert found["kind"].to_pylist() == ["subscribe", "redeem"]


def test_a_product_that_is_in_no_catalogue_is_told_by_its_number() -> None:
    found = timeline({"product_order": orders(order(date(2025, 1, 2), "subscribe", 10_000, "X"))}, A, AS_OF)
    assert found["text"].to_pylist() == ["申购（X）10,000 元"]

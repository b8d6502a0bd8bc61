from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from few_rows import rows_of, weekdays
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables.pages import ASSET_SERIES, CLIENT_CARD, HOLDING_NOW, TIMELINE
from zhike.datacentre.tables.sentences import tell
from zhike.features.clients.pages import (
    Settings,
    asset_series,
    client_card,
    holding_now,
    shown,
    timeline,
)

AS_OF = date(2025, 6, 30)
A = pa.array(["A"])


def client(**more: Any) -> pa.Table:
    plain = {"client_id": "A", "kind": "individual", "name": "王小明", "phone": "13800001234", "opened_on": date(2020, 1, 6),
             "risk_level": "C3", "risk_assessed_on": date(2024, 5, 6)}  # fmt: skip
    return rows_of("client", [plain | more])


def told(**tables: pa.Table) -> list[tuple[datetime, str, str]]:
    """Return client A's timeline as moments, kinds and sentences."""
    return [(r["at"], r["kind"], r["text"]) for r in timeline(tables, A, AS_OF).to_pylist()]


def test_the_card_shows_who_it_is_without_naming_them() -> None:
    card = client_card(client(), AS_OF)
    assert card.schema == schema_of(CLIENT_CARD)
    assert card.to_pylist() == [
        {"client_id": "A", "as_of": AS_OF, "kind": "individual", "name": "王**", "phone": "*********34", "branch_id": None,
         "opened_on": date(2020, 1, 6), "risk_level": "C3"}
    ]  # fmt: skip
    assert client_card(client(name=None, phone=None), AS_OF)["name"].to_pylist() == [None]


def test_a_grade_given_later_is_not_known_yet() -> None:
    assert client_card(client(risk_assessed_on=date(2025, 7, 1)), AS_OF)["risk_level"].to_pylist() == [None]


def test_the_frozen_and_those_who_open_later_have_no_page() -> None:
    everyone = pa.concat_tables(
        [client(client_id="C"), client(client_id="B", frozen=True), client(client_id="D", opened_on=date(2025, 7, 1)),
         client(client_id="A", opened_on=None)]
    )  # fmt: skip
    assert shown(everyone, AS_OF).to_pylist() == ["A", "C"]
    assert client_card(everyone, AS_OF)["client_id"].to_pylist() == ["A", "C"]


def assets(*days: date) -> pa.Table:
    rows = [
        {"client_id": "A", "date": d, "cash": 1, "securities": 5, "funds": 2, "debt": 3, "net": 5}
        for d in days
    ]
    return rows_of("asset", rows)


def test_assets_are_shown_day_by_day_lately_and_by_the_months_end_before() -> None:
    days = [
        date(2025, 3, 3),
        date(2025, 3, 27),  # the last that March has
        date(2025, 4, 30),
        date(2025, 6, 26),  # three trading days: 26, 27, 30
        date(2025, 6, 27),
        date(2025, 6, 28),  # a Saturday
        date(2025, 6, 30),
        date(2025, 7, 1),  # not yet
    ]
    series = asset_series(
        assets(*reversed(days)), A, weekdays(AS_OF, 100).days, AS_OF, Settings(series_days=3)
    )
    assert series.schema == schema_of(ASSET_SERIES)
    assert series["date"].to_pylist() == [days[1], days[2], days[3], days[4], days[6]]
    assert series.to_pylist()[0] == {
        "client_id": "A", "date": days[1], "as_of": AS_OF, "cash": Decimal(1), "securities": Decimal(5), "funds": Decimal(2),
        "debt": Decimal(3), "net": Decimal(5),
    }  # fmt: skip


def test_two_clients_months_do_not_run_into_one_another() -> None:
    both = pa.concat_tables([assets(date(2025, 1, 31)), assets(date(2025, 1, 30))])
    both = both.set_column(both.column_names.index("client_id"), "client_id", pa.array(["B", "A"]))
    series = asset_series(both, pa.array(["A", "B"]), weekdays(AS_OF, 10).days, AS_OF)
    assert series["client_id"].to_pylist() == ["A", "B"]
    assert asset_series(both, A, weekdays(AS_OF, 10).days, AS_OF)["client_id"].to_pylist() == ["A"]


def test_holdings_without_a_price_have_no_value_and_what_was_sold_is_not_held() -> None:
    held = rows_of("position", [
        {"client_id": "A", "security_id": "600000.SH", "quantity": 100, "cost": 900, "market_value": 1000},
        {"client_id": "A", "security_id": "000001.SZ", "quantity": 7, "cost": 70, "market_value": 70},
        {"client_id": "A", "security_id": "300001.SZ", "quantity": 0, "cost": 0, "market_value": 0},
        {"client_id": "B", "security_id": "600000.SH", "quantity": 1, "cost": 9, "market_value": 10},
    ])  # fmt: skip
    now = holding_now(held, A, AS_OF, pa.array(["600000.SH"]))
    assert now.schema == schema_of(HOLDING_NOW)
    assert [(r["security_id"], r["quantity"], r["cost"], r["market_value"]) for r in now.to_pylist()] == [
        ("000001.SZ", Decimal(7), Decimal(70), None),
        ("600000.SH", Decimal(100), Decimal(900), Decimal(1000)),
    ]


def test_opening_and_risk_assessments_are_told_and_a_closing_still_to_come_is_not() -> None:
    assert told(client=client(closed_on=date(2025, 7, 2))) == [
        (datetime(2020, 1, 6), "opened", "开立首个账户"),
        (datetime(2024, 5, 6), "risk_assessment", "风险测评：C3"),
    ]


def test_the_first_trade_and_large_flows_are_told() -> None:
    days = rows_of("client_day", [
        {"client_id": "A", "date": date(2025, 2, 5), "trades": 9},
        {"client_id": "A", "date": date(2025, 2, 4), "trades": 2, "flow_in": 100_000, "assets_before": 0},
        {"client_id": "A", "date": date(2025, 3, 3), "flow_out": 100_000, "assets_before": 500_000},
        {
            "client_id": "A",
            "date": date(2025, 3, 4),
            "flow_out": 100_000,
            "assets_before": 500_001,
        },  # not a fifth
        {
            "client_id": "A",
            "date": date(2025, 3, 5),
            "flow_out": 99_999,
            "assets_before": 100_000,
        },  # not large
    ])  # fmt: skip
    assert told(client_day=days) == [
        (datetime(2025, 2, 4), "first_trade", "首次交易，当日 2 笔"),
        (datetime(2025, 2, 4), "large_inflow", "转入 100,000 元（此前净资产 0 元）"),
        (datetime(2025, 3, 3), "large_outflow", "转出 100,000 元（此前净资产 500,000 元）"),
    ]


def test_the_largest_gains_and_losses_are_told_with_what_was_left_after_fees() -> None:
    def trip(k: int, proceeds: int) -> dict[str, Any]:
        return {"client_id": "A", "security_id": "600000.SH", "opened_on": date(2025, 1, 2), "closed_on": date(2025, 2, k),
                "cost": 1000, "proceeds": proceeds, "fees": 10, "ordinal": 1}  # fmt: skip

    trips = rows_of("round_trip", [trip(k + 1, p) for k, p in enumerate((1510, 1210, 1110, 1060, 910, 1010))])
    names = rows_of("security", [{"security_id": "600000.SH", "name": "浦发银行", "kind": "stock"}])
    found = told(round_trip=trips, security=names)
    # gains 500, 200, 100 (50 is the fourth), one loss of 100, one of nothing
    assert [(at.day, kind) for at, kind, _ in found] == [
        (1, "biggest_gain"), (2, "biggest_gain"), (3, "biggest_gain"), (5, "biggest_loss"),
    ]  # fmt: skip
    assert found[0][2] == "清仓浦发银行（600000.SH）：盈利 500 元，自 2025-01-02 建仓"


def test_of_equal_gains_the_last_are_told_of_equal_losses_the_first_client_by_client() -> None:
    def trip(client: str, day: int, proceeds: int) -> dict[str, Any]:
        return {"client_id": client, "security_id": "600000.SH", "opened_on": date(2025, 1, 2), "closed_on": date(2025, 2, day),
                "cost": 1000, "proceeds": proceeds, "fees": 0, "ordinal": day}  # fmt: skip

    trips = [
        trip(c, day, proceeds) for c in "BA" for day, proceeds in ((4, 900), (1, 1100), (3, 1100), (2, 900))
    ]
    rows = timeline(
        {"round_trip": rows_of("round_trip", trips)}, pa.array(["A", "B"]), AS_OF, Settings(trips=1)
    )
    assert [(r["client_id"], r["at"].day, r["kind"]) for r in rows.to_pylist()] == [
        ("A", 2, "biggest_loss"), ("A", 3, "biggest_gain"), ("B", 2, "biggest_loss"), ("B", 3, "biggest_gain"),
    ]  # fmt: skip


def test_stages_contacts_and_complaints_are_told_in_order_and_those_of_one_moment_together() -> None:
    at = datetime(2025, 3, 1, 9, 30)
    contacts = [
        {"contact_id": str(k), "client_id": "A", "at": at, "medium": "phone", "purpose": p}
        for k, p in enumerate("乙甲")
    ]
    contacts.append(
        {"contact_id": "9", "client_id": "A", "at": datetime(2025, 7, 1), "medium": "sms", "purpose": "晚"}
    )
    complaint = {"complaint_id": "1", "client_id": "A", "opened_at": datetime(2025, 1, 2), "category": "费率", "severity": 2,
                 "closed_at": datetime(2025, 1, 9), "upheld": True}  # fmt: skip
    changed = rows_of(
        "stage",
        [
            {
                "client_id": "A",
                "stage": "declining",
                "since": date(2025, 2, 28),
                "reason_told": tell("stage.waiting").stored,
            }
        ],
    )
    found = told(
        contact=rows_of("contact", contacts), complaint=rows_of("complaint", [complaint]), stage=changed
    )
    assert found == [
        (datetime(2025, 1, 2), "complaint", "投诉：费率（2 级）"),
        (datetime(2025, 1, 9), "complaint_closed", "投诉办结：费率（2 级），成立"),
        (datetime(2025, 2, 28), "stage", "生命周期转为衰退期：尚无有效资产与交易"),
        (at, "contact", "电话联系：乙；电话联系：甲"),
    ]
    assert timeline({}, A, AS_OF).schema == schema_of(TIMELINE)


def test_nobody_else_is_told_of() -> None:
    assert timeline({"client": client(client_id="B")}, A, AS_OF).num_rows == 0

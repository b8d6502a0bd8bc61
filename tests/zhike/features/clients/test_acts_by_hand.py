"""Activity, trading and the people's side of clients small enough to be worked out by hand."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from client_tables import CALENDAR, Branch, day, on
from few_rows import rows_of
from zhike.engine import Engine
from zhike.features.clients import MEASURES, assembled, estimated, follow, gather

Row = dict[str, Any]


def days() -> list[Row]:
    # A trades at ages 40, 30, 20, 15, 14, 12: gaps 10, 10, 5, 1, 2
    a = [
        on("A", age, trades=2, buys=1, buy_amount=100, net=1000, commission=1, exchange_fee=0.25)
        for age in (40, 30, 20, 15, 14, 12)
    ]
    a[0]["interest"] = -3
    # B: January 2025 opens with 200 of stocks, sells 100, closes with 400, buys 100; nothing else in whole months
    b = [{"client_id": "B", "date": date(2025, 1, 1), "stocks_before": 200, "sell_amount": 100, "trades": 1},
         {"client_id": "B", "date": date(2025, 1, 31), "stocks": 400, "buy_amount": 100, "trades": 1}]  # fmt: skip
    old = [on("O", 290, net=0, trades=1, buys=1, buy_amount=50)]  # only an old trade
    return [*a, *b, *old]


def trips() -> list[Row]:
    common = {"client_id": "A", "cost": 100, "fees": 0, "ordinal": 1}
    return [
        common
        | {
            "security_id": "S1",
            "opened_on": day(60),
            "closed_on": day(50),
            "proceeds": 120,
            "holding_days": 10.0,
        },
        common
        | {
            "security_id": "S2",
            "opened_on": day(60),
            "closed_on": day(40),
            "proceeds": 112,
            "fees": 2,
            "holding_days": 20.0,
        },
        common
        | {
            "security_id": "S3",
            "opened_on": day(60),
            "closed_on": day(30),
            "proceeds": 90,
            "holding_days": 30.0,
        },
        common
        | {
            "security_id": "S4",
            "opened_on": day(299),
            "closed_on": day(260),
            "proceeds": 500,
            "holding_days": 50.0,
        },
    ]


def tables() -> dict[str, list[Row]]:
    def contact(k: int, age: int, outcome: str | None, minutes: float | None) -> Row:
        at = day(age)
        return {
            "client_id": "A",
            "contact_id": str(k),
            "at": datetime(at.year, at.month, at.day, 10),
            "outcome": outcome,
            "minutes": minutes,
        }

    return {
        "client_day": days(),
        "round_trip": trips(),
        # opened 15 calendar days ago (age 11), still held
        "position": [{"client_id": "A", "security_id": "S9", "quantity": 100, "cost": 80, "market_value": 100, "opened_on": day(11), "seeded": False}],
        "trade": [{"client_id": "A", "trade_id": str(k), "date": day(12 if k else 14), "security_id": "S1", "side": "buy", "amount": a} for k, a in enumerate((70, 30, 20))],
        "client": [{"client_id": "A", "opened_on": date(2024, 3, 31), "commission_rate": 0.0003}, {"client_id": "B", "referrer_id": "A"}, {"client_id": "N"}, {"client_id": "O"}],
        "referred": [{"client_id": "B", "referrer_id": "A"}, {"client_id": "Z", "referrer_id": "A", "opened_on": date(2025, 4, 1)}],
        "login": [on("A", 3, count=4)],
        "contact": [contact(1, 5, "已接通，有意向", 4.0), contact(2, 6, "未接通", None), contact(3, 7, None, 6.0), contact(4, 8, "Booked", 1.0)],
        "complaint": [{"client_id": "A", "complaint_id": "1", "opened_at": datetime(2025, 3, 3), "severity": 2, "upheld": True}],
        "survey": [{"client_id": "A", "answer_id": "1", "at": datetime(2025, 3, 3), "kind": "csat", "score": 4, "scale_max": 5}],
        "product_order": [{"client_id": "A", "order_id": str(k), "date": day(9), "product_id": p, "side": s, "amount": 100, "fee": 1}
                          for k, (p, s) in enumerate((("P1", "subscribe"), ("P1", "redeem"), ("P2", "subscribe")))],
        "business": [{"client_id": "A", "month": date(2025, 2, 1), "kind": "seat", "revenue": 7}],
        "account": [{"client_id": "A", "account_id": "1", "kind": "margin"}, {"client_id": "A", "account_id": "2", "kind": "cash", "closed_on": date(2025, 1, 2)}],
        "relation": [{"client_id": "A", "staff_id": "s1", "role": r, "start_on": date(2025, 1, 2)} for r in ("server", "adviser")],
        "lead": [{"client_id": "B", "lead_id": "1", "created_at": datetime(2025, 3, 3), "referrer_id": "A"}],
        "market_state": [],
    }  # fmt: skip


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory) -> Branch:
    given = tables()
    referred = rows_of("client", given.pop("referred")).select(["client_id", "referrer_id", "opened_on"])
    stored = {name: rows_of(name, rows) for name, rows in given.items()} | {"referred": referred}
    return Branch(tmp_path_factory.mktemp("acts"), CALENDAR, stored)


@pytest.fixture(scope="module")
def measures(branch: Branch) -> dict[str, Row]:
    return branch.measures()


def test_silence_is_measured_against_the_clients_own_rhythm(measures: dict[str, Row]) -> None:
    # gaps 1, 2, 5, 10, 10: median 5, nine in ten are at most 10; silent for 12 days
    a = measures["A"]
    assert (a["gap_median"], a["gap_long"], a["days_since_trade"]) == (5.0, 10.0, 12.0)
    assert (a["gap_ratio_median"], a["gap_ratio_long"]) == (2.4, 1.2)


def test_one_trade_makes_no_rhythm(measures: dict[str, Row], branch: Branch) -> None:
    assert measures["O"]["gap_median"] is None
    assert (
        branch.details()["O", "gap_median"]["null_reason"] == "too few gaps between trades to tell a rhythm"
    )


def test_turnover_is_value_traded_over_average_assets(measures: dict[str, Row]) -> None:
    # 600 bought; 1,000 on 6 days of the 41 since the first
    assert measures["A"]["turnover_6m"] == pytest.approx(600 / (6000 / 41))


def test_monthly_turnover_is_half_of_what_was_sold_of_the_opening_and_bought_of_the_closing_value(
    measures: dict[str, Row],
) -> None:
    assert measures["B"]["turnover_monthly"] == pytest.approx((100 / 200 + 100 / 400) / 2)
    assert measures["B"]["months_active_12m"] == 1.0


def test_round_trips_win_pay_and_are_expected_to_earn(measures: dict[str, Row]) -> None:
    # +20 %, +10 % after fees, −10 %; the fourth closed before the window
    a = measures["A"]
    assert (a["round_trips_12m"], a["wins_12m"], a["trip_pnl_12m"]) == (3.0, 2.0, 20.0)
    assert a["win_rate_12m"] == pytest.approx(2 / 3)
    assert a["payoff_12m"] == pytest.approx(0.15 / 0.1)
    assert a["expectancy_12m"] == pytest.approx(0.2 / 3)
    assert a["holding_days_mean_12m"] == pytest.approx(20.0)


def test_an_open_position_counts_as_not_yet_ended(measures: dict[str, Row]) -> None:
    # ended at 10, 20, 30; one open since 17 days: S = 3/4 at 10, 3/4 · 1/2 at 20, 0 at 30
    a = measures["A"]
    assert (day(0) - day(11)).days == 17
    assert a["holding_days_median_12m"] == 20.0
    assert a["holding_days_restricted_12m"] == pytest.approx(10 + 0.75 * 10 + 0.375 * 10)
    assert a["still_held_share_12m"] == 0.25


def test_executions_of_one_day_security_and_side_are_one_decision(measures: dict[str, Row]) -> None:
    # 70 on one day, 30 + 20 on another: the median is the smaller of two
    assert measures["A"]["order_size_median_12m"] == 50.0


def test_paper_profit_of_what_is_held(measures: dict[str, Row]) -> None:
    assert (measures["A"]["floating_now"], measures["A"]["floating_share_now"]) == (20.0, 0.25)


def test_revenue_is_net_commission_interest_paid_product_fees_and_business(measures: dict[str, Row]) -> None:
    a = measures["A"]
    assert a["commission_net_12m"] == 4.5
    assert a["revenue_12m"] == 4.5 + 3 + 3 + 7
    assert (a["cost_to_serve_12m"], a["contribution_12m"]) == (22.0, -4.5)


def test_a_response_is_a_known_outcome_that_is_no_refusal(measures: dict[str, Row]) -> None:
    # connected, not connected, unknown, booked
    assert measures["A"]["response_rate_12m"] == pytest.approx(2 / 3)


def test_a_contact_reached_the_client_unless_its_outcome_says_otherwise(measures: dict[str, Row]) -> None:
    # spoken to 5, 7 and 8 trading days ago, one of them with no outcome on record; 6 days ago nobody answered
    a = measures["A"]
    assert (a["contacts_1m"], a["attempts_1m"]) == (3.0, 1.0)
    assert a["days_since_contact"] == (day(0) - day(5)).days > 5


def test_who_the_client_brought_holds_and_is_looked_after_by(measures: dict[str, Row]) -> None:
    a = measures["A"]
    assert (a["clients_referred"], a["leads_referred_12m"], a["products_held"], a["products_left"]) == (
        1.0,
        1.0,
        1.0,
        100.0,
    )
    assert (a["staff_now"], a["advised_now"], a["accounts_open"], a["margin_account"]) == (1.0, 1.0, 1.0, 1.0)
    assert (
        a["complaints_12m"],
        a["complaints_upheld_12m"],
        a["complaints_open"],
        a["complaint_severity_12m"],
    ) == (1.0, 1.0, 1.0, 2.0)
    assert (a["tenure"], a["csat_12m"]) == (pytest.approx(365 / 365.25), 0.8)


def test_a_client_without_rows_has_the_absent_value_of_every_measure(measures: dict[str, Row]) -> None:
    built = [m for m in MEASURES.values() if m.build is not None]
    assert {m.name: measures["N"][m.name] for m in built} == {m.name: m.absent for m in built}


def test_a_client_with_only_old_rows_is_like_one_without_rows(measures: dict[str, Row]) -> None:
    windowed = [m.name for m in MEASURES.values() if m.build is not None and isinstance(m.window, int)]
    assert {n: measures["O"][n] for n in windowed} == {n: measures["N"][n] for n in windowed}


def test_a_null_says_which_table_was_not_delivered(tmp_path: Any) -> None:
    branch = Branch(tmp_path, CALENDAR, {"client_day": rows_of("client_day", [on("A", 0, trades=1)])})
    measures, details = branch.measures()["A"], branch.details()
    assert (measures["trades_1m"], measures["logins_1m"]) == (1.0, None)
    assert details["A", "logins_1m"]["null_reason"] == "the table login was not delivered"
    assert measures["revenue_1m"] == 0.0  # what product orders would add isn't there, the rest can be said


def test_a_table_that_only_the_ledger_read_counts_as_delivered_without_rows(tmp_path: Path) -> None:
    branch = Branch(tmp_path, CALENDAR, {"client_day": rows_of("client_day", [on("A", 0, realised_gains=1)])})
    with Engine() as engine:
        for there, pgr in (((), None), (("quote",), 1.0)):
            wanted = (
                "client_day",
                "calendar",
                "trade",
                *there,
            )  # all but client_day and calendar without rows
            tables = {n: f for n, f in branch.frames(engine).items() if n in wanted}
            pieces = gather(tables, branch.as_of, CALENDAR)
            rows = {name: engine.collect(frame) for name, frame in tables.items()}
            paths = follow(rows, branch.as_of, CALENDAR)
            sums = engine.over(assembled({n: engine.collect(piece) for n, piece in pieces.items()} | paths))
            row = engine.collect(estimated(sums, tables, branch.as_of)).to_pylist()[0]
            assert row["pgr_12m"] == pgr

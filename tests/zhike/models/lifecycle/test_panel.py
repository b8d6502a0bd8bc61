from __future__ import annotations

from datetime import date

import pyarrow as pa

from client_months import calendar, months_from
from few_rows import rows_of
from zhike.models.lifecycle import monthly
from zhike.models.lifecycle.panel import PANEL, told

MONTHS = months_from(2025, 1, 3)


def test_a_months_days_add_up_and_its_assets_are_those_of_its_last_trading_day() -> None:
    rows = rows_of(
        "client_day",
        [
            {"client_id": "A", "date": date(2025, 1, 20), "net": 90, "trades": 1, "buy_amount": 5, "flow_out": 10},
            {"client_id": "A", "date": date(2025, 1, 2), "net": 100, "trades": 3, "buy_amount": 30, "sell_amount": 12,
             "commission": 5, "exchange_fee": 1, "flow_in": 100},
            {"client_id": "A", "date": date(2025, 1, 3), "net": 101},
        ]
    )  # fmt: skip
    assert monthly(rows, calendar(MONTHS)).to_pylist() == [
        {"client_id": "A", "month": date(2025, 1, 1), "net": 90.0, "flow": 90.0, "trading_days": 2, "revenue": 4.0,
         "login_days": None}
    ]  # fmt: skip


def test_days_with_a_login_count_once_and_none_where_there_was_none() -> None:
    rows = rows_of(
        "client_day", [{"client_id": c, "date": date(2025, m, 20), "net": 1} for c in "AB" for m in (1, 2)]
    )
    days = [
        ("A", date(2025, 1, 6), 3),
        ("A", date(2025, 1, 7), 1),
        ("B", date(2025, 2, 3), 1),
        ("A", date(2025, 9, 1), 1),
    ]
    login = rows_of("login", [{"client_id": c, "date": d, "count": n} for c, d, n in days])
    found = monthly(rows, calendar(MONTHS[:2]), login)
    assert found["login_days"].to_pylist() == [2, 0, 0, 1]
    assert found["login_days"].type == monthly(rows, calendar(MONTHS[:2]))["login_days"].type


def test_a_month_of_logins_alone_has_a_row_that_says_nothing_else() -> None:
    rows = rows_of("client_day", [{"client_id": "B", "date": date(2025, 1, 20), "net": 1}])
    days = [
        ("B", date(2025, 2, 3)), ("B", date(2025, 2, 4)), ("A", date(2025, 1, 6)),
        ("B", date(2024, 12, 31)), ("B", date(2025, 3, 25)),
    ]  # fmt: skip
    login = rows_of("login", [{"client_id": c, "date": d, "count": 1} for c, d in days])
    found = monthly(rows, calendar(MONTHS), login)
    assert found.schema == PANEL
    # in order of client and month; months and days outside the calendar have none
    of = [
        (r["client_id"], r["month"].month, r["net"], r["trading_days"], r["login_days"])
        for r in found.to_pylist()
    ]
    assert of == [("A", 1, None, None, 1), ("B", 1, 1.0, 0, 0), ("B", 2, None, None, 2)]
    assert found["flow"].null_count == found["revenue"].null_count == 2
    assert told(found)["client_id"].to_pylist() == ["B"]


def test_logins_delivered_without_a_row_are_no_logins_in_every_month() -> None:
    rows = rows_of("client_day", [{"client_id": "A", "date": date(2025, 1, 20), "net": 1}])
    assert monthly(rows, calendar(MONTHS), rows_of("login", []))["login_days"].to_pylist() == [0]


def test_who_has_no_row_on_the_months_last_day_has_nothing_left() -> None:
    rows = rows_of("client_day", [{"client_id": "A", "date": date(2025, 2, 5), "net": 50, "flow_out": 50}])
    assert monthly(rows, calendar(MONTHS))["net"].to_pylist() == [0.0]


def test_assets_that_no_row_tells_stay_unknown() -> None:
    rows = rows_of(
        "client_day", [{"client_id": "A", "date": date(2025, 2, day), "stocks": 7} for day in (5, 20)]
    )
    found = monthly(rows, calendar(MONTHS)).to_pylist()[0]
    assert found["net"] is None


def test_days_behind_the_calendar_are_not_read() -> None:
    rows = rows_of("client_day", [{"client_id": "A", "date": date(2025, 3, 25), "trades": 1}])
    assert monthly(rows, calendar(MONTHS)).num_rows == 0


def test_buckets_can_be_summed_one_by_one() -> None:
    def of(clients: str) -> pa.Table:
        return rows_of(
            "client_day",
            [{"client_id": c, "date": date(2025, 1, 20), "net": 1, "trades": 1} for c in clients],
        )

    days = calendar(MONTHS)
    assert pa.concat_tables([monthly(of("A"), days), monthly(of("B"), days)]).equals(monthly(of("BA"), days))

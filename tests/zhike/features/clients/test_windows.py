"""Windows end with the last trading day; an event on another day belongs to the next one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from client_tables import Branch
from few_rows import rows_of, weekdays
from zhike.base.errors import UsageError
from zhike.base.period import Calendar, date_of
from zhike.features.clients import MEASURES, ClientSettings, calendar_days, gather, measures
from zhike.features.clients.bucket import Bucket
from zhike.features.clients.measuring import built_measures
from zhike.features.clients.sums import followed, gathered
from zhike.features.clients.walk import Held
from zhike.features.clients.windows import Horizon

MONDAY = date(2025, 3, 31)
CALENDAR = weekdays(MONDAY, 30)


def test_every_date_has_the_place_of_its_trading_day() -> None:
    rows = calendar_days(
        Calendar.from_dates([date(2025, 3, 27), date(2025, 3, 28), MONDAY]), MONDAY
    ).to_pylist()
    assert [(r["date"].day, r["day"]) for r in rows] == [(27, 0), (28, 1), (29, 2), (30, 2), (31, 2)]


def test_a_login_on_sunday_counts_for_monday(tmp_path: Path) -> None:
    sunday, friday = date(2025, 3, 30), date(2025, 3, 28)
    logins = [{"client_id": "A", "date": sunday, "count": 2}, {"client_id": "B", "date": friday, "count": 1}]
    found = Branch(
        tmp_path, CALENDAR, {"login": rows_of("login", logins), "client_day": rows_of("client_day", [])}
    ).measures()
    assert (found["A"]["days_since_login"], found["B"]["days_since_login"]) == (0.0, 1.0)


def test_a_window_holds_its_last_day_and_not_the_one_before_its_first(tmp_path: Path) -> None:
    days = CALENDAR.days
    rows = [
        {"client_id": c, "date": date_of(int(days[-1 - age])), "trades": 1}
        for c, age in (("A", 0), ("B", 19), ("C", 20))
    ]
    found = Branch(tmp_path, CALENDAR, {"client_day": rows_of("client_day", rows)}).measures()
    assert [found[c]["trades_1m"] for c in "ABC"] == [1.0, 1.0, 0.0]
    assert [found[c]["trades_3m"] for c in "ABC"] == [1.0, 1.0, 1.0]


def test_a_window_longer_than_the_calendar_is_as_long_as_the_calendar() -> None:
    assert (Horizon.of(CALENDAR, MONDAY).length(250), Horizon.of(CALENDAR, MONDAY).length(20)) == (30, 20)


def test_only_whole_months_count_as_months() -> None:
    assert Horizon.of(weekdays(MONDAY, 300), MONDAY).last_months(12) == (date(2024, 4, 1), MONDAY)
    assert Horizon.of(weekdays(MONDAY, 300), date(2025, 3, 28)).last_months(12) == (
        date(2024, 3, 1),
        date(2025, 2, 28),
    )
    assert Horizon.of(CALENDAR, MONDAY).last_months(12) == (date(2025, 3, 1), MONDAY)


def test_without_its_calendar_nothing_is_gathered() -> None:
    with pytest.raises(UsageError, match="calendar_days"):
        gather({}, MONDAY, CALENDAR)


def test_measures_of_a_table_that_is_not_there_are_not_gathered() -> None:
    bucket = Bucket({"calendar": None}, Horizon.of(CALENDAR, MONDAY))  # type: ignore[dict-item]
    with pytest.raises(UsageError, match="'account' isn't given"):
        gathered(built_measures(["account"]), bucket)
    with pytest.raises(UsageError, match="'trade' isn't given"):
        followed(built_measures(["trade"]), Held({}, Horizon.of(CALENDAR, MONDAY)))


def test_settings_that_cannot_work_are_refused() -> None:
    with pytest.raises(UsageError, match="minute_cost"):
        ClientSettings(minute_cost=-1.0)
    assert list(measures(ClientSettings(fewest_gaps=9))) == list(MEASURES)

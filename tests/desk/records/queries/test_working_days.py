"""Working days: weekdays, without the holidays that are set or known, with the weekends worked instead."""

from __future__ import annotations

from datetime import date

import pytest

from zhike_desk.records import settings
from zhike_desk.records.queries.working_days import WorkingDays

SPRING = "2026-02-15~2026-02-23"
MADE_UP = "2026-02-14 2026-02-28"


def days(holidays: str = "", workdays: str = "") -> WorkingDays:
    return WorkingDays(settings.days_of(holidays), settings.days_of(workdays))


def test_weekends_are_left_out() -> None:
    assert days().later(date(2025, 6, 27), 1) == date(2025, 6, 30)  # Friday → Monday
    assert days().later(date(2025, 6, 30), 15) == date(2025, 7, 21)
    assert days().later(date(2025, 6, 28), 1) == date(2025, 6, 30)  # Saturday → Monday


def test_a_spring_festival_to_come_is_left_out_and_the_weekends_worked_for_it_count() -> None:
    friday = date(2026, 2, 13)
    assert days(SPRING).later(friday, 1) == date(2026, 2, 24)
    assert days(SPRING, MADE_UP).later(friday, 1) == date(2026, 2, 14)
    assert days(SPRING, MADE_UP).later(friday, 2) == date(2026, 2, 24)
    assert days(SPRING, MADE_UP).works(date(2026, 2, 28))
    assert not days(SPRING, MADE_UP).works(date(2026, 3, 1))


def test_known_trading_days_tell_of_all_between_the_first_and_the_last() -> None:
    open_ = frozenset({date(2025, 9, 30), date(2025, 10, 9)})
    known = WorkingDays(open=open_, first=min(open_), last=max(open_))
    assert known.later(date(2025, 9, 30), 1) == date(2025, 10, 9)
    assert known.later(date(2025, 10, 9), 1) == date(2025, 10, 10)  # beyond what is known: a weekday
    assert known.works(date(2025, 9, 29))


@pytest.mark.parametrize("n", [1, 2, 15])
def test_the_last_late_day_is_the_one_whose_days_have_just_ended(n: int) -> None:
    counted, today = days(SPRING, MADE_UP), date(2026, 3, 10)
    last = counted.last_late(today, n)
    assert counted.later(last, n) < today <= counted.later(last.fromordinal(last.toordinal() + 1), n)


def test_days_are_written_one_by_one_or_from_one_to_another_and_nothing_else_is_taken() -> None:
    name = "calendar.holidays"
    assert settings.fit(name, "2026-01-01，2026-02-15~2026-02-23") == "2026-01-01 2026-02-15~2026-02-23"
    assert settings.fit(name, "") == ""
    assert len(settings.days_of(SPRING)) == 9
    for wrong in ("2026-02-30", "soon", "2026-02-23~2026-02-15", "2026-01-01~2027-01-01", "2026-01-01~", 3):
        with pytest.raises(settings.Unfit):
            settings.fit(name, wrong)
    assert settings.fit(name, "9999-12-31") == "9999-12-31"
    with pytest.raises(settings.Unfit):
        settings.fit(name, "9999-12-31~9999-12-30")

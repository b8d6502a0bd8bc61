from dataclasses import FrozenInstanceError
from datetime import date

import numpy as np
import pytest

from zhike.base.errors import UsageError
from zhike.base.period import Calendar, Window, date_of, day_no

# the week of Qingming 2025: Friday the 4th is a holiday
MON, TUE, WED, THU = (date(2025, 3, 31), date(2025, 4, 1), date(2025, 4, 2), date(2025, 4, 3))
FRI_HOLIDAY, SAT, SUN = date(2025, 4, 4), date(2025, 4, 5), date(2025, 4, 6)
NEXT_MON = date(2025, 4, 7)


def calendar() -> Calendar:
    return Calendar.from_dates([WED, MON, THU, TUE, NEXT_MON, MON])


def test_a_day_number_counts_from_the_first_of_january_1970() -> None:
    assert day_no(date(1970, 1, 1)) == 0
    assert day_no(date(1970, 2, 1)) == 31
    assert day_no(date(1969, 12, 31)) == -1
    assert day_no(date(2000, 1, 1)) == 10_957


def test_a_date_comes_back_from_its_day_number() -> None:
    for day in (date(1990, 12, 19), date(2024, 2, 29), date(1969, 12, 31)):
        assert date_of(day_no(day)) == day
    assert date_of(np.int32(10_957)) == date(2000, 1, 1)  # type: ignore[arg-type]


def test_a_calendar_sorts_its_days_and_keeps_each_once() -> None:
    assert len(calendar()) == 5
    assert (calendar().first, calendar().last) == (MON, NEXT_MON)
    assert calendar().days.dtype == np.int32
    assert list(np.diff(calendar().days)) == [1, 1, 1, 4]


def test_a_calendar_cannot_be_changed() -> None:
    known = calendar()
    with pytest.raises(ValueError, match="read-only"):
        known.days[0] = 0
    with pytest.raises(FrozenInstanceError):
        known.days = known.days  # type: ignore[misc]


def test_a_calendar_without_days_is_refused() -> None:
    with pytest.raises(UsageError, match="empty"):
        Calendar.from_dates([])


def test_many_days_are_asked_at_once() -> None:
    days = [day_no(day) for day in (THU, FRI_HOLIDAY, SAT, NEXT_MON, date(1999, 1, 1), date(2099, 1, 1))]
    assert calendar().is_trading_day(days).tolist() == [True, False, False, True, False, False]
    assert calendar().is_trading_day(np.array([], dtype=np.int32)).shape == (0,)


def test_the_day_before_and_after_a_holiday_are_trading_days() -> None:
    assert calendar().previous(NEXT_MON) == THU
    assert calendar().previous(SUN) == THU
    assert calendar().next(THU) == NEXT_MON
    assert calendar().next(FRI_HOLIDAY) == NEXT_MON
    assert calendar().next(MON) == TUE


def test_a_window_of_n_ends_with_as_of_and_has_n_trading_days() -> None:
    assert calendar().window(NEXT_MON, 1) == Window(NEXT_MON, NEXT_MON, 1)
    assert calendar().window(NEXT_MON, 3) == Window(WED, NEXT_MON, 3)
    assert calendar().window(NEXT_MON, 5) == Window(MON, NEXT_MON, 5)


def test_a_window_on_a_day_without_trading_ends_with_the_trading_day_before() -> None:
    assert calendar().window(SUN, 2) == Window(WED, THU, 2)


def test_a_window_longer_than_the_calendar_says_how_many_days_there_are() -> None:
    with pytest.raises(UsageError, match="only 4 trading days up to it, 5 needed"):
        calendar().window(THU, 5)


def test_a_window_of_no_days_is_refused() -> None:
    with pytest.raises(UsageError, match="window of 0"):
        calendar().window(THU, 0)


@pytest.mark.parametrize("day", [date(2025, 3, 30), date(2025, 4, 8)])
def test_a_date_outside_the_calendar_is_refused_with_the_calendars_bounds(day: date) -> None:
    known = calendar()
    for ask in (known.previous, known.next, known.index_of, lambda d: known.window(d, 1)):
        with pytest.raises(UsageError, match=r"2025-03-31 … 2025-04-07"):
            ask(day)


def test_the_ends_of_the_calendar_have_no_neighbour_that_is_known() -> None:
    with pytest.raises(UsageError, match="no trading day before"):
        calendar().previous(MON)
    with pytest.raises(UsageError, match="no trading day after"):
        calendar().next(NEXT_MON)


def test_the_position_of_a_trading_day_counts_from_nought() -> None:
    assert [calendar().index_of(day) for day in (MON, THU, NEXT_MON)] == [0, 3, 4]
    with pytest.raises(UsageError, match="no trading day"):
        calendar().index_of(SAT)


def test_a_calendar_covers_what_lies_between_its_ends() -> None:
    assert calendar().covers(SAT)
    assert not calendar().covers(date(2025, 4, 8))

"""Which days people work: what the branch has set, else the days the exchanges were open as far as those are known, else weekdays.

Exchanges stay closed on the weekends that are worked to make up for a holiday; those, and the holidays of years to come, are
published once a year and follow from nothing: they are settings (`calendar.holidays`, `calendar.workdays`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from zhike_desk.records import settings
from zhike_desk.records.models import BookDay
from zhike_desk.records.queries import nights

_FRIDAY = 4


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The days that are set as free or as worked, and the days the exchanges were open, which tell of all between first and last."""

    free: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    open: frozenset[date] = frozenset()
    first: date = date.max
    last: date = date.min

    def works(self, day: date) -> bool:
        """Tell whether a day is worked."""
        if day in self.worked:
            return True
        if day in self.free or day.weekday() > _FRIDAY:
            return False
        return day in self.open or not self.first <= day <= self.last

    def later(self, day: date, days: int) -> date:
        """Return the day so many working days later."""
        while days > 0:
            day += timedelta(days=1)
            days -= self.works(day)
        return day

    def last_late(self, today: date, days: int) -> date:
        """Return the last day whose `days` working days ended before `today`."""
        while days > 0:
            today -= timedelta(days=1)
            days -= self.works(today)
        return today - timedelta(days=1)


def current(rules: settings.Calendar) -> WorkingDays:
    """Return the working days as they are set (`rules`) and as the night that is shown knows them; a night's days are read once."""
    night = nights.shown()
    known = _known(night) if night is not None else WorkingDays()
    return replace(known, free=settings.days_of(rules.holidays), worked=settings.days_of(rules.workdays))


@lru_cache(maxsize=2)
def _known(night: nights.Shown) -> WorkingDays:
    days = frozenset(BookDay.objects.values_list("date", flat=True))
    return WorkingDays(open=days, first=min(days, default=date.max), last=max(days, default=date.min))

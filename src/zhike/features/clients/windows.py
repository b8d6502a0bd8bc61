"""Where a run stands in time: the last trading day, and how many trading days lie before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.base.period import Calendar, Days, date_of, day_no

AGELESS = 1 << 30
"""Age of an event before the calendar's first day."""
CALENDAR = "calendar"


@dataclass(frozen=True, slots=True, eq=False)
class Horizon:
    """The trading days up to the one a run stands on, as day numbers; a window ends with the last of them."""

    days: Days

    @classmethod
    def of(cls, calendar: Calendar, as_of: Date) -> Horizon:
        """Return the trading days of `calendar` up to `as_of`. Raises UsageError where the calendar doesn't know it."""
        end = calendar.window(as_of, 1).last
        return cls(calendar.days[: calendar.index_of(end) + 1])

    @property
    def end(self) -> Date:
        """The last trading day that counts."""
        return date_of(int(self.days[-1]))

    @property
    def known(self) -> int:
        """How many trading days are known up to the last one."""
        return int(self.days.size)

    def length(self, days: int) -> int:
        """Return how many trading days a window really has: fewer where the calendar begins within it."""
        return min(days, self.known)

    def first(self, days: int) -> Date:
        """Return the first day of a window."""
        return date_of(int(self.days[-self.length(days)]))

    def places(self, dates: Days) -> npt.NDArray[np.int64]:
        """Return where each date stands among those that `ages` tells of: 0 before the first trading day, below 0 after the last."""
        first, end = int(self.days[0]), int(self.days[-1])
        places = np.maximum(dates.astype(np.int64) - first + 1, 0)
        return np.where(dates > end, -1, places)

    @property
    def dates(self) -> Days:
        """Every date from the first trading day to the last, those without trading too."""
        return np.arange(self.days[0], self.days[-1] + 1, dtype=np.int32)

    @property
    def ages(self) -> npt.NDArray[np.int64]:
        """The trading days from each of the `places` to the last one; a date without trading belongs to the next trading day."""
        found = self.known - 1 - np.searchsorted(self.days, self.dates)
        return np.concatenate([[AGELESS], found]).astype(np.int64)

    def last_months(self, months: int) -> tuple[Date, Date]:
        """Return first and last day of the last `months` calendar months that lie wholly within the known days.

        The running month counts once its very last date is a known trading day.
        """
        first, end = date_of(int(self.days[0])), self.end
        stop = date_of(day_no(end) + 1).replace(day=1)
        begin = _month_before(stop, months)
        whole = first if first.day == 1 else _month_before(first.replace(day=1), -1)
        return max(begin, whole), date_of(day_no(stop) - 1)


def _month_before(date: Date, months: int) -> Date:
    count = date.year * 12 + date.month - 1 - months
    return Date(count // 12, count % 12 + 1, 1)


def calendar_days(calendar: Calendar, as_of: Date) -> pa.Table:
    """Return every date up to the last trading day with `day`, the place of its trading day (0 the first).

    A date without trading belongs to the next trading day. This is what `gather` reads as the table `calendar`.
    """
    horizon = Horizon.of(calendar, as_of)
    days = horizon.known - 1 - horizon.ages[1:]
    return pa.table({"date": pa.array(horizon.dates).view(pa.date32()), "day": days})

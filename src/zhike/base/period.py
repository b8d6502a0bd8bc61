"""Time as the trade counts it: day numbers, the trading calendar, windows (as_of − n, as_of]."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.text import Said, say

Days = npt.NDArray[np.int32]
"""Day numbers: days since 1970-01-01."""

EPOCH = Date(1970, 1, 1)
_EPOCH_ORDINAL = EPOCH.toordinal()


def day_no(date: Date) -> int:
    """Count the days from 1970-01-01 to `date`: the number in which arrays hold a date."""
    return date.toordinal() - _EPOCH_ORDINAL


def date_of(day: int) -> Date:
    """Return the date of a day number.

    Raises OverflowError outside the years 1 to 9999.
    """
    return EPOCH + timedelta(days=int(day))


@dataclass(frozen=True, slots=True)
class Window:
    """The trading days from `first` to `last`, both included; `days` says how many there are."""

    first: Date
    last: Date
    days: int


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The trading days that are known, as strictly rising day numbers of shape (n,), n ≥ 1.

    It answers only for dates between its first and its last day: what lies outside is unknown, not closed,
    and raises UsageError. Build it with `from_dates` or `from_days`.
    """

    days: Days

    @classmethod
    def from_dates(cls, dates: Iterable[Date]) -> Calendar:
        """Build a calendar from dates in any order, repeated or not. Raises UsageError without any."""
        return cls.from_days(np.fromiter((day_no(date) for date in dates), dtype=np.int32))

    @classmethod
    def from_days(cls, days: npt.ArrayLike) -> Calendar:
        """Build a calendar from day numbers in any order, repeated or not. Raises UsageError without any."""
        known = np.unique(np.asarray(days, dtype=np.int32))
        if known.size == 0:
            raise UsageError(
                say("交易日历是空的", "The trading calendar is empty"),
                next_=say("提供 calendar 表，或行情", "Deliver the table 'calendar', or quotes"),
            )
        known.setflags(write=False)
        return cls(known)

    @property
    def first(self) -> Date:
        """The first known trading day."""
        return date_of(int(self.days[0]))

    @property
    def last(self) -> Date:
        """The last known trading day."""
        return date_of(int(self.days[-1]))

    def __len__(self) -> int:
        """Count the known trading days."""
        return int(self.days.size)

    def covers(self, date: Date) -> bool:
        """Tell whether the calendar knows about `date`: first ≤ date ≤ last."""
        return self.first <= date <= self.last

    def is_trading_day(self, days: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Tell for each day number whether it is a trading day; same shape, False outside the calendar."""
        asked = np.asarray(days, dtype=np.int32)
        at = np.minimum(np.searchsorted(self.days, asked), self.days.size - 1)
        return np.asarray(self.days[at] == asked, dtype=np.bool_)

    def previous(self, date: Date) -> Date:
        """Return the last trading day before `date`. Raises UsageError where the calendar doesn't know it."""
        self._check(date)
        at = int(np.searchsorted(self.days, day_no(date))) - 1
        if at < 0:
            raise self._outside(date, say("之前没有已知的交易日", "no trading day before it is known"))
        return date_of(int(self.days[at]))

    def next(self, date: Date) -> Date:
        """Return the first trading day after `date`. Raises UsageError where the calendar doesn't know it."""
        self._check(date)
        at = int(np.searchsorted(self.days, day_no(date), side="right"))
        if at == self.days.size:
            raise self._outside(date, say("之后没有已知的交易日", "no trading day after it is known"))
        return date_of(int(self.days[at]))

    def index_of(self, date: Date) -> int:
        """Return the position of a trading day, 0 for the first. Raises UsageError where it is none."""
        self._check(date)
        at = int(np.searchsorted(self.days, day_no(date)))
        if self.days[at] != day_no(date):
            raise self._outside(date, say("不是交易日", "it is no trading day"))
        return at

    def window(self, as_of: Date, n: int) -> Window:
        """Return the n trading days that end with `as_of`: (as_of − n, as_of] in trading days.

        On a day without trading the window ends with the trading day before it. Raises UsageError where
        `as_of` lies outside the calendar, n < 1, or fewer than n trading days are known up to `as_of`.
        """
        if n < 1:
            raise UsageError(say(f"窗口至少一个交易日：{n}", f"A window of {n} trading days isn't one"))
        self._check(as_of)
        end = int(np.searchsorted(self.days, day_no(as_of), side="right"))
        if end < n:
            short = say(
                f"此前只有 {end} 个交易日，需要 {n} 个", f"only {end} trading days up to it, {n} needed"
            )
            raise self._outside(as_of, short)
        return Window(date_of(int(self.days[end - n])), date_of(int(self.days[end - 1])), n)

    def _check(self, date: Date) -> None:
        if not self.covers(date):
            raise self._outside(date, say("不在交易日历之内", "it lies outside the trading calendar"))

    def _outside(self, date: Date, why: Said) -> UsageError:
        return UsageError(
            say(f"{date}：{why.zh}", f"{date}: {why.en}"),
            where=f"calendar {self.first} … {self.last}",
            next_=say(
                "换一个日期，或补全 calendar 表", "Choose another date, or extend the table 'calendar'"
            ),
        )

"""Trading days: weekdays without the exchanges' holidays, or the days of a real index."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.period import Days, day_no
from zhike.base.text import say

# First days of the lunar year and the Dragon Boat and Mid-Autumn days, as month and day; by these the exchanges close.
_MOVING = {
    2000: "0205 0606 0912", 2001: "0124 0625 1001", 2002: "0212 0615 0921", 2003: "0201 0604 0911",
    2004: "0122 0622 0928", 2005: "0209 0611 0918", 2006: "0129 0531 1006", 2007: "0218 0619 0925",
    2008: "0207 0608 0914", 2009: "0126 0528 1003", 2010: "0214 0616 0922", 2011: "0203 0606 0912",
    2012: "0123 0623 0930", 2013: "0210 0612 0919", 2014: "0131 0602 0908", 2015: "0219 0620 0927",
    2016: "0208 0609 0915", 2017: "0128 0530 1004", 2018: "0216 0618 0924", 2019: "0205 0607 0913",
    2020: "0125 0625 1001", 2021: "0212 0614 0921", 2022: "0201 0603 0910", 2023: "0122 0622 0929",
    2024: "0210 0610 0917", 2025: "0129 0531 1006", 2026: "0217 0619 0925", 2027: "0206 0609 0915",
    2028: "0126 0528 1003", 2029: "0213 0616 0922", 2030: "0203 0605 0912",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class RealIndex:
    """Days and closes of a real index, both of shape (n,), the days strictly rising."""

    days: Days
    close: npt.NDArray[np.float64]


def _holidays(year: int) -> set[Date]:
    fixed = [Date(year, 1, 1), Date(year, 4, 4), Date(year, 4, 5)]
    fixed += [Date(year, 5, d) for d in range(1, 6)] + [Date(year, 10, d) for d in range(1, 8)]
    moving = _MOVING.get(year)
    if moving:
        spring, boat, moon = (Date(year, int(w[:2]), int(w[2:])) for w in moving.split())
        fixed += [spring + timedelta(n) for n in range(-1, 7)] + [boat, moon]
    return set(fixed)


def trading_days(first: Date, last: Date) -> Days:
    """List the trading days from `first` to `last`: weekdays less the holidays as they fall by rule.

    The yearly notices that join holidays with weekends are not followed day by day.
    """
    closed = {day_no(h) for year in range(first.year, last.year + 1) for h in _holidays(year)}
    days = np.arange(day_no(first), day_no(last) + 1, dtype=np.int32)
    open_ = ((days + 3) % 7 < 5) & ~np.isin(days, sorted(closed))
    return days[open_]


def days_around(start: Date | None, end: Date, before: int, days: int, after: int) -> Days:
    """List `before + days + after` trading days; the middle stretch begins on `start`, else it ends on `end`."""
    year = timedelta(days=366)
    anchor = start or end
    span = (before + days + after) // 200 + 2
    known = trading_days(anchor - span * year, anchor + span * year)
    if start is not None:
        first = int(np.searchsorted(known, day_no(start)))
    else:
        first = int(np.searchsorted(known, day_no(end), side="right")) - days
    return known[first - before : first + days + after]


def read_index(path: Path) -> RealIndex:
    """Read a CSV with the columns date and close (dates as 20070104 or 2007-01-04).

    Raises UsageError where the file can't be read, lacks a column, or its days don't rise.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [(_date(row["date"]), float(row["close"])) for row in csv.DictReader(file)]
    except (OSError, KeyError, ValueError) as error:
        raise _unusable(path, str(error)) from error
    days = np.array([day_no(date) for date, _ in rows], np.int32)
    close = np.array([c for _, c in rows])
    if len(days) < 2 or (np.diff(days) <= 0).any() or not (close > 0).all():
        raise _unusable(path, "days must rise and closes be positive")
    return RealIndex(days, close)


def _date(text: str) -> Date:
    return Date.fromisoformat(text.strip().replace("/", "-"))


def _unusable(path: Path, why: str) -> UsageError:
    return UsageError(
        say(f"无法使用指数文件：{why}", f"The index file can't be used: {why}"),
        where=str(path),
        next_=say("需要 date、close 两列的 CSV", "Give a CSV with the columns date and close"),
    )

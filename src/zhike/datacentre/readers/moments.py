"""Dates and times in a workbook: numbers of days that only the cell's number format tells from other numbers.

Which built-in formats are dates is in ECMA-376 part 1, 18.8.30 (27–36 and 50–58 by the zh-CN table); days are
counted from 1899-12-30 (1900 is taken for a leap year, so days below 60 are one off) or from 1904-01-01.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import Enum


class Moment(Enum):
    """What a number format shows."""

    DATE = "date"
    TIME = "time"
    BOTH = "both"


_BUILT_IN: dict[int, Moment] = {
    **dict.fromkeys((14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), Moment.DATE),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56), Moment.TIME),
    22: Moment.BOTH,
}
# What isn't a sign of the format: quoted words, escaped and padding characters, colours, locales.
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)  # a duration, no time of day: it stays a number
_DAYS = 2_958_466  # the day after 9999-12-31


def moment_of(number: int, code: str | None) -> Moment | None:
    """Return what number format `number` with its own `code` (None: built in) shows; None: a plain number."""
    if code is None:
        return _BUILT_IN.get(number)
    if _ELAPSED.search(code):
        return None
    signs = _LITERAL.sub("", code.split(";")[0]).lower().replace("general", "").replace("am/pm", "h")
    clock = "h" in signs or "s" in signs
    day = "y" in signs or "d" in signs or ("m" in signs and not clock)
    if day:
        return Moment.BOTH if clock else Moment.DATE
    return Moment.TIME if clock else None


def moment_text(days: float, moment: Moment, since_1904: bool) -> str | None:
    """Return the ISO text of a day number as its format shows it, None where it is no date Excel knows.

    A format of hours with a whole day in it shows the date too, and one of both without a day only the time.
    """
    if not 0 <= days < _DAYS:
        return None
    seconds = round(days * 86_400)
    if seconds < 86_400 and moment is not Moment.DATE:
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if since_1904:
        first = datetime(1904, 1, 1)
    else:
        if seconds < 86_400:
            return None  # day 0, "1900-01-00"
        first = datetime(1899, 12, 31) if seconds < 60 * 86_400 else datetime(1899, 12, 30)
    try:
        at = first + timedelta(seconds=seconds)
    except OverflowError:
        return None
    return at.strftime("%Y-%m-%d") if moment is Moment.DATE else at.strftime("%Y-%m-%d %H:%M:%S")

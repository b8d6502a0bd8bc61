"""What time it is at the desk: the only place of it that pages and actions ask.

A real branch: real time. A branch made up: the last day of its data, at the real time of day, for there is no later day:
so what is logged there lies within what the next night counts, and what is due today is due on that day. The page says so.
Sessions, tokens and jobs live by real time everywhere.
"""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.utils import timezone

from zhike_desk.records.queries import nights


def now(night: nights.Shown | None = None) -> datetime:
    """Return the desk's moment, with its zone (Asia/Shanghai)."""
    return _at(night or (nights.shown() if settings.DEMO else None))


def today(night: nights.Shown | None = None) -> date:
    """Return the desk's day; `night` saves a look at which one is shown, where the caller knows it."""
    return (_at(night) if night is not None else now()).date()


def real() -> datetime:
    """Return the real moment, for what is about machines: jobs, sessions, tokens."""
    return timezone.now()


def _at(night: nights.Shown | None) -> datetime:
    moment = timezone.localtime()
    return datetime.combine(night.as_of, moment.timetz()) if settings.DEMO and night is not None else moment

"""What day it is at the branch. A branch made up lives on the day after its last night, whatever the calendar says.

Moments that are written down (a contact, the log of acts) are always the true ones.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from zhike_desk.records.queries import nights


def now() -> datetime:
    """Return the moment it is."""
    return timezone.now()


def today(night: nights.Shown | None = None) -> date:
    """Return the day work is planned for: today, or at a branch made up the day after its last night's numbers.

    Who knows the night already gives it, which spares a query.
    """
    known = night or (nights.shown() if settings.DEMO else None)
    if settings.DEMO and known is not None:
        return known.as_of + timedelta(days=1)
    return timezone.localdate()

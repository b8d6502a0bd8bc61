"""What time it is at the desk: the only place of it that pages and actions ask.

A real branch: real time. A branch made up: the last day of its data, at the real time of day, so that what is logged
there lies within what the next night counts; the page says so. Sessions, tokens and jobs live by real time everywhere.
"""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.utils import timezone

from zhike_desk.records.models import Pointer


def now() -> datetime:
    """Return the desk's moment, with its zone (Asia/Shanghai)."""
    moment = timezone.localtime()
    pointer = Pointer.objects.select_related("publication").first() if settings.DEMO else None
    return moment if pointer is None else datetime.combine(pointer.publication.as_of, moment.timetz())


def today() -> date:
    """Return the desk's day."""
    return now().date()


def real() -> datetime:
    """Return the real moment, for what is about machines: jobs, sessions, tokens."""
    return timezone.now()

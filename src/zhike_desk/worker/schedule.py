"""What the clock asks for: the night at its time, and a word where the day's files are late."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings as django_settings
from django.utils import timezone

from zhike.datacentre.store.manifest import untouched
from zhike_desk.records import settings
from zhike_desk.records.actions import jobs
from zhike_desk.records.models import Job

_ATTEMPTS = 3
_LATEST = timedelta(hours=12)


def look(at: datetime) -> bool:
    """Ask for the night where its time has come and it hasn't been asked for; return whether it was.

    A night that a dead worker cut short is asked for again, three times in all; one that failed with a reason is not.
    A branch made up has no new days of its own, and a home with nothing in it nothing to run on: neither has a schedule.
    """
    if django_settings.DEMO or untouched(Path(django_settings.HOME)):
        return False
    due = last_due(at, settings.current().night.at)
    if at - due > _LATEST:
        return False  # the machine was off all morning: nobody wants a night in the middle of the day's work
    tried = list(Job.objects.filter(kind="night", created_at__gte=due).order_by("id"))
    lost = [job for job in tried if job.state == "failed" and job.result.get("lost")]
    if len(tried) > len(lost) or len(lost) >= _ATTEMPTS:
        return False
    jobs.ask("night", {"scheduled": due.isoformat()}, by=None, at=at)
    return True


def last_due(at: datetime, clock: str) -> datetime:
    """Return the latest moment, not after `at`, at which the night was due: `clock` is HH:MM in Shanghai."""
    local = timezone.localtime(at)
    hour, minute = map(int, clock.split(":"))
    due = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return due if due <= local else due - timedelta(days=1)

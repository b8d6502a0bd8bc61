"""The register of complaints: those still open with the days they are due, and what came of the others. For heads and compliance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import TruncDate

from zhike.base.text import say
from zhike_desk.records import scope, settings
from zhike_desk.records import staff as staff_of
from zhike_desk.records.masking import struck
from zhike_desk.records.models import BookClient, Complaint
from zhike_desk.records.queries import listing
from zhike_desk.records.queries.listing import Column, Listed
from zhike_desk.records.viewer import Viewer

STATES = ("open", "late", "closed")
MOST_OF_CLIENT = 50
_FRIDAY = 4


LISTED = Listed(
    page="complaints",
    key="id",
    columns={
        "opened_on": Column("opened_on", say("受理", "Received"), "date", say("受理日期。", "The day it was received."), True)
    },
    choices={"state": STATES},
    shown=("opened_on",),
    sort="opened_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One complaint: whose (`key`: where their page is, empty where it isn't to be seen), about whom, the days it is due, how it ended."""

    id: int
    version: int
    key: str
    client: str
    category: str
    severity: int
    about: str
    by: str
    opened_on: date
    acknowledge_by: date
    acknowledged_on: date | None
    close_by: date
    last_by: date
    closed_on: date | None
    upheld: bool | None
    outcome: str

    @property
    def state(self) -> str:
        """Name how far it is: `open`, `acknowledged` (the client was told that it is looked into) or `closed`."""
        if self.closed_on is not None:
            return "closed"
        return "open" if self.acknowledged_on is None else "acknowledged"


@dataclass(frozen=True, slots=True)
class Register:
    """A page of complaints of one state, how many there are of each, the queries of the pages beside it, and by when complaints are answered and closed."""

    state: str
    counts: Mapping[str, int]
    rows: tuple[Line, ...]
    newer: str
    older: str
    rules: settings.Complaints


def working_days_later(day: date, days: int) -> date:
    """Return the day so many weekdays later; holidays aren't known ahead."""
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() <= _FRIDAY
    return day


def register(viewer: Viewer, query: Mapping[str, Sequence[str]], today: date) -> Register:
    """Return the page of complaints that the URL asks for, the oldest first; five queries. Raises Refused for what can't be understood."""
    asked = listing.asked(LISTED, query)
    state = asked.choices.get("state", ("open",))[0]
    days = settings.current().complaints
    rows = _seen(viewer)
    open_ = Q(closed_at__isnull=True)
    late = open_ & Q(opened_on__lte=_last_late(today, days.close_days))
    wanted = {"open": open_, "late": late, "closed": ~open_}
    counts = {name: listing.counted(rows.filter(need))[0] for name, need in wanted.items()}
    found = listing.sliced(LISTED, rows.filter(wanted[state]), replace(asked, choices={}))
    lines = _lines(viewer, found.rows, days)
    return Register(state, counts, lines, *listing.beside(LISTED, asked, found), days)


def of_client(viewer: Viewer, client: BookClient) -> tuple[Line, ...]:
    """Return the newest complaints of a client found within `viewer`'s scope, open and closed, the newest first; raise Denied to whom care isn't shown."""
    rows = _seen(viewer, "care.read").filter(client_id=client.client_id).order_by("-opened_at", "-id")
    return _lines(viewer, rows[:MOST_OF_CLIENT], settings.current().complaints, "care.read")


def _seen(viewer: Viewer, action: str = "complaint.read") -> QuerySet[Complaint]:
    rows = Complaint.objects.filter(undone_at__isnull=True).annotate(opened_on=TruncDate("opened_at"))
    return scope.of_clients(rows, viewer, action).select_related("by")


def _last_late(today: date, days: int) -> date:
    """Return the last day of receipt whose complaints should be closed before `today`."""
    day = today
    while working_days_later(day, days) >= today:
        day -= timedelta(days=1)
    return day


def _lines(
    viewer: Viewer, rows: Iterable[Any], days: settings.Complaints, action: str = "complaint.read"
) -> tuple[Line, ...]:
    rows = tuple(rows)
    clients: Mapping[str, BookClient] = scope.clients(viewer, action).in_bulk({r.client_id for r in rows}) if rows else {}  # fmt: skip
    names = staff_of.names({r.staff_id for r in rows if r.staff_id})
    return tuple(_line(row, clients.get(row.client_id), names, days) for row in rows)


def _line(row: Any, client: BookClient | None, names: Mapping[str, str], days: settings.Complaints) -> Line:
    return Line(
        id=row.pk,
        version=row.version,
        key=client.client_id if client is not None else "",
        client=client.name if client is not None else "",
        category=struck(row.category),
        severity=row.severity,
        about=names.get(row.staff_id, row.staff_id),
        by=row.by.display_name or row.by.username,
        opened_on=row.opened_on,
        acknowledge_by=working_days_later(row.opened_on, days.acknowledge_days),
        acknowledged_on=_day(row.acknowledged_at),
        close_by=working_days_later(row.opened_on, days.close_days),
        last_by=row.opened_on + timedelta(days=days.last_days),
        closed_on=_day(row.closed_at),
        upheld=row.upheld,
        outcome=struck(row.outcome),
    )


def _day(moment: datetime | None) -> date | None:
    return scope.day_of(moment) if moment is not None else None

"""The register of complaints: those still open with the days they are due, and what came of the others. For heads and compliance.

Those written down at the desk stand beside those that came with the files; what was written down here and came back by the files stands once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Collate, TruncDate

from zhike.base.text import say
from zhike_desk.records import scope, settings
from zhike_desk.records import staff as staff_of
from zhike_desk.records.masking import struck
from zhike_desk.records.models import BookClient, BookComplaint, Complaint
from zhike_desk.records.queries import listing, working_days
from zhike_desk.records.queries.listing import Column, Listed
from zhike_desk.records.queries.working_days import WorkingDays
from zhike_desk.records.viewer import Viewer

STATES = ("open", "late", "closed")
MOST_OF_CLIENT = 50


LISTED = Listed(
    page="complaints",
    key="number",
    columns={
        "opened_on": Column("opened_on", say("受理", "Received"), "date", say("受理日期。", "The day it was received."), True)
    },
    choices={"state": STATES},
    shown=("opened_on",),
    sort="opened_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One complaint: whose (`key`: where their page is, empty where it isn't to be seen), about whom, the days it is due, how it ended.

    `id` is None for one that came with the files: it is closed where it came from. `by` is who wrote it down here.
    """

    id: int | None
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


@dataclass(frozen=True, slots=True)
class _Due:
    """By when complaints are due, and which days count."""

    rules: settings.Complaints
    days: WorkingDays


def register(viewer: Viewer, query: Mapping[str, Sequence[str]], today: date) -> Register:
    """Return the page of complaints that the URL asks for, the oldest first; eight queries. Raises Refused for what can't be understood."""
    asked = listing.asked(LISTED, query)
    state = asked.choices.get("state", ("open",))[0]
    due = _due()
    late = Q(opened_on__lte=due.days.last_late(today, due.rules.close_days))
    ours, theirs = _desks(viewer), _files(viewer)
    wanted = [_states(closed, late) for closed in ("closed_at", "closed_on")]
    counted = [
        rows.order_by().aggregate(**{n: Count("pk", filter=q) for n, q in needs.items()})
        for rows, needs in zip((ours, theirs), wanted, strict=True)
    ]
    counts = {name: sum(of[name] for of in counted) for name in STATES}
    plain = replace(asked, choices={})
    found = listing.sliced(LISTED, ours.filter(wanted[0][state]), plain, also=theirs.filter(wanted[1][state]))
    lines = _lines(viewer, found.rows, due)
    return Register(state, counts, lines, *listing.beside(LISTED, asked, found), due.rules)


def of_client(viewer: Viewer, client: BookClient) -> tuple[Line, ...]:
    """Return the newest complaints of a client found within `viewer`'s scope, open and closed, the newest first; raise Denied to whom care isn't shown."""
    rows = [*_newest(_desks(viewer, "care.read"), client), *_newest(_files(viewer, "care.read"), client)]
    newest = sorted(rows, key=lambda row: (row.opened_on, row.number), reverse=True)[:MOST_OF_CLIENT]
    return _lines(viewer, newest, _due(), "care.read")


def _newest(rows: QuerySet[Any], client: BookClient) -> QuerySet[Any]:
    return rows.filter(client_id=client.client_id).order_by("-opened_on", "-number")[:MOST_OF_CLIENT]


def _due() -> _Due:
    rules = settings.current()
    return _Due(rules.complaints, working_days.current(rules.calendar))


def _states(closed: str, late: Q) -> dict[str, Q]:
    """Return what holds of complaints of each state; `late`: of those that should be closed by now."""
    open_ = Q(**{f"{closed}__isnull": True})
    return {"open": open_, "late": open_ & late, "closed": ~open_}


def _desks(viewer: Viewer, action: str = "complaint.read") -> QuerySet[Complaint]:
    """Return the complaints written down here; numbers in the order of their bytes, in which a book's are."""
    number = Collate("complaint_id", "C") if connection.vendor == "postgresql" else F("complaint_id")
    rows = Complaint.objects.filter(undone_at__isnull=True).annotate(
        opened_on=TruncDate("opened_at"), number=number
    )
    return scope.of_clients(rows, viewer, action).select_related("by")


def _files(viewer: Viewer, action: str = "complaint.read") -> QuerySet[BookComplaint]:
    ours = Complaint.objects.filter(complaint_id=OuterRef("complaint_id"))
    rows = BookComplaint.objects.filter(~Exists(ours)).annotate(number=F("complaint_id"))
    return scope.of_clients(rows, viewer, action)


def _lines(
    viewer: Viewer, rows: Sequence[Any], due: _Due, action: str = "complaint.read"
) -> tuple[Line, ...]:
    clients: Mapping[str, BookClient] = scope.clients(viewer, action).in_bulk({r.client_id for r in rows}) if rows else {}  # fmt: skip
    names = staff_of.names({r.staff_id for r in rows if r.staff_id})
    return tuple(_line(row, clients.get(row.client_id), names, due) for row in rows)


def _line(row: Any, client: BookClient | None, names: Mapping[str, str], due: _Due) -> Line:
    ours = row if isinstance(row, Complaint) else None
    return Line(
        id=ours.pk if ours else None,
        version=ours.version if ours else 0,
        key=client.client_id if client is not None else "",
        client=client.name if client is not None else "",
        category=struck(row.category),
        severity=row.severity,
        about=names.get(row.staff_id, row.staff_id),
        by=(ours.by.display_name or ours.by.username) if ours else "",
        opened_on=row.opened_on,
        acknowledge_by=due.days.later(row.opened_on, due.rules.acknowledge_days),
        acknowledged_on=_day(ours.acknowledged_at) if ours else None,
        close_by=due.days.later(row.opened_on, due.rules.close_days),
        last_by=row.opened_on + timedelta(days=due.rules.last_days),
        closed_on=_day(ours.closed_at) if ours else row.closed_on,
        upheld=row.upheld,
        outcome=struck(ours.outcome) if ours else "",
    )


def _day(moment: datetime | None) -> date | None:
    return scope.day_of(moment) if moment is not None else None

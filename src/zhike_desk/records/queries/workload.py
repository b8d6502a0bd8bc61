"""How much work lies on whom today, against the hours they have; what is done already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from zhike_desk.records import scope
from zhike_desk.records import staff as staff_of
from zhike_desk.records.models import BookStaff, Contact
from zhike_desk.records.queries.today import UNREACHED, due, proposed
from zhike_desk.records.viewer import Denied, Viewer

WORKING_DAYS = 21.75
"""Paid working days of a month, as labour law counts them; the staff file tells hours a month."""


@dataclass(frozen=True, slots=True)
class Load:
    """What lies on a list: lines, minutes, how many must be done, how many are overdue; minutes of a working day (None: not told)."""

    works: int
    minutes: float
    must_do: int
    overdue: int
    capacity: float | None


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of the branch's staff, and what lies on them today."""

    staff_id: str
    name: str
    role: str
    load: Load


@dataclass(frozen=True, slots=True)
class DoneToday:
    """What was done today: contacts logged, how many of them were attempts, tasks closed without a contact."""

    contacts: int
    unreached: int
    tasks: int


def load(viewer: Viewer, today: date, *, staff: str = "") -> Load:
    """Sum up the day's list of `viewer`, of the branch, or of one of its staff: three queries."""
    sums = [
        rows.order_by().aggregate(**_sums(today))
        for rows in (proposed(viewer, staff), due(viewer, today, staff))
    ]
    return _load(sums, capacity(viewer, "today.view", staff))


def done(viewer: Viewer, at: datetime, *, staff: str = "") -> DoneToday:
    """Count what was done today by `viewer`, or (for a head) by the branch or one of its staff: two queries."""
    own = viewer.need("today.view").scope == "own"
    begin = timezone.make_aware(datetime.combine(scope.day_of(at), time.min))
    today = (begin, begin + timedelta(days=1) - timedelta(microseconds=1))
    contacts = scope.of_clients(
        Contact.objects.filter(at__range=today, undone_at__isnull=True), viewer, "today.view"
    )
    tasks = scope.tasks(viewer).filter(closed_at__range=today, state="done", contacts__isnull=True)
    if own or staff:
        who = viewer.staff_id if own else staff
        contacts, tasks = contacts.filter(staff_id=who), tasks.filter(staff_id=who)
    told = contacts.aggregate(n=Count("pk"), missed=Count("pk", filter=Q(outcome=UNREACHED)))
    return DoneToday(told["n"], told["missed"], tasks.count())


def colleagues(viewer: Viewer, today: date) -> list[Colleague]:
    """Return the branch's staff with what lies on each, the fullest first; raise Denied for who leads no branch. Three queries."""
    if viewer.need("today.view").scope != "branch":
        raise Denied("today.view")
    sums = [_by_staff(rows, today) for rows in (proposed(viewer, ""), due(viewer, today, ""))]
    staff = staff_of.working(viewer.branch_id).order_by("staff_id")
    found = [
        Colleague(
            s.staff_id,
            s.name,
            s.role,
            _load([by.get(s.staff_id, {}) for by in sums], minutes_of(s.capacity_hours)),
        )
        for s in staff
    ]
    return sorted((c for c in found if c.load.works or c.role != "head"), key=lambda c: -c.load.minutes)


def named(viewer: Viewer, staff: str) -> str:
    """Return the name of one of the branch's staff; the number itself where there is nobody of it."""
    found = BookStaff.objects.filter(staff_id=staff, branch_id=viewer.branch_id).first()
    return found.name if found is not None else staff


def capacity(viewer: Viewer, action: str, staff: str = "") -> float | None:
    """Return the minutes a working day has for what `action` shows: one's own, one of the branch's, or of all its staff who serve clients."""
    if viewer.need(action).scope == "own":
        rows = BookStaff.objects.filter(staff_id=viewer.staff_id)
    else:
        rows = staff_of.working(viewer.branch_id)
        rows = rows.filter(staff_id=staff) if staff else rows.exclude(role="head")
    return minutes_of(rows.aggregate(hours=Sum("capacity_hours"))["hours"])


def minutes_of(hours: float | None) -> float | None:
    """Return the minutes a working day has of `hours` a month; None where the files don't tell."""
    return hours * 60 / WORKING_DAYS if hours else None


def _sums(today: date) -> dict[str, Any]:
    return {
        "works": Count("pk"),
        "of_minutes": Sum("minutes"),
        "must": Count("pk", filter=Q(must_do=True)),
        "late": Count("pk", filter=Q(due_on__lt=today)),
    }


def _by_staff(rows: QuerySet[Any], today: date) -> dict[str, Mapping[str, Any]]:
    return {row["staff_id"]: row for row in rows.order_by().values("staff_id").annotate(**_sums(today))}


def _load(sums: Iterable[Mapping[str, Any]], capacity: float | None) -> Load:
    told = list(sums)
    works, minutes, must, late = (
        sum(s.get(name) or 0 for s in told) for name in ("works", "of_minutes", "must", "late")
    )
    return Load(int(works), float(minutes), int(must), int(late), capacity)

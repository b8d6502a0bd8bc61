"""How much work lies on whom today, against the hours they have; what is done already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Count, F, IntegerField, Max, OuterRef, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from zhike_desk.records import scope
from zhike_desk.records import staff as staff_of
from zhike_desk.records.models import BookProposal, BookStaff, Contact, Move
from zhike_desk.records.queries.entries import longest
from zhike_desk.records.queries.today import due, proposed
from zhike_desk.records.reaching import missed
from zhike_desk.records.viewer import Denied, Viewer

WORKING_DAYS = 21.75
"""Paid working days of a month, as labour law counts them; the staff file tells hours a month."""


@dataclass(frozen=True, slots=True)
class Load:
    """What lies on a list: entries (one a client), minutes, how many must be done, how many are overdue; minutes of a working day (None: not told)."""

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
    """Sum up the day's list of `viewer`, of the branch, or of one of its staff, as entries: one a client. Four queries."""
    open_ = due(viewer, today, staff)
    tasks = list(open_.values_list("client_id", "pk", *_TOLD))
    mine = open_.order_by().exclude(client_id="").values("client_id")
    rows = proposed(viewer, staff)
    beside = list(rows.filter(client_id__in=mine).values_list("client_id", *_TOLD))
    merged = _merged([(c or f"task {pk}", *told) for c, pk, *told in tasks] + beside, today)
    entries = _entries(rows.exclude(client_id__in=mine).order_by().values("client_id"), today)
    rest = entries.aggregate(n=Count("*"), m=Sum("longest"), musts=Sum("must"), lates=Sum("late"))
    found = _load(merged, capacity(viewer, "today.view", staff))
    return _plus(found, rest["n"], rest["m"] or 0.0, rest["musts"] or 0, rest["lates"] or 0)


def left(viewer: Viewer, at: datetime, *, staff: str = "") -> float | None:
    """Return the minutes of the working day that what was done today leaves; None for a branch's list, or where the files don't tell hours."""
    own = viewer.need("today.view").scope == "own"
    if not own and not staff:
        return None
    whole = capacity(viewer, "today.view", staff)
    if whole is None:
        return None
    ended = scope.tasks(viewer).filter(closed_at__range=_day(at), state="done")
    mine = ended.filter(staff_id=viewer.staff_id if own else staff)
    spent = mine.values("client_id", "closed_at").annotate(longest=Max("minutes"))
    return max(whole - (spent.aggregate(all=Sum("longest"))["all"] or 0.0), 0.0)


def done(viewer: Viewer, at: datetime, *, staff: str = "") -> DoneToday:
    """Count what was done today by `viewer`, or (for a head) by the branch or one of its staff: two queries."""
    own = viewer.need("today.view").scope == "own"
    today = _day(at)
    contacts = scope.of_clients(
        Contact.objects.filter(at__range=today, undone_at__isnull=True), viewer, "today.view"
    )
    tasks = scope.tasks(viewer).filter(closed_at__range=today, state="done", contacts__isnull=True)
    if own or staff:
        who = viewer.staff_id if own else staff
        contacts, tasks = contacts.filter(staff_id=who), tasks.filter(staff_id=who)
    told = contacts.aggregate(n=Count("pk"), missed=Count("pk", filter=missed()))
    return DoneToday(told["n"], told["missed"], tasks.count())


def colleagues(viewer: Viewer, today: date) -> list[Colleague]:
    """Return the branch's staff with what lies on each, the fullest first; raise Denied for who leads no branch. Four queries.

    Only tasks and what is proposed for their clients are read row by row; the rest is summed where it lies.
    """
    if viewer.need("today.view").scope != "branch":
        raise Denied("today.view")
    rows: dict[str, list[_Told]] = defaultdict(list)
    open_ = due(viewer, today, "")
    tasks = list(open_.values_list("staff_id", "client_id", "pk", *_TOLD))
    whose = open_.order_by().exclude(client_id="").values("client_id")
    moved = Move.objects.filter(client_id=OuterRef("client_id"), ended_at__isnull=True).values("to_staff")
    serves = Coalesce(Subquery(moved[:1]), F("staff_id"))
    proposals = proposed(viewer, "").order_by().annotate(who=serves)
    for who, client, *told in proposals.filter(client_id__in=whose).values_list("who", "client_id", *_TOLD):
        rows[who].append((client, *told))
    for who, client, pk, *told in tasks:
        rows[who].append((client or f"task {pk}", *told))
    sums = _summed(proposals.exclude(client_id__in=whose), today)
    found = []
    for s in staff_of.working(viewer.branch_id).order_by("staff_id"):
        merged = _load(_merged(rows[s.staff_id], today), minutes_of(s.capacity_hours))
        found.append(Colleague(s.staff_id, s.name, s.role, _plus(merged, *sums.get(s.staff_id, _NONE))))
    return sorted((c for c in found if c.load.works or c.role != "head"), key=lambda c: -c.load.minutes)


def _summed(proposals: QuerySet[BookProposal], today: date) -> dict[str, tuple[int, float, int, int]]:
    """Return by staff the entries that proposals alone make: how many, minutes, how many must be done, how many are late."""
    entries = _entries(proposals.values("who", "client_id"), today)  # type: ignore[misc]  # `who` was added by the caller
    try:
        sql, params = entries.query.sql_with_params()
    except EmptyResultSet:  # the viewer sees nobody
        return {}
    with connection.cursor() as cursor:
        sums = "count(*), sum(longest), sum(must), sum(late)"
        cursor.execute(f"SELECT who, {sums} FROM ({sql}) entries GROUP BY who", params)
        return {who: (n, minutes, must, late) for who, n, minutes, must, late in cursor.fetchall()}


def _entries(grouped: QuerySet[Any, Any], today: date) -> QuerySet[Any, Any]:
    """Return of each group of proposals (one client's) the entry that they make: how long it takes, whether it must be done, whether it is late."""
    found: QuerySet[Any, Any] = grouped.annotate(
        longest=Max("minutes"), must=Max(_one(must_do=True)), late=Max(_one(due_on__lt=today))
    )
    return found


_NONE = (0, 0.0, 0, 0)


def _plus(found: Load, works: int, minutes: float, must_do: int, overdue: int) -> Load:
    """Return a load with what was summed where it lies added to it."""
    return Load(
        found.works + works,
        found.minutes + minutes,
        found.must_do + must_do,
        found.overdue + overdue,
        found.capacity,
    )


def mates(viewer: Viewer) -> list[tuple[str, str]]:
    """Return number and name of the branch's staff, whose lists a head may look at."""
    return list(staff_of.working(viewer.branch_id).order_by("staff_id").values_list("staff_id", "name"))


def capacity(viewer: Viewer, action: str, staff: str = "") -> float | None:
    """Return the minutes a working day has for what `action` shows: one's own, one of the branch's, or of all who serve clients, its head too where they do."""
    if viewer.need(action).scope == "own":
        rows = BookStaff.objects.filter(staff_id=viewer.staff_id)
    else:
        rows = staff_of.working(viewer.branch_id)
        rows = rows.filter(staff_id=staff) if staff else rows.exclude(role="head", clients=0)
    return minutes_of(rows.aggregate(hours=Sum("capacity_hours"))["hours"])


def minutes_of(hours: float | None) -> float | None:
    """Return the minutes a working day has of `hours` a month; None where the files don't tell."""
    return hours * 60 / WORKING_DAYS if hours else None


_TOLD = ("minutes", "must_do", "due_on")
_Told = tuple[Any, ...]


def _one(**holds: Any) -> Case:
    return Case(When(**holds, then=1), default=0, output_field=IntegerField())


def _merged(rows: Iterable[_Told], today: date) -> list[tuple[float, bool, bool]]:
    """Return (minutes, must do, late) of each entry, from rows of (client, minutes, must do, due)."""
    by: dict[str, list[_Told]] = defaultdict(list)
    for client, *told in rows:
        by[client].append(tuple(told))
    return [
        (longest(m for m, _, _ in of), any(must for _, must, _ in of), any(on < today for _, _, on in of))
        for of in by.values()
    ]


def _load(entries: Sequence[tuple[float, bool, bool]], capacity: float | None) -> Load:
    minutes, must, late = (sum(e[k] for e in entries) for k in range(3))
    return Load(len(entries), float(minutes), int(must), int(late), capacity)


def _day(at: datetime) -> tuple[datetime, datetime]:
    """Return the first and the last moment of the day."""
    begin = timezone.make_aware(datetime.combine(scope.day_of(at), time.min))
    return begin, begin + timedelta(days=1) - timedelta(microseconds=1)

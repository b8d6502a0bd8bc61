"""The branch's staff: whom they serve, what lies on them, whom they spoke to; never what the market earned them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from zhike_desk.records import scope
from zhike_desk.records import staff as staff_of
from zhike_desk.records.book import UNKNOWN
from zhike_desk.records.models import BookClient, BookRelation, Contact, Move, Task
from zhike_desk.records.queries import people
from zhike_desk.records.reaching import missed
from zhike_desk.records.viewer import Viewer

_MONTH = timedelta(days=30)
_MOVES_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One member of staff: clients they mainly serve, net assets (CNY), how many were reached in 30 days (by the night), contacts and attempts logged at the desk, tasks.

    `served`: all they look after in any role, of whom they mainly serve `clients`; `left_on`: the day they left.
    """

    staff_id: str
    name: str
    role: str
    team: str
    capacity_hours: float | None
    clients: int
    served: int
    assets: float
    contacted: int
    contacts: int
    attempts: int
    open_tasks: int
    overdue: int
    user: str
    left_on: date | None

    @property
    def coverage(self) -> float | None:
        """Return the share of their clients who were contacted in 30 days; None without clients."""
        return self.contacted / self.clients if self.clients else None


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A hand-over that stands until the files say so too: of which client (number, masked name), from whom to whom by name."""

    client_id: str
    client: str
    from_staff: str
    to_staff: str
    reason: str
    at: datetime


def rows(viewer: Viewer, at: datetime, only: str = "") -> list[Row]:
    """Return the staff the viewer may see (or one of them), who serves most first, those who left last; eight queries, whatever the branch's size."""
    members = [m for m in people.staff(viewer) if only in ("", m.staff_id)]
    ids = [m.staff_id for m in members]
    served: dict[str, Mapping[str, Any]] = {
        r["staff_id"]: dict(r)
        for r in _standing()
        .filter(staff_id__in=ids)
        .values("staff_id")
        .annotate(
            n=Count("pk"),
            assets=Sum("net_now", filter=Q(net_now__gt=UNKNOWN)),
            reached=Count("pk", filter=Q(days_since_contact__gte=0, days_since_contact__lte=_MONTH.days)),
        )
    }
    looked_after = _looked_after(ids)
    spoke = _contacts(ids, at)
    tasks = _tasks(ids, scope.day_of(at))
    found = []
    for m in members:
        mine, said, work = (by.get(m.staff_id, {}) for by in (served, spoke, tasks))
        found.append(
            Row(
                m.staff_id, m.name, m.role, m.team, m.capacity_hours, mine.get("n", 0), looked_after.get(m.staff_id, 0),
                mine.get("assets") or 0.0, mine.get("reached", 0), said.get("n", 0), said.get("missed", 0), work.get("n", 0),
                work.get("late", 0), m.user, m.left_on,
            )
        )  # fmt: skip
    return sorted(found, key=lambda row: (row.left_on is not None, -row.clients, row.staff_id))


def graded(viewer: Viewer, staff_id: str) -> list[tuple[str, int, float]]:
    """Return grade, number and net assets (CNY) of the clients one of the staff mainly serves, most assets first; nobody's who isn't `viewer`'s to see."""
    if all(m.staff_id != staff_id for m in people.staff(viewer)):
        return []
    told = _standing().filter(staff_id=staff_id).order_by().values_list("grade")
    sums = told.annotate(n=Count("pk"), assets=Sum("net_now", filter=Q(net_now__gt=UNKNOWN)))
    return sorted(((grade, n, assets or 0.0) for grade, n, assets in sums), key=lambda row: -row[2])


def _standing() -> QuerySet[BookClient]:
    """Return the clients that count: those neither frozen nor erased."""
    return BookClient.objects.filter(frozen=False).exclude(client_id__in=scope.held())


def _looked_after(ids: list[str]) -> dict[str, int]:
    """Count the clients each of the staff looks after in whatever role, the frozen apart."""
    rows = BookRelation.objects.filter(staff_id__in=ids, client_id__in=_standing().values("client_id"))
    told = rows.order_by().values("staff_id").annotate(n=Count("client_id", distinct=True))
    return dict(told.values_list("staff_id", "n"))


def _contacts(ids: list[str], at: datetime) -> dict[str, Mapping[str, Any]]:
    since = at - _MONTH
    made = Contact.objects.filter(staff_id__in=ids, at__gt=since, at__lte=at, undone_at__isnull=True)
    tried = Count("pk", filter=missed())
    told = made.values("staff_id").annotate(n=Count("pk") - tried, missed=tried)
    return {r["staff_id"]: dict(r) for r in told.order_by()}


def _tasks(ids: list[str], today: date) -> dict[str, Mapping[str, Any]]:
    told = (
        Task.objects.filter(staff_id__in=ids, state="open")
        .values("staff_id")
        .annotate(n=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)))
    )
    return {r["staff_id"]: dict(r) for r in told.order_by()}


def handed_over(viewer: Viewer) -> list[HandedOver]:
    """Return the standing hand-overs of clients the viewer may see, newest first. Three queries."""
    moves = Move.objects.filter(ended_at__isnull=True)
    cell = viewer.may("client.list")
    if cell is None:
        return []
    seen = list(scope.of_clients(moves, viewer, "client.list").order_by("-id")[:_MOVES_SHOWN])
    called = staff_of.names({number for m in seen for number in (m.from_staff, m.to_staff)})
    rows = scope.clients(viewer, "client.list").filter(client_id__in=[m.client_id for m in seen])
    named = dict(rows.values_list("client_id", "pseudonym" if cell.pseudonym else "name"))
    return [
        HandedOver(
            named[m.client_id] if cell.pseudonym else m.client_id,
            named[m.client_id],
            called.get(m.from_staff, m.from_staff),
            called.get(m.to_staff, m.to_staff),
            m.reason,
            m.created_at,
        )
        for m in seen
        if m.client_id in named
    ]

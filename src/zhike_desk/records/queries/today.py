"""The day's list: what the night proposes for one's clients, and one's own tasks that are due, in one order.

Proposals held back for measuring are read by no query here: not as work, not as counts. What stands on the list is what
a member of staff may do today; what may not be done today (contacted too often, refused marketing) is told with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhike.base.text import Said, say
from zhike_desk.records import scope, sentences
from zhike_desk.records import staff as staff_of
from zhike_desk.records.models import BookClient, BookProposal, Contact, Move, Task
from zhike_desk.records.queries import permission
from zhike_desk.records.queries.permission import SELLING, Permission
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Viewer

PAGE = 25
MOST_TASKS = 200
UNREACHED = "未接通"
"""The outcome of an attempt: the contact is written down, the work stays to be done."""

_Key = tuple[int, str, int, str]


@dataclass(frozen=True, slots=True)
class Moment:
    """When the list is looked at: the moment itself, the day work is planned for, the day the night's numbers hold for (None: no night yet)."""

    at: datetime
    today: date
    as_of: date | None


@dataclass(frozen=True, slots=True)
class Person:
    """The client of a line: how they are named, what is known of them at a glance, what was tried today."""

    key: str
    name: str
    logic: str
    stage: str
    grade: str
    risk_level: str
    score: float
    net_now: float
    last_contact: date | None
    opt_out: bool
    attempts: int
    reached: bool


@dataclass(frozen=True, slots=True)
class Work:
    """One line of the day: a proposal (`proposal_id`) or a task (`task_id`, at `version`); what to do, why, until when.

    `why_not` says why it may not be done today. `place` is the proposal's place among those of who serves the client.
    """

    proposal_id: str
    task_id: int | None
    version: int
    kind: str
    rule: str
    title: Said
    suitability: Said
    minutes: float
    due_on: date
    must_do: bool
    place: int
    expected_value: float | None
    staff_id: str
    staff: str
    client: Person | None
    why_not: Said | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A stretch of the day's list: its lines in order, and the cursor of what follows (empty: nothing does)."""

    works: tuple[Work, ...]
    older: str


def day(viewer: Viewer, when: Moment, *, staff: str = "", after: str = "") -> Day:
    """Return a stretch of the day's list of `viewer`, or (for a head) of the branch or one of its staff.

    Raises Denied where the viewer has no day's list, Refused for a cursor that can't be understood.
    """
    if when.as_of is None:
        return Day((), "")
    alone = _alone(viewer, staff)
    bound = _began(viewer, after, alone)
    found = list(_after(proposed(viewer, staff), bound, alone)[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    last = _key(found[-1], alone) if more else None
    tasks = [t for t in _tasks(viewer, when.today, staff) if _between(_key(t, alone), bound, last)]
    rows: list[BookProposal | Task] = sorted([*found, *tasks], key=lambda r: _key(r, alone))
    return Day(_works(viewer, rows, when, named=not alone), found[-1].proposal_id if last else "")


def one(viewer: Viewer, when: Moment, *, proposal_id: str = "", task_id: int | None = None) -> Work | None:
    """Return one line as it stands now; None where it is no longer on the list."""
    row: Any = None
    if proposal_id:
        row = proposed(viewer, "").filter(proposal_id=proposal_id).first()
    elif task_id is not None:
        row = scope.tasks(viewer).filter(pk=task_id, state="open").first()
    return _works(viewer, [row], when, named=False)[0] if row is not None else None


def _alone(viewer: Viewer, staff: str) -> bool:
    """Tell whether the list is one person's: then it is in order of urgency; a branch's is in order of everybody's places."""
    return viewer.need("today.view").scope == "own" or bool(staff)


def proposed(viewer: Viewer, staff: str) -> QuerySet[BookProposal]:
    """Return the proposals to be carried out that nobody has made a task of, in order of the list."""
    cell = viewer.need("today.view")
    one_task = Task.objects.filter(client_id=OuterRef("client_id"), proposal_id=OuterRef("proposal_id"))
    rows = BookProposal.objects.filter(~Exists(one_task), arm="treat")
    rows = scope.of_clients(rows, viewer, "today.view")
    if cell.scope == "own" or staff:
        return served_by(rows, viewer.staff_id if cell.scope == "own" else staff).order_by(
            "-must_do", "due_on", "place", "proposal_id"
        )
    return rows.filter(branch_id=viewer.branch_id).order_by("place", "proposal_id")


def served_by(rows: QuerySet[Any], staff: str) -> QuerySet[Any]:
    """Keep of `rows` (of a table with client and staff) those of who is served by `staff`, hand-overs since the night included."""
    standing = Move.objects.filter(ended_at__isnull=True)
    gone = standing.filter(from_staff=staff).values("client_id")
    come = standing.filter(to_staff=staff).values("client_id")
    return rows.filter(Q(staff_id=staff) & ~Q(client_id__in=gone) | Q(client_id__in=come))


def due(viewer: Viewer, today: date, staff: str) -> QuerySet[Task]:
    """Return the open tasks that are due by `today`: one's own, or the branch's."""
    rows = scope.tasks(viewer).filter(state="open", due_on__lte=today)
    if viewer.need("today.view").scope == "own":
        return rows.filter(staff_id=viewer.staff_id)
    return rows.filter(staff_id=staff) if staff else rows.filter(branch_id=viewer.branch_id)


def _tasks(viewer: Viewer, today: date, staff: str) -> list[Task]:
    return list(due(viewer, today, staff).order_by("-must_do", "due_on", "id")[:MOST_TASKS])


def _after(rows: QuerySet[BookProposal], bound: _Key | None, alone: bool) -> QuerySet[BookProposal]:
    """Begin after the last line that was shown."""
    if bound is None:
        return rows
    optional, due, place, name = bound
    further = Q(place__gt=place) | Q(place=place, proposal_id__gt=name)
    if not alone:
        return rows.filter(place__gte=place).filter(further)
    later = Q(due_on__gt=due) | (Q(due_on=due) & further)
    return rows.filter(Q(must_do=False) & later if optional else Q(must_do=False) | later)


def _key(row: BookProposal | Task, alone: bool) -> _Key:
    """Return what the list is sorted by; of a branch's list, tasks that are due come before what is proposed."""
    name = row.proposal_id if isinstance(row, BookProposal) else f"task {row.pk:012d}"
    place = row.place if isinstance(row, BookProposal) else 0
    if alone:
        return (int(not row.must_do), row.due_on.isoformat(), place, name)
    return (1, "", place, name) if place else (0, row.due_on.isoformat(), 0, name)


def _between(key: _Key, low: _Key | None, high: _Key | None) -> bool:
    return (low is None or key > low) and (high is None or key <= high)


def _began(viewer: Viewer, after: str, alone: bool) -> _Key | None:
    """Find where the stretch begins. The cursor is the last line's number alone: its place would tell that some are held back."""
    if not after:
        return None
    rows = BookProposal.objects.filter(proposal_id=after, arm="treat")
    last = scope.of_clients(rows, viewer, "today.view").first()
    if last is None:
        raise Refused(
            say(
                "清单的这一处已经不在了，请回到第一页。",
                "This place in the list is gone; go back to its beginning.",
            )
        )
    return _key(last, alone)


def _works(viewer: Viewer, rows: Sequence[Any], when: Moment, *, named: bool) -> tuple[Work, ...]:
    """Put beside each row its client, whether they may be approached, what was tried today: queries don't grow with rows."""
    ids = sorted({row.client_id for row in rows if row.client_id})
    clients = scope.clients(viewer, "today.view").in_bulk(ids) if ids else {}
    allowed = (
        permission.judged({c.client_id: c.opt_out for c in clients.values()}, when.at, when.as_of)
        if clients
        else {}
    )
    contacts = _contacts(list(clients), when) if clients else {}
    staff = staff_of.names({row.staff_id for row in rows}) if named else {}
    origins = BookProposal.objects.in_bulk(
        [t.proposal_id for t in rows if isinstance(t, Task) and t.proposal_id]
    )
    return tuple(
        _work(
            row,
            origins.get(row.proposal_id) if isinstance(row, Task) else row,
            _person(clients[row.client_id], allowed.get(row.client_id), contacts.get(row.client_id, ()), when)
            if row.client_id in clients
            else None,
            allowed.get(row.client_id),
            staff,
        )
        for row in rows
    )


def _work(
    row: Any,
    origin: BookProposal | None,
    client: Person | None,
    allowed: Permission | None,
    staff: Mapping[str, str],
) -> Work:
    proposal = row is origin
    return Work(
        proposal_id=row.proposal_id if proposal else "",
        task_id=None if proposal else row.pk,
        version=1 if proposal else row.version,
        kind=row.kind,
        rule=origin.rule if origin is not None else "",
        title=sentences.told(row.reason) if proposal else sentences.titled(row),
        suitability=sentences.told(origin.suitability if origin is not None else ""),
        minutes=row.minutes,
        due_on=row.due_on,
        must_do=row.must_do,
        place=row.place if proposal else 0,
        expected_value=origin.expected_value if origin is not None else None,
        staff_id=row.staff_id,
        staff=staff.get(row.staff_id, row.staff_id),
        client=client,
        why_not=_why_not(row, allowed),
    )


def _person(
    client: BookClient, allowed: Permission | None, contacts: Sequence[tuple[datetime, str]], when: Moment
) -> Person:
    here = [(t, outcome) for t, outcome in contacts if scope.day_of(t) == scope.day_of(when.at)]
    return Person(
        key=client.client_id,
        name=client.name,
        logic=client.logic,
        stage=client.stage,
        grade=client.grade,
        risk_level=client.risk_level,
        score=client.score,
        net_now=client.net_now,
        last_contact=_last(client, contacts, when.as_of),
        opt_out=client.opt_out if allowed is None else not allowed.selling,
        attempts=sum(outcome == UNREACHED for _, outcome in here),
        reached=any(outcome != UNREACHED for _, outcome in here),
    )


def _why_not(row: Any, allowed: Permission | None) -> Said | None:
    """Say why the work may not be done today; what must be done always may."""
    if allowed is None or row.must_do:
        return None
    if not allowed.allowed or (row.kind in SELLING and not allowed.selling):
        return allowed.why
    return None


def _last(client: BookClient, contacts: Sequence[tuple[datetime, str]], as_of: date | None) -> date | None:
    reached = [scope.day_of(t) for t, outcome in contacts if outcome != UNREACHED]
    if reached:
        return max(reached)
    if as_of is None or client.days_since_contact < 0:
        return None
    return as_of - timedelta(days=int(client.days_since_contact))


def _contacts(ids: list[str], when: Moment) -> dict[str, list[tuple[datetime, str]]]:
    """Return what was logged at the desk from the day of the night on: client → moment and outcome."""
    found: dict[str, list[tuple[datetime, str]]] = {}
    rows = Contact.objects.filter(
        client_id__in=ids, undone_at__isnull=True, at__date__gte=when.as_of, at__lte=when.at
    )
    for client_id, moment, outcome in rows.order_by("at").values_list("client_id", "at", "outcome"):
        found.setdefault(client_id, []).append((moment, outcome))
    return found

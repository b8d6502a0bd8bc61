"""Lists of tasks: what the list engine shows of them, one task, a week of them against the hours there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet, Sum

from zhike.base.text import Said, say
from zhike_desk.records import scope, sentences, settings
from zhike_desk.records import staff as staff_of
from zhike_desk.records.masking import struck
from zhike_desk.records.models import BookClient, BookProposal, BookStaff, Task
from zhike_desk.records.models.care import KINDS as KINDS
from zhike_desk.records.queries import listing, working_days
from zhike_desk.records.queries.listing import Asked, Column, Listed
from zhike_desk.records.queries.workload import capacity, minutes_of
from zhike_desk.records.viewer import Viewer

ALWAYS = ("due_on", "title")
"""Columns that always stand, first."""
DAYS = 7
MOST_A_DAY = 30


def _columns() -> tuple[Column, ...]:
    return (
        Column("due_on", say("到期", "Due"), "date", say("应完成的日期。", "The day it is to be done by."), True),
        Column("title", say("任务", "Task"), "text", say("要做什么。", "What is to be done.")),
        Column("client", say("客户", "Client"), "text", say("为哪位客户。", "For which client.")),
        Column("kind", say("类别", "Kind"), "choice", say("任务从何而来。", "Where the task comes from.")),
        Column("minutes", say("预计用时", "Minutes"), "count", say("预计用时（分钟）。", "How long it will take, minutes."), True),
        Column("staff_id", say("负责人", "Who"), "text", say("谁来做。", "Who is to do it.")),
        Column("state", say("状态", "State"), "choice", say("未完成、已完成或已放弃。", "Open, done or given up.")),
    )  # fmt: skip


LISTED = Listed(
    page="tasks",
    key="id",
    columns={c.name: c for c in _columns()},
    choices={"state": Task.STATES, "kind": KINDS, "must_do": ("yes", "no")},
    shown=("due_on", "title", "client", "kind", "minutes", "staff_id"),
    sort="due_on",
    texts=("staff_id", "client_id"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One task of a list; `key` and `client` name the client (empty where there is none, or none to be seen)."""

    id: int
    version: int
    key: str
    client: str
    kind: str
    title: Said
    reason: Said
    minutes: float
    due_on: date
    must_do: bool
    staff_id: str
    staff: str
    state: str
    outcome: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a task's figures rest on: the rule that the last night proposes it by (empty: none does) and why it is permitted, who took it on and when.

    `others`: minutes of what else is open on its day with whom it lies with; `room`: minutes their working day has (None: not told).
    """

    row: Row
    rule: str
    permitted: Said | None
    by: str
    at: datetime
    others: float
    room: float | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of tasks."""

    rows: tuple[Row, ...]
    newer: str
    older: str


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day of the week: whether it is worked, its tasks (at most 30 of `count`), the minutes they take."""

    on: date
    works: bool
    rows: tuple[Row, ...]
    count: int
    minutes: float


@dataclass(frozen=True, slots=True)
class Week:
    """A week from Monday: its days, what was due before it and is still open, the minutes of a working day (None: not told)."""

    monday: date
    days: tuple[CalendarDay, ...]
    earlier: int
    capacity: float | None


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody a task may be given to."""

    staff_id: str
    name: str


def asked(query: Mapping[str, Sequence[str]]) -> Asked:
    """Read the state of a list of tasks from its URL's query; without a state it shows the open ones. Raises Refused."""
    found = listing.asked(LISTED, query)
    found = replace(found, shown=(*ALWAYS, *(name for name in found.shown if name not in ALWAYS)))
    if "state" not in found.choices:
        found = replace(found, choices={**found.choices, "state": ("open",)})
    return found


def matching(viewer: Viewer, state: Asked) -> QuerySet[Task]:
    """Return the tasks within `viewer`'s scope that the list asks for."""
    must = state.choices.get("must_do", ())
    plain = replace(state, choices={n: v for n, v in state.choices.items() if n != "must_do"})
    rows = listing.matching(scope.tasks(viewer), plain)
    if len(must) == 1:
        rows = rows.filter(must_do=must == ("yes",))
    for name in ("staff_id", "client_id"):
        if name in state.texts:
            rows = rows.filter(**{name: state.texts[name]})
    return rows


def page(viewer: Viewer, state: Asked) -> Page:
    """Return one page of the tasks asked for, in at most four queries."""
    found = listing.sliced(LISTED, matching(viewer, state), state)
    return Page(_rows(viewer, found.rows), found.newer, found.older)


def count(viewer: Viewer, state: Asked) -> tuple[int, bool]:
    """Count the tasks asked for, up to a cap; tell whether there are more."""
    return listing.counted(matching(viewer, state))


def versions(viewer: Viewer, state: Asked, most: int) -> dict[int, int]:
    """Return the numbers and versions of all tasks asked for, at most `most` and one more."""
    return dict(matching(viewer, state).order_by("id").values_list("pk", "version")[: most + 1])


def one(viewer: Viewer, task_id: int) -> Row | None:
    """Return one task as it stands; None where `viewer` sees none of that number."""
    found = scope.tasks(viewer).filter(pk=task_id).first()
    return _rows(viewer, [found])[0] if found is not None else None


def reckoned(viewer: Viewer, task_id: int) -> Reckoned | None:
    """Return what a task's figures rest on; None where `viewer` sees none of that number. Eight queries at the most.

    What else is open on its day, and the time there is, are told of nobody whose tasks aren't `viewer`'s to see; on days off there is no time.
    """
    found = scope.tasks(viewer).filter(pk=task_id).select_related("by").first()
    if found is None:
        return None
    proposed = BookProposal.objects.filter(pk=found.proposal_id).first() if found.proposal_id else None
    theirs = viewer.need("care.read").scope == "own" and found.staff_id != viewer.staff_id
    beside = scope.tasks(viewer).filter(staff_id=found.staff_id, state="open", due_on=found.due_on)
    others = None if theirs else beside.exclude(pk=found.pk).aggregate(minutes=Sum("minutes"))["minutes"]
    works = not theirs and working_days.current(settings.current().calendar).works(found.due_on)
    who = BookStaff.objects.filter(staff_id=found.staff_id).first() if works else None
    return Reckoned(
        row=_rows(viewer, [found])[0],
        rule=proposed.rule if proposed is not None else "",
        permitted=sentences.told(proposed.suitability) if proposed is not None else None,
        by=found.by.display_name or found.by.username,
        at=found.created_at,
        others=others or 0.0,
        room=minutes_of(who.capacity_hours) if who is not None else None,
    )


def week(viewer: Viewer, day: date, *, staff: str = "") -> Week:
    """Return the week `day` lies in: open tasks by the day they are due, of `viewer` (of all staff, or one of them, for a head)."""
    monday = day - timedelta(days=day.weekday())
    rows = scope.tasks(viewer).filter(state="open")
    cell = viewer.need("care.read")
    who = viewer.staff_id if cell.scope == "own" else staff
    if who:
        rows = rows.filter(staff_id=who)
    within = rows.filter(due_on__gte=monday, due_on__lt=monday + timedelta(days=DAYS))
    sums = {
        r["due_on"]: (r["n"], r["minutes_sum"])
        for r in within.order_by().values("due_on").annotate(n=Count("pk"), minutes_sum=Sum("minutes"))
    }
    first = within.order_by("due_on", "-must_do", "id")[: DAYS * MOST_A_DAY]
    told = _rows(viewer, list(first))
    days, worked = [], working_days.current(settings.current().calendar)
    for n in range(DAYS):
        on = monday + timedelta(days=n)
        number, minutes = sums.get(on, (0, 0.0))
        works = worked.works(on)
        days.append(
            CalendarDay(on, works, tuple(r for r in told if r.due_on == on)[:MOST_A_DAY], number, minutes)
        )
    return Week(
        monday, tuple(days), rows.filter(due_on__lt=monday).count(), capacity(viewer, "care.read", staff)
    )


def colleagues(viewer: Viewer) -> list[Colleague]:
    """Return whom `viewer` may give tasks to: a head the branch's staff, anybody else nobody."""
    cell = viewer.may("care.write")
    if cell is None or cell.scope == "own":
        return []
    found = staff_of.working(viewer.branch_id).order_by("staff_id")
    return [Colleague(s.staff_id, s.name) for s in found]


def _rows(viewer: Viewer, found: Iterable[Task]) -> tuple[Row, ...]:
    rows = list(found)
    ids = {r.client_id for r in rows if r.client_id}
    clients: Mapping[str, BookClient] = scope.clients(viewer, "care.read").in_bulk(ids) if ids else {}
    staff = {r.staff_id for r in rows if r.staff_id != viewer.staff_id}
    names = staff_of.names(staff)
    names[viewer.staff_id] = viewer.name
    whole = viewer.need("care.read").scope != "own"
    return tuple(_row(r, clients.get(r.client_id), names, viewer, whole) for r in rows)


def _row(task: Task, client: Any, names: Mapping[str, str], viewer: Viewer, whole: bool) -> Row:
    return Row(
        id=task.pk,
        version=task.version,
        key=client.client_id if client is not None else "",
        client=client.name if client is not None else "",
        kind=task.kind,
        title=sentences.titled(task),
        reason=sentences.told(task.reason) if task.proposal_id else sentences.wrote(task.reason),
        minutes=task.minutes,
        due_on=task.due_on,
        must_do=task.must_do,
        staff_id=task.staff_id,
        staff=names.get(task.staff_id, task.staff_id),
        state=task.state,
        outcome=struck(task.outcome),
        mine=whole or task.by_id == viewer.user_id or task.staff_id == viewer.staff_id,
    )

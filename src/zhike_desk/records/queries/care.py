"""Care: what happened with a client, what is to be done, what the night proposes, and whether it is permitted."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from zhike.base.text import say
from zhike_desk.records import masking, scope
from zhike_desk.records.models import BookClient, BookProposal, BookTimeline, Contact, Note, Tag, Task
from zhike_desk.records.queries import permission
from zhike_desk.records.queries.permission import Permission, allowed
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Viewer

__all__ = [
    "Event",
    "Permission",
    "Proposed",
    "Timeline",
    "Work",
    "allowed",
    "proposals",
    "tags",
    "tasks",
    "timeline",
]

NEWEST = 30
LISTED = 200


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a client's timeline.

    `kind` is what the night calls it, or contact, task, note; `record` the number of a desk record (0: the night's),
    `version` what an edit must have seen, `mine` whether the viewer may edit it; `data` what its kind has beside (codes).
    """

    at: datetime
    kind: str
    text: str
    who: str = ""
    record: int = 0
    version: int = 0
    mine: bool = False
    data: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """A stretch of a client's timeline, newest first; `older` is the cursor of the next stretch, empty at the end."""

    events: tuple[Event, ...]
    older: str


@dataclass(frozen=True, slots=True)
class Work:
    """A task as lists show it."""

    id: int
    client_id: str
    client: str
    kind: str
    title: str
    reason: str
    minutes: float
    due_on: date
    must_do: bool
    staff_id: str
    state: str
    outcome: str
    version: int
    late: bool


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal of the night as the day's list shows it, with whether it is permitted now."""

    proposal_id: str
    client_id: str
    client: str
    kind: str
    rule: str
    reason: str
    suitability: str
    expected_value: float | None
    minutes: float
    due_on: date
    must_do: bool
    staff_id: str
    place: int
    permission: Permission


_Key = tuple[datetime, int, int]
"""Where an event stands: its moment, its source's place, its number there. Newest first, then by source and number."""


def timeline(
    viewer: Viewer,
    client_id: str,
    *,
    kinds: frozenset[str] = frozenset(),
    older: str = "",
    most: int = NEWEST,
) -> Timeline:
    """Return a client's events, newest first, at most `most`, of `kinds` (all where empty), from a cursor on.

    Raises Denied for a client that isn't the viewer's. A contact that the night tells too is told once.
    """
    client = scope.client(viewer, client_id, "client.view")
    after = _read(older) if older else None
    streams = []
    for place, (kind, source) in enumerate(_SOURCES):
        if kind == "night" or not kinds or kind in kinds:
            if kind != "night" and viewer.may("care.read") is None:
                continue
            streams.append(source(viewer, client.client_id, place, after, kinds, most + 1))
    merged = list(heapq.merge(*streams, key=lambda pair: _order(pair[0])))[: most + 1]
    more = len(merged) > most
    return Timeline(tuple(event for _, event in merged[:most]), _written(merged[most - 1][0]) if more else "")


def _order(key: _Key) -> tuple[float, int, int]:
    return (-key[0].timestamp(), key[1], key[2])


def _beyond(rows: QuerySet[Any], place: int, after: _Key | None, moment: str) -> QuerySet[Any]:
    """Keep what stands after a cursor; the outer bound lets the index be entered there."""
    if after is None:
        return rows
    at, source, number = after
    rows = rows.filter(**{f"{moment}__lte": at})
    earlier = Q(**{f"{moment}__lt": at})
    if place == source:
        return rows.filter(earlier | Q(pk__gt=number))
    return rows if place > source else rows.filter(earlier)


_Stream = Iterator[tuple[_Key, Event]]


def _night(
    viewer: Viewer, client_id: str, place: int, after: _Key | None, kinds: frozenset[str], most: int
) -> _Stream:
    rows = BookTimeline.objects.filter(client_id=client_id)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    for row in _beyond(rows, place, after, "at").order_by("-at", "id")[:most]:
        yield (row.at, place, row.pk), Event(row.at, row.kind, masking.struck(row.text))


def _contacts(
    viewer: Viewer, client_id: str, place: int, after: _Key | None, kinds: frozenset[str], most: int
) -> _Stream:
    rows = Contact.objects.filter(client_id=client_id, undone_at__isnull=True).exclude(
        permission.told_by_night()
    )
    for row in _beyond(rows, place, after, "at").select_related("by").order_by("-at", "id")[:most]:
        data = (("medium", row.medium), ("purpose", row.purpose), ("minutes", row.minutes))
        text = masking.struck(row.outcome)
        mine = row.by_id == viewer.user_id
        yield (
            (row.at, place, row.pk),
            Event(row.at, "contact", text, _who(row.by), row.pk, row.version, mine, data),
        )


def _tasks(
    viewer: Viewer, client_id: str, place: int, after: _Key | None, kinds: frozenset[str], most: int
) -> _Stream:
    rows = Task.objects.filter(client_id=client_id)
    for row in (
        _beyond(rows, place, after, "created_at").select_related("by").order_by("-created_at", "id")[:most]
    ):
        data = (("state", row.state), ("due_on", row.due_on), ("outcome", masking.struck(row.outcome)))
        mine = row.by_id == viewer.user_id or (bool(viewer.staff_id) and row.staff_id == viewer.staff_id)
        text = masking.struck(row.title)
        yield (
            (row.created_at, place, row.pk),
            Event(row.created_at, "task", text, _who(row.by), row.pk, row.version, mine, data),
        )


def _notes(
    viewer: Viewer, client_id: str, place: int, after: _Key | None, kinds: frozenset[str], most: int
) -> _Stream:
    rows = Note.objects.filter(client_id=client_id, removed_at__isnull=True)
    for row in (
        _beyond(rows, place, after, "created_at").select_related("by").order_by("-created_at", "id")[:most]
    ):
        mine = row.by_id == viewer.user_id
        text = masking.struck(row.text)
        yield (
            (row.created_at, place, row.pk),
            Event(row.created_at, "note", text, _who(row.by), row.pk, row.version, mine),
        )


_Source = Callable[[Viewer, str, int, _Key | None, frozenset[str], int], _Stream]
_SOURCES: tuple[tuple[str, _Source], ...] = (
    ("contact", _contacts),
    ("task", _tasks),
    ("note", _notes),
    ("night", _night),
)


def tasks(
    viewer: Viewer,
    on: date,
    *,
    client_id: str = "",
    state: str = "open",
    until: date | None = None,
    everybody: bool = False,
    most: int = LISTED,
) -> list[Work]:
    """Return tasks in a state, soonest first: the viewer's own; of everybody in scope where asked; of one client; due until a day."""
    rows = scope.tasks(viewer, "care.read").filter(state=state)
    if client_id:
        rows = rows.filter(client_id=scope.client(viewer, client_id, "care.read").client_id)
    elif not everybody:
        rows = rows.filter(Q(staff_id=viewer.staff_id) if viewer.staff_id else Q(by_id=viewer.user_id))
    if until is not None:
        rows = rows.filter(due_on__lte=until)
    found = list(rows.order_by("due_on", "id")[:most])
    names = _names(viewer, {row.client_id for row in found})
    return [_work(row, names, on) for row in found]


def proposals(
    viewer: Viewer, at: datetime, *, staff_id: str = "", client_id: str = "", most: int = LISTED
) -> list[Proposed]:
    """Return the night's proposals within scope that nobody has accepted, in the order of the day; those held back never.

    Who works with their own clients sees their own list, a head the branch's, or one member's of staff.
    """
    seen = scope.clients(viewer, "care.read").values("client_id")
    rows = BookProposal.objects.exclude(arm="hold").filter(client_id__in=seen)
    rows = rows.exclude(proposal_id__in=Task.objects.exclude(proposal_id="").values("proposal_id"))
    if client_id:
        rows = rows.filter(client_id=client_id)
    elif viewer.need("care.read").scope == "own":
        rows = rows.filter(Q(staff_id=viewer.staff_id) | Q(client_id__in=scope.moved_to(viewer.staff_id)))
    elif staff_id:
        rows = rows.filter(staff_id=staff_id)
    found = list(rows.order_by("place", "proposal_id")[:most])
    names = _names(viewer, {row.client_id for row in found})
    allowed_ = allowed(viewer, names, at)
    return [_proposed(row, names, allowed_[row.client_id]) for row in found if row.client_id in names]


def tags(viewer: Viewer, client_id: str) -> list[str]:
    """Return the words that hang on a client."""
    client = scope.client(viewer, client_id, "care.read")
    return list(Tag.objects.filter(client_id=client.client_id).order_by("id").values_list("word", flat=True))


def _work(row: Task, names: dict[str, str], on: date) -> Work:
    return Work(
        id=row.pk,
        client_id=row.client_id,
        client=names.get(row.client_id, ""),
        kind=row.kind,
        title=masking.struck(row.title),
        reason=masking.struck(row.reason),
        minutes=row.minutes,
        due_on=row.due_on,
        must_do=row.must_do,
        staff_id=row.staff_id,
        state=row.state,
        outcome=masking.struck(row.outcome),
        version=row.version,
        late=row.state == "open" and row.due_on < on,
    )


def _proposed(row: BookProposal, names: dict[str, str], permitted: Permission) -> Proposed:
    return Proposed(
        proposal_id=row.proposal_id,
        client_id=row.client_id,
        client=names[row.client_id],
        kind=row.kind,
        rule=row.rule,
        reason=row.reason,
        suitability=row.suitability,
        expected_value=row.expected_value,
        minutes=row.minutes,
        due_on=row.due_on,
        must_do=row.must_do,
        staff_id=row.staff_id,
        place=row.place,
        permission=permitted,
    )


def _names(viewer: Viewer, ids: set[str]) -> dict[str, str]:
    rows: QuerySet[BookClient] = scope.clients(viewer, "care.read").filter(client_id__in=ids - {""})
    return dict(rows.values_list("client_id", "name"))


def _who(user: Any) -> str:
    return user.display_name or user.username  # type: ignore[no-any-return]


def _written(key: _Key) -> str:
    return f"{key[0].isoformat()}|{key[1]}|{key[2]}"


def _read(cursor: str) -> _Key:
    try:
        at, place, number = cursor.split("|")
        return datetime.fromisoformat(at), int(place), int(number)
    except ValueError as error:
        raise Refused(
            say("时间线位置无法理解，请刷新。", "The place in the timeline can't be understood; reload.")
        ) from error

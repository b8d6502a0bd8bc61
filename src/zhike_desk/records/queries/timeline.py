"""A client's timeline: what the night tells and what the desk wrote down, one stream, newest first, by keyset.

The order is (moment, source, number): a cursor names the last row shown, and every source enters its own index by it. What
staff wrote (contacts, notes, tasks) and what contacts and complaints say is for those with `care.read`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Case, CharField, F, FloatField, IntegerField, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, NullIf

from zhike.base.text import Said, say
from zhike_desk.records import prepared, scope
from zhike_desk.records.masking import struck
from zhike_desk.records.models import (
    Answer,
    BookClient,
    BookTimeline,
    Complaint,
    Consent,
    Contact,
    Note,
    Task,
)
from zhike_desk.records.queries.nights import Shown
from zhike_desk.records.refusals import Refused
from zhike_desk.records.sentences import told, wrote
from zhike_desk.records.viewer import Viewer

PAGE = 30
AHEAD = 200
"""Rows read for the first page, so that the large flows of the last years are known without a query of their own."""
FLOWS = ("large_inflow", "large_outflow")
FILTERS: Mapping[str, tuple[str, ...]] = {
    "contact": ("contact", "answer"),
    "task": ("task",),
    "note": ("note",),
    "trade": ("first_trade", "biggest_gain", "biggest_loss"),
    "product": ("subscribe", "redeem", "mature"),
    "money": ("large_inflow", "large_outflow"),
    "risk": ("risk_assessment", "complaint", "complaint_closed", "consent"),
    "system": ("opened", "closed", "stage", "logic"),
}
"""What the stream can be narrowed to, and the kinds of event that are meant."""
PERSONAL = ("contact", "complaint", "complaint_closed")
MONEY = (*FILTERS["trade"], *FILTERS["product"], *FILTERS["money"])
_CURSOR = re.compile(r"(-?\d{1,17})\.(\d)\.(\d{1,19})")
_COLUMNS = ("moment", "source", "number", "event", "said", "way", "result", "took", "writer")
_Place = tuple[datetime, int, int] | None
_SOURCES = ("contact", "note", "task", "consent", "complaint", "complaint_closed", "answer", "night")


@dataclass(frozen=True, slots=True)
class Event:
    """One event: where it comes from (`source`: of `_SOURCES`), its number there, what happened.

    `text` is the sentence, purpose, note or title; `medium`, `outcome`, `minutes` are a contact's, `outcome` also a
    task's or a consent's. A complaint's `minutes` is its severity, its `outcome` upheld or not; an answer's are mark and best mark; `who` is the person who wrote it down, empty for what the night tells.
    """

    at: datetime
    source: str
    number: int
    kind: str
    text: Said
    medium: str = ""
    outcome: str = ""
    minutes: float | None = None
    who: str = ""


@dataclass(frozen=True, slots=True)
class Stream:
    """A page of the timeline, the cursor of what is older (empty: nothing is), large flows among the newest `AHEAD` (first page only)."""

    events: tuple[Event, ...]
    older: str
    flows: tuple[Event, ...] = ()


def page(viewer: Viewer, key: str, night: Shown, *, only: str = "", after: str = "") -> Stream:
    """Return a page of a client's timeline, narrowed to `only` (of `FILTERS`), older than the cursor `after`.

    Raises Denied for a client that isn't `viewer`'s to see, Refused for a filter or a cursor that can't be understood.
    """
    return of_client(viewer, scope.client(viewer, key), night, only=only, after=after)


def of_client(viewer: Viewer, client: BookClient, night: Shown, *, only: str = "", after: str = "") -> Stream:
    """Return a page of the timeline of a client who was found in `viewer`'s scope; one query."""
    if only and only not in FILTERS:
        raise _unclear()
    hidden = _hidden(viewer)
    private = viewer.may("care.read") is not None
    if after:  # each cursor is a question of its own
        rows = list(_rows(night, _place(after), only, private, hidden, PAGE + 1, client_id=client.client_id))
    else:
        rows = prepared.rows(_rows, night, None, only, private, hidden, AHEAD, client_id=client.client_id)
    events = tuple(_event(r) for r in rows[:PAGE])
    flows = () if after else tuple(_event(r) for r in rows if r[3] in FLOWS)
    return Stream(events, _cursor(events[-1]) if len(rows) > PAGE else "", flows)


def _hidden(viewer: Viewer) -> tuple[str, ...]:
    """Return the kinds of event of a night that `viewer` has no right to."""
    care = () if viewer.may("care.read") is not None else PERSONAL
    return care if viewer.may("client.money") is not None else (*care, *MONEY)


def _rows(
    night: Shown,
    place: _Place,
    only: str,
    private: bool,
    hidden: tuple[str, ...],
    most: int,
    *,
    client_id: str,
) -> QuerySet[Any, tuple[Any, ...]]:
    kinds = frozenset(FILTERS[only]) if only else None
    parts = _parts(client_id, night, place, kinds, hidden, private=private)
    return parts[0].union(*parts[1:], all=True).order_by("-moment", "source", "-number")[:most]


def _parts(
    client_id: str,
    night: Shown,
    place: _Place,
    kinds: frozenset[str] | None,
    hidden: tuple[str, ...],
    *,
    private: bool,
) -> list[QuerySet[Any]]:
    """Return what is read of each source; what the night tells comes first, so that there always is one."""
    by_night = _night(client_id, night, place)
    if kinds is not None:
        by_night = by_night.filter(kind__in=kinds)
    if hidden:
        by_night = by_night.exclude(kind__in=hidden)
    if not private:
        return [by_night]
    wanted = [name for name in _SOURCES[:-1] if kinds is None or name in kinds]
    return [by_night, *(_READ[name](client_id, night, place) for name in wanted)]


def _event(row: tuple[Any, ...]) -> Event:
    at, rank, number, kind, text, medium, outcome, minutes, who = row
    source = _SOURCES[rank]
    said = told(text) if source == "night" else wrote(text)
    return Event(at, source, number, kind, said, medium, struck(outcome), minutes, who)


def _older(rows: QuerySet[Any], rank: int, moment: str, place: _Place) -> QuerySet[Any]:
    """Keep what comes after a cursor: earlier, or at the same moment from a later source, or from the same with a smaller number."""
    if place is None:
        return rows
    at, source, number = place
    if rank < source:
        return rows.filter(**{f"{moment}__lt": at})
    rows = rows.filter(**{f"{moment}__lte": at})
    return rows if rank > source else rows.filter(Q(**{f"{moment}__lt": at}) | Q(pk__lt=number))


def _told(source: str, rows: QuerySet[Any], moment: str, event: Any, said: str, **more: Any) -> QuerySet[Any]:
    """Give rows of any table the columns of the stream."""
    empty = Value("", CharField())
    found: dict[str, Any] = {
        "moment": F(moment),
        "source": Value(_SOURCES.index(source), IntegerField()),
        "number": F("pk"),
        "event": event if event is not None else Value(source, CharField()),
        "said": Cast(said, TextField()),
        "way": empty,
        "result": empty,
        "took": Cast(Value(None), FloatField()),
        "writer": Coalesce(
            NullIf(F("by__display_name"), Value("")), F("by__username"), output_field=CharField()
        ),
    }
    rows_told: QuerySet[Any] = rows.order_by().annotate(**found | more).values_list(*_COLUMNS)
    return rows_told


def _contacts(client_id: str, night: Shown, place: _Place) -> QuerySet[Any]:
    told_by_night = ~Q(delivered_in="") & Q(at__date__lte=night.as_of)
    rows = Contact.objects.filter(client_id=client_id, undone_at__isnull=True).exclude(told_by_night)
    more = {"way": F("medium"), "result": F("outcome"), "took": F("minutes")}
    return _told("contact", _older(rows, 0, "at", place), "at", None, "purpose", **more)


def _notes(client_id: str, night: Shown, place: _Place) -> QuerySet[Any]:
    rows = Note.objects.filter(client_id=client_id, removed_at__isnull=True)
    return _told("note", _older(rows, 1, "created_at", place), "created_at", None, "text")


def _tasks(client_id: str, night: Shown, place: _Place) -> QuerySet[Any]:
    rows = Task.objects.filter(client_id=client_id, closed_at__isnull=False).exclude(state="open")
    rows = _older(rows, 2, "closed_at", place)
    return _told("task", rows, "closed_at", None, "title", way=F("state"), result=F("outcome"))


def _consents(client_id: str, night: Shown, place: _Place) -> QuerySet[Any]:
    rows = _older(Consent.objects.filter(client_id=client_id), 3, "created_at", place)
    given = Case(When(given=True, then=Value("given")), default=Value("refused"), output_field=CharField())
    return _told("consent", rows, "created_at", None, "reason", way=F("kind"), result=given)


def _complaints(client_id: str, night: Shown, place: _Place) -> QuerySet[Any]:
    gone = ~Q(delivered_in="") | ~Q(opened_in="")
    rows = Complaint.objects.filter(client_id=client_id, undone_at__isnull=True)
    rows = rows.exclude(gone & Q(opened_at__date__lte=night.as_of))
    rows = _older(rows, 4, "opened_at", place)
    return _told("complaint", rows, "opened_at", None, "category", took=Cast("severity", FloatField()))


def _closings(client_id: str, night: Shown, place: _Place) -> QuerySet[Any]:
    told_by_night = ~Q(delivered_in="") & Q(closed_at__date__lte=night.as_of)
    rows = Complaint.objects.filter(client_id=client_id, undone_at__isnull=True, closed_at__isnull=False)
    rows = _older(rows.exclude(told_by_night), 5, "closed_at", place)
    ended = Case(When(upheld=True, then=Value("upheld")), default=Value("not"), output_field=CharField())
    return _told("complaint_closed", rows, "closed_at", None, "category", result=ended)


def _answers(client_id: str, night: Shown, place: _Place) -> QuerySet[Any]:
    """Read the answers written down here: the night tells of none."""
    rows = Answer.objects.filter(client_id=client_id, undone_at__isnull=True)
    rows = _older(rows, 6, "at", place)
    best = Cast(F("scale_max"), CharField())
    return _told("answer", rows, "at", None, "text", way=F("kind"), result=best, took=F("score"))


def _night(client_id: str, night: Shown, place: _Place) -> QuerySet[Any]:
    rows = _older(BookTimeline.objects.filter(client_id=client_id), 7, "at", place)
    return _told("night", rows, "at", F("kind"), "text", writer=Value("", CharField()))


_READ: Mapping[str, Callable[[str, Shown, _Place], QuerySet[Any]]] = {
    "contact": _contacts,
    "note": _notes,
    "task": _tasks,
    "consent": _consents,
    "complaint": _complaints,
    "complaint_closed": _closings,
    "answer": _answers,
}


def _cursor(event: Event) -> str:
    moment = round(event.at.timestamp() * 1e6)
    return f"{moment}.{_SOURCES.index(event.source)}.{event.number}"


def _place(after: str) -> _Place:
    if not after:
        return None
    found = _CURSOR.fullmatch(after)
    if found is None:
        raise _unclear()
    return datetime.fromtimestamp(int(found[1]) / 1e6, UTC), int(found[2]), int(found[3])


def _unclear() -> Refused:
    return Refused(
        say(
            "时间线的筛选条件无法理解，请重新打开页面。",
            "This part of the timeline can't be understood; open the page again.",
        )
    )

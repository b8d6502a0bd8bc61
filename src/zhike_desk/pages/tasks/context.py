"""What lists and weeks of tasks show, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

from django.http import HttpRequest
from django.urls import reverse

from zhike_desk.records.queries import listing
from zhike_desk.records.queries.listing import Asked
from zhike_desk.records.queries.tasks import (
    ALWAYS,
    KINDS,
    LISTED,
    CalendarDay,
    Colleague,
    Page,
    Row,
    Week,
    asked,
)
from zhike_desk.ui import lists
from zhike_desk.ui.acts import who
from zhike_desk.ui.lists import Choice, Filter, Head
from zhike_desk.ui.marks import MARKS
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.words import word

CHOSEN = tuple(name for name in LISTED.columns if name not in ALWAYS)
"""Columns that can be shown or left out."""


@dataclass(frozen=True, slots=True)
class Due:
    """When a task is due, in words, with the icon and tone that tell how pressing it is."""

    text: str
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class Line:
    """One task's line: `url` leads to its client (empty where there is none)."""

    id: int
    version: int
    title: str
    reason: str
    client: str
    url: str
    kind: str
    icon: str
    minutes: str
    due_on: date
    due: Due
    must_do: bool
    staff_id: str
    staff: str
    open: bool
    ended: str
    state: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Whose:
    """One whose tasks the list can be narrowed to, with the query that does it and keeps the rest."""

    name: str
    query: str


@dataclass(frozen=True, slots=True)
class TasksPage:
    """The list: heads, lines, filters, the pages beside it."""

    heads: Sequence[Head]
    shown: Sequence[str]
    columns: Sequence[tuple[str, str, bool]]
    lines: Sequence[Line]
    choices: Sequence[Choice]
    filters: Sequence[Filter]
    hidden: Sequence[tuple[str, str]]
    low: str
    high: str
    newer: str
    older: str
    query: str
    order: str
    whose: Sequence[Whose]


@dataclass(frozen=True, slots=True)
class DayBox:
    """One day of the week: its tasks, minutes against the minutes there are (`share` of 100), whether it is today or past."""

    on: date
    name: str
    today: bool
    past: bool
    lines: Sequence[Line]
    more: int
    count: int
    hours: str
    room: str
    share: int
    over: bool


@dataclass(frozen=True, slots=True)
class WeekPage:
    """A week: its days, the weeks beside it, how many open tasks were due before it."""

    title: str
    days: Sequence[DayBox]
    before: str
    after: str
    earlier: int
    earlier_query: str


def build(state: Asked, page: Page, today: date, colleagues: Sequence[Colleague]) -> TasksPage:
    """Turn a page of tasks into what the template writes."""
    bound = state.bounds.get("due_on")
    return TasksPage(
        heads=[lists.head(LISTED, LISTED.columns[name], state, down=False) for name in state.shown],
        shown=state.shown,
        columns=[(name, said(LISTED.columns[name].title), name in state.shown) for name in CHOSEN],
        lines=[line(r, today) for r in page.rows],
        choices=[_choice(name, state) for name in LISTED.choices],
        filters=_filters(state),
        hidden=_hidden(state),
        low=_iso(bound.low if bound else None),
        high=_iso(bound.high if bound else None),
        newer=_beside(state, before=page.newer),
        older=_beside(state, after=page.older),
        query=_query(state),
        order=_order(state),
        whose=[Whose(c.name, _query(state, staff_id=c.staff_id)) for c in colleagues],
    )


def _beside(state: Asked, **cursor: str) -> str:
    """Return the address of the page beside this one; empty where there is none."""
    return f"{reverse('tasks')}?{_query(state, **cursor)}" if any(cursor.values()) else ""


def _order(state: Asked) -> str:
    title = said(LISTED.columns[state.sort].title)
    if LISTED.columns[state.sort].kind == "date":
        if state.descending:
            return told(f"按{title}日，晚的在前", f"By {title.lower()} day, latest first")
        return told(f"按{title}日，早的在前", f"By {title.lower()} day, earliest first")
    if state.descending:
        return told(f"按{title}，从大到小", f"By {title.lower()}, largest first")
    return told(f"按{title}，从小到大", f"By {title.lower()}, smallest first")


def _hidden(state: Asked) -> list[tuple[str, str]]:
    """Return what of the list's state the form of filters has no field for; the columns that stand always begin those chosen."""
    fields = {*LISTED.choices, "due_on.min", "due_on.max", "cols"}
    kept = [(name, value) for name, value in parse_qsl(_query(state)) if name not in fields]
    return [*kept, ("cols", ",".join(ALWAYS))]


def shown_at(request: HttpRequest) -> Sequence[str]:
    """Return the columns of the list that the request's page shows: a line that is drawn anew has those of its table."""
    return asked(parse_qs(urlsplit(request.headers.get("HX-Current-URL", "")).query)).shown


def line(row: Row, today: date) -> Line:
    """Turn one task into its line."""
    return Line(
        id=row.id,
        version=row.version,
        title=said(row.title),
        reason="" if row.reason == row.title else said(row.reason),
        client=row.client,
        url=reverse("client", args=[row.key]) if row.key else "",
        kind=word("proposal", row.kind),
        icon=MARKS["proposal"].get(row.kind, ("task", ""))[0],
        minutes=f"{row.minutes:.0f}",
        due_on=row.due_on,
        due=due(row.due_on, today) if row.state == "open" else Due(row.due_on.isoformat(), "check", ""),
        must_do=row.must_do,
        staff_id=row.staff_id,
        staff=row.staff,
        open=row.state == "open",
        ended=""
        if row.state == "open"
        else "：".join(p for p in (word("task", row.state), row.outcome) if p),
        state=word("task", row.state),
        mine=row.mine,
    )


def due(on: date, today: date) -> Due:
    """Say when a task is due: its day, and how far it is where that presses."""
    days = (on - today).days
    if days < 0:
        return Due(told(f"{on:%m-%d} 逾期 {-days} 天", f"{on:%m-%d}, {-days} days overdue"), "alarm", "grave")
    if days == 0:
        return Due(told(f"{on:%m-%d} 今天", f"{on:%m-%d}, today"), "clock", "care")
    if days == 1:
        return Due(told(f"{on:%m-%d} 明天", f"{on:%m-%d}, tomorrow"), "clock", "note")
    return Due(on.isoformat() if on.year != today.year else f"{on:%m-%d}", "calendar", "")


def presets(today: date) -> list[tuple[str, str]]:
    """Offer stretches of due days: their words and the queries that ask for them."""
    sunday = today + timedelta(days=6 - today.weekday())
    return [
        (told("逾期", "Overdue"), f"due_on.max={today - timedelta(days=1):%Y-%m-%d}"),
        (told("今天", "Today"), f"due_on.min={today:%Y-%m-%d}&due_on.max={today:%Y-%m-%d}"),
        (told("本周", "This week"), f"due_on.max={sunday:%Y-%m-%d}"),
        (told("全部未完成", "All open"), ""),
    ]


def week(found: Week, today: date) -> WeekPage:
    """Turn a week into what the template writes."""
    sunday = found.monday + timedelta(days=6)
    return WeekPage(
        title=told(
            f"{found.monday:%Y-%m-%d} 至 {sunday:%m-%d}", f"{found.monday:%Y-%m-%d} to {sunday:%m-%d}"
        ),
        days=[_box(d, found.capacity, today) for d in found.days],
        before=(found.monday - timedelta(days=7)).isoformat(),
        after=(found.monday + timedelta(days=7)).isoformat(),
        earlier=found.earlier,
        earlier_query=f"due_on.max={found.monday - timedelta(days=1):%Y-%m-%d}",
    )


def _box(found: CalendarDay, capacity: float | None, today: date) -> DayBox:
    english = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    working = capacity if found.works else None
    return DayBox(
        on=found.on,
        name=told("周" + "一二三四五六日"[found.on.weekday()], english[found.on.weekday()]),
        today=found.on == today,
        past=found.on < today,
        lines=[line(r, today) for r in found.rows],
        more=found.count - len(found.rows),
        count=found.count,
        hours=f"{found.minutes / 60:.1f}",
        room=f"{working / 60:.1f}" if working else "",
        share=round(min(found.minutes / working, 1.0) * 100) if working else 0,
        over=bool(working and found.minutes > working),
    )


def _query(state: Asked, **changed: str | None) -> str:
    return listing.written(state, LISTED, **changed)


def _named(name: str, value: str) -> str:
    return word({"state": "task", "must_do": "must_do"}.get(name, "proposal"), value)


def _title(name: str) -> str:
    return told("必做", "Must do") if name == "must_do" else said(LISTED.columns[name].title)


def _choice(name: str, state: Asked) -> Choice:
    values = KINDS if name == "kind" else LISTED.choices[name]
    return lists.choice(name, _title(name), [(v, _named(name, v)) for v in values], state)


def _filters(state: Asked) -> list[Filter]:
    found = [
        lists.without(LISTED, state, lists.named(_title(name), *(_named(name, v) for v in wanted)), name)
        for name, wanted in state.choices.items()
        if (name, wanted) != ("state", ("open",))
    ]
    for name, bound in state.bounds.items():
        ends = " – ".join((_iso(bound.low) or "…", _iso(bound.high) or "…"))
        found.append(
            lists.without(LISTED, state, lists.named(_title(name), ends), f"{name}.min", f"{name}.max")
        )
    titles = {"staff_id": told("负责人", "Who"), "client_id": told("客户号", "Client number")}
    return found + [
        lists.without(LISTED, state, lists.named(titles[n], who(v) if n == "staff_id" else v), n)
        for n, v in state.texts.items()
    ]


def _iso(value: float | date | None) -> str:
    return value.isoformat() if isinstance(value, date) else ""

"""What the night changed for one's clients, the market in one line, one's book in figures: the column beside the day's list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from zhike.base.text import Said
from zhike_desk.records import scope
from zhike_desk.records.book import UNKNOWN
from zhike_desk.records.models import BookClient, BookMarket, BookPhase, BookTimeline, BookTransition
from zhike_desk.records.queries.today import served_by
from zhike_desk.records.sentences import told
from zhike_desk.records.viewer import Viewer

MOST = 8
NEW_DAYS = 30
FLOWS = ("large_inflow", "large_outflow")
CLASSES = ("stage", "logic", "grade")
_WHY = {"stage": "stage_reason", "logic": "logic_reason", "grade": "value_note"}


@dataclass(frozen=True, slots=True)
class Change:
    """One class of one client that the night changed: what it is now, and why, in the night's words."""

    key: str
    name: str
    table: str
    value: str
    why: Said


@dataclass(frozen=True, slots=True)
class Flow:
    """A large sum that came in or went out on the last day, in the night's words."""

    key: str
    name: str
    kind: str
    text: Said


@dataclass(frozen=True, slots=True)
class Tendency:
    """What all clients of a logic did on the days of the market's present state: CNY bought net of sold, profit; `clients`: one's own of it."""

    logic: str
    clients: int
    net_buy: float
    pnl: float


@dataclass(frozen=True, slots=True)
class Market:
    """The market on its last day, with the day before, and what its state meant for the logics of one's clients."""

    on: date
    state: str
    money_effect: float | None
    before: float | None
    up_share: float | None
    regime: str
    tendencies: tuple[Tendency, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """One's clients in figures: how many, of whom one mainly serves so many (None: not one person's), net assets in CNY, opened in the last 30 days, dormant, lost, with marketing refused."""

    clients: int
    mainly: int | None
    net: float
    fresh: int
    dormant: int
    lost: int
    opted_out: int


@dataclass(frozen=True, slots=True)
class Overnight:
    """The column beside the list. `first`: classes that this night gave for the first time, so that nothing can have changed."""

    first: frozenset[str]
    changed: int
    changes: tuple[Change, ...]
    flows: tuple[Flow, ...]
    market: Market | None
    book: Book


def overnight(viewer: Viewer, as_of: date, *, staff: str = "") -> Overnight:
    """Return what the night of `as_of` brought for `viewer`'s clients, or those of one of a head's staff; at most ten queries."""
    rows = scope.clients(viewer, "today.view")
    if staff and viewer.need("today.view").scope != "own":
        rows = served_by(rows, staff)
    first = _first()
    changed = _changed(rows, as_of, first)
    return Overnight(
        first=first,
        changed=changed.count() if changed is not None else 0,
        changes=_changes(changed, as_of, first) if changed is not None else (),
        flows=_flows(rows, as_of),
        market=_market(rows),
        book=_book(rows, as_of, viewer.staff_id if viewer.need("today.view").scope == "own" else ""),
    )


def _first() -> frozenset[str]:
    pairs = set(BookTransition.objects.order_by().values_list("table", "before").distinct())
    return frozenset(CLASSES) - {table for table, before in pairs if before != "none"}


def _changed(rows: QuerySet[BookClient], as_of: date, first: frozenset[str]) -> QuerySet[BookClient] | None:
    asked = Q()
    for table in CLASSES:
        if table not in first:
            asked |= Q(**{f"{table}_since": as_of})
    return rows.filter(asked) if asked else None


def _changes(rows: QuerySet[BookClient], as_of: date, first: frozenset[str]) -> tuple[Change, ...]:
    return tuple(
        Change(c.client_id, c.name, t, getattr(c, t), told(getattr(c, _WHY[t])))
        for c in rows.order_by("-score", "client_id")[:MOST]
        for t in CLASSES
        if t not in first and getattr(c, f"{t}_since") == as_of
    )


def _flows(rows: QuerySet[BookClient], as_of: date) -> tuple[Flow, ...]:
    begin = timezone.make_aware(datetime.combine(as_of, time.min))
    found = list(
        BookTimeline.objects.filter(
            client_id__in=rows.values("client_id"),
            at__gte=begin,
            at__lt=begin + timedelta(days=1),
            kind__in=FLOWS,
        ).order_by("-at", "id")[:MOST]
    )
    names = (
        dict(rows.filter(client_id__in=[f.client_id for f in found]).values_list("client_id", "name"))
        if found
        else {}
    )
    return tuple(Flow(f.client_id, names[f.client_id], f.kind, told(f.text)) for f in found)


def _market(rows: QuerySet[BookClient]) -> Market | None:
    days = list(BookMarket.objects.order_by("-date")[:2])
    if not days:
        return None
    now = days[0]
    return Market(
        on=now.date,
        state=now.state,
        money_effect=now.money_effect,
        before=days[1].money_effect if len(days) > 1 else None,
        up_share=now.up_share,
        regime=now.regime_known,
        tendencies=_tendencies(rows, now.state),
    )


def _tendencies(rows: QuerySet[BookClient], state: str) -> tuple[Tendency, ...]:
    mine = dict(rows.order_by().values_list("logic").annotate(n=Count("client_id")))
    rows_told = (
        BookPhase.objects.filter(state=state).values("logic").annotate(bought=Sum("net_buy"), won=Sum("pnl"))
    )
    return tuple(
        Tendency(row["logic"], mine[row["logic"]], row["bought"], row["won"])
        for row in rows_told.order_by("logic")
        if row["logic"] not in ("", "insufficient") and mine.get(row["logic"])
    )


def _book(rows: QuerySet[BookClient], as_of: date, own: str) -> Book:
    sums = rows.order_by().aggregate(
        clients=Count("client_id"),
        net=Sum("net_now", filter=Q(net_now__gt=UNKNOWN)),
        fresh=Count("client_id", filter=Q(opened_on__gt=as_of - timedelta(days=NEW_DAYS))),
        dormant=Count("client_id", filter=Q(stage="dormant")),
        lost=Count("client_id", filter=Q(stage="lost")),
        opted_out=Count("client_id", filter=Q(opt_out=True)),
    )
    mainly = served_by(rows, own).count() if own else None
    return Book(**{**sums, "net": sums["net"] or 0.0, "mainly": mainly})

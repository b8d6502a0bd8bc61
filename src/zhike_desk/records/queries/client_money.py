"""A client's money: where profit came from, what there is day by day, what is held, what will come.

Every function asks for a row of `records.scope`: who holds one may see the client.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, FloatField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast

from zhike_desk.records import prepared, scope
from zhike_desk.records.book.series import AssetDay, unpack
from zhike_desk.records.models import (
    BookAsset,
    BookAttribution,
    BookClient,
    BookClv,
    BookHolding,
    BookSecurity,
)
from zhike_desk.records.viewer import Viewer

PARTS = ("benchmark", "timing", "selection", "trading", "interest", "cost")
HELD_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Attribution:
    """Profit over a window of trading days, CNY, and the six parts (`PARTS`, in order) that add up to it."""

    window: int
    pnl: float
    parts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Holding:
    """A security held at the close: its share of all that is held, what it gained or lost on paper (None: cost unknown)."""

    security_id: str
    name: str
    industry: str
    quantity: float
    market_value: float | None
    share: float | None
    gain: float | None
    gain_share: float | None


@dataclass(frozen=True, slots=True)
class Held:
    """What a client holds, largest first (the first `HELD_SHOWN` of `count`), and the share of the largest."""

    rows: tuple[Holding, ...]
    count: int
    value: float
    largest: float | None


@dataclass(frozen=True, slots=True)
class Expected:
    """What a client will bring over a horizon, CNY: one path in ten below `low`, half below `middle`, one in ten above `high`."""

    months: int
    low: float
    middle: float
    high: float
    neutral: float


def attributed(viewer: Viewer, key: str) -> tuple[Attribution, ...]:
    """Return a client's profit by window, shortest first; raise Denied for a client that isn't `viewer`'s to see."""
    return outlook(scope.client(viewer, key, "client.money"))[0]


def outlook(client: BookClient) -> tuple[tuple[Attribution, ...], tuple[Expected, ...]]:
    """Return a client's profit by window, shortest first, and what they will bring, the nearest horizon first; one query."""
    gained, brought = [], []
    for what, length, *figures in prepared.rows(_outlook, client_id=client.client_id):
        if what == "past":
            gained.append(Attribution(length, figures[0], tuple(figures[1:])))
        else:
            brought.append(Expected(length, *figures[:4]))
    return tuple(sorted(gained, key=lambda a: a.window)), tuple(sorted(brought, key=lambda e: e.months))


def _outlook(*, client_id: str) -> QuerySet[Any, tuple[Any, ...]]:
    past = BookAttribution.objects.filter(client_id=client_id).order_by()
    future = BookClv.objects.filter(client_id=client_id).order_by()
    none = Cast(Value(None), FloatField())
    return past.values_list(Value("past", CharField()), "window_days", "pnl", *PARTS).union(
        future.values_list(
            Value("future", CharField()),
            "horizon_months",
            "p10",
            "p50",
            "p90",
            "neutral_p50",
            none,
            none,
            none,
        ),
        all=True,
    )


def assets(client: BookClient) -> tuple[AssetDay, ...]:
    """Return a client's assets at month-ends and over the last 250 days, oldest first."""
    found = prepared.rows(_assets, client_id=client.client_id)
    return tuple(day for (packed,) in found for day in unpack(bytes(packed)))


def _assets(*, client_id: str) -> QuerySet[Any, tuple[Any, ...]]:
    return BookAsset.objects.filter(client_id=client_id).values_list("days")


def holdings(client: BookClient) -> Held:
    """Return what a client holds, the largest first; what has no price comes last. One query."""
    rows = prepared.rows(_holdings, client_id=client.client_id)
    rows.sort(key=lambda r: (-(r[2] or 0.0), r[0]))
    total = sum(value or 0.0 for _, _, value, *_ in rows)
    shown = tuple(_holding(r, total) for r in rows[:HELD_SHOWN])
    return Held(shown, len(rows), total, shown[0].share if shown else None)


def _holdings(*, client_id: str) -> QuerySet[Any, tuple[Any, ...]]:
    security = BookSecurity.objects.filter(security_id=OuterRef("security_id"))
    called, trade = (Subquery(security.values(name)[:1]) for name in ("name", "industry"))
    rows = BookHolding.objects.filter(client_id=client_id)
    return rows.values_list("security_id", "quantity", "market_value", "cost", called, trade)


def _holding(row: tuple[Any, ...], total: float) -> Holding:
    security_id, quantity, value, cost, called, trade = row
    gain = value - cost if value is not None and cost is not None else None
    return Holding(
        security_id=security_id,
        name=called or security_id,
        industry=trade or "",
        quantity=quantity,
        market_value=value,
        share=value / total if value is not None and total > 0 else None,
        gain=gain,
        gain_share=gain / cost if gain is not None and cost else None,
    )

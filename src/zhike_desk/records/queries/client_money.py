"""A client's money: where profit came from, what there is day by day, what is held, what will come.

Every function asks for a row of `records.scope`: who holds one may see the client.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from zhike_desk.records import scope
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
class Assets:
    """What a client had at the end of a day, CNY."""

    date: date
    cash: float
    securities: float
    funds: float
    debt: float
    net: float


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
    return attributions(scope.client(viewer, key, "client.money"))


def attributions(client: BookClient) -> tuple[Attribution, ...]:
    """Return a client's profit by window, shortest first; windows without any profit or loss are left in."""
    rows = BookAttribution.objects.filter(client_id=client.client_id)
    found = [Attribution(r.window_days, r.pnl, tuple(getattr(r, p) for p in PARTS)) for r in rows]
    return tuple(sorted(found, key=lambda a: a.window))


def assets(client: BookClient) -> tuple[Assets, ...]:
    """Return a client's assets at month-ends and over the last 250 days, oldest first."""
    row = BookAsset.objects.filter(client_id=client.client_id).first()
    if row is None:
        return ()
    return tuple(Assets(d.date, d.cash, d.securities, d.funds, d.debt, d.net) for d in row.series)


def holdings(client: BookClient) -> Held:
    """Return what a client holds, the largest first; what has no price comes last."""
    rows = list(BookHolding.objects.filter(client_id=client.client_id))
    rows.sort(key=lambda r: (-(r.market_value or 0.0), r.security_id))
    names = BookSecurity.objects.in_bulk([r.security_id for r in rows[:HELD_SHOWN]]) if rows else {}
    total = sum(r.market_value or 0.0 for r in rows)
    shown = tuple(_holding(r, names.get(r.security_id), total) for r in rows[:HELD_SHOWN])
    return Held(shown, len(rows), total, shown[0].share if shown else None)


def _holding(row: BookHolding, security: BookSecurity | None, total: float) -> Holding:
    value, cost = row.market_value, row.cost
    gain = value - cost if value is not None and cost is not None else None
    return Holding(
        security_id=row.security_id,
        name=security.name if security else row.security_id,
        industry=security.industry if security else "",
        quantity=row.quantity,
        market_value=value,
        share=value / total if value is not None and total > 0 else None,
        gain=gain,
        gain_share=gain / cost if gain is not None and cost else None,
    )


def expected(client: BookClient) -> tuple[Expected, ...]:
    """Return what a client will bring, the nearest horizon first."""
    rows = BookClv.objects.filter(client_id=client.client_id).order_by("horizon_months")
    return tuple(Expected(r.horizon_months, r.p10, r.p50, r.p90, r.neutral_p50) for r in rows)

"""A client's money: where profit came from, what there is day by day, what is held, what will come.

Every function asks for a row of `records.scope`: who holds one may see the client.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, DateField, FloatField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast

from zhike_desk.records import prepared
from zhike_desk.records.book.series import AssetDay, unpack
from zhike_desk.records.models import (
    BookAsset,
    BookAttribution,
    BookClient,
    BookClv,
    BookHolding,
    BookProduct,
    BookSecurity,
)

PARTS = ("benchmark", "timing", "selection", "trading", "interest", "cost")
DRIVERS = ("trading", "interest", "products", "cost", "market")
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
class Product:
    """A fund or another product held by the orders: what was paid in, CNY; what it is worth isn't delivered product by product."""

    product_id: str
    name: str
    category: str
    risk_level: str
    paid: float
    since: date
    matures_on: date | None


@dataclass(frozen=True, slots=True)
class Held:
    """What a client holds, largest first: securities (the first `HELD_SHOWN` of `count`), the share of the largest, products."""

    rows: tuple[Holding, ...]
    count: int
    value: float
    largest: float | None
    products: tuple[Product, ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """What a client will bring over a horizon, CNY: one path in ten below `low`, half below `middle`, one in ten above `high`.

    `parts` (of `DRIVERS`, in order) add up to the mean; empty where an older night didn't publish them. `there`: the chance not to be lost by then.
    """

    months: int
    low: float
    middle: float
    high: float
    neutral: float
    parts: tuple[float, ...] = ()
    there: float | None = None
    model: str = ""


def outlook(client: BookClient) -> tuple[tuple[Attribution, ...], tuple[Expected, ...]]:
    """Return a client's profit by window, shortest first, and what they will bring, the nearest horizon first; one query."""
    gained, brought = [], []
    for model, what, length, *figures in prepared.rows(_outlook, client_id=client.client_id):
        if what == "past":
            gained.append(Attribution(length, figures[0], tuple(figures[1 : 1 + len(PARTS)])))
        else:
            parts = () if None in figures[4:-1] else tuple(figures[4:-1])
            low, middle, high, neutral = figures[:4]
            brought.append(Expected(length, low, middle, high, neutral, parts, figures[-1], model))
    return tuple(sorted(gained, key=lambda a: a.window)), tuple(sorted(brought, key=lambda e: e.months))


def _outlook(*, client_id: str) -> QuerySet[Any, tuple[Any, ...]]:
    past = BookAttribution.objects.filter(client_id=client_id).order_by()
    future = BookClv.objects.filter(client_id=client_id).order_by()
    none = Cast(Value(None), FloatField())
    ahead = ("p10", "p50", "p90", "neutral_p50", *DRIVERS, "there")
    spare = (none,) * (len(ahead) - 1 - len(PARTS))
    gained = past.values_list(
        Value("", CharField()), Value("past", CharField()), "window_days", "pnl", *PARTS, *spare
    )
    brought = future.values_list("model_version", Value("future", CharField()), "horizon_months", *ahead)
    return gained.union(brought, all=True)


def assets(client: BookClient) -> tuple[AssetDay, ...]:
    """Return a client's assets at month-ends and over the last 250 days, oldest first."""
    found = prepared.rows(_assets, client_id=client.client_id)
    return tuple(day for (packed,) in found for day in unpack(bytes(packed)))


def _assets(*, client_id: str) -> QuerySet[Any, tuple[Any, ...]]:
    return BookAsset.objects.filter(client_id=client_id).values_list("days")


def holdings(client: BookClient) -> Held:
    """Return what a client holds, the largest first; what has no price comes last. One query."""
    found = prepared.rows(_held, client_id=client.client_id)
    rows = [row[1:7] for row in found if row[0] == "security"]
    rows.sort(key=lambda r: (-(r[2] or 0.0), r[0]))
    total = sum(value or 0.0 for _, _, value, *_ in rows)
    shown = tuple(_holding(r, total) for r in rows[:HELD_SHOWN])
    products = [_product(row) for row in found if row[0] == "product"]
    products.sort(key=lambda p: (-p.paid, p.product_id))
    return Held(shown, len(rows), total, shown[0].share if shown else None, tuple(products))


def _held(*, client_id: str) -> QuerySet[Any, tuple[Any, ...]]:
    """Ask for securities and products in one, each with nulls for what only the other has."""
    security = BookSecurity.objects.filter(security_id=OuterRef("security_id"))
    called, trade = (Subquery(security.values(name)[:1]) for name in ("name", "industry"))
    no_day, no_sum, no_word = (Cast(Value(None), kind) for kind in (DateField(), FloatField(), CharField()))
    securities = BookHolding.objects.filter(client_id=client_id).values_list(
        Value("security", CharField()), "security_id", "quantity", "market_value", "cost", called, trade, no_word, no_day, no_day
    )  # fmt: skip
    products = BookProduct.objects.filter(client_id=client_id).values_list(
        Value("product", CharField()), "product_id", "paid", no_sum, no_sum, "name", "category", "risk_level", "since", "matures_on"
    )  # fmt: skip
    return securities.union(products, all=True)


def _product(row: tuple[Any, ...]) -> Product:
    _, number, paid, _, _, name, category, risk, since, matures = row
    return Product(number, name or number, category, risk, paid, since, matures)


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

"""The market: its days, how long it has been as it is, and what clients of each logic did in each state and wave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

from django.db.models import Count, Max, Min, QuerySet

from zhike.models.phases import UNDATED
from zhike_desk.records.models import BookMarket, BookPhase
from zhike_desk.records.viewer import Viewer

CLIENT_WINDOW = 20
"""Trading days over which `client_money_effect` looks back: the clients' ledger begins so many days before its first value."""


@dataclass(frozen=True, slots=True)
class Day:
    """One trading day of the market; None where it isn't known, empty classes where none holds."""

    date: date
    up_share: float | None
    above_ma20: float | None
    above_ma60: float | None
    median_return: float | None
    limit_up: float | None
    limit_down: float | None
    prev_limit_up_return: float | None
    broken_limit_share: float | None
    new_high_low: float | None
    turnover_pct: float | None
    dispersion: float | None
    drawdown: float | None
    money_effect: float | None
    client_money_effect: float | None
    state: str
    regime_known: str
    regime_dated: str
    wave: str


@dataclass(frozen=True, slots=True)
class Phase:
    """What clients of a logic did in a state of the market and a wave.

    `days`: trading days of the phase; `seen`: those since the clients' ledger begins. `turnover` is of the whole phase, in
    times of average assets; money in CNY.
    """

    logic: str
    state: str
    wave: str
    days: int
    seen: int
    clients: int
    trades: int
    net_buy: float
    turnover: float
    pnl: float


_COLUMNS = tuple(f.name for f in fields(Day))


def days(viewer: Viewer, most: int | None = None) -> tuple[Day, ...]:
    """Return the last `most` trading days (None: all), the oldest first; raise Denied to whom the market isn't shown."""
    viewer.need("market.view")
    rows = BookMarket.objects.order_by("-date").values_list(*_COLUMNS)
    found = [Day(*row) for row in (rows if most is None else rows[:most])]
    return tuple(reversed(found))


def since(viewer: Viewer, column: str) -> tuple[date, int] | None:
    """Return the first day of the last run of a class (`state`, `regime_known`) and its length in trading days; None where none holds."""
    viewer.need("market.view")
    last = BookMarket.objects.order_by("-date").values_list(column, flat=True).first()
    if not last:
        return None
    rows: QuerySet[BookMarket] = BookMarket.objects.all()
    before = rows.exclude(**{column: last}).aggregate(day=Max("date"))["day"]
    if before is not None:
        rows = rows.filter(date__gt=before)
    run = rows.aggregate(first=Min("date"), days=Count("date"))
    return run["first"], run["days"]


def phases(viewer: Viewer) -> tuple[Phase, ...]:
    """Return what clients of each logic did in each state and wave; raise Denied to whom the market isn't shown."""
    viewer.need("market.view")
    whole, seen = _days_of()
    rows = BookPhase.objects.order_by("id")
    return tuple(
        Phase(
            r.logic, r.state, r.wave, whole[r.state, r.wave], seen[r.state, r.wave],
            r.clients, r.trades, r.net_buy, r.turnover, r.pnl,
        )
        for r in rows
    )  # fmt: skip


def _days_of() -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Count the trading days of each state and wave, and those of them since the clients' ledger begins."""
    rows = BookMarket.objects.exclude(state="").values_list("state", "wave")
    whole = _counted(rows)
    known = BookMarket.objects.filter(client_money_effect__isnull=False).aggregate(day=Min("date"))["day"]
    if known is None:
        return whole, whole
    earlier = BookMarket.objects.filter(date__lte=known).order_by("-date").values_list("date", flat=True)
    begin = list(earlier[:CLIENT_WINDOW])[-1]
    return whole, _counted(rows.filter(date__gte=begin))


def _counted(rows: QuerySet[BookMarket, tuple[str, str]]) -> Counter[tuple[str, str]]:
    found = rows.annotate(days=Count("date")).values_list("state", "wave", "days").order_by()
    return Counter({(state, wave or UNDATED): days for state, wave, days in found})


def run(days: Sequence[Day], column: str) -> int:
    """Count the days of the last run of a class (`state`, `regime_known`) at the end of `days`; 0 where none holds."""
    last = getattr(days[-1], column) if days else ""
    if not last:
        return 0
    return next((n for n, day in enumerate(reversed(days)) if getattr(day, column) != last), len(days))


def runs(viewer: Viewer, days: Sequence[Day]) -> dict[str, int]:
    """Return how many days state and regime have lasted at the end of `days`; asks again only where that is longer than what was read."""
    found = {}
    for column in ("state", "regime_known"):
        length = run(days, column)
        if length == len(days):
            begin = since(viewer, column)
            length = begin[1] if begin else 0
        found[column] = length
    return found

"""Builders for months of clients: a calendar of twenty trading days a month, and panels by a few words a client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from zhike.base.period import Days, day_no
from zhike.models.lifecycle.panel import PANEL


def months_from(year: int, month: int, n: int) -> list[date]:
    """Return the first days of n months."""
    return [date(year + (month - 1 + k) // 12, (month - 1 + k) % 12 + 1, 1) for k in range(n)]


def calendar(months: Sequence[date], days: int = 20) -> Days:
    """Return the trading days: the 1st to the 20th of each month."""
    return np.array([day_no(month) + k for month in months for k in range(days)], np.int32)


@dataclass(frozen=True)
class Life:
    """A client by the month: net assets, net flow, trading days and revenue, each repeated to the end if shorter."""

    net: Sequence[float | None] = (100_000.0,)
    flow: Sequence[float] = (0.0,)
    trading_days: Sequence[int] = (4,)
    revenue: Sequence[float] | None = None
    opened_on: date | None = date(2015, 1, 1)
    closed_on: date | None = None
    frozen: bool = False
    from_month: int = 0
    login_days: Sequence[int | None] = (None,)
    logic: str | None = field(default=None)


def _at(values: Sequence[Any], k: int) -> Any:
    return values[min(k, len(values) - 1)]


def panel_of(lives: Mapping[str, Life], months: Sequence[date]) -> pa.Table:
    """Return the panel of some clients; a trading day brings ten yuan of revenue where none is given."""
    rows = []
    for name, life in lives.items():
        for k, month in enumerate(months[life.from_month :]):
            days = _at(life.trading_days, k)
            revenue = 10.0 * days if life.revenue is None else _at(life.revenue, k)
            flow = life.flow[k] if k < len(life.flow) else 0.0
            rows.append((name, month, _at(life.net, k), flow, days, revenue, _at(life.login_days, k)))
    return pa.table([pa.array([r[k] for r in rows], t) for k, t in enumerate(PANEL.types)], schema=PANEL)


def clients_of(lives: Mapping[str, Life]) -> pa.Table:
    """Return the client rows the life cycle reads."""
    return pa.table(
        {
            "client_id": pa.array(list(lives), pa.string()),
            "opened_on": pa.array([life.opened_on for life in lives.values()], pa.date32()),
            "closed_on": pa.array([life.closed_on for life in lives.values()], pa.date32()),
            "frozen": pa.array([life.frozen for life in lives.values()], pa.bool_()),
        }
    )


def crowd(n: int, life: Life) -> dict[str, Life]:
    """Return n clients who do alike: what the market does to everyone."""
    return {f"like{k:02}": life for k in range(n)}

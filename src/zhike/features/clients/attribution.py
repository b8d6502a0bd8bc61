"""A client's profit over a window, taken apart exactly: benchmark + timing + selection + trading + interest + cost = pnl."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date as Date

import numpy as np
import pyarrow as pa

from zhike.base.period import Calendar
from zhike.datacentre.columns import decimals
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables.results import ATTRIBUTION
from zhike.features.clients.bands import Banded, Numbers, numbers
from zhike.features.clients.settings import WINDOWS
from zhike.features.clients.walk import Held
from zhike.features.clients.windows import Horizon

_SUMS = ("pnl", "market", "assets_market", "selection", "trading", "interest", "cost", "growth", "valuation", "eps_known",
          "stocks_before", "exposure", "exposure_days")  # fmt: skip
_KNOWN_SHARE = 0.5  # of the opening values that earnings must be known for


def attribution(
    client_day: pa.Table, as_of: Date, calendar: Calendar, windows: Sequence[int] = tuple(WINDOWS.values())
) -> pa.Table:
    """Return the table `attribution`: one row for each client in `client_day` and window up to `as_of`.

    benchmark = ⌊w̄·ΣA·R⌉ with w̄ the mean exposure of the window, timing = Σ market − benchmark; the rest are sums. Rounded to
    the unit of money (0.0001, half to even), then subtracted, the six add up to `pnl` to the last unit. Without any exposure
    benchmark = Σ market and timing = 0. `growth` and `valuation` are null where earnings are known for less than half of the
    opening values. Raises UsageError where `as_of` lies outside the calendar.
    """
    held = Held({"client_day": client_day}, Horizon.of(calendar, as_of))
    clients, sums = _sums(held.aged("client_day"), windows)
    days, parts = sums["exposure_days"], dict(sums)
    usual = np.divide(sums["exposure"], days, out=np.zeros(days.shape), where=days > 0)
    units = np.rint(usual * sums["assets_market"]).astype(np.int64)
    parts["benchmark"] = np.where(days > 0, units, sums["market"])
    parts["timing"] = sums["market"] - parts["benchmark"]
    unknown = sums["eps_known"] < _KNOWN_SHARE * sums["stocks_before"]
    nothing = np.zeros(days.shape, np.bool_)
    found: dict[str, pa.Array] = {
        "client_id": clients.take(pa.array(np.repeat(np.arange(len(clients)), len(windows)))),
        "window_days": pa.array(np.tile(np.array(windows, np.int64), len(clients))),
        "as_of": pa.repeat(pa.scalar(as_of, pa.date32()), days.size),
    }
    for column in ATTRIBUTION.columns[len(found) :]:
        absent = unknown if column.nullable else nothing
        found[column.name] = decimals(parts[column.name].ravel(), absent.ravel(), column)
    return pa.table(found).cast(schema_of(ATTRIBUTION))


def _sums(rows: pa.Table, windows: Sequence[int]) -> tuple[pa.Array, Mapping[str, Numbers]]:
    """Return the clients and what the rows of each add up to within each window, shape (clients, windows); money in its units."""
    edges = sorted(windows)
    banded, ends = Banded.of(rows, edges), [edges.index(days) for days in windows]
    return banded.clients, {c: banded.total(numbers(rows[c])[0])[ends].T for c in _SUMS}

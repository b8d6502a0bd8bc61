"""A client's profit over a window, taken apart exactly: benchmark + timing + selection + trading + interest + cost = pnl."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date
from decimal import Decimal

import narwhals as nw

from zhike.base.period import Calendar
from zhike.datacentre.tables.results import ATTRIBUTION
from zhike.engine.meaning import positive, whole
from zhike.features.clients.bucket import Frame
from zhike.features.clients.settings import WINDOWS
from zhike.features.clients.windows import Horizon

_MONEY = nw.Decimal(18, 4)
_UNIT = Decimal("0.0001")
_SUMS = ("pnl", "market", "assets_market", "selection", "trading", "interest", "cost", "growth", "valuation", "eps_known",
         "stocks_before", "exposure", "exposure_days")  # fmt: skip
_KNOWN_SHARE = 0.5  # of the opening values that earnings must be known for


def attribution(
    client_day: Frame, as_of: Date, calendar: Calendar, windows: Sequence[int] = tuple(WINDOWS.values())
) -> Frame:
    """Return the table `attribution`: one row for each client in `client_day` and window up to `as_of`.

    benchmark = ⌊w̄·ΣA·R⌉ with w̄ the mean exposure of the window, timing = Σ market − benchmark; the rest are sums. Rounded to
    the unit of money (0.0001, half to even), then subtracted, the six add up to `pnl` to the last unit. Without any exposure
    benchmark = Σ market and timing = 0. `growth` and `valuation` are null where earnings are known for less than half of the
    opening values. Raises UsageError where `as_of` lies outside the calendar.
    """
    horizon = Horizon.of(calendar, as_of)
    firsts = [horizon.first(days) for days in windows]
    rows = client_day.filter(nw.col("date") <= nw.lit(horizon.end))
    band = nw.lit(0)
    for first in firsts:
        band = band + nw.when(nw.col("date") < nw.lit(first)).then(nw.lit(1)).otherwise(nw.lit(0))
    bands = rows.select("client_id", *_SUMS, band=band).group_by("client_id", "band")
    summed = bands.agg(*(nw.col(c).sum() for c in _SUMS))
    return nw.concat(
        [
            _over(summed, n, sum(f > first for f in firsts), as_of)
            for n, first in zip(windows, firsts, strict=True)
        ]
    )


def _over(bands: Frame, days: int, within: int, as_of: Date) -> Frame:
    """Return the rows of one window from sums by band; those up to `within` lie in it."""
    inside = nw.col("band") <= within
    sums = bands.group_by("client_id").agg(*(nw.when(inside).then(nw.col(c)).sum().alias(c) for c in _SUMS))
    usual = nw.col("exposure") / positive(nw.col("exposure_days").cast(nw.Float64))
    units = whole(usual * nw.col("assets_market").cast(nw.Float64) * 10_000.0).cast(nw.Int64)
    benchmark = nw.when(usual.is_null()).then(nw.col("market")).otherwise(units * nw.lit(_UNIT))
    parts = sums.with_columns(benchmark=benchmark.cast(_MONEY), market=nw.col("market").cast(_MONEY))
    known = nw.col("eps_known").cast(nw.Float64) >= _KNOWN_SHARE * nw.col("stocks_before").cast(nw.Float64)
    return parts.with_columns(
        nw.lit(days).cast(nw.Int64).alias("window_days"),
        nw.lit(as_of).alias("as_of"),
        (nw.col("market") - nw.col("benchmark")).cast(_MONEY).alias("timing"),
        *(nw.when(known).then(nw.col(c)).cast(_MONEY).alias(c) for c in ("growth", "valuation")),
        *(nw.col(c).cast(_MONEY) for c in ("pnl", "selection", "trading", "interest", "cost")),
    ).select(*ATTRIBUTION.names)

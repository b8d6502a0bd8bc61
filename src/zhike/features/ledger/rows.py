"""What the fold writes, a row a client and day, and how the last numbers of a day follow from the others."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import compiled_lean
from zhike.features.ledger import columns as col
from zhike.features.ledger.bookings import INCOME, INTRADAY, MOVES, OWED_CHANGE
from zhike.features.ledger.events import Assets

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_LEAST_BASE = 100 * 10_000  # a return is taken on 100 yuan or more
_WORST = -0.999999


class Rows(NamedTuple):
    """What the fold writes: a row a client and day (`client`, `day`: a column of the book), and positions at the end.

    `values` (k, rows) holds the columns `wanted` (k,) of client_day, each one's cells together, 0 where nothing was written;
    `every` (k,) counts them, `quiet` are the places of those that needn't be 0 on a day without events. `row` (N_DAY,) and `sums`: the day
    under way. `held` (n, 2): client, security; `held_whole` (n, 4): units, cost, opened on, seeded; `held_value` (n,) at the
    last close.
    """

    client: Ints
    day: Ints
    values: Floats
    wanted: Ints
    every: Ints
    quiet: Ints
    row: Floats
    sums: Floats
    held: Ints
    held_whole: Ints
    held_value: Ints
    counts: Ints  # rows written, positions written


@compiled_lean
def write(out: Rows, client: int, at: int, places: Ints) -> None:
    """Write the day under way, of its columns those at some places of `wanted`."""
    n = out.counts[0]
    out.client[n], out.day[n] = client, at
    for k in places:
        out.values[k, n] = out.row[out.wanted[k]]
    out.counts[0] = n + 1


@compiled_lean
def take_assets(assets: Assets, client: int, a: int, at: int, row: Floats) -> tuple[int, bool]:
    """Put the day's assets into the row (NaN where none are said); return where the next are, whether there were some."""
    row[col.NET] = row[col.CASH] = row[col.FUNDS] = row[col.DEBT] = np.nan
    if a >= assets.start[client + 1] or assets.day[a] != at:
        return a, False
    row[col.NET], row[col.CASH] = assets.net[a], assets.cash[a]
    row[col.FUNDS], row[col.DEBT] = assets.funds[a], assets.debt[a]
    return a + 1, bool(assets.some[a])


@compiled_lean
def settle_day(market: float, before: float, row: Floats, sums: Floats) -> None:
    """Work out the day's profit and its parts, exact to the last unit; then the return.

    `market`: the index's return; `before`: net assets of the day before (NaN: not said).
    """
    own = sums[MOVES] + sums[INTRADAY] + row[col.INTEREST] + sums[INCOME] + row[col.COST]
    assets = before
    row[col.PNL] = own
    if np.isnan(before):
        assets = row[col.STOCKS_BEFORE]
    elif not np.isnan(row[col.NET]):
        row[col.PNL] = row[col.NET] - before - row[col.FLOW_IN] + row[col.FLOW_OUT] + sums[OWED_CHANGE]
    row[col.UNEXPLAINED] = row[col.PNL] - own
    row[col.ASSETS_BEFORE] = assets
    moved = 0.0 if np.isnan(market) else market
    row[col.MARKET] = np.rint(row[col.STOCKS_BEFORE] * moved)
    row[col.ASSETS_MARKET] = np.rint(assets * moved)
    row[col.SELECTION] = sums[MOVES] - row[col.MARKET]
    row[col.TRADING] = row[col.PNL] - row[col.MARKET] - row[col.SELECTION] - row[col.INTEREST] - row[col.COST]
    if assets > 0:
        row[col.EXPOSURE] = row[col.STOCKS_BEFORE] / assets
        row[col.EXPOSURE_DAYS] = 1
    base = row[col.STOCKS_BEFORE] + row[col.BUY_AMOUNT] if np.isnan(before) else before + row[col.FLOW_IN]
    if base >= _LEAST_BASE:
        _add_return(row[col.PNL] / base, market, row)


@compiled_lean
def _add_return(own: float, market: float, row: Floats) -> None:
    row[col.LOG_RETURN], row[col.RETURN_DAYS] = np.log1p(max(own, _WORST)), 1
    if not np.isnan(market):
        row[col.DAYS] = 1
        row[col.SUM_X], row[col.SUM_X2] = market, market * market
        row[col.SUM_Y], row[col.SUM_Y2], row[col.SUM_XY] = own, own * own, market * own

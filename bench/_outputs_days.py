"""What a client's rows of client_day add up to, for bench/_outputs_ours.py: one compiled walk in order of date."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from _outputs_definitions import DECAY, FLOW_WINDOW, LEAST_MONTHS

from zhike.base.compiling import compiled
from zhike.datacentre.hashes import whole, whole_numbers

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
SUMS = (
    "recency", "first_age", "trades", "trading_days", "monetary", "fees", "decay", "net_buy_bull", "net_buy_bear", "chasing",
    "net_flow_90", "profit", "rg", "rl", "pg", "pl", "mean_net", "drawdown", "beta",
)  # fmt: skip
(
    RECENCY, FIRST_AGE, TRADES, TRADING_DAYS, MONETARY, FEES, DECAYED, BULL, BEAR, CHASING, FLOW, PROFIT, RG, RL, PG, PL,
    MEAN_NET, DRAWDOWN, BETA,
) = range(len(SUMS))  # fmt: skip
_UNIT = 1e-4
_ABSENT = np.iinfo(np.int64).min


class Days(NamedTuple):
    """Columns of client_day in order of client and date, those of client c from `start[c]`; money in units of 0.0001."""

    start: Ints
    date: Ints
    trades: Ints
    buy_amount: Ints
    sell_amount: Ints
    fees: Ints
    flow_in: Ints
    flow_out: Ints
    net: Ints
    realised_gains: Ints
    realised_losses: Ints
    paper_gains: Ints
    paper_losses: Ints
    pnl_realised: Ints
    buy_return20: Floats
    sell_return20: Floats


def groups(rows: pa.Table) -> tuple[pa.Array, Ints]:
    """Return the clients of rows that lie client by client, and where each one's begin, and the end."""
    runs = pc.run_end_encode(whole(rows["client_id"]))
    return runs.values, np.r_[0, runs.run_ends.to_numpy()].astype(np.int64)


def days_of(rows: pa.Table, start: Ints) -> Days:
    """Return client_day as the walk wants it."""
    numbers = (whole_numbers(whole(rows[name])) for name in Days._fields[1:-2])
    returns = (rows[name].to_numpy() for name in Days._fields[-2:])
    return Days(start, *numbers, *returns)


@compiled
def walk(days: Days, market: Ints, mood: Ints, months: Ints, moves: Floats) -> Floats:
    """Return what each client's rows add up to, (n, SUMS), NaN where nothing says so.

    `market` (T,): day numbers, `mood` theirs; `months`: day numbers of month ends, `moves` the index's return since the one before.
    """
    out = np.zeros((len(days.start) - 1, BETA + 1))
    for c in range(len(out)):
        row, first, end = out[c], days.start[c], days.start[c + 1]
        row[RECENCY] = row[FIRST_AGE] = np.nan
        at, bought, sold, buy_beyond, sell_beyond = 0, 0.0, 0.0, 0.0, 0.0
        for i in range(first, end):
            while market[at] < days.date[i]:
                at += 1
            _add(row, days, i, market[-1] - days.date[i], mood[at])
            bought += days.buy_amount[i]
            sold += days.sell_amount[i]
            buy_beyond += days.buy_return20[i]
            sell_beyond += days.sell_return20[i]
        row[CHASING] = (
            buy_beyond / (bought * _UNIT) - sell_beyond / (sold * _UNIT) if bought and sold else np.nan
        )
        _owned(row, days, first, end, months, moves)
    return out


@compiled
def _add(row: Floats, days: Days, i: int, age: int, mood: int) -> None:
    if days.trades[i] > 0:
        row[RECENCY] = age
        if np.isnan(row[FIRST_AGE]):
            row[FIRST_AGE] = age
        row[TRADING_DAYS] += 1
        row[TRADES] += days.trades[i]
        row[DECAYED] += days.trades[i] * np.exp(-age / DECAY)
        signed = (days.buy_amount[i] - days.sell_amount[i]) * _UNIT
        row[BULL] += signed if mood > 0 else 0.0
        row[BEAR] += signed if mood < 0 else 0.0
    row[MONETARY] += (days.buy_amount[i] + days.sell_amount[i]) * _UNIT
    row[FEES] += days.fees[i] * _UNIT
    if age < FLOW_WINDOW:
        row[FLOW] += (days.flow_in[i] - days.flow_out[i]) * _UNIT
    row[PROFIT] += days.pnl_realised[i] * _UNIT
    row[RG] += days.realised_gains[i]
    row[RL] += days.realised_losses[i]
    row[PG] += days.paper_gains[i]
    row[PL] += days.paper_losses[i]


@compiled
def _owned(row: Floats, days: Days, first: int, end: int, months: Ints, moves: Floats) -> None:
    """Add what month ends say: mean assets, deepest fall, slope of the returns on the index's."""
    month, n, total, peak, earlier, moved = 0, 0, 0.0, 0.0, np.nan, 0.0
    k, x, y, xx, xy = 0, 0.0, 0.0, 0.0, 0.0
    for i in range(first, end):
        moved += (days.flow_in[i] - days.flow_out[i]) * _UNIT
        if days.net[i] == _ABSENT:
            continue
        while months[month] < days.date[i]:
            month += 1
        net = days.net[i] * _UNIT
        n, total, peak = n + 1, total + net, max(peak, net)
        row[DRAWDOWN] = max(row[DRAWDOWN], 1.0 - net / peak)
        if n > 1:
            own = (net - earlier - moved) / earlier
            k, x, y = k + 1, x + moves[month], y + own
            xx, xy = xx + moves[month] * moves[month], xy + moves[month] * own
        earlier, moved = net, 0.0
    row[MEAN_NET] = total / n if n else np.nan
    row[BETA] = (xy - x * y / k) / (xx - x * x / k) if k >= LEAST_MONTHS else np.nan

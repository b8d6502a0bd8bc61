"""The twenty-five outputs by one compiled loop over a client's trades, in the style of the project's ledger.

What the outputs cost where nothing else is wanted: no table of days, no profit by parts, no rounding to units of money.
Arrow gives the columns, NumPy orders them, the loop walks a client's trades once: positions, lots, gains taken and kept.
Medians, month ends and what is left are array work.
"""

from __future__ import annotations

from dataclasses import dataclass

import _outputs_definitions as given
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from _outputs_data import Data
from _outputs_loop import SUMS, first_in_first_out, fold

from zhike.base.compiling import compiled

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
COUNTS = ("recency", "trades", "trading_days", "rg", "rl", "pg", "pl", "stage")


@dataclass(frozen=True, slots=True)
class Market:
    """Days (T,) as numbers, closes (S, T), suspended days, what securities gained beyond the index, moods, index, month ends."""

    days: Ints
    close: Floats
    suspended: npt.NDArray[np.bool_]
    beyond: Floats
    mood: Ints
    index: Floats
    month_end: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Trades:
    """Trades in order of client, day and number; those of client c from `start[c]` to `start[c + 1]`."""

    start: Ints
    day: Ints
    security: Ints
    buys: npt.NDArray[np.bool_]
    quantity: Ints
    amount: Floats
    fee: Floats


def warm(data: Data) -> None:
    """Compile the loop, or load what was compiled before."""
    _folded(
        market_of(data),
        trades_of(data.read("trade", given.TRADE_COLUMNS).slice(0, 1_000), _days(data), 1, 10),
    )


def outputs(data: Data) -> pa.Table:
    """Return the outputs, a row a client."""
    market = market_of(data)
    clients = np.sort(data.read("client")["client_id"].to_numpy()).astype(np.int64)
    trades = trades_of(
        data.read("trade", given.TRADE_COLUMNS), market.days, int(clients[0]), int(clients[-1])
    )
    found = _folded(market, trades)
    found["median_ticket"] = medians(trades.start, trades.amount)
    found |= of_assets(data, market, clients)
    found["turnover"] = found["monetary"] / found.pop("mean_net")
    return table_of(clients, finished(found))


def _days(data: Data) -> Ints:
    return np.sort(data.read("day")["date"].cast(pa.int32()).to_numpy()).astype(np.int64)


def market_of(data: Data) -> Market:
    """Read the market as grids."""
    day, quote = data.read("day").sort_by("date"), data.read("quote")
    days = day["date"].cast(pa.int32()).to_numpy().astype(np.int64)
    at = (quote["security_id"].to_numpy().astype(np.int64) - 600_000, np.searchsorted(days, quote["date"].cast(pa.int32()).to_numpy()))  # fmt: skip
    close, suspended = (
        np.zeros((given.SECURITIES, given.DAYS)),
        np.zeros((given.SECURITIES, given.DAYS), np.bool_),
    )
    close[at] = quote["close"].cast(pa.float64()).to_numpy()
    suspended[at] = quote["suspended"].to_numpy()
    index = day["close"].cast(pa.float64()).to_numpy()
    beyond = np.zeros_like(close)
    late, early = slice(given.LOOK_BACK, given.DAYS - 1), slice(0, given.DAYS - 1 - given.LOOK_BACK)
    beyond[:, given.LOOK_BACK + 1 :] = close[:, late] / close[:, early] - index[late] / index[early]
    mood, ends = day["market"].to_numpy().astype(np.int64), day["month_end"].to_numpy()
    return Market(days, close, suspended, beyond, mood, index, ends)


def trades_of(rows: pa.Table, days: Ints, low: int, high: int) -> Trades:
    """Put trades in order; clients are numbered from `low` to `high`."""
    client = rows["client_id"].to_numpy().astype(np.int64) - low
    date, number = rows["date"].cast(pa.int32()).to_numpy().astype(np.int64), rows["trade_id"].to_numpy()
    if not _ordered(client, date, number):
        order = np.lexsort((number, date, client))
        rows, client, date = rows.take(pa.array(order)), client[order], date[order]
    start = np.searchsorted(client, np.arange(high - low + 2)).astype(np.int64)
    return Trades(
        start,
        np.searchsorted(days, date),
        rows["security_id"].to_numpy().astype(np.int64) - 600_000,
        pc.equal(rows["side"].cast(pa.string()), "buy").to_numpy(),
        rows["quantity"].to_numpy().astype(np.int64),
        rows["amount"].cast(pa.float64()).to_numpy(),
        pc.fill_null(rows["commission"].cast(pa.float64()), 0.0).to_numpy(),
    )


def _ordered(client: Ints, date: Ints, number: Ints) -> bool:
    """Tell whether trades lie in order already, as they are stored."""
    later = (client[1:] > client[:-1]) | (date[1:] > date[:-1]) | (number[1:] > number[:-1])
    return bool(
        later.all()
        and (client[1:] >= client[:-1]).all()
        and ((client[1:] > client[:-1]) | (date[1:] >= date[:-1])).all()
    )


def _folded(market: Market, trades: Trades) -> dict[str, Floats]:
    sums = np.zeros((len(trades.start) - 1, len(SUMS)))
    age = np.exp(-(market.days[-1] - market.days) / given.DECAY)
    fold(
        sums, trades.start, trades.day, trades.security, trades.buys, trades.quantity, trades.amount, trades.fee,
        market.days, market.close, market.suspended, market.beyond, market.mood, age, given.SAME,
    )  # fmt: skip
    return {name: sums[:, k] for k, name in enumerate(SUMS)}


def fifo(market: Market, trades: Trades) -> dict[str, Floats]:
    """Return what only lots know, a value a client: fifo_profit and fifo_days."""
    profit, days = first_in_first_out(
        trades.start, market.days[trades.day], trades.security, trades.buys, trades.quantity, trades.amount, trades.fee, given.SECURITIES
    )  # fmt: skip
    return {"fifo_profit": profit, "fifo_days": days}


@compiled
def medians(start: Ints, amount: Floats) -> Floats:
    """Return each client's median amount, NaN without any."""
    out = np.full(len(start) - 1, np.nan)
    for c in range(len(out)):
        ordered, n = np.sort(amount[start[c] : start[c + 1]]), start[c + 1] - start[c]
        if n:
            out[c] = (ordered[(n - 1) // 2] + ordered[n // 2]) / 2
    return out


def of_assets(data: Data, market: Market, clients: Ints) -> dict[str, Floats]:
    """Return what assets and transfers say, as grids of client by month."""
    ends = market.days[market.month_end]
    asset, flow = data.read("asset"), data.read("transfer")
    net, moved = np.full((len(clients), len(ends)), np.nan), np.zeros((len(clients), len(ends)))
    date = flow["date"].cast(pa.int32()).to_numpy()
    who, amount = flow["client_id"].to_numpy() - clients[0], flow["amount"].cast(pa.float64()).to_numpy()
    np.add.at(moved, (who, np.searchsorted(ends, date)), amount)
    at = asset["client_id"].to_numpy() - clients[0], np.searchsorted(ends, asset["date"].cast(pa.int32()).to_numpy())  # fmt: skip
    net[at] = asset["net"].cast(pa.float64()).to_numpy()
    peak = np.fmax.accumulate(net, axis=1)
    y = (net[:, 1:] - net[:, :-1] - moved[:, 1:]) / net[:, :-1]
    index = market.index[market.month_end]
    x = np.where(np.isnan(y), np.nan, index[1:] / index[:-1] - 1)
    n = (~np.isnan(y)).sum(axis=1)
    few = np.maximum(n, 1)
    dx, dy = x - (np.nansum(x, axis=1) / few)[:, None], y - (np.nansum(y, axis=1) / few)[:, None]
    with np.errstate(invalid="ignore"):
        beta = np.nansum(dx * dy, axis=1) / np.nansum(dx * dx, axis=1)
    late = market.days[-1] - date < given.FLOW_WINDOW
    return {
        "mean_net": np.nanmean(net, axis=1), "drawdown": np.nanmax(1 - net / peak, axis=1),
        "beta": np.where(n >= given.LEAST_MONTHS, beta, np.nan),
        "net_flow_90": np.bincount(who[late], amount[late], len(clients)),
    }  # fmt: skip


def finished(found: dict[str, Floats]) -> dict[str, Floats]:
    """Add what follows from the sums."""
    with np.errstate(invalid="ignore", divide="ignore"):
        found["chasing"] = found["buy_beyond"] / found["bought"] - found["sell_beyond"] / found["sold"]
        found["win_rate"] = found["won"] / found["closed"]
        found["fifo_days"] = found["unit_days"] / found["units_sold"]
        found["hhi"] = found["squares"] / (found["worth"] * found["worth"])
    return concluded(found)


def concluded(found: dict[str, Floats]) -> dict[str, Floats]:
    """Add disposition and stage; who never traded has no recency."""
    with np.errstate(invalid="ignore"):
        gains, losses = found["rg"] + found["pg"], found["rl"] + found["pl"]
        found["disposition"] = found["rg"] / gains - found["rl"] / losses
    none = found["trades"] == 0
    recency = np.where(none, np.nan, found["recency"])
    found["stage"] = np.select(
        [none, recency > given.LOST, recency > given.QUIET, found["first_age"] < given.FRESH, found["net_flow_90"] < 0],
        [given.NEVER_TRADED, given.GONE, given.RESTING, given.NEW, given.LEAVING], given.ACTIVE,
    ).astype(np.float64)  # fmt: skip
    return found | {"recency": recency}


def table_of(clients: Ints, found: dict[str, Floats]) -> pa.Table:
    """Return outputs as a table, NaN as null."""
    columns = {"client_id": pa.array(clients)}
    for name in given.NAMES:
        values = pa.array(found[name], mask=np.isnan(found[name]))
        columns[name] = values.cast(pa.int64()) if name in COUNTS else values
    return pa.table(columns)

"""The twenty-five outputs from the project's own ledger: `ledger_of` over buckets of clients, then one walk over its days.

Of the 25, 22 are sums of what the ledger leaves behind (client_day by the walk of _outputs_days.py, position, round_trip), one is
of the trades (median_ticket), and two (fifo_profit, fifo_days) the ledger doesn't keep: it takes the cost of a sale by average and
publishes holding days of closed round trips only; they come from the compiled loop of _outputs_loop.py, which works out all
its other sums as well. The ledger is asked for fourteen columns of client_day, none of which rests on closes.

`profit` isn't equal to 1e-9: the ledger rounds the cost that leaves with a sale to 0.0001 yuan. `rounding` says by how much
the two may differ, half a unit a sale; everything else is equal without allowance.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from _outputs_data import Data, money
from _outputs_days import SUMS, days_of, groups, walk
from _outputs_definitions import (
    DAYS,
    SAME,
    SECURITIES,
    TRADE_COLUMNS,
)
from _outputs_fold import Market, concluded, fifo, market_of, medians, table_of, trades_of

from zhike.datacentre.hashes import whole, whole_numbers
from zhike.datacentre.tables.ledger import STANDINGS
from zhike.engine.parquet import read_between
from zhike.features.ledger import Book, Ledger, ledger_of

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

BUCKET = 250_000  # trades
_AT_ONCE = 4  # buckets
_NAMES = [str(600_000 + s) for s in range(SECURITIES)]
_COLUMNS = (
    "trades", "buy_amount", "sell_amount", "fees", "flow_in", "flow_out", "net", "realised_gains", "realised_losses",
    "paper_gains", "paper_losses", "pnl_realised", "buy_return20", "sell_return20",
)  # fmt: skip


def warm(data: Data) -> None:
    """Compile the loops, or load what was compiled before."""
    market = market_of(data)
    _buckets(data, market, book_of(market), [(1, 3)])


def outputs(data: Data) -> pa.Table:
    """Return the outputs, a row a client."""
    market = market_of(data)
    book = book_of(market)
    with ThreadPoolExecutor(2) as pool:
        parts = pool.map(lambda some: _buckets(data, market, book, some), batched(_ranges(data)))
        return pa.concat_tables([part for some in parts for part in some])


def batched(ranges: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Put ranges together that are read at once: a row group holds as much as a bucket, and seldom begins where one does."""
    return [ranges[i : i + _AT_ONCE] for i in range(0, len(ranges), _AT_ONCE)]


def rounding(table: pa.Table) -> dict[str, npt.NDArray[np.float64]]:
    """Return by how much profit may differ, given any contender's outputs: half a unit of money for each trade."""
    ordered = table.take(pc.sort_indices(table["client_id"]))
    return {"profit": ordered["trades"].to_numpy() * 0.5e-4}


def book_of(market: Market) -> Book:
    """Return the market as the ledger's book: no corporate actions, no jumps, no standings, no earnings."""
    shape, none = market.close.shape, np.zeros(0, np.int64)
    nothing, never = np.zeros(shape[0] + 1, np.int64), np.zeros(shape, np.bool_)
    previous = np.c_[np.full(shape[0], np.nan), market.close[:, :-1]]
    unknown = np.full((len(STANDINGS), *shape), np.nan, np.float32)
    returns = np.r_[np.nan, market.index[1:] / market.index[:-1] - 1]
    return Book(
        market.days, market.close, previous, market.close, market.index, returns, unknown[0], market.suspended, unknown,
        never, never, never, nothing, none, np.zeros(0), nothing, none, np.zeros(0),
    )  # fmt: skip


def _ranges(data: Data) -> list[tuple[int, int]]:
    """Cut the clients into ranges of about BUCKET trades."""
    clients = np.sort(data.read("client")["client_id"].to_numpy())
    counts = np.bincount(
        data.read("trade", ("client_id",))["client_id"].to_numpy(), minlength=clients[-1] + 1
    )
    bucket = np.cumsum(counts[clients]) // BUCKET
    return [(int(part[0]), int(part[-1])) for part in np.split(clients, np.flatnonzero(np.diff(bucket)) + 1)]


def _buckets(data: Data, market: Market, book: Book, ranges: list[tuple[int, int]]) -> list[pa.Table]:
    read = {name: _rows(data, name, ranges[0][0], ranges[-1][1]) for name in ("trade", "transfer", "asset")}
    clients = {name: rows["client_id"].to_numpy() for name, rows in read.items()}
    found = []
    for low, high in ranges:
        ends = {name: np.searchsorted(whose, (low, high + 1)) for name, whose in clients.items()}
        own = {name: rows.slice(ends[name][0], ends[name][1] - ends[name][0]) for name, rows in read.items()}
        found.append(_bucket(own, market, book, low, high))
    return found


def _bucket(read: dict[str, pa.Table], market: Market, book: Book, low: int, high: int) -> pa.Table:
    as_events = {
        "trade": read["trade"],
        "cash_flow": _flows(read["transfer"]),
        "asset": _assets(read["asset"]),
    }
    events = {name: _with_words(rows) for name, rows in as_events.items()}
    ledger = ledger_of(book, _NAMES, events, DAYS - 1, _COLUMNS)
    found = _of_days(ledger, market)
    held, start = groups(ledger.position)
    worth = whole_numbers(whole(ledger.position["market_value"])) * 1e-4
    found["hhi"] = _placed(ledger, held, _added(worth * worth, start) / _added(worth, start) ** 2)
    closed, start = groups(ledger.round_trip)
    brought, cost, fees = (
        whole_numbers(whole(ledger.round_trip[n])) * 1e-4 for n in ("proceeds", "cost", "fees")
    )
    won = brought - cost - fees > SAME * (cost + fees)
    found["win_rate"] = _placed(ledger, closed, _added(won.astype(np.float64), start) / np.diff(start))
    trades = trades_of(read["trade"], market.days, low, high)
    found["turnover"] = found["monetary"] / found.pop("mean_net")
    clients = ledger.clients.cast(pa.int64()).to_numpy()
    lots = {"median_ticket": medians(trades.start, trades.amount), **fifo(market, trades)}
    found |= {name: column[clients - low] for name, column in lots.items()}
    order = np.argsort(clients)
    return table_of(clients[order], {name: column[order] for name, column in concluded(found).items()})


def _of_days(ledger: Ledger, market: Market) -> dict[str, Floats]:
    """Return what client_day adds up to, a value for each of the ledger's clients."""
    clients, start = groups(ledger.client_day)
    ends = market.index[market.month_end]
    sums = walk(
        days_of(ledger.client_day, start), market.days, market.mood, market.days[market.month_end],
        np.r_[np.nan, ends[1:] / ends[:-1] - 1],
    )  # fmt: skip
    return {name: _placed(ledger, clients, sums[:, k]) for k, name in enumerate(SUMS)}


def _added(values: Floats, start: Ints) -> Floats:
    """Return the sums of stretches that begin at `start`."""
    return np.asarray(np.add.reduceat(values, start[:-1]) if len(values) else np.zeros(0), np.float64)


def _placed(ledger: Ledger, clients: pa.Array, values: Floats) -> Floats:
    """Return the values of some clients at the places of all, NaN elsewhere."""
    out = np.full(len(ledger.clients), np.nan)
    out[pc.index_in(clients, value_set=ledger.clients).to_numpy()] = values
    return out


def _rows(data: Data, name: str, low: int, high: int) -> pa.Table:
    columns = list(TRADE_COLUMNS) if name == "trade" else pq.read_schema(data.path(name)).names
    return read_between(Path(data.path(name)), columns, "client_id", low, high + 1)


def _with_words(rows: pa.Table) -> pa.Table:
    """Return rows in the types of the store: ids are texts there, those of clients and securities coded, quantities decimals."""
    for at, name in enumerate(rows.column_names):
        if name in ("client_id", "security_id"):
            coded = rows[name].combine_chunks().dictionary_encode()
            words = coded.dictionary.cast(pa.string())
            rows = rows.set_column(at, name, pa.DictionaryArray.from_arrays(coded.indices, words))
        elif name in ("trade_id", "flow_id"):
            rows = rows.set_column(at, name, rows[name].cast(pa.string()))
        elif name == "quantity":
            rows = rows.set_column(at, name, rows[name].cast(pa.decimal128(18, 4)))
    return rows


def _flows(rows: pa.Table) -> pa.Table:
    n = rows.num_rows
    for name, column in (("flow_id", pa.array(np.arange(n))), ("kind", pa.repeat("bank", n)), ("security_id", pa.nulls(n, pa.string()))):  # fmt: skip
        rows = rows.append_column(name, column)
    return rows


def _assets(rows: pa.Table) -> pa.Table:
    zero = money(np.zeros(rows.num_rows, np.int64))
    for name in ("securities", "funds", "debt"):
        rows = rows.append_column(name, zero)
    return rows.append_column("cash", rows["net"])

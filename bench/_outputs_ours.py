"""The twenty-five outputs from the project's own ledger: `ledger_of` over buckets of clients, then one select.

Of the 25, 22 are selects over what the ledger leaves behind (client_day, position, round_trip), one is a select over the
trades (median_ticket), and two (fifo_profit, fifo_days) the ledger doesn't keep: it takes the cost of a sale by average and
publishes holding days of closed round trips only; they come from the compiled loop of _outputs_loop.py, which works out all
its other sums as well. The ledger is asked for fourteen columns of client_day, none of which rests on closes.

`profit` isn't equal to 1e-9: the ledger rounds the cost that leaves with a sale to 0.0001 yuan. `rounding` says by how much
the two may differ, half a unit a sale; everything else is equal without allowance.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from _outputs_data import Data, money
from _outputs_definitions import (
    DAYS,
    DECAY,
    FLOW_WINDOW,
    FRESH,
    LEAST_MONTHS,
    LOST,
    NAMES,
    QUIET,
    SAME,
    SECURITIES,
    TRADE_COLUMNS,
)
from _outputs_fold import Market, fifo, market_of, trades_of

from zhike.datacentre.tables.ledger import STANDINGS
from zhike.engine.parquet import read_between
from zhike.features.ledger import Book, ledger_of

BUCKET = 250_000  # trades
_NAMES = [str(600_000 + s) for s in range(SECURITIES)]
_COLUMNS = (
    "trades", "buy_amount", "sell_amount", "fees", "flow_in", "flow_out", "net", "realised_gains", "realised_losses",
    "paper_gains", "paper_losses", "pnl_realised", "buy_return20", "sell_return20",
)  # fmt: skip
_SELECT = f"""
WITH days AS (SELECT c.*, d.market AS mood FROM client_day c JOIN day d USING (date)),
months AS (SELECT date, close / lag(close) OVER w - 1 AS x FROM day WHERE month_end WINDOW w AS (ORDER BY date)),
moves AS (SELECT *, sum(flow) OVER (PARTITION BY client_id ORDER BY date ROWS UNBOUNDED PRECEDING) AS moved
          FROM (SELECT client_id, date, net::DOUBLE AS net, (flow_in - flow_out)::DOUBLE AS flow FROM client_day
                WHERE net IS NOT NULL OR flow_in > 0 OR flow_out > 0)),
nets AS (SELECT client_id, date, net, lag(net) OVER w AS earlier, moved - lag(moved) OVER w AS moved, max(net) OVER w AS peak
         FROM moves WHERE net IS NOT NULL WINDOW w AS (PARTITION BY client_id ORDER BY date ROWS UNBOUNDED PRECEDING)),
owned AS (SELECT client_id, avg(net) AS net, max(1 - net / peak) AS drawdown,
            CASE WHEN count(earlier) >= {LEAST_MONTHS} THEN regr_slope((net - earlier - moved) / earlier, x) END AS beta
          FROM nets JOIN months USING (date) GROUP BY client_id),
traded AS (SELECT client_id, {DAYS} AS n,
    min($as_of::DATE - date) FILTER (trades > 0) AS recency, max($as_of::DATE - date) FILTER (trades > 0) AS first_age,
    sum(trades)::BIGINT AS trades, count(*) FILTER (trades > 0) AS trading_days, sum(buy_amount + sell_amount)::DOUBLE AS monetary,
    sum(fees)::DOUBLE AS fees, sum(trades * exp((date - $as_of::DATE) / {DECAY}e0)) AS decay,
    coalesce(sum(buy_amount - sell_amount) FILTER (mood = 1), 0)::DOUBLE AS net_buy_bull,
    coalesce(sum(buy_amount - sell_amount) FILTER (mood = -1), 0)::DOUBLE AS net_buy_bear,
    sum(buy_return20) / nullif(sum(buy_amount)::DOUBLE, 0) - sum(sell_return20) / nullif(sum(sell_amount)::DOUBLE, 0) AS chasing,
    coalesce(sum(flow_in - flow_out) FILTER ($as_of::DATE - date < {FLOW_WINDOW}), 0)::DOUBLE AS net_flow_90,
    sum(pnl_realised)::DOUBLE AS profit, sum(realised_gains)::BIGINT AS rg, sum(realised_losses)::BIGINT AS rl,
    sum(paper_gains)::BIGINT AS pg, sum(paper_losses)::BIGINT AS pl
  FROM days GROUP BY client_id),
tickets AS (SELECT client_id, quantile_cont(amount::DOUBLE, 0.5) AS median_ticket FROM trade GROUP BY client_id),
closed AS (SELECT client_id, avg((proceeds - cost - fees > {SAME} * (cost + fees)::DOUBLE)::INTEGER::DOUBLE) AS win_rate
           FROM round_trip GROUP BY client_id),
held AS (SELECT client_id, sum(v * v) / (sum(v) * sum(v)) AS hhi
         FROM (SELECT client_id, market_value::DOUBLE AS v FROM position) GROUP BY client_id)
SELECT client_id::INTEGER AS client_id, * EXCLUDE (client_id, n, net, first_age), monetary / net AS turnover,
  rg / nullif(rg + pg, 0)::DOUBLE - rl / nullif(rl + pl, 0)::DOUBLE AS disposition,
  CASE WHEN recency IS NULL THEN 0 WHEN recency > {LOST} THEN 1 WHEN recency > {QUIET} THEN 2 WHEN first_age < {FRESH} THEN 3
    WHEN net_flow_90 < 0 THEN 4 ELSE 5 END AS stage
FROM owned LEFT JOIN traded USING (client_id) LEFT JOIN tickets USING (client_id) LEFT JOIN closed USING (client_id)
  LEFT JOIN held USING (client_id)
"""


def warm(data: Data) -> None:
    """Compile the loops, or load what was compiled before."""
    market = market_of(data)
    _bucket(data, market, book_of(market), (1, 3))


def outputs(data: Data) -> pa.Table:
    """Return the outputs, a row a client."""
    market = market_of(data)
    book = book_of(market)
    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(lambda bucket: _bucket(data, market, book, bucket), _ranges(data)))
    return pa.concat_tables(parts)


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


def _bucket(data: Data, market: Market, book: Book, bucket: tuple[int, int]) -> pa.Table:
    low, high = bucket
    read = {name: _rows(data, name, low, high) for name in ("trade", "transfer", "asset")}
    as_events = {
        "trade": read["trade"],
        "cash_flow": _flows(read["transfer"]),
        "asset": _assets(read["asset"]),
    }
    events = {name: _with_words(rows) for name, rows in as_events.items()}
    ledger = ledger_of(book, _NAMES, events, DAYS - 1, _COLUMNS)
    with duckdb.connect(config={"threads": 1}) as con:
        for name in ("client_day", "position", "round_trip"):
            con.register(name, getattr(ledger, name))
        con.register("trade", events["trade"].select(["client_id", "amount"]))
        con.execute("CREATE TEMP TABLE day AS SELECT * REPLACE (close::DOUBLE AS close) FROM read_parquet($day)", {"day": data.path("day")})  # fmt: skip
        as_of = str(np.datetime64(int(market.days[-1]), "D"))
        found = con.execute(_SELECT, {"as_of": as_of}).to_arrow_table().sort_by("client_id")
    for name, column in fifo(market, trades_of(read["trade"], market.days, low, high)).items():
        found = found.append_column(name, column)
    return found.select(["client_id", *NAMES])


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

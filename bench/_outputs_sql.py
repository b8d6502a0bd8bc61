"""The twenty-five outputs in DuckDB's SQL, written by hand: windows for paths, no function of Python's, in buckets of clients.

Average cost: after trade t it is e^L(t) · Σ over buys u ≤ t of paid(u) · e^−L(u), where L sums ln(units after ÷ before)
over sales within an episode (from nothing to nothing). First in, first out: of a buy, clip(sold in all − bought before it,
0, its units) were sold. Gains kept: a position's rest between two trading days of its own meets the client's sell days by
their ordinal number, so that no pair is made that isn't counted.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa
from _outputs_data import Data
from _outputs_definitions import (
    DECAY,
    FLOW_WINDOW,
    FRESH,
    LEAST_MONTHS,
    LOOK_BACK,
    LOST,
    NAMES,
    QUIET,
    SAME,
)
from _outputs_scan import connection

BUCKET = 500_000  # trades
_MARKET = f"""
CREATE TEMP TABLE day AS SELECT date, close::DOUBLE AS close, market, month_end,
    lag(close::DOUBLE, 1) OVER w / lag(close::DOUBLE, {LOOK_BACK + 1}) OVER w AS moved
  FROM read_parquet($folder || '/day.parquet') WINDOW w AS (ORDER BY date);
CREATE TEMP TABLE quote AS
  SELECT q.security_id, q.date, q.close, q.suspended, coalesce(q.moved - d.moved, 0e0) AS beyond
  FROM (SELECT security_id, date, close::DOUBLE AS close, suspended,
          lag(close::DOUBLE, 1) OVER w / lag(close::DOUBLE, {LOOK_BACK + 1}) OVER w AS moved
        FROM read_parquet($folder || '/quote.parquet') WINDOW w AS (PARTITION BY security_id ORDER BY date)) q
  JOIN day d USING (date);
"""
_STATES = """
CREATE OR REPLACE TEMP TABLE state AS
WITH ordered AS (
  SELECT client_id, security_id, date, trade_id, side = 'buy' AS buys, quantity::DOUBLE AS n, amount::DOUBLE AS amount,
    coalesce(commission, 0)::DOUBLE AS fee,
    sum(CASE WHEN side = 'buy' THEN quantity ELSE -quantity END::DOUBLE) OVER w AS after,
    sum(CASE WHEN side = 'buy' THEN quantity ELSE 0 END::DOUBLE) OVER w AS bought,
    sum(CASE WHEN side = 'buy' THEN 0 ELSE quantity END::DOUBLE) OVER whole AS sold
  FROM read_parquet($folder || '/trade.parquet') WHERE client_id BETWEEN $low AND $high
  WINDOW w AS (PARTITION BY client_id, security_id ORDER BY date, trade_id ROWS UNBOUNDED PRECEDING),
    whole AS (PARTITION BY client_id, security_id)),
episodes AS (
  SELECT *, CASE WHEN buys OR after = 0 THEN 0e0 ELSE ln(after / (after + n)) END AS step,
    sum((buys AND after = n)::INTEGER::DOUBLE) OVER
      (PARTITION BY client_id, security_id ORDER BY date, trade_id ROWS UNBOUNDED PRECEDING) AS episode
  FROM ordered),
levels AS (
  SELECT *, sum(step) OVER
      (PARTITION BY client_id, security_id, episode ORDER BY date, trade_id ROWS UNBOUNDED PRECEDING) AS level
  FROM episodes)
SELECT *, exp(level) * sum(CASE WHEN buys THEN (amount + fee) * exp(-level) ELSE 0e0 END) OVER
    (PARTITION BY client_id, security_id, episode ORDER BY date, trade_id ROWS UNBOUNDED PRECEDING) AS cost
FROM levels
"""
_TRADED = f"""
CREATE OR REPLACE TEMP TABLE traded AS
SELECT s.client_id, min((SELECT max(date) FROM day) - s.date) AS recency, max((SELECT max(date) FROM day) - s.date) AS first_age,
  count(*) AS trades,
  count(DISTINCT s.date) AS trading_days, sum(s.amount) AS monetary, sum(fee) AS fees,
  quantile_cont(s.amount, 0.5) AS median_ticket,
  sum(exp((s.date - (SELECT max(date) FROM day)) / {DECAY}e0)) AS decay,
  coalesce(sum(CASE WHEN buys THEN s.amount ELSE -s.amount END) FILTER (market = 1), 0) AS net_buy_bull,
  coalesce(sum(CASE WHEN buys THEN s.amount ELSE -s.amount END) FILTER (market = -1), 0) AS net_buy_bear,
  sum(s.amount * beyond) FILTER (buys) / sum(s.amount) FILTER (buys)
    - sum(s.amount * beyond) FILTER (NOT buys) / sum(s.amount) FILTER (NOT buys) AS chasing,
  coalesce(sum(s.amount - exp(level - step) * cost / exp(level) * s.n / (after + s.n)) FILTER (NOT buys), 0) AS profit,
  coalesce(sum(s.amount) FILTER (NOT buys), 0)
    - coalesce(sum(least(greatest(sold - (bought - s.n), 0), s.n) * (s.amount + fee) / s.n) FILTER (buys), 0) AS fifo_profit,
  (sum(s.n * (s.date - DATE '2000-01-01')) FILTER (NOT buys)
    - sum(least(greatest(sold - (bought - s.n), 0), s.n) * (s.date - DATE '2000-01-01')) FILTER (buys))
    / sum(s.n) FILTER (NOT buys) AS fifo_days
FROM state s JOIN quote USING (security_id, date) JOIN day USING (date)
GROUP BY s.client_id
"""
_CLOSED = f"""
CREATE OR REPLACE TEMP TABLE closed AS
SELECT client_id, avg((brought - paid > {SAME} * paid)::INTEGER::DOUBLE) AS win_rate FROM (
  SELECT client_id, sum(amount - fee) FILTER (NOT buys) AS brought, sum(amount + fee) FILTER (buys) AS paid
  FROM state GROUP BY client_id, security_id, episode HAVING min(after) = 0)
GROUP BY client_id
"""
_MORNINGS = """
CREATE OR REPLACE TEMP TABLE resting AS
WITH days AS (
  SELECT client_id, security_id, date, arg_max(after, trade_id) AS units, arg_max(cost, trade_id) AS cost,
    sum(n) FILTER (NOT buys) AS sold, sum(amount) FILTER (NOT buys) AS brought
  FROM state GROUP BY client_id, security_id, date),
mornings AS (
  SELECT *, coalesce(lag(units) OVER w, 0) AS units_before, lag(cost) OVER w AS cost_before, lead(date) OVER w AS next_date,
    lead(sold) OVER w AS next_sold
  FROM days WINDOW w AS (PARTITION BY client_id, security_id ORDER BY date))
SELECT *, sold IS NOT NULL AND units_before > 0 AS takes FROM mornings;
CREATE OR REPLACE TEMP TABLE sell_day AS
SELECT client_id, date, sum(takes::INTEGER::DOUBLE) OVER
    (PARTITION BY client_id ORDER BY date ROWS UNBOUNDED PRECEDING)::BIGINT AS ordinal, takes
FROM (SELECT client_id, date, bool_or(takes) AS takes FROM resting GROUP BY client_id, date)
"""
_DISPOSITION = f"""
CREATE OR REPLACE TEMP TABLE taken AS
SELECT client_id, count(*) FILTER (brought / sold - cost_before / units_before > {SAME} * cost_before / units_before) AS rg,
  count(*) FILTER (cost_before / units_before - brought / sold > {SAME} * cost_before / units_before) AS rl
FROM resting WHERE takes GROUP BY client_id;
CREATE OR REPLACE TEMP TABLE kept AS
WITH rests AS (
  SELECT r.client_id, r.security_id, r.cost / r.units AS cost, own.ordinal AS low,
    coalesce(next.ordinal - (r.next_sold IS NOT NULL)::INTEGER, last.ordinal) AS high
  FROM resting r JOIN sell_day own USING (client_id, date)
  LEFT JOIN sell_day next ON next.client_id = r.client_id AND next.date = r.next_date
  JOIN (SELECT client_id, max(ordinal) AS ordinal FROM sell_day GROUP BY client_id) last ON last.client_id = r.client_id
  WHERE r.units > 0),
pairs AS (
  SELECT client_id, security_id, cost, unnest(range(low + 1, high + 1)) AS ordinal FROM rests WHERE high > low)
SELECT p.client_id, count(*) FILTER (q.close - p.cost > {SAME} * p.cost) AS pg,
  count(*) FILTER (p.cost - q.close > {SAME} * p.cost) AS pl
FROM pairs p JOIN (SELECT client_id, ordinal, date FROM sell_day WHERE takes) s USING (client_id, ordinal)
  JOIN quote q ON q.security_id = p.security_id AND q.date = s.date
WHERE NOT q.suspended GROUP BY p.client_id
"""
_HELD = """
CREATE OR REPLACE TEMP TABLE held AS
SELECT client_id, sum(units * close * units * close) / (sum(units * close) * sum(units * close)) AS hhi
FROM resting r JOIN (SELECT security_id, close FROM quote WHERE date = (SELECT max(date) FROM day)) q USING (security_id)
WHERE next_date IS NULL AND units > 0 GROUP BY client_id
"""
_ASSETS = f"""
CREATE OR REPLACE TEMP TABLE owned AS
WITH months AS (SELECT date, close / lag(close) OVER w - 1 AS x, lag(date) OVER w AS before FROM day WHERE month_end
                WINDOW w AS (ORDER BY date)),
flows AS (SELECT f.client_id, m.date, sum(f.amount::DOUBLE) AS moved
          FROM read_parquet($folder || '/transfer.parquet') f JOIN months m ON f.date > m.before AND f.date <= m.date
          WHERE f.client_id BETWEEN $low AND $high GROUP BY f.client_id, m.date),
net AS (SELECT client_id, date, net::DOUBLE AS net, lag(net::DOUBLE) OVER w AS earlier, max(net::DOUBLE) OVER w AS peak
        FROM read_parquet($folder || '/asset.parquet') WHERE client_id BETWEEN $low AND $high
        WINDOW w AS (PARTITION BY client_id ORDER BY date ROWS UNBOUNDED PRECEDING))
SELECT client_id, avg(net) AS net, max(1 - net / peak) AS drawdown,
  CASE WHEN count(earlier) >= {LEAST_MONTHS} THEN regr_slope((net - earlier - coalesce(moved, 0)) / earlier, x) END AS beta
FROM net JOIN months USING (date) LEFT JOIN flows USING (client_id, date) GROUP BY client_id;
CREATE OR REPLACE TEMP TABLE moved AS
SELECT client_id, sum(amount::DOUBLE) AS net_flow_90 FROM read_parquet($folder || '/transfer.parquet')
WHERE client_id BETWEEN $low AND $high AND (SELECT max(date) FROM day) - date < {FLOW_WINDOW} GROUP BY client_id
"""
_ZEROS = "trades, trading_days, monetary, fees, decay, net_buy_bull, net_buy_bear, net_flow_90, profit, rg, rl, pg, pl, fifo_profit"
TOGETHER = f"""
SELECT client_id, recency,
  {", ".join(f"coalesce({name}, 0) AS {name}" for name in _ZEROS.split(", "))},
  median_ticket, chasing, hhi, coalesce(monetary, 0) / net AS turnover, drawdown, beta, win_rate, fifo_days,
  rg / nullif(rg + coalesce(pg, 0), 0)::DOUBLE - rl / nullif(rl + coalesce(pl, 0), 0)::DOUBLE AS disposition,
  CASE WHEN trades IS NULL THEN 0 WHEN recency > {LOST} THEN 1 WHEN recency > {QUIET} THEN 2
    WHEN first_age < {FRESH} THEN 3 WHEN coalesce(net_flow_90, 0) < 0 THEN 4 ELSE 5 END AS stage
FROM (SELECT client_id FROM read_parquet($folder || '/client.parquet') WHERE client_id BETWEEN $low AND $high)
  {" ".join(f"LEFT JOIN {t} USING (client_id)" for t in ("traded", "closed", "taken", "kept", "held", "owned", "moved"))}
"""
_STEPS = (_STATES, _TRADED, _CLOSED, _MORNINGS, _DISPOSITION, _HELD, _ASSETS)


def ranges(con: duckdb.DuckDBPyConnection, data: Data, most: int) -> list[tuple[int, int]]:
    """Cut the clients into ranges of about so many trades."""
    rows = con.execute(
        """SELECT min(client_id), max(client_id) FROM (
             SELECT c.client_id, (sum(coalesce(n, 0)) OVER (ORDER BY c.client_id) // $most)::BIGINT AS bucket
             FROM read_parquet($client) c LEFT JOIN
               (SELECT client_id, count(*) AS n FROM read_parquet($trade) GROUP BY client_id) USING (client_id))
           GROUP BY bucket ORDER BY 1""",
        {"most": most, "client": data.path("client"), "trade": data.path("trade")},
    ).fetchall()
    return [(int(low), int(high)) for low, high in rows]


def outputs(data: Data) -> pa.Table:
    """Return the outputs, a row a client."""
    con, parts = connection(), []
    _run(con, _MARKET, data, (0, 0))
    for bucket in ranges(con, data, BUCKET):
        for step in _STEPS:
            _run(con, step, data, bucket)
        parts.append(con.execute(TOGETHER, _known(TOGETHER, data, bucket)).to_arrow_table())
    return pa.concat_tables(parts).select(["client_id", *NAMES])


def _run(con: duckdb.DuckDBPyConnection, step: str, data: Data, bucket: tuple[int, int]) -> None:
    for statement in step.split(";"):
        if statement.strip():
            con.execute(statement, _known(statement, data, bucket))


def _known(statement: str, data: Data, bucket: tuple[int, int]) -> dict[str, object]:
    """Return the parameters that a statement names."""
    every = {"folder": str(data.folder), "low": bucket[0], "high": bucket[1]}
    return {name: value for name, value in every.items() if f"${name}" in statement}

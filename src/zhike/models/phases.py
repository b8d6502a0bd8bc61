"""What clients of each profit logic did in each phase of the market: sums a bucket, and their merge (docs/methods/phases.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date as Date

import pyarrow as pa
import pyarrow.compute as pc

from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables.branch import PHASE, STATES
from zhike.datacentre.tables.results import LOGICS

UNDATED = "undated"
_KEYS = ("logic", "state", "wave")
_MONEY = pa.decimal128(38, 4)
PARTIAL = pa.schema(
    [
        *((name, pa.string()) for name in _KEYS),
        ("clients", pa.int64()),
        ("trades", pa.int64()),
        ("bought", _MONEY),
        ("sold", _MONEY),
        (
            "assets",
            _MONEY,
        ),  # net assets summed over clients and days
        ("pnl", _MONEY),
    ]
)
_SUMS = PARTIAL.names[3:]


def partial(client_day: pa.Table, market_state: pa.Table, logic: pa.Table) -> pa.Table:
    """Sum a bucket's `client_day` up to one row a logic, state and wave (schema PARTIAL).

    Buckets must not share clients: each counts once a phase. Days without a market state are left out; clients without a
    logic count as `insufficient`, days without a wave as `undated`.
    """
    rows = _sorted_into(client_day, market_state, logic)
    summed = rows.group_by(list(_KEYS), use_threads=False).aggregate(
        [(name, "sum") for name in ("trades", "buy_amount", "sell_amount", "assets", "pnl")]
    )
    traded = rows.filter(pc.greater(rows["trades"], 0))
    counted = traded.group_by(list(_KEYS), use_threads=False).aggregate([("client_id", "count_distinct")])
    both = summed.join(counted, list(_KEYS))
    names = (
        "client_id_count_distinct",
        "trades_sum",
        "buy_amount_sum",
        "sell_amount_sum",
        "assets_sum",
        "pnl_sum",
    )
    columns = [both[name] for name in (*_KEYS, *names)]
    columns[3] = columns[3].fill_null(0)
    return pa.table(columns, names=PARTIAL.names).cast(PARTIAL).sort_by([(k, "ascending") for k in _KEYS])


def added(partials: Iterable[pa.Table]) -> pa.Table:
    """Add the buckets' sums up to one table of such sums (schema PARTIAL)."""
    rows = pa.concat_tables([PARTIAL.empty_table(), *partials])
    summed = rows.group_by(list(_KEYS), use_threads=False).aggregate([(name, "sum") for name in _SUMS])
    return (
        summed.rename_columns([name.removesuffix("_sum") for name in summed.column_names])
        .select(PARTIAL.names)
        .cast(PARTIAL)
    )


def merged(partials: Iterable[pa.Table], market_state: pa.Table, as_of: Date) -> pa.Table:
    """Add the buckets' sums up to the table `phase`, in the order of logics, states and waves.

    turnover = value traded ÷ (Σ net assets over clients and days ÷ trading days of the phase); 0 where nothing was traded.
    """
    days = _days_of(market_state)
    made = [_row(row, days[row["state"], row["wave"]], as_of) for row in added(partials).to_pylist()]
    made.sort(key=lambda r: (LOGICS.index(str(r["logic"])), STATES.index(str(r["state"])), str(r["wave"])))
    schema = schema_of(PHASE)
    columns = [pa.array([row[f.name] for row in made], f.type) for f in schema]
    return pa.table(columns, schema=schema)


def _row(row: dict[str, object], days: int, as_of: Date) -> dict[str, object]:
    bought, sold, assets = (float(row[name]) for name in ("bought", "sold", "assets"))  # type: ignore[arg-type]  # decimals
    turnover = (bought + sold) * days / assets if bought + sold > 0 else 0.0
    net_buy = row["bought"] - row["sold"]  # type: ignore[operator]  # decimals
    return row | {"as_of": as_of, "net_buy": net_buy, "turnover": _rate(turnover)}


def _rate(value: float) -> object:
    return pa.scalar(f"{value:.8f}").cast(pa.decimal128(18, 8)).as_py()


def _assets(rows: pa.Table) -> pa.ChunkedArray:
    """Return each day's net assets; where they aren't known, or nothing is left, what must have been there for the day's trades."""
    used = pc.max_element_wise(*(rows[n].cast(_MONEY) for n in ("stocks", "buy_amount", "sell_amount")))
    net = rows["net"].cast(_MONEY)
    return pc.if_else(pc.greater(net, pa.scalar(0, _MONEY)).fill_null(False), net, used)


def _days_of(market_state: pa.Table) -> Mapping[tuple[str, str], int]:
    """Count the trading days of each state and wave."""
    waves = market_state["wave"].cast(pa.string()).fill_null(UNDATED)
    states = market_state["state"].cast(pa.string())
    return Counter(zip(states.to_pylist(), waves.to_pylist(), strict=True))


def _sorted_into(client_day: pa.Table, market_state: pa.Table, logic: pa.Table) -> pa.Table:
    """Return the days with what is summed, each with its logic, state and wave."""
    named = market_state.filter(pc.is_valid(market_state["state"]))
    day = pc.index_in(client_day["date"], value_set=named["date"].combine_chunks())
    known = pc.is_valid(day)
    rows, at = client_day.filter(known), day.filter(known)
    who = pc.index_in(
        rows["client_id"].cast(pa.string()), value_set=logic["client_id"].cast(pa.string()).combine_chunks()
    )
    money = {name: rows[name].cast(_MONEY) for name in ("buy_amount", "sell_amount", "pnl")}
    return pa.table(
        {
            "client_id": rows["client_id"].cast(pa.string()),
            "logic": logic["logic"].cast(pa.string()).take(who).fill_null("insufficient"),
            "state": named["state"].cast(pa.string()).take(at),
            "wave": named["wave"].cast(pa.string()).fill_null(UNDATED).take(at),
            "trades": rows["trades"],
            "assets": _assets(rows),
            **money,
        }
    )

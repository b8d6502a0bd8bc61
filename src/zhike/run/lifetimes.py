"""What clients will bring, in the night: their months kept aside by the first pass, learnt from a sample, valued range by range."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables.results import CLV, LOGICS
from zhike.models import clv, lifecycle
from zhike.models.lifecycle.panel import month_numbers
from zhike.run.market import Kept, kept
from zhike.run.tasks import Task, in_places

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
MONTHS = "months"
_SERVED = {
    "interest": ("interest_paid_12m",),
    "products": ("product_fees_12m",),
    "cost": ("cost_to_serve_12m",),
    "contacts": ("contacts_12m", "attempts_12m"),  # an attempt takes staff's time too
}
_MONEY = ("expected", "p10", "p50", "p90", "neutral_p50", "trading", "interest", "products", "cost", "market")
_ID = "client_id"
_REGIMES = {"bear": clv.BEAR, "bull": clv.BULL}


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What is known of some clients, in order: their months, logic, and what serving them brought and took in the last year."""

    clients: pa.Array
    months: clv.Months
    logic: Ints
    served: clv.Served


def keep_months(task: Task, client_day: pa.Table, people: pa.Table) -> None:
    """Keep aside what each client did month by month, and the measures of the last year, in the order of a sample."""
    names = people[_ID].combine_chunks()
    sums = clv.sums_of(
        client_day, names, kept(task.work).book.days.astype(np.int32), task.settings.clv.month_days
    )
    measured = task.kept("measure", (_ID, *(n for parts in _SERVED.values() for n in parts)))
    at = pc.index_in(names, value_set=measured[_ID].cast(pa.string()).combine_chunks())
    known = {n: measured[n].cast(pa.float64()).take(at).fill_null(0.0) for n in measured.column_names[1:]}
    year = {k: reduce(pc.add, (known[n] for n in parts)) for k, parts in _SERVED.items()}
    lists = {k: _lists(v) for k, v in sums.items()}
    task.keep(MONTHS, in_places(pa.table({_ID: names, **lists, **year}), people))


def _lists(values: Floats) -> pa.FixedSizeListArray:
    """Return a list for each row; a month of nothing where there is none yet, for lists of nothing have no length."""
    wide = values if values.shape[1] else np.zeros((len(values), 1))
    return pa.FixedSizeListArray.from_arrays(pa.array(wide.ravel()), wide.shape[1])


def known_of(
    task: Task, months: pa.Table, history: lifecycle.History, logic: pa.Table, since: lifecycle.Begun
) -> Known:
    """Bring together what is known of the clients of a history: rows of MONTHS, their stages, rows of `logic`.

    Months before the first with anybody's data are left out.
    """
    names = pa.array(history.clients, pa.string())
    days = kept(task.work).book.days.astype(np.int32)
    days = days[month_numbers(days) >= since.first]
    stage = clv.stages_of(history, history.clients, days, task.settings.clv.month_days)
    n = stage.shape[1]
    at = pc.index_in(names, value_set=months[_ID].combine_chunks())
    rows = months.combine_chunks().take(at)
    sums = {k: _last(rows[k], n) for k in clv.SUMS}
    served = {k: _number(rows[k]) for k in _SERVED}
    return Known(names, clv.Months(**sums, stage=stage), _codes(names, logic), clv.Served(**served))


def _last(column: pa.ChunkedArray, months: int) -> Floats:
    """Return the last so many months of each client, (n, months); 0 where there is no row."""
    rows = column.combine_chunks()
    size = rows.type.list_size
    flat = rows.fill_null([0.0] * size) if rows.null_count else rows
    values: Floats = flat.flatten().to_numpy(zero_copy_only=False).reshape(len(rows), size)
    return np.ascontiguousarray(values[:, size - months :])


def _number(column: pa.ChunkedArray) -> Floats:
    found: Floats = column.fill_null(0.0).to_numpy()
    return found


def _codes(names: pa.Array, logic: pa.Table) -> Ints:
    at = pc.index_in(names, value_set=logic[_ID].cast(pa.string()).combine_chunks())
    words = logic["logic"].cast(pa.string()).combine_chunks().take(at).fill_null(LOGICS[-1])
    return np.asarray(pc.index_in(words, value_set=pa.array(LOGICS)).to_numpy(), np.int64)


def market_of(market: Kept, month_days: int) -> clv.MarketMonths:
    """Return the market's months; a day without an index stands still."""
    states = (
        dict(
            zip(
                market.states["date"].cast(pa.int32()).to_pylist(),
                market.states["regime_known"].to_pylist(),
                strict=True,
            )
        )
        if market.states.num_rows
        else {}
    )
    regime = np.array(
        [_REGIMES.get(states.get(int(d)) or "", clv.NEUTRAL) for d in market.book.days], np.int64
    )
    returns = np.log1p(np.nan_to_num(market.book.index_return))
    return clv.market_months(returns, regime, month_days)


def outlook_of(task: Task, known: Known) -> clv.Outlook | None:
    """Learn from a sample what lies ahead of everybody; None where there isn't a month to learn from."""
    if not known.months.stage.shape[1]:
        return None
    settings = task.settings.clv
    market = market_of(kept(task.work), settings.month_days)
    return clv.outlook(clv.learn(known.months, known.logic, known.served, market, settings), market, settings)


def clv_rows(task: Task, known: Known, outlook: clv.Outlook | None) -> pa.Table:
    """Return the rows of `clv` of individuals whose accounts are open, by client and horizon; none without an outlook.

    Institutions and products have none: most of what they bring is business beyond trades, which the model doesn't know.
    """
    schema = schema_of(CLV)
    if outlook is None:
        return schema.empty_table()
    open_ = np.flatnonzero((known.months.stage[:, -1] != clv.CLOSED) & _individuals(task, known.clients))
    found = clv.value_of(known.months.rows(open_), known.logic[open_], known.served.rows(open_), outlook)
    horizons = task.settings.clv.horizons
    columns = {
        _ID: known.clients.take(pa.array(np.repeat(open_, len(horizons)))),
        "horizon_months": pa.array(np.tile(horizons, len(open_))),
        "as_of": pa.repeat(pa.scalar(task.as_of, pa.date32()), len(open_) * len(horizons)),
        **{name: _money(getattr(found, name)) for name in _MONEY},
        "there": pa.array(found.there.ravel()),
        "model_version": pa.repeat(pa.scalar(task.settings.clv.version), len(open_) * len(horizons)),
    }
    return pa.table([columns[f.name].cast(f.type) for f in schema], schema=schema)


def _individuals(task: Task, clients: pa.Array) -> npt.NDArray[np.bool_]:
    """Mark the clients who are people; of whom the files don't say, most are."""
    rows = task.kept("client", (_ID, "kind"))
    others = rows.filter(
        pc.is_in(rows["kind"].cast(pa.string()), value_set=pa.array(["institution", "product"]))
    )
    beyond = pc.is_in(clients, value_set=others[_ID].cast(pa.string()).combine_chunks())
    return np.asarray(pc.invert(beyond).to_numpy(zero_copy_only=False), np.bool_)


def _money(values: Floats) -> pa.Array:
    return pc.round(pa.array(values.ravel()), 4).cast(pa.decimal128(38, 4))

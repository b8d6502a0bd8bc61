"""The state of the market on each day: everything the table `market_state` says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.errors import UsageError
from zhike.base.period import Days, day_no
from zhike.base.text import say
from zhike.datacentre.hashes import whole
from zhike.datacentre.tables.branch import MARKET_STATE, STATES
from zhike.features.market import effect, regimes
from zhike.features.market.breadth import LONG, SHORT, Breadth, breadth_of
from zhike.features.market.gathering import NO_DAY, day_numbers, floats
from zhike.features.market.kernels.rolling import percentile
from zhike.features.market.prices import Prices
from zhike.features.market.publishing import numbers, published
from zhike.features.market.settings import MarketSettings
from zhike.features.market.waves import waves

Floats = npt.NDArray[np.float64]
Names = list[str | None]

FROM_STOCKS = (
    "up_share", "above_ma20", "above_ma60", "median_return", "limit_up", "limit_down", "prev_limit_up_return",
    "broken_limit_share", "new_high_low", "dispersion",
)  # fmt: skip
"""Columns that only the prices of stocks can tell."""
CLIENT_EFFECT = "client_money_effect"
"""The column that only the clients can tell."""

_REGIMES = {regimes.BULL: "bull", regimes.BEAR: "bear"}


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """The market along its days, shape (T,): the index (or what stands for it) and the breadth, NaN where unknown."""

    days: Days
    close: Floats
    index_amount: Floats
    breadth: Mapping[str, Floats]
    from_index: bool


def market_states(
    prices: Prices | None,
    index: pa.Table | None,
    as_of: Date,
    settings: MarketSettings | None = None,
) -> pa.Table:
    """Build `market_state`: a row for each trading day of the index and the price book up to `as_of`.

    `index`: rows of `index_quote`; of several indices the first of `settings.indices` that is there, else the one that
    begins first. Without any the stocks' own return, by free float, stands for it. Without prices the stocks' columns
    are null and the money effect is that of the index alone. `with_client_effect` fills in what clients earned.
    Columns but `regime_dated` and `wave` use no row later than their own. Raises UsageError with neither.
    """
    chosen = settings or MarketSettings()
    course = course_of(prices, index, as_of, chosen)
    figures = {name: course.breadth[name] for name in FROM_STOCKS}
    figures["turnover_pct"] = _turnover_pct(course, chosen)
    figures["drawdown"] = _drawdown(course.close)
    figures["money_effect"] = money = money_effect(course, chosen)
    figures[CLIENT_EFFECT] = np.full(len(course.days), np.nan)
    return published(MARKET_STATE, course.days, as_of, figures, _words(course, money, chosen))


def with_client_effect(states: pa.Table, earned: pa.Table) -> pa.Table:
    """Return the states with the clients' own money effect, by date (`earned`: date, client_money_effect), else null."""
    field = states.schema.field(CLIENT_EFFECT)
    values = _joined(earned, CLIENT_EFFECT, day_numbers(whole(states["date"])))
    return states.set_column(states.schema.names.index(CLIENT_EFFECT), field, numbers(values, field.type))


def _words(course: Course, money: Floats, settings: MarketSettings) -> dict[str, Names]:
    dated = regimes.regime_dated(course.close, settings)
    turned = np.flatnonzero((dated[:-1] == regimes.BEAR) & (dated[1:] != regimes.BEAR))
    return {
        "state": [None if s < 0 else STATES[s] for s in effect.states(money, settings)],
        "regime_known": [_REGIMES.get(int(r)) for r in regimes.regime_known(course.close, settings)],
        "regime_dated": [_REGIMES.get(int(r)) for r in dated],
        "wave": list(waves(course.close, settings.leg, set(turned.tolist()))),
    }


def course_of(prices: Prices | None, index: pa.Table | None, as_of: Date, settings: MarketSettings) -> Course:
    """Lay index and breadth side by side on their common days; raise UsageError where there is neither."""
    last = day_no(as_of)
    quoted = _index_rows(index, last, settings)
    breadth = None if prices is None else breadth_of(prices, last)
    stock_days = np.zeros(0, np.int32) if breadth is None else breadth.days[breadth.counted > 0]
    days = np.union1d(quoted[0], stock_days).astype(np.int32)
    if not len(days):
        raise UsageError(
            say(
                "截至该日既无指数也无个股行情",
                "There are neither index quotes nor quotes of stocks up to this day",
            ),
            where=as_of.isoformat(),
            next_=say("提供 index_quote 或 quote 表", "Deliver the table 'index_quote' or 'quote'"),
        )
    laid = _laid(breadth, days)
    from_index = len(quoted[0]) > 0
    close = _carried(_placed(quoted[0], quoted[1], days)) if from_index else _chained(laid["market_return"])
    return Course(days, close, _placed(quoted[0], quoted[2], days), laid, from_index)


def _index_rows(index: pa.Table | None, last: int, settings: MarketSettings) -> tuple[Days, Floats, Floats]:
    """Return days, closes and amounts of the chosen index up to a day, in order of days."""
    if index is None or not index.num_rows:
        return np.zeros(0, np.int32), np.zeros(0), np.zeros(0)
    if "index_id" in index.column_names:
        named = index["index_id"].cast(pa.string())
        index = index.filter(pc.equal(named, _chosen_index(named, index["date"], settings)))
    day, close = day_numbers(whole(index["date"])), floats(whole(index["close"]))
    amount = floats(whole(index["amount"])) if "amount" in index.column_names else np.full(len(day), np.nan)
    order = np.argsort(day, kind="stable")
    order = order[(close[order] > 0) & (day[order] <= last) & (day[order] > NO_DAY)]
    return day[order], close[order], np.where(amount[order] > 0, amount[order], np.nan)


def _chosen_index(named: pa.ChunkedArray, dates: pa.ChunkedArray, settings: MarketSettings) -> str:
    """Choose an index; by its first day rather than by its length, so that a later row can't change the choice."""
    firsts = pa.table({"name": named, "date": dates}).group_by("name").aggregate([("date", "min")])
    begins = dict(zip(firsts["name"].to_pylist(), firsts["date_min"].to_pylist(), strict=True))
    preferred = next((name for name in settings.indices if name in begins), None)
    return preferred or str(min(begins, key=lambda name: (begins[name], name)))


def _placed(day: Days, values: Floats, days: Days) -> Floats:
    out = np.full(len(days), np.nan)
    out[np.searchsorted(days, day)] = values
    return out


def _laid(breadth: Breadth | None, days: Days) -> dict[str, Floats]:
    names = [name for name in Breadth.__slots__ if name != "days"]
    if breadth is None:
        return {name: np.full(len(days), np.nan) for name in names}
    there = breadth.counted > 0
    return {name: _placed(breadth.days[there], getattr(breadth, name)[there], days) for name in names}


def _carried(close: Floats) -> Floats:
    """Carry the index over days on which only stocks are quoted; before its first day it stands still."""
    known = np.flatnonzero(~np.isnan(close))
    at = np.searchsorted(known, np.arange(len(close)), side="right") - 1
    return np.asarray(close[known[np.maximum(at, 0)]])


def _chained(returns: Floats) -> Floats:
    return np.asarray(np.cumprod(1.0 + np.where(np.isnan(returns), 0.0, returns)))


def _drawdown(close: Floats) -> Floats:
    return np.asarray(1.0 - close / np.maximum.accumulate(close))


def _turnover_pct(course: Course, settings: MarketSettings) -> Floats:
    """Return the percentile of turnover by free float, else of the value traded in stocks, else in the index."""
    out = np.full(len(course.days), np.nan)
    for values in (course.breadth["turnover"], course.breadth["amount"], course.index_amount):
        out = np.where(np.isnan(out), _percentile(values, settings), out)
    return out


def _joined(table: pa.Table, name: str, days: Days) -> Floats:
    """Return a column of a table by date, NaN on days it doesn't have."""
    out = np.full(len(days), np.nan)
    day, values = day_numbers(whole(table["date"])), floats(whole(table[name]))
    there = np.isin(day, days)
    out[np.searchsorted(days, day[there])] = values[there]
    return out


def money_effect(course: Course, settings: MarketSettings) -> Floats:
    """Compute the composite money effect, 0…100: the stocks' where half its parts are known, else the index's."""
    turnover = _turnover_pct(course, settings)
    made = []
    for rising, falling in (_stock_parts(course), _index_parts(course)):
        up, down = ([_percentile(values, settings) for values in side] for side in (rising, falling))
        made.append(effect.composite([*up, *(1.0 - rank for rank in down), turnover]))
    return effect.smoothed(np.where(np.isnan(made[0]), made[1], made[0]), settings.smoothing)


def _percentile(values: Floats, settings: MarketSettings) -> Floats:
    return percentile(values, settings.percentile_days, settings.least_days)


def _stock_parts(course: Course) -> tuple[list[Floats], list[Floats]]:
    """List what of the stocks is good when high, and what is good when low."""
    b = course.breadth
    balance = (b["limit_up"] - b["limit_down"]) / b["counted"]
    plain = (
        "up_share",
        "median_return",
        "above_ma20",
        "above_ma60",
        "prev_limit_up_return",
        "high_low_share",
    )
    there = np.where(np.isnan(b["up_share"]), np.nan, 0.0)
    return [*(b[name] for name in plain), balance], [b["broken_limit_share"], _drawdown(course.close) + there]


def _index_parts(course: Course) -> tuple[list[Floats], list[Floats]]:
    """List what of the index is good when high, and what is good when low."""
    close = course.close
    day_return = np.concatenate([[np.nan], close[1:] / close[:-1] - 1.0])
    return [day_return, _over_mean(close, SHORT), _over_mean(close, LONG)], [_drawdown(close)]


def _over_mean(close: Floats, days: int) -> Floats:
    out = np.full(len(close), np.nan)
    if len(close) >= days:
        out[days - 1 :] = (
            close[days - 1 :] / np.lib.stride_tricks.sliding_window_view(close, days).mean(axis=1) - 1.0
        )
    return out

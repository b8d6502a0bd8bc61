"""Breadth: what the stocks of a day did, one by one, as against what an index did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.base.period import Days
from zhike.features.market.kernels import breadth as kernel
from zhike.features.market.prices import TRADED, Prices

Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]

SHORT, LONG = 20, 60
"""The windows that the columns of `market_state` name."""

_UNCOUNTED = ("bond", "repo", "index", "convertible")
_DAYS_AT_ONCE = 64


@dataclass(frozen=True, slots=True, eq=False)
class Breadth:
    """Figures of each day over all stocks, shape (T,); NaN where there is none.

    Shares and returns are fractions. `counted`: stocks traded whose return is known. `new_high_low`: new highs less new
    lows of 60 days. `turnover`: value traded over free float; `amount`: value traded, `market_return`: by free float of
    the day before, else each stock alike. The rest as the columns of `market_state` of the same name.
    """

    days: Days
    counted: Floats
    up_share: Floats
    above_ma20: Floats
    above_ma60: Floats
    median_return: Floats
    limit_up: Floats
    limit_down: Floats
    prev_limit_up_return: Floats
    broken_limit_share: Floats
    new_high_low: Floats
    high_low_share: Floats
    dispersion: Floats
    turnover: Floats
    amount: Floats
    market_return: Floats


def counted_among(prices: Prices) -> Truths:
    """Tell which securities count: stocks; where the book has none, all but bonds, repos and indices; shape (S,)."""
    stocks = prices.are("stock")
    return stocks if stocks.any() else ~prices.are(*_UNCOUNTED)


def breadth_of(prices: Prices, last_day: int) -> Breadth:
    """Compute the breadth of every day of the price book up to `last_day` (a day number), from no later one."""
    among = counted_among(prices)
    days = prices.days[prices.days <= last_day]
    counts, sums = np.zeros((len(days), 12), np.int64), np.zeros((len(days), 8))
    kernel.count_flags(prices.returns, prices.flags, among, counts, sums)
    kernel.count_levels(prices.adjusted, prices.flags, among, SHORT, LONG, counts)
    kernel.add_value(prices.returns, prices.amount, prices.float_cap, prices.flags, among, sums)
    median, deviation = _middle_and_spread(prices, among, len(days))
    limited = bool(len(prices.limited)) and bool((among & prices.limited).any())
    c, s = counts.T.astype(np.float64), sums.T
    there = c[kernel.COUNTED] > 0
    known_60 = c[kernel.KNOWN_60] > 0
    return Breadth(
        days=days,
        counted=c[kernel.COUNTED],
        up_share=_over(c[kernel.UP], c[kernel.COUNTED]),
        above_ma20=_over(c[kernel.ABOVE_20], c[kernel.KNOWN_20]),
        above_ma60=_over(c[kernel.ABOVE_60], c[kernel.KNOWN_60]),
        median_return=median,
        limit_up=np.where(there & limited, c[kernel.UPPER], np.nan),
        limit_down=np.where(there & limited, c[kernel.LOWER], np.nan),
        prev_limit_up_return=_over(s[kernel.BEFORE_RETURN], s[kernel.BEFORE]),
        broken_limit_share=_over(c[kernel.BROKEN], c[kernel.TOUCHED]),
        new_high_low=np.where(known_60, c[kernel.HIGHS] - c[kernel.LOWS], np.nan),
        high_low_share=_over(c[kernel.HIGHS] - c[kernel.LOWS], c[kernel.KNOWN_60]),
        dispersion=deviation,
        turnover=_over(s[kernel.TURNED], s[kernel.CAP]),
        amount=np.where(s[kernel.AMOUNT] > 0, s[kernel.AMOUNT], np.nan),
        market_return=_market_return(c, s),
    )


def _over(part: Floats, whole: Floats) -> Floats:
    """Divide; NaN where the whole is nothing."""
    return np.asarray(part / np.where(whole > 0, whole, np.nan))


def _market_return(counts: Floats, sums: Floats) -> Floats:
    weighed = _over(sums[kernel.WEIGHED], sums[kernel.WEIGHT])
    return np.where(np.isnan(weighed), _over(sums[kernel.RETURN], counts[kernel.COUNTED]), weighed)


def _middle_and_spread(prices: Prices, among: Truths, days: int) -> tuple[Floats, Floats]:
    """Compute median and standard deviation of the day's returns, some days at a time."""
    median, deviation = np.empty(days), np.empty(days)
    for first in range(0, days, _DAYS_AT_ONCE):
        part = slice(first, min(first + _DAYS_AT_ONCE, days))
        traded = (prices.flags[among, part] & TRADED) != 0
        returns = np.where(traded, prices.returns[among, part], np.nan)
        for day, of_day in enumerate(np.ascontiguousarray(returns.T), start=first):
            known = of_day[~np.isnan(of_day)]
            median[day] = np.median(known) if len(known) else np.nan
            deviation[day] = known.std(ddof=1) if len(known) > 1 else np.nan
    return median, deviation

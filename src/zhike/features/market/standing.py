"""Where each security stood on each day among what could be traded that day, as known before that day's trading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.features.market.folders import frozen
from zhike.features.market.kernels import backward
from zhike.features.market.kernels.ranks import rank_days
from zhike.features.market.prices import TRADED, Prices

Narrow = npt.NDArray[np.float32]
Truths = npt.NDArray[np.bool_]

_DAYS_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class StandingSettings:
    """Windows in trading days, and which kinds are ranked against one another.

    `known`: share of a window's days that must be traded and known before a mean of them counts.
    """

    kinds: tuple[str, ...] = ("stock", "etf", "fund", "convertible", "other", "")
    attention_days: int = 3
    usual_days: int = 120
    lottery_days: int = 20
    high_days: int = 60
    known: float = 0.5

    def __post_init__(self) -> None:
        """Refuse windows that hold nothing."""
        days = (self.attention_days, self.usual_days, self.lottery_days, self.high_days)
        if min(days) < 1 or not 0 < self.known <= 1:
            raise UsageError(say(f"窗口设置不可用：{self}", f"These windows can't be used: {self}"))

    def least(self, days: int) -> int:
        """Return how many days of a window must be known; at least two, so that they can differ."""
        return max(2, round(days * self.known))


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Percentile ranks, shape (S, T) as the price book; day t from data up to day t − 1, but for `*_today`.

    A rank is (rank − ½) / n among the securities of the ranked kinds that were TRADED on day t and whose value is
    known, ties sharing their mean rank: 1 − 1/2n for the highest. NaN for all others.

    `momentum_*`: total return of 5, 20, 60 days. `above_ma*`: adjusted close over its mean. `cheapness`: mean rank of
    earnings, book value and dividends over price, as far as known. `turnover_jump`: turnover of the day before over
    its usual mean. `large_move`: largest |return| of three days. `lottery`: mean rank of low price, of volatility and
    largest return of 20 days, and of turnover. `drawdown_60`: depth below the 60-day high. `size`: free-float value.
    `return_today`: the day's own return, known only after its close.
    `limit_up_recent` is no rank: closed at the upper limit on one of the three days before.
    """

    momentum_5: Narrow
    momentum_20: Narrow
    momentum_60: Narrow
    above_ma20: Narrow
    above_ma60: Narrow
    cheapness: Narrow
    turnover_jump: Narrow
    large_move: Narrow
    lottery: Narrow
    drawdown_60: Narrow
    size: Narrow
    return_today: Narrow
    limit_up_recent: Truths


def standing_of(prices: Prices, settings: StandingSettings | None = None) -> Standing:
    """Rank every security on every day of the price book; see `Standing` for what the ranks mean."""
    chosen = settings or StandingSettings()
    pool = np.ascontiguousarray((prices.flags & TRADED != 0) & prices.are(*chosen.kinds)[:, None])
    a = prices.adjusted
    found = {f"momentum_{days}": ranked(backward.gain(a, days), pool) for days in (5, 20, 60)}
    found |= {f"above_ma{days}": ranked(backward.over_mean(a, days), pool) for days in (20, 60)}
    found["drawdown_60"] = ranked(backward.below_high(a, chosen.high_days), pool)
    found["large_move"] = ranked(backward.largest(prices.returns, chosen.attention_days, True), pool)
    found["size"] = ranked(_day_before(prices.float_cap), pool)
    found["return_today"] = ranked(prices.returns.astype(np.float32), pool)
    found["cheapness"] = _cheapness(prices, pool)
    traded = _value_traded(prices)
    turnover = _turnover(prices, traded)
    found["turnover_jump"] = ranked(_jump(prices, turnover, traded, chosen), pool)
    found["lottery"] = _lottery(prices, turnover, pool, chosen)
    recent = backward.closed_at_limit(prices.flags, chosen.attention_days)
    return Standing(**{name: frozen(grid) for name, grid in found.items()}, limit_up_recent=frozen(recent))


def ranked(values: Narrow, pool: Truths) -> Narrow:
    """Rank in place, some days at a time so that each day's values lie side by side."""
    for first in range(0, values.shape[1], _DAYS_AT_ONCE):
        days = slice(first, first + _DAYS_AT_ONCE)
        turned = np.ascontiguousarray(values[:, days].T)
        rank_days(turned, np.ascontiguousarray(pool[:, days].T))
        values[:, days] = turned.T
    return values


def _ranked_means(means: Narrow, pool: Truths) -> Narrow:
    """Rank means of ranks; rounded, since two that are equal may differ in the last digit of a float."""
    return ranked(np.round(means, 6), pool)


def _mean_known(parts: Sequence[Narrow]) -> Narrow:
    """Average what is known of several ranks; NaN where nothing is."""
    total, known = np.zeros_like(parts[0]), np.zeros(parts[0].shape, np.uint8)
    for part in parts:
        there = part == part
        np.add(total, part, out=total, where=there)
        known += there
    with np.errstate(invalid="ignore"):
        return np.asarray(total / np.where(known, known, np.nan).astype(np.float32), np.float32)


def _day_before(values: npt.NDArray[np.floating]) -> Narrow:
    moved = np.full(values.shape, np.nan, np.float32)
    moved[:, 1:] = values[:, :-1]
    return moved


def _cheapness(prices: Prices, pool: Truths) -> Narrow:
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = (figure / prices.close for figure in (prices.eps, prices.bps, prices.dividend))
        ranks = [ranked(_day_before(ratio), pool) for ratio in ratios]
    return _ranked_means(_mean_known(ranks), pool)


def _value_traded(prices: Prices) -> Narrow:
    """Return what was traded in currency: the amount, else volume × close."""
    return np.where(
        prices.amount == prices.amount, prices.amount, (prices.volume * prices.close).astype(np.float32)
    )


def _turnover(prices: Prices, traded: Narrow) -> Narrow:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(prices.float_cap > 0, traded / prices.float_cap, np.nan), np.float32)


def _jump(prices: Prices, turnover: Narrow, traded: Narrow, settings: StandingSettings) -> Narrow:
    """Divide the day before by the mean of the `usual_days` before it: by turnover, else by value traded."""
    least = settings.least(settings.usual_days)
    ratios = []
    for values in (turnover, traded):
        usual = backward.mean_traded(values, prices.flags, 2, settings.usual_days, least)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratios.append(np.where(usual > 0, backward.last_traded(values, prices.flags) / usual, np.nan))
    return np.where(np.isnan(ratios[0]), ratios[1], ratios[0]).astype(np.float32)


def _lottery(prices: Prices, turnover: Narrow, pool: Truths, settings: StandingSettings) -> Narrow:
    """Rank the mean of three ranks: low price, wild (volatility and largest return), much traded; two must be known."""
    days = settings.lottery_days
    least = settings.least(days)
    low = ranked(-_day_before(prices.close), pool)
    wild = _mean_known([
        ranked(backward.spread_of(prices.returns, prices.flags, days, least), pool),
        ranked(backward.largest(prices.returns, days, False), pool),
    ])  # fmt: skip
    busy = ranked(backward.mean_traded(turnover, prices.flags, 1, days, least), pool)
    mean = _mean_known([low, wild, busy])
    mean[(low == low).astype(np.uint8) + (wild == wild) + (busy == busy) < 2] = np.nan
    return _ranked_means(mean, pool)

"""Make the whole market of a plan: shares, funds, indices, reports; arrays are (days, securities)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.base.period import date_of
from zhike.simulate.chance import stream
from zhike.simulate.market.prices import Draws, Knobs, Shares, Tape, make_prices
from zhike.simulate.market.regimes import Course, course
from zhike.simulate.market.universe import INDUSTRIES, Universe, universe
from zhike.simulate.settings import Plan

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_QUARTER = 61


@dataclass(frozen=True, slots=True, eq=False)
class Reports:
    """What had been reported by the close of a day, per share as it then was; (T, S)."""

    eps: Floats
    bps: Floats
    dividend: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """The market. Prices are thousandths of a yuan; ETFs come behind the stocks; `index` is (T, 2).

    `heat`: how lively the market was, from its 20- and 60-day return; about 1 on a plain day.
    """

    plan: Plan
    course: Course
    universe: Universe
    tape: Tape
    halted: Bools
    ratio: Floats
    st: Bools
    reports: Reports
    float_shares: Floats
    index: Floats
    heat: Floats

    @property
    def first(self) -> int:
        """The first day of the drop."""
        return self.course.first

    @property
    def end(self) -> int:
        """One past the last day of the drop."""
        return self.course.first + self.plan.days


def make_market(plan: Plan, *, neutral: bool = False) -> Market:
    """Make the market; with `neutral` its future beyond the drop ranges without drift, all else alike."""
    path = course(plan, neutral=neutral)
    listed = universe(plan, path.days, path.first)
    n, t = listed.stocks, len(path.days)
    shares = _shares(plan, listed, path)
    tape = _empty(t, n)
    m = plan.market_settings
    knobs = Knobs(m.reversion, m.trend, m.trend_memory, m.burst, m.burst_memory)
    make_prices(_draws(plan, path, listed), shares, knobs, tape)
    reports = _reports(plan, shares, tape)
    grown = np.repeat((listed.size / shares.price)[None, :], t, 0) * tape.adjusted
    index = _indices(path, listed, tape)
    tape, ratio = _with_funds(plan, listed, tape, shares.ratio)
    wide = ((0, 0), (0, len(listed) - n))
    reports = Reports(*(np.pad(a, wide) for a in (reports.eps, reports.bps, reports.dividend)))
    float_shares = np.pad(grown, wide, constant_values=2e9)
    return Market(
        plan, path, listed, tape, np.pad(shares.halted, wide), ratio, np.pad(listed.st, wide), reports,
        float_shares, index, _heat(index[:, 0]),
    )  # fmt: skip


def _empty(t: int, n: int) -> Tape:
    def ints() -> Ints:
        return np.zeros((t, n), np.int64)

    def floats() -> Floats:
        return np.zeros((t, n))

    return Tape(
        ints(), ints(), ints(), ints(), ints(), ints(), ints(), floats(), ints(), floats(), floats(), floats()
    )


def _shares(plan: Plan, listed: Universe, path: Course) -> Shares:
    n, dice = listed.stocks, stream(plan.seed, "shares")
    volatility = plan.market_settings.idiosyncratic * np.exp(dice.normal(0, 0.25, n))
    price = np.clip(np.exp(dice.normal(2.7, 0.6, n)), 4.0, 150.0)
    multiple = np.exp(dice.normal(3.15, 0.45, n))
    loss = dice.random(n) < 0.12
    earnings = np.where(loss, -0.4, 1.0) * price / multiple
    lottery = np.exp(0.8 * (volatility / volatility.mean() - 1.0) - 0.35 * (np.log(price) - 2.7))
    cash, ratio = _payouts(plan, listed, path)
    growth = dice.normal(0, 0.12, n) / 245 - 0.5 * volatility**2
    halted = _halts(plan, len(path.days), n)
    return Shares(
        listed.beta, volatility, lottery, growth, np.round(price, 2), listed.listed, listed.limit, halted, cash, ratio, earnings
    )  # fmt: skip


def _payouts(plan: Plan, listed: Universe, path: Course) -> tuple[Floats, Floats]:
    """Set ex-days in May to July of each year: cash for seven in ten, new shares for one in twelve."""
    t, n = len(path.days), listed.stocks
    cash, ratio = np.zeros((t, n)), np.zeros((t, n))
    months = np.array([(date_of(int(d)).year, date_of(int(d)).month) for d in path.days])
    for year in np.unique(months[:, 0]):
        dice = stream(plan.seed, "payout", int(year))
        pays, share, more, size, when = (dice.random(n) for _ in range(5))
        season = np.flatnonzero((months[:, 0] == year) & (months[:, 1] >= 5) & (months[:, 1] <= 7))
        if not len(season):
            continue
        at = season[0] + (when * 55).astype(int)
        ok = np.flatnonzero((at < t) & (at > listed.listed[:n] + 60))
        cash[at[ok], ok] = np.where(pays[ok] < 0.7, 0.15 + 0.4 * share[ok], 0.0)
        ratio[at[ok], ok] = np.where(more[ok] < 0.085, np.round(0.1 + 0.7 * size[ok], 1), 0.0)
    return cash, ratio


def _halts(plan: Plan, t: int, n: int) -> Bools:
    dice = stream(plan.seed, "halts")
    begins = dice.random((t, n)) < 1 / 1300
    length = stream(plan.seed, "halt lengths").integers(2, 14, (t, n))
    halted = np.zeros((t, n), np.bool_)
    for day, stock in zip(*np.nonzero(begins), strict=True):
        halted[day + 1 : day + 1 + length[day, stock], stock] = True
    return halted


def _draws(plan: Plan, path: Course, listed: Universe) -> Draws:
    t, n, seed = len(path.days), listed.stocks, plan.seed
    industry = 0.005 * stream(seed, "industries").standard_normal((t, len(INDUSTRIES)))
    lean = stream(seed, "leaning").standard_normal((t // 40 + 1, len(INDUSTRIES)))
    industry = industry + 0.0006 * np.repeat(lean, 40, axis=0)[:t]
    sign = np.where(stream(seed, "burst sign").random((t, n)) < 0.75, 1.0, -0.7)
    return Draws(
        path.returns,
        np.ascontiguousarray(industry[:, listed.industry]),
        stream(seed, "noise").standard_t(4, (t, n)) / np.sqrt(2.0),
        stream(seed, "trend").standard_normal((t, n)),
        np.repeat(stream(seed, "surprise").standard_normal((t // _QUARTER + 1, n)), _QUARTER, axis=0)[:t]
        * 0.3,
        stream(seed, "burst").random((t, n)),
        sign * (0.06 + 0.06 * stream(seed, "burst size").standard_exponential((t, n))),
        stream(seed, "inside").standard_normal((t, 4, n)),
    )


def _reports(plan: Plan, shares: Shares, tape: Tape) -> Reports:
    """Publish a quarter's figures 25 to 60 days after it ends; nothing newer is known on a day."""
    t, n = tape.close.shape
    lag = stream(plan.seed, "report lag").integers(25, 60, (t // _QUARTER + 2, n))
    common = 0.06 / 245 * np.arange(t)[:, None]
    worth = shares.earnings * np.exp(tape.earned + common)
    book = np.abs(shares.earnings) * np.exp(stream(plan.seed, "book").normal(2.4, 0.4, n))
    known = np.zeros((t, n), np.int64)
    for q in range(t // _QUARTER + 1):
        ends = q * _QUARTER
        known = np.where(np.arange(t)[:, None] >= ends + lag[q], ends, known)
    columns = np.arange(n)
    reported = worth[known, columns]
    growing = book * np.exp(np.maximum(tape.earned[known, columns], -0.5) * 0.5 + common[known, 0])
    paid = np.cumsum(tape.dividend / 1000.0, axis=0)
    year = paid.copy()
    year[244:] -= paid[:-244]
    return Reports(reported / tape.adjusted, growing / tape.adjusted, year)


def _gains(tape: Tape) -> Floats:
    """Return each day's simple return; 0 before the listing."""
    return np.where(tape.prev > 0, tape.close / np.maximum(tape.prev, 1) - 1.0, 0.0)


def _indices(path: Course, listed: Universe, tape: Tape) -> Floats:
    """Weigh returns by size: the large shares of all boards, and Shanghai's; the real index stands where it is."""
    gain = _gains(tape)
    fresh = np.arange(len(gain))[:, None] < listed.listed[None, : listed.stocks] + 11
    out = np.empty((len(gain), 2))
    shanghai = np.array([i.endswith("SH") for i in listed.ids[: listed.stocks]])
    for k, chosen in enumerate((listed.size >= np.median(listed.size), shanghai)):
        weight = np.where(
            chosen[None, :] & ~(fresh & (listed.listed[None, : listed.stocks] > 0)), listed.size, 0.0
        )
        out[:, k] = (gain * weight).sum(1) / weight.sum(1)
    out = np.asarray(np.round(np.array([3600.0, 3000.0]) * np.cumprod(1.0 + out, axis=0), 2))
    if path.level is not None:
        real = np.isfinite(path.level)
        bridge = np.cumprod(np.exp(np.where(real, 0.0, path.returns)))
        out[:, 1] = np.round(np.where(real, path.level, path.level[real][-1] * bridge), 3)
    return out


def _heat(index: Floats) -> Floats:
    log = np.log(index)
    month = log - np.concatenate([np.full(20, log[0]), log[:-20]])
    quarter = log - np.concatenate([np.full(60, log[0]), log[:-60]])
    smooth, now = np.empty(len(log)), 1.0
    for t, raw in enumerate(np.exp(2.5 * month + 1.4 * quarter)):
        now += (min(max(raw, 0.45), 2.4) - now) / 5.0
        smooth[t] = now
    return np.asarray(smooth)


def _with_funds(plan: Plan, listed: Universe, tape: Tape, ratio: Floats) -> tuple[Tape, Floats]:
    """Put the ETFs behind the stocks: the return of their basket, to the thousandth of a yuan; one is split."""
    t, n = tape.close.shape
    count = len(listed) - n
    day = 1.0 + np.clip(_gains(tape) @ listed.basket.T, -0.099, 0.099)
    level = np.round(
        1000.0 * np.exp(stream(plan.seed, "funds").normal(0.3, 0.4, count)) * np.cumprod(day, axis=0)
    )
    extra = np.zeros((t, count))
    split = plan.market_settings.lead_in + plan.market_settings.history + 40
    if count > 1 and split < t:
        extra[split, 1] = 1.0
        level[split:, 1] = np.round(level[split:, 1] / 2.0)
    close = np.maximum(level, 50).astype(np.int64)
    before = np.vstack([close[:1], close[:-1]])
    prev = np.round(before / (1.0 + extra)).astype(np.int64)
    swing = 0.25 * np.abs(stream(plan.seed, "fund range").standard_normal((t, 2, count))) * 0.01
    high = np.floor(np.maximum(prev, close) * (1 + swing[:, 0])).astype(np.int64)
    low = np.ceil(np.minimum(prev, close) * (1 - swing[:, 1])).astype(np.int64)
    up, down = np.round(prev * 1.1).astype(np.int64), np.round(prev * 0.9).astype(np.int64)
    adjusted = np.cumprod(1.0 + extra, axis=0)
    factor = np.cumprod(np.where(extra > 0, before / prev, 1.0), axis=0)
    whole = np.full((t, count), 1.0)
    high, low = np.minimum(high, np.maximum(up, close)), np.maximum(low, np.minimum(down, close))
    paid = np.zeros((t, count), np.int64)
    more = (prev, high, low, close, prev, up, down, whole, paid, factor, whole, adjusted)
    both = [np.ascontiguousarray(np.hstack([a, b])) for a, b in zip(tape, more, strict=True)]
    return Tape(*both), np.hstack([ratio, extra])

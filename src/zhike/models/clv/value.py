"""What clients will bring: survival × assets × turnover × net fee, interest, product fees, less cost to serve, over market paths."""

from __future__ import annotations

from dataclasses import dataclass, fields
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from zhike.models.clv.learning import Learnt, Past, Served, fixed_part, memory, own_rate
from zhike.models.clv.market import MarketMonths, Paths, paths_of
from zhike.models.clv.months import Months
from zhike.models.clv.settings import AWAKE, CLOSED, COUNT, LOST, ClvSettings

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_LOW, _MIDDLE, _HIGH = 0.1, 0.5, 0.9
_TINY = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """The value of clients in yuan, discounted, (n, horizons) each.

    expected, p10, p50, p90: over the markets that may come; neutral_expected, neutral_p50: over markets without drift or mood.
    there: the chance not to be lost at the horizon's end. `expected` is trading + interest + products + cost (0 or below), the means of
    its parts over markets without drift or mood, + market: what the markets that may come add to them.
    """

    expected: Floats
    p10: Floats
    p50: Floats
    p90: Floats
    neutral_expected: Floats
    neutral_p50: Floats
    there: Floats
    trading: Floats
    interest: Floats
    products: Floats
    cost: Floats
    market: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """One set of paths walked from every stage: sums over the months of each horizon, (…, stages, paths, horizons).

    trading: activity × mood, by logic, discounted; growing: the same × assets; held: assets while the client is there; awake: the same
    while awake; lasting: months there; all discounted, assets as a multiple of today's. busy: activity × mood, not discounted.
    there: chances to be there at the end, (stages, horizons).
    """

    trading: Floats
    growing: Floats
    held: Floats
    awake: Floats
    lasting: Floats
    busy: Floats
    there: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What is the same for every client: what was learnt, both sets of paths, and the dice, all shared.

    dice: (clumps, 2, paths): evenly spread over 0…1, and over a standard normal distribution, each in an order of its own.
    """

    learnt: Learnt
    market: MarketMonths
    likely: Ahead
    neutral: Ahead
    dice: Floats
    settings: ClvSettings


def outlook(learnt: Learnt, market: MarketMonths, settings: ClvSettings | None = None) -> Outlook:
    """Walk the market and life paths, once for all clients."""
    s = settings or ClvSettings()
    dice = np.random.default_rng([s.seed, 3])
    evenly = np.broadcast_to((np.arange(s.paths) + 0.5) / s.paths, (3, 2, s.paths))
    likely, neutral = (ahead(learnt, paths_of(market, s, neutral=calm), s) for calm in (False, True))
    thrown = dice.permuted(evenly, axis=2)
    normal = np.vectorize(NormalDist().inv_cdf, otypes=[np.float64])
    return Outlook(learnt, market, likely, neutral, np.stack([thrown[:, 0], normal(thrown[:, 1])], axis=1), s)


def ahead(learnt: Learnt, paths: Paths, s: ClvSettings) -> Ahead:
    """Walk paths from every stage: the stage month by month, the assets of each logic, what is traded."""
    stage = _lives(learnt.chain, paths.regime, np.random.default_rng([s.seed, 0]).random(paths.regime.shape))
    there, awake = ~np.isin(stage, (LOST, CLOSED)), np.isin(stage, AWAKE)
    flow = learnt.flow[stage] + awake * learnt.flow_mood * paths.mood
    earned = learnt.exposure[:, None, None, None] * np.expm1(paths.returns)
    grown = np.cumprod(np.maximum(1.0 + earned + flow, 0.0), axis=3)
    level = (np.concatenate([np.ones_like(grown[..., :1]), grown[..., :-1]], axis=3) + grown) / 2
    lively = np.exp(learnt.mood[:, None, None, None] * paths.mood) * learnt.activity[stage]
    worth = (1.0 + s.discount) ** (-(np.arange(level.shape[3]) + 0.5) / s.year_months)
    ends = np.array(s.horizons) - 1

    def summed(months: Floats) -> Floats:
        return np.asarray(np.cumsum(months, axis=-1)[..., ends], np.float64)

    return Ahead(
        trading=summed(lively * worth), growing=summed(lively * level * worth), held=summed(there * level * worth),
        awake=summed(awake * level * worth), lasting=summed(there * worth), busy=summed(lively),
        there=there[..., ends].mean(axis=1),
    )  # fmt: skip


def _lives(chain: Floats, regime: Ints, dice: Floats) -> Ints:
    """Return the stage each month begins with, (stages to begin with, paths, months); one throw a path and month for all of them."""
    edges = np.cumsum(chain, axis=2)
    stage = np.repeat(np.arange(COUNT)[:, None], len(dice), axis=1)
    out = np.empty((COUNT, *dice.shape), np.int64)
    for month in range(dice.shape[1]):
        out[..., month] = stage
        beyond = edges[regime[:, month], stage] < dice[:, month, None]
        stage = np.minimum(beyond.sum(axis=2), COUNT - 1)
    return out


def value_of(m: Months, logic: Ints, served: Served, o: Outlook) -> Values:
    """Value clients, `chunk` at once; nobody's value depends on who else is valued."""
    step = o.settings.chunk
    spans = [slice(i, i + step) for i in range(0, max(len(m), 1), step)]
    parts = [_valued(_each(m.rows(at), logic[at], served.rows(at), o), o) for at in spans]
    return Values(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Values)))


@dataclass(frozen=True, slots=True, eq=False)
class _Each:
    """What stands behind each client's value, (n,) each: yuan a month of each part, and how clumped it is.

    trades: net commission of a month awake and without mood, the part that doesn't go with assets; growing: the part that does, at
    today's assets. busy: share of months with a trade; spread: variance over squared mean of such a month; unsure: the same of the estimate.
    """

    logic: Ints
    stage: Ints
    trades: Floats
    growing: Floats
    busy: Floats
    spread: Floats
    unsure: Floats
    interest: Floats
    products: Floats
    cost: Floats


def _each(m: Months, logic: Ints, served: Served, o: Outlook) -> _Each:
    s, learnt, stage = o.settings, o.learnt, np.maximum(m.stage[:, -1], 0)
    past = Past.of(m, o.market, s)
    w = past.awake * memory(m, s)
    fixed = fixed_part(m, s)
    moves = m.kept - fixed - s.trade_cost * m.traded
    days, each, more, held = ((w * v).sum(axis=1) for v in (m.days, fixed, moves, m.days * m.assets))
    empty = ~np.isin(stage, AWAKE) & (m.left[:, -1] < s.least_assets)
    now, k = np.where(empty, learnt.arrival, m.left[:, -1]), s.own_days
    then = np.where(days > 0, held / np.maximum(days, _TINY), np.maximum(now, s.least_assets))
    rate = own_rate(m, logic, past, learnt.days, learnt.mood, s)
    day = (each + k * learnt.day[logic]) / (days + k)
    per_asset = (more + k * learnt.per_asset[logic] * then) / (held + k * then)
    months, own = w.sum(axis=1), s.own_months
    busy = ((w * (m.days > 0)).sum(axis=1) + own * learnt.busy[logic]) / (months + own)
    year = s.year_months
    lately = np.maximum(m.assets[:, -round(year) :].mean(axis=1), s.least_assets)
    products = (s.own_products * learnt.products + served.products / lately) / (s.own_products + year)
    cost = (s.own_costs * learnt.cost[stage] + served.cost) / (s.own_costs + year)
    return _Each(
        logic, stage, rate * day, rate * per_asset * np.minimum(now, s.most_growth * then), np.clip(busy, _TINY, 1.0), learnt.size[logic] ** 2,
        1.0 / (own + days) + s.drift**2, served.interest / year, products * now, cost,
    )  # fmt: skip


def _valued(c: _Each, o: Outlook) -> Values:
    likely, neutral = _over(c, o.likely, o), _over(c, o.neutral, o)
    return Values(
        likely.mean, *likely.quantiles, neutral.mean, neutral.quantiles[1], o.likely.there[c.stage],
        *neutral.parts, likely.mean - neutral.mean,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Over:
    """What clients bring over one set of paths, (n, horizons) each: mean, low, middle and high; means of trading, interest, products, cost."""

    mean: Floats
    quantiles: tuple[Floats, Floats, Floats]
    parts: tuple[Floats, Floats, Floats, Floats]


def _over(c: _Each, a: Ahead, o: Outlook) -> _Over:
    """Return what clients bring over the paths `a`."""

    def each(values: Floats) -> Floats:
        return values[:, None, None]

    trades = each(c.trades) * a.trading[c.logic, c.stage] + each(c.growing) * a.growing[c.logic, c.stage]
    products = each(c.products) * a.awake[c.logic, c.stage]
    interest = each(c.interest) * a.held[c.logic, c.stage]
    cost = each(c.cost) * a.lasting[c.stage]
    mean = (trades + products + interest - cost).mean(axis=1)
    busy = each(c.busy) * a.busy[c.logic, c.stage]
    orders = o.learnt.orders * a.lasting[c.stage]
    contacts = cost / max(o.learnt.contact, _TINY)
    clumped = (
        trades * _clumps(o.dice[0], busy, each(1.0 + c.spread) / np.maximum(busy, _TINY) + each(c.unsure))
        + products * _clumps(o.dice[1], orders, 2.0 / np.maximum(orders, _TINY))
        - cost * _clumps(o.dice[2], contacts, 2.0 / np.maximum(contacts, _TINY))
        + interest
    )
    low, middle, high = np.quantile(clumped, (_LOW, _MIDDLE, _HIGH), axis=1)
    parts = tuple(part.mean(axis=1) for part in (trades, interest, products, -cost))
    return _Over(mean, (low, middle, high), parts)


def _clumps(dice: Floats, often: Floats, spread: Floats) -> Floats:
    """Return what a mean of 1 becomes in clumps: nothing with the chance e^(−often), else log-normal; variance `spread` in all.

    dice: (2, paths), as in Outlook; often, spread: (n, paths, horizons).
    """
    some = np.maximum(-np.expm1(-often), _TINY)
    variance = np.log(np.maximum((1.0 + spread) * some, 1.0))
    amount = np.exp(np.sqrt(variance) * dice[1][:, None] - variance / 2) / some
    return np.where(dice[0][:, None] < 1.0 - some, 0.0, amount)

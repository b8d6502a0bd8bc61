"""Who the clients are: logic and purity, wealth, temper, what keeps them and what drives them away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.base.period import date_of
from zhike.simulate.agents import layout as at
from zhike.simulate.agents.ground import usual_rate
from zhike.simulate.agents.layout import Clients
from zhike.simulate.chance import scrambled, stream
from zhike.simulate.market.assembly import Market
from zhike.simulate.market.shelf import CATEGORIES, PRODUCTS
from zhike.simulate.settings import ClientSettings, Plan

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
INDIVIDUAL, INSTITUTION, PRODUCT = 0, 1, 2
NEVER = 1 << 40


@dataclass(frozen=True, slots=True, eq=False)
class Traits:
    """All clients of a branch: `reals` and `wholes` as agents.layout names them, `appetite` (n, categories) a year.

    `refers`: propensity to refer a year. `frozen`: kept by law only, gone before the story begins.
    """

    reals: Floats
    wholes: Ints
    appetite: Floats
    refers: Floats
    frozen: npt.NDArray[np.bool_]
    age: Floats

    def __len__(self) -> int:
        """Count the clients."""
        return len(self.reals)


def traits(plan: Plan, market: Market) -> Traits:
    """Draw all clients: the old ones first, then those who open an account in the days of the drop."""
    n, s = plan.clients, plan.client_settings
    dice = stream(plan.seed, "clients")
    wholes = np.zeros((n, at.WHOLES), np.int64)
    reals = np.zeros((n, at.REALS))
    kind = np.where(
        dice.random(n) < 0.012, INSTITUTION, np.where(dice.random(n) < 0.006, PRODUCT, INDIVIDUAL)
    )
    kind[:2] = INSTITUTION, PRODUCT  # every branch has one of each
    wholes[:, at.KIND] = kind
    wholes[:, at.NUMBER] = np.arange(n)
    wholes[:, at.KEY] = _keys(plan.seed, n)
    fresh = _openings(plan, market, wholes)
    _logic(plan, dice, reals, wholes)
    _wealth(s, dice, reals, wholes)
    age = np.clip(dice.normal(44, 13, n), 19, 85)
    _temper(dice, reals, wholes, age)
    _ties(s, dice, reals, wholes, age, market)
    _habits(s, dice, reals, wholes)
    frozen = (dice.random(n) < 0.003) & ~fresh
    wholes[frozen, at.OPENS] = NEVER
    sleeping = dice.random((2, n))
    rest = np.where(sleeping[1] < 0.22, at.WITH_SHARES, at.EMPTY)
    wholes[:, at.ASLEEP] = np.where(
        fresh,
        np.where(sleeping[0] < s.never_funded, at.NEVER_FUNDED, at.NEW),
        np.where(sleeping[0] < s.sleeping, rest, at.AWAKE),
    )
    return Traits(
        reals, wholes, _appetite(dice, reals, wholes, age), dice.gamma(0.5, 0.08, n) * (0.5 + reals[:, at.BASE_CONTENT]),
        frozen, age,
    )  # fmt: skip


def _keys(seed: int, n: int) -> Ints:
    root = np.uint64((seed * 0x9E3779B97F4A7C15 + 0x2545F4914F6CDD1D) % 2**64)
    return np.array([int(scrambled(root + np.uint64(k))) >> 2 for k in range(n)], np.int64)


def _openings(plan: Plan, market: Market, wholes: Ints) -> npt.NDArray[np.bool_]:
    """Open new accounts on days of the drop, more of them when the market is lively."""
    n = plan.clients
    share = min(plan.client_settings.opened_a_year * plan.days / 245.0, 0.6)
    new = max(round(n * share), 1)
    heat = market.heat[market.first - 1 : market.end - 1] ** 1.5
    days = np.searchsorted(
        np.cumsum(heat) / heat.sum(), stream(plan.seed, "openings").random(new), side="right"
    )
    wholes[:, at.OPENS] = plan.market_settings.lead_in
    wholes[n - new :, at.OPENS] = market.first + np.sort(np.minimum(days, plan.days - 1))
    return np.asarray(np.arange(n) >= n - new)


def _logic(plan: Plan, dice: np.random.Generator, reals: Floats, wholes: Ints) -> None:
    n, shares = len(reals), np.cumsum(plan.client_settings.logic_shares)
    wholes[:, at.LOGIC] = np.minimum(np.searchsorted(shares, dice.random(n)), 2)
    professional = wholes[:, at.KIND] != INDIVIDUAL
    wholes[professional, at.LOGIC] = np.searchsorted([0.55, 0.9], dice.random(n))[professional]
    reals[:, at.PURITY] = 0.55 + 0.40 * dice.random(n)


def _wealth(s: ClientSettings, dice: np.random.Generator, reals: Floats, wholes: Ints) -> None:
    """Draw wealth in fen: log-normal with a Pareto tail; institutions have thirty times as much."""
    n, logic, kind = len(reals), wholes[:, at.LOGIC], wholes[:, at.KIND]
    wealth = s.median_wealth * np.exp(s.wealth_sigma * dice.standard_normal(n))
    tail = dice.random(n) < 0.006
    wealth = np.where(tail, 3e6 * (1.0 - dice.random(n)) ** (-1 / 1.3), wealth)
    wealth *= np.array([1.9, 1.1, 0.65])[logic] * np.where(kind > 0, 30.0, 1.0)
    reals[:, at.WEALTH] = np.round(np.clip(wealth, 2_000, 3e9), -2) * 100.0
    wholes[:, at.TIER] = np.searchsorted([1e5, 5e5, 3e6], reals[:, at.WEALTH] / 100.0)


def _temper(dice: np.random.Generator, reals: Floats, wholes: Ints, age: Floats) -> None:
    n, logic = len(reals), wholes[:, at.LOGIC]
    base = np.array([0.22, 0.45, 0.8])[logic]
    reals[:, at.LIVELY] = np.clip(base * np.exp(dice.normal(0, 0.75, n)), 0.01, 0.95)
    reals[:, at.PATIENCE] = np.clip(np.exp(dice.normal(1.9, 0.6, n)), 2, 60)
    hasty = (logic == at.SENTIMENT) & (dice.random(n) < 0.12)
    reals[hasty, at.LIVELY], reals[hasty, at.PATIENCE] = 0.9, 1.5
    reals[:, at.TARGET] = dice.uniform(0.18, 0.5, n)
    reals[:, at.STOP] = dice.uniform(0.06, 0.13, n)
    reals[:, at.DISPOSITION] = np.clip(np.exp(dice.normal(2.0, 0.35, n) + 0.004 * (age - 44)), 1.2, 20)
    reals[:, at.EXPOSURE] = np.clip(dice.normal(np.array([0.75, 0.8, 0.85])[logic], 0.13), 0.25, 1.0)
    reals[:, at.TRADE_SIZE] = np.exp(dice.normal(0.0, 0.3, n))
    reals[:, at.LOTTERY_TASTE] = dice.random(n)
    places = dice.integers([4, 3, 1], [11, 8, 6], (n, 3))[np.arange(n), logic]
    rich = np.log10(reals[:, at.WEALTH] / 100.0) - 4.8
    wholes[:, at.PLACES] = np.clip(places + np.round(1.3 * rich), 1, 12).astype(int)


def _ties(
    s: ClientSettings, dice: np.random.Generator, reals: Floats, wholes: Ints, age: Floats, market: Market
) -> None:
    """Draw what binds a client: price, service, and what a contact does; some are helped, some driven away."""
    n, rich = len(reals), np.log10(reals[:, at.WEALTH] / 100.0) - 4.8
    usual = usual_rate(date_of(int(market.course.days[market.first])).year)
    rate = usual * np.exp(dice.normal(0, 0.35, n) - 0.25 * np.clip(rich, -0.5, 2.5))
    reals[:, at.RATE] = np.clip(np.round(rate, 5), 0.00009, 0.003)
    reals[:, at.CARE], reals[:, at.PRICE_CARE], reals[:, at.SERVICE_CARE] = dice.gamma(2, 0.5, (3, n))
    reals[:, at.FRAILTY] = s.decline * dice.gamma(3, 1 / 3, n) * 2.0
    reals[:, at.BASE_CONTENT] = np.clip(dice.normal(0.62, 0.13, n), 0.1, 0.98)
    score = (
        0.6 * dice.standard_normal(n)
        + 0.5 * rich
        + 0.02 * (age - 44)
        + 0.4 * (wholes[:, at.LOGIC] == at.VALUE)
    )
    order = np.argsort(np.argsort(score)) / max(n - 1, 1)
    helped, away = order > 1 - s.helped, order < s.driven_away
    reals[:, at.EFFECT] = np.where(
        helped, dice.normal(0.9, 0.2, n), np.where(away, dice.normal(-0.7, 0.15, n), dice.normal(0, 0.05, n))
    )
    opted_out = dice.random(n) < 0.08
    wholes[:, at.ARM] = np.where(opted_out, 2, dice.random(n) < 0.7)
    wholes[:, at.OFFER_ARM] = np.where(opted_out, 2, dice.random(n) < 0.7)


def _habits(s: ClientSettings, dice: np.random.Generator, reals: Floats, wholes: Ints) -> None:
    n, wealth = len(reals), reals[:, at.WEALTH] / 100.0
    wholes[:, at.IPO_ONLY] = dice.random(n) < s.ipo_only
    eligible = (wholes[:, at.LOGIC] != at.VALUE) & (wealth > 3e5) & (wholes[:, at.IPO_ONLY] == 0)
    wholes[:, at.MARGIN] = eligible & (dice.random(n) < s.margin)
    wholes[:, at.REPO_USER] = (dice.random(n) < 0.07) & (wholes[:, at.MARGIN] == 0) & (wealth > 5e4)
    etf = dice.random(n) < s.etf_users
    reals[:, at.ETF_SHARE] = np.where(etf, dice.beta(1.2, 3.0, n), 0.0)


def _appetite(dice: np.random.Generator, reals: Floats, wholes: Ints, age: Floats) -> Floats:
    """Draw how often a year a client buys of each category; risk level first, since it decides what suits."""
    n, logic = len(reals), wholes[:, at.LOGIC]
    courage = (
        2.6
        + 0.6 * (logic == at.TREND)
        + 0.9 * (logic == at.SENTIMENT)
        - 0.02 * (age - 44)
        + dice.normal(0, 0.8, n)
    )
    wholes[:, at.RISK] = np.clip(np.round(courage), 1, 5).astype(int)
    assert {p.category for p in PRODUCTS} <= set(CATEGORIES)
    base = np.array([0.5, 0.35, 0.25, 0.2, 0.2, 0.2, 0.08])
    likes = base * dice.gamma(0.5, 2.0, (n, len(CATEGORIES))) * np.where(logic == at.VALUE, 1.5, 0.8)[:, None]
    rich = np.clip(np.log10(reals[:, at.WEALTH] / 100.0) - 4.5, 0.1, 2.5)[:, None]
    return likes * rich


def clients_of(all_: Traits, begin: int, end: int) -> Clients:
    """Return clients [begin, end) before their first day."""
    n = end - begin
    mood = np.zeros((n, at.MOOD))
    mood[:, at.CONTENT] = all_.reals[begin:end, at.BASE_CONTENT]
    return Clients(
        np.hstack([all_.reals[begin:end], all_.appetite[begin:end]]), all_.wholes[begin:end],
        np.zeros((n, at.BOOK), np.int64), mood, np.zeros((n, at.SLOTS, at.POSITION), np.int64),
        np.zeros((n, len(PRODUCTS), 2)), np.zeros(1, np.uint64),
    )  # fmt: skip

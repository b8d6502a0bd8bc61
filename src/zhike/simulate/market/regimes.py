"""The market as a whole: bull, bear and range by a chain with ageing, or a real index; the return of each day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.period import Days, date_of, day_no
from zhike.base.text import say
from zhike.simulate.chance import stream
from zhike.simulate.market.days import RealIndex, days_around, read_index, trading_days
from zhike.simulate.settings import LAST_DAY, MarketSettings, Plan

Floats = npt.NDArray[np.float64]
BULL, BEAR, RANGE, CRASH, REAL = 0, 1, 2, 3, 4
REGIMES = ("bull", "bear", "range", "crash", "real")
_AFTER = {BULL: (0.0, 0.65, 0.35), BEAR: (0.45, 0.0, 0.55), RANGE: (0.55, 0.45, 0.0)}
_CRASH = (-0.011, 0.027)


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Days, log return of the market and regime, all of shape (T,); `first` is the first day of the drop.

    `level`: the real index, where there is one; NaN on days it doesn't reach.
    """

    days: Days
    returns: Floats
    regime: npt.NDArray[np.int8]
    first: int
    level: Floats | None = None


def course(plan: Plan, *, neutral: bool = False) -> Course:
    """Lay out the market's days; `neutral`: after the drop's last day it only ranges, without drift."""
    m = plan.market_settings
    before = m.lead_in + m.history
    if plan.index_file is not None:
        return _real(plan, read_index(plan.index_file), before, neutral)
    days = days_around(plan.start, LAST_DAY, before, plan.days, m.horizon)
    regime = _regimes(plan, len(days), before)
    if neutral:
        regime[before + plan.days :] = RANGE
    return Course(days, _returns(plan, regime), regime, before)


def _regimes(plan: Plan, n: int, before: int) -> npt.NDArray[np.int8]:
    if plan.market == "mixed":
        return _chain(plan.market_settings, stream(plan.seed, "regime"), n)
    regime = np.full(n, RANGE, np.int8)
    regime[before:] = {"bear": BEAR, "range": RANGE}.get(plan.market, BULL)
    turns = before + int(0.45 * plan.days)
    if plan.market in ("lull", "crash"):
        regime[turns:] = RANGE
    if plan.market == "crash":
        regime[turns : turns + 50] = CRASH
    return regime


def _chain(m: MarketSettings, dice: np.random.Generator, n: int) -> npt.NDArray[np.int8]:
    """Change regime with a hazard that grows with its age: long bulls break, nobody knows when."""
    regime, now, age = np.empty(n, np.int8), int(dice.integers(3)), 0
    for t, (leave, where) in enumerate(dice.random((n, 2))):
        if leave < 2.0 * age / m.regime_days[now] ** 2 * 0.8:
            chances = np.cumsum(_AFTER[now])
            now, age = int(np.searchsorted(chances, where * chances[-1], side="right")), 0
        regime[t] = now
        age += 1
    return regime


def _returns(plan: Plan, regime: npt.NDArray[np.int8]) -> Floats:
    """Draw returns with clustered volatility and fat tails around the drift of the regime."""
    m = plan.market_settings
    dice = stream(plan.seed, "market")
    shocks = dice.standard_t(5, len(regime)) * np.sqrt(3 / 5)
    nudges = stream(plan.seed, "volatility").standard_normal(len(regime))
    drift = np.array([*m.drift, _CRASH[0], 0.0])[regime]
    level = np.array([*m.volatility, _CRASH[1], 0.0])[regime]
    cluster, out = 0.0, np.empty(len(regime))
    for t in range(len(regime)):
        cluster = 0.94 * cluster + 0.12 * nudges[t]
        out[t] = drift[t] + level[t] * np.exp(cluster) * shocks[t]
    return np.clip(out, -0.085, 0.085)


def _real(plan: Plan, index: RealIndex, before: int, neutral: bool) -> Course:
    start = plan.start or date_of(int(index.days[max(len(index.days) - plan.days, 0)]))
    first = int(np.searchsorted(index.days, day_no(start)))
    if first <= before or first + plan.days > len(index.days):
        raise _too_short(index, before, plan.days)
    at = slice(first - before, first + plan.days + plan.market_settings.horizon)
    days, close = index.days[at], index.close[at]
    known = before + plan.days if neutral else len(days)
    returns = np.diff(np.log(index.close[at.start - 1 : at.start + known]))
    missing = before + plan.days + plan.market_settings.horizon - known
    last = date_of(int(days[known - 1]))
    later = trading_days(last, Date(last.year + 3, 1, 1))[1 : missing + 1]
    ranging = np.full(before + plan.days + missing, RANGE, np.int8)
    quiet = _returns(plan, ranging)[len(ranging) - missing :]
    regime = np.concatenate([np.full(known, REAL), np.full(missing, RANGE)]).astype(np.int8)
    level = np.concatenate([close[:known], np.full(missing, np.nan)])
    return Course(
        np.concatenate([days[:known], later]), np.concatenate([returns, quiet]), regime, before, level
    )


def _too_short(index: RealIndex, before: int, days: int) -> UsageError:
    earliest = date_of(int(index.days[min(before + 1, len(index.days) - 1)]))
    latest = date_of(int(index.days[max(len(index.days) - days, 0)]))
    return UsageError(
        say("指数文件不够长", "The index file doesn't reach far enough"),
        where=f"--days {days}",
        next_=say(f"--start 取 {earliest} 至 {latest}", f"Choose --start from {earliest} to {latest}"),
    )

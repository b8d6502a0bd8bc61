"""Markets that may come: two regimes that follow one another, months drawn from those seen, and none of the past's drift."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.base.errors import BrokenPromise
from zhike.base.text import say
from zhike.models.clv.settings import BEAR, BULL, NEUTRAL, ClvSettings

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class MarketMonths:
    """The market's months, the oldest first, (m,) each: log return of the index, and the regime known at the month's end."""

    returns: Floats
    regime: Ints

    def mood(self, months: int, back: int) -> Floats:
        """Return the log return over `back` months up to each of the last `months`, (months,); fewer where fewer are known."""
        level = np.concatenate([np.zeros(back), np.cumsum(self.returns)])
        mood = level[back:] - level[:-back]
        return np.asarray(np.concatenate([np.zeros(months), mood])[len(mood) :], np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """Markets ahead, (paths, months) each: log return of the month, mood, and regime."""

    returns: Floats
    mood: Floats
    regime: Ints


def market_months(returns: Floats, regime: Ints, month_days: int) -> MarketMonths:
    """Sum the index's daily log returns (the last day last) up to months; `regime`: BEAR, BULL or NEUTRAL of each day."""
    if not len(returns) == len(regime) or not np.isfinite(returns).all():
        raise BrokenPromise(
            say("指数收益缺失或与日期不符", "The index's returns don't fit the days"), where="clv"
        )
    n = len(returns) // month_days
    last = slice(len(returns) - n * month_days, None)
    return MarketMonths(
        returns[last].reshape(n, month_days).sum(axis=1), regime[last].reshape(n, month_days)[:, -1]
    )


def paths_of(market: MarketMonths, settings: ClvSettings, *, neutral: bool = False) -> Paths:
    """Draw the markets that may come, for the longest horizon; the same for the same market and settings.

    A regime's month is ± half the difference between months that began in a bull and in a bear (drawn towards none), plus what a
    month seen lay off its regime's mean: so no drift of the past goes on, but a regime does. `neutral`: neither. A market of
    fewer than two months stands still.
    """
    dice = np.random.default_rng([settings.seed, 1 + neutral])
    shape = (settings.paths, settings.horizons[-1])
    half, off, stay = _seen(market, settings)
    regime = np.full(shape, NEUTRAL)
    if not neutral and len(market.regime) and market.regime[-1] != NEUTRAL:
        regime = _chain(int(market.regime[-1]), stay, dice.random(shape))
    returns = dice.choice(off, shape) + np.where(regime == BULL, half, 0.0) - np.where(regime == BEAR, half, 0.0)  # fmt: skip
    before = market.returns[len(market.returns) - min(settings.mood_months - 1, len(market.returns)) :]
    before = np.zeros_like(before) if neutral else before
    level = np.cumsum(np.column_stack([np.zeros(shape[0]), *np.broadcast_to(before[:, None], (len(before), shape[0])), returns]), axis=1)  # fmt: skip
    start = np.maximum(np.arange(shape[1]) + len(before) + 1 - settings.mood_months, 0)
    mood = level[:, len(before) + 1 :] - level[:, start]
    return Paths(returns, mood, regime)


def _seen(market: MarketMonths, settings: ClvSettings) -> tuple[float, Floats, Floats]:
    """Return half the difference of the regimes' months, what months lay off their regime's mean, and the chances to stay."""
    began, after = market.regime[:-1], market.regime[1:]
    returns = market.returns[1:]
    means, stay = np.zeros(3), np.full(3, settings.stay)
    off = returns.copy()
    for r in (BEAR, BULL, NEUTRAL):
        here = began == r
        if here.any():
            off[here] -= returns[here].mean()
            means[r] = returns[here].sum() / (here.sum() + settings.regime_months)
            kept = (here & (after == r)).sum() + settings.stay_months * settings.stay
            stay[r] = kept / ((here & (after != NEUTRAL)).sum() + settings.stay_months)
    half = float(means[BULL] - means[BEAR]) / 2 if {BEAR, BULL} <= set(began.tolist()) else 0.0
    return half, off if len(off) else np.zeros(1), stay


def _chain(now: int, stay: Floats, dice: Floats) -> Ints:
    """Let the regime go on from `now`, (paths, months)."""
    regime, state = np.empty(dice.shape, np.int64), np.full(len(dice), now)
    for month in range(dice.shape[1]):
        regime[:, month] = state  # months go by the regime they begin in, as those seen do
        state = np.where(dice[:, month] < stay[state], state, BULL + BEAR - state)
    return regime

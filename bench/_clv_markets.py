"""Which markets to draw for the year ahead: ways compared on simulated index paths alone, without clients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from zhike.models.clv.market import MarketMonths, market_months, paths_of
from zhike.models.clv.settings import BEAR, BULL, NEUTRAL, ClvSettings
from zhike.simulate import Plan
from zhike.simulate.market.regimes import course

Floats = npt.NDArray[np.float64]
Way = Callable[[MarketMonths, np.random.Generator], Floats]
_MONTHS, _PATHS = 12, 300
_MOOD, _EXPOSURE = (
    2.0,
    0.6,
)  # what the branches of bench/clv.py show, so that errors count as they would in revenue
_RISE, _FALL = 0.20, 0.15  # of the regime known at the time, as in zhike.features.market


def _alone(m: MarketMonths, dice: np.random.Generator) -> Floats:
    return dice.choice(m.returns - m.returns.mean(), (_PATHS, _MONTHS))


def _drifting(m: MarketMonths, dice: np.random.Generator) -> Floats:
    return dice.choice(m.returns, (_PATHS, _MONTHS))


def _blocks(m: MarketMonths, dice: np.random.Generator) -> Floats:
    begins = dice.integers(0, len(m.returns) - 2, (_PATHS, _MONTHS // 3))
    rows = (begins[..., None] + np.arange(3)).reshape(_PATHS, _MONTHS)
    return np.asarray((m.returns - m.returns.mean())[rows], np.float64)


def _regimes(settings: ClvSettings) -> Way:
    return lambda m, dice: paths_of(m, replace(settings, paths=_PATHS, horizons=(_MONTHS,))).returns


def compared(markets: int, days: int, settings: ClvSettings) -> str:
    """Return a line for each way: how far a year's revenue factor lies off, over so many simulated mixed markets.

    The factor is the mean over the months of e^(mood × slope + exposure × return so far), as revenue would go.
    """
    ways: dict[str, Way] = {
        "regimes, no drift (ours)": _regimes(settings),
        "regimes as seen": _regimes(replace(settings, regime_months=0.001)),
        "months alone, no drift": _alone, "months alone, past drift": _drifting, "blocks of three, no drift": _blocks,
    }  # fmt: skip
    off: dict[str, list[tuple[float, bool]]] = {name: [] for name in ways}
    for seed in range(10_000, 10_000 + markets):
        past, ahead = _seen(seed, days, settings)
        dice = np.random.default_rng(seed)
        true = _factor(past, ahead[None])[0]
        for name, way in ways.items():
            found = _factor(past, way(past, dice))
            low, high = np.quantile(found, (0.1, 0.9))
            off[name].append((float(np.log(true / found.mean())), bool(low <= true <= high)))
    lines = [f"{markets} mixed markets of {days} days; error of the mean forecast, as ln(true ÷ forecast)"]
    for name, rows in off.items():
        e, inside = (np.array(column, np.float64) for column in zip(*rows, strict=True))
        lines.append(
            f"{name:26} mean {e.mean():+.3f}  root mean square {np.sqrt((e**2).mean()):.3f}"
            f"  within ±10 % {np.mean(np.abs(np.expm1(-e)) <= 0.1):.2f}  in P10–P90 {inside.mean():.2f}"
        )
    return "\n".join(lines)


def _seen(seed: int, days: int, s: ClvSettings) -> tuple[MarketMonths, Floats]:
    """Return what is known of a market's months, and the year that followed."""
    plan = Plan(20, days, seed)
    c = course(plan)
    now = c.first + days
    past = c.returns[c.first - plan.market_settings.history : now]
    after = c.returns[now : now + _MONTHS * s.month_days].reshape(_MONTHS, s.month_days).sum(axis=1)
    return market_months(past, _known(past), s.month_days), after


def _known(returns: Floats) -> npt.NDArray[np.int64]:
    """Return the regime known on each day, by the filter of Lunde and Timmermann."""
    level = np.exp(np.cumsum(returns))
    regime, out, high, low = NEUTRAL, np.empty(len(level), np.int64), level[0], level[0]
    for day, now in enumerate(level):
        high, low = max(high, now), min(low, now)
        if regime != BEAR and now <= high * (1 - _FALL):
            regime, low = BEAR, now
        elif regime != BULL and now >= low * (1 + _RISE):
            regime, high = BULL, now
        out[day] = regime
    return out


def _factor(past: MarketMonths, ahead: Floats) -> Floats:
    before = np.broadcast_to(past.returns[-2:], (len(ahead), 2))
    level = np.cumsum(np.column_stack([np.zeros(len(ahead)), before, ahead]), axis=1)
    mood, so_far = level[:, 3:] - level[:, :-3], np.cumsum(ahead, axis=1)
    return np.asarray(np.exp(_MOOD * mood + _EXPOSURE * so_far).mean(axis=1), np.float64)

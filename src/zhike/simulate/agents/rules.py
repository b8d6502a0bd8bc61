"""The three logics as rules: when to part with a position, what to buy. Three mechanics of the same definitions.

Value: buys what is cheap against its fundamentals, holds long, adds on falls, sells when dear. Trend: buys strength
over weeks, cuts losses, lets winners run. Sentiment: follows attention, holds briefly, sells winners rather than losers.
"""

from __future__ import annotations

import numpy as np

from zhike.base.compiling import compiled_part
from zhike.simulate.agents.layout import (
    ABOVE20,
    ABOVE60,
    CHEAP,
    CLOSE,
    COST,
    DISPOSITION,
    ETF_SHARE,
    HEAT,
    KEY,
    LATE,
    LEVEL,
    MONTH,
    NET,
    NOTICED,
    OPENED,
    PATIENCE,
    PLACES,
    PREV,
    QTY,
    RISING,
    SEC,
    SENTIMENT,
    SLOTS,
    STAR,
    STOP,
    TARGET,
    TOP,
    TREND,
    VALUE,
    WEALTH,
    Clients,
    Ground,
)
from zhike.simulate.chance import scrambled, uniform
from zhike.simulate.market.signals import FUNDS, LISTED

STANDARD, RULES, HABITS = 0, 1, 2


@compiled_part
def gain_of(g: Ground, c: Clients, i: int, k: int, t: int) -> float:
    """Return what a position gained against its cost, at the previous close."""
    p = c.held[i, k]
    return float(g.px[t, p[SEC] - 1, PREV] * p[QTY] / 10.0 / max(p[COST], 1) - 1.0)


@compiled_part
def part_to_sell(g: Ground, c: Clients, i: int, k: int, t: int, logic: int) -> float:
    """Return the share of a position that a logic would sell now; 0 for none."""
    gain, held = gain_of(g, c, i, k, t), t - c.held[i, k, OPENED]
    if logic == VALUE:
        return _value_sells(g, c, i, k, t, gain, held)
    if logic == TREND:
        return _trend_sells(g, c, i, k, t, gain)
    if logic == SENTIMENT:
        return _sentiment_sells(g, c, i, k, t, gain, held)
    return 1.0 if uniform(c.dice) < (0.12 if gain > 0.0 else 0.04) else 0.0


@compiled_part
def _value_sells(g: Ground, c: Clients, i: int, k: int, t: int, gain: float, held: int) -> float:
    p = c.held[i, k]
    cheap = g.sg[t, p[SEC] - 1, CHEAP]
    target = c.reals[i, TARGET]
    if g.mechanics == RULES:
        weight = g.px[t, p[SEC] - 1, PREV] * p[QTY] / 10.0 / max(c.mood[i, NET], 1.0)
        fair = 1.0 / c.wholes[i, PLACES]
        if weight > 1.35 * fair and gain > 0.05:
            return float(1.0 - fair / weight)
        return 1.0 if cheap < 0.3 and held > 40 else 0.0
    if g.mechanics == HABITS:
        return 1.0 if gain > target else 0.0
    if gain > target and cheap < 0.6:
        return 1.0
    if cheap < 0.35 and held > 30:
        return 1.0
    return 0.5 if gain > 0.6 * target and cheap < 0.7 and uniform(c.dice) < 0.1 else 0.0


@compiled_part
def _trend_sells(g: Ground, c: Clients, i: int, k: int, t: int, gain: float) -> float:
    p, stop = c.held[i, k], c.reals[i, STOP]
    sec = p[SEC] - 1
    fallen = g.px[t, sec, PREV] / max(p[TOP], 1) - 1.0
    if g.mechanics == RULES:
        crossed = g.sg[t, sec, ABOVE20] > g.sg[t, sec, ABOVE60] and g.sg[t, sec, ABOVE20] < 0.0
        return 1.0 if crossed or fallen < -1.1 * stop else 0.0
    if g.mechanics == HABITS:
        return 1.0 if g.sg[t, sec, MONTH] < 0.0 or gain < -0.8 * stop else 0.0
    if gain < -stop or (fallen < -1.4 * stop and g.sg[t, sec, ABOVE20] < 0.0):
        return 1.0
    return 1.0 if g.sg[t, sec, ABOVE60] < -0.02 and g.sg[t, sec, ABOVE20] < -0.03 else 0.0


@compiled_part
def _sentiment_sells(g: Ground, c: Clients, i: int, k: int, t: int, gain: float, held: int) -> float:
    lean, p = c.reals[i, DISPOSITION], c.held[i, k]
    bored = min(held / c.reals[i, PATIENCE], 2.0)
    if g.mechanics == RULES:
        cold = g.sg[t, p[SEC] - 1, NOTICED] < 0.75
        chance = (0.35 if cold else 0.12) * (1.0 if gain > 0 else 1.0 / lean)
    elif g.mechanics == HABITS:
        chance = 0.05 + 0.10 * bored
        if gain > 0.05:
            chance = 0.5
        elif 0.0 < gain <= 0.02 and held > 8:
            chance = 0.2
        elif gain < 0.0:
            chance = (0.05 + 0.10 * bored) / (0.6 * lean)
        if gain < -0.25:
            chance = 0.10
    else:
        chance = 0.06 + 0.16 * bored
        if gain > 0.0:
            chance += 1.5 * min(gain, 0.15)
        else:
            chance = chance / lean + (0.03 if g.days_f[t, HEAT] < 0.7 else 0.0)
    return 1.0 if uniform(c.dice) < chance else 0.0


@compiled_part
def _adds_to(g: Ground, c: Clients, i: int, t: int, logic: int) -> int:
    """Choose a position to add to: value on falls, trend on strength, sentiment to lower its average; −1 for none."""
    for k in range(SLOTS):
        sec = int(c.held[i, k, SEC] - 1)
        if sec < 0:
            continue
        gain = gain_of(g, c, i, k, t)
        if logic == VALUE and gain < -0.08 and g.sg[t, sec, CHEAP] > 0.55 and uniform(c.dice) < 0.25:
            return sec
        if logic == TREND and gain > 0.06 and g.sg[t, sec, ABOVE20] > 0.0 and uniform(c.dice) < 0.12:
            return sec
        if logic == SENTIMENT and gain < -0.05 and uniform(c.dice) < 0.05:
            return sec
    return -1


@compiled_part
def to_buy(g: Ground, c: Clients, i: int, t: int, logic: int, full: bool) -> int:
    """Choose what to buy by a logic; −1 where nothing invites, or only what the client doesn't know."""
    more = _adds_to(g, c, i, t, logic)
    if more >= 0 or full:
        return more
    if logic > SENTIMENT:
        sec = int(uniform(c.dice) * g.stocks_end)
        return sec if g.px[t - 1, sec, CLOSE] > 0 and may_trade(g, c, i, sec) else -1
    if uniform(c.dice) < c.reals[i, ETF_SHARE]:
        return int(g.invites[logic, t, LISTED + int(uniform(c.dice) * FUNDS)])
    for _ in range(8):
        at = int(uniform(c.dice) ** 1.5 * LISTED)
        sec = g.invites[logic, t, at]
        if sec >= 0 and knows(c, i, sec) and may_trade(g, c, i, sec):
            return int(sec)
    return -1


@compiled_part
def knows(c: Clients, i: int, sec: int) -> bool:
    """Tell whether a client follows a share at all; each follows about two in five."""
    return int(scrambled(np.uint64(c.wholes[i, KEY] + sec * 977)) % np.uint64(5)) < 2


@compiled_part
def may_trade(g: Ground, c: Clients, i: int, sec: int) -> bool:
    """Tell whether the client has the access: STAR asks for half a million."""
    return not g.sec_i[sec, STAR] or c.reals[i, WEALTH] >= 50_000_000.0


@compiled_part
def wanted_exposure(g: Ground, t: int, logic: int, own: float) -> float:
    """Return the share of assets that a logic wants in securities today."""
    if logic == VALUE:
        return own * (1.1 if g.days_f[t, LEVEL] < -0.05 else (0.75 if g.days_f[t, LEVEL] > 0.2 else 1.0))
    if logic == TREND:
        return own * (1.05 if g.days_f[t, RISING] else 0.4)
    return float(own * min(max(1.05 * g.days_f[t, LATE] - 0.15, 0.25), 1.1))

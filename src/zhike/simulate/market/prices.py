"""How a day's prices come about: earnings grow, valuations swing around them, trends run, bursts fade, limits hold."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import compiled, compiled_part

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
TICK = 10  # thousandths of a yuan


class Draws(NamedTuple):
    """What chance brings: (T, stocks) each, `industry` already spread over the stocks."""

    market: Floats  # (T,)
    industry: Floats
    noise: Floats
    trend: Floats
    surprise: Floats
    burst: Floats
    size: Floats
    inside: Floats  # (T, 4, stocks)


class Shares(NamedTuple):
    """What the shares are: (stocks,) each, limits and suspensions (T, stocks)."""

    beta: Floats
    volatility: Floats
    lottery: Floats
    growth: Floats
    price: Floats
    listed: Ints
    limit: Floats
    halted: Bools
    cash: Floats  # (T, stocks): what share of a year's earnings is paid out on the day, 0 for none
    ratio: Floats  # (T, stocks): bonus shares for one held
    earnings: Floats  # per share at the beginning; negative for a loss


class Knobs(NamedTuple):
    """The settings a day needs."""

    reversion: float
    trend: float
    memory: float
    burst: float
    fading: float


class Tape(NamedTuple):
    """What became of it: prices in thousandths of a yuan, (T, stocks); 0 before the listing."""

    open: Ints
    high: Ints
    low: Ints
    close: Ints
    prev: Ints
    up: Ints
    down: Ints
    volume: Floats  # turnover as a multiple of its usual rate
    dividend: Ints
    factor: Floats
    earned: Floats  # log of fundamental worth beyond the market's
    adjusted: Floats  # cumulative (1 + ratio): shares now for one at the beginning


@compiled
def make_prices(d: Draws, s: Shares, k: Knobs, tape: Tape) -> None:
    """Fill the tape, day by day."""
    days, stocks = d.noise.shape
    mispriced, drift = np.zeros(stocks), np.zeros(stocks)
    burst, carried = np.zeros(stocks), np.zeros(stocks)
    for i in range(stocks):
        mispriced[i] = 14.0 * k.trend * d.trend[0, i] + 0.3 * d.surprise[0, i]
    for t in range(days):
        for i in range(stocks):
            if t < s.listed[i]:
                tape.factor[t, i] = 1.0
                tape.adjusted[t, i] = 1.0
                continue
            _reference(s, tape, t, i)
            move = _move(d, s, k, tape, t, i, mispriced, drift, burst)
            _trade_out(d, s, tape, t, i, move + carried[i], carried)


@compiled_part
def _reference(s: Shares, tape: Tape, t: int, i: int) -> None:
    """Set the previous close, adjusted for rights that go off today, and the limits around it."""
    if t == 0 or t == s.listed[i]:
        tape.factor[t, i], tape.adjusted[t, i] = 1.0, 1.0
        prev = int(s.price[i] * 100.0 + 0.5) * TICK
    else:
        tape.factor[t, i], tape.adjusted[t, i] = tape.factor[t - 1, i], tape.adjusted[t - 1, i]
        tape.earned[t, i] = tape.earned[t - 1, i]
        prev = tape.close[t - 1, i]
        ratio = s.ratio[t, i]
        worth = s.earnings[i] * math.exp(tape.earned[t, i]) / tape.adjusted[t, i]
        cash = int(max(s.cash[t, i] * worth, 0.0) * 100.0) * TICK
        if cash > prev // 5 or s.halted[t, i]:
            cash, ratio = 0, 0.0
        if cash > 0 or ratio > 0.0:
            before = prev
            prev = int(max((prev - cash) / (1.0 + ratio), 20.0) / TICK + 0.5) * TICK
            tape.dividend[t, i] = cash
            tape.factor[t, i] *= before / prev
            tape.adjusted[t, i] *= 1.0 + ratio
        s.ratio[t, i] = ratio
    tape.prev[t, i] = prev
    rate = s.limit[t, i]
    if math.isnan(rate):
        tape.up[t, i], tape.down[t, i] = 1 << 60, 0
    else:
        tape.up[t, i] = max(int(prev * (1.0 + rate) / TICK + 0.5 + 1e-9) * TICK, prev + TICK)
        tape.down[t, i] = max(min(int(prev * (1.0 - rate) / TICK + 0.5 + 1e-9) * TICK, prev - TICK), TICK)


@compiled_part
def _move(
    d: Draws, s: Shares, k: Knobs, tape: Tape, t: int, i: int, mispriced: Floats, drift: Floats, burst: Floats
) -> float:
    """Add up today's log return before limits."""
    drift[i] = k.memory * drift[i] + math.sqrt(1.0 - k.memory**2) * k.trend * d.trend[t, i]
    gained = s.growth[i] + 0.0045 * d.surprise[t, i]
    tape.earned[t, i] += gained
    fading = burst[i] * (k.fading - 1.0)
    jump = 0.0
    if d.burst[t, i] < k.burst * s.lottery[i]:
        jump = d.size[t, i]
    if t == s.listed[i] and t > 0:
        jump = 0.25 + abs(d.size[t, i]) * 5.0
    burst[i] += fading + jump
    noise = s.volatility[i] * d.noise[t, i]
    swing = drift[i] + noise - k.reversion * mispriced[i]
    mispriced[i] += swing
    return float(s.beta[i] * d.market[t] + d.industry[t, i] + gained + swing + fading + jump)


@compiled_part
def _trade_out(d: Draws, s: Shares, tape: Tape, t: int, i: int, move: float, carried: Floats) -> None:
    """Turn the wish into a day's prices: what the limits don't let through waits for tomorrow."""
    prev = tape.prev[t, i]
    if s.halted[t, i]:
        tape.open[t, i] = tape.high[t, i] = tape.low[t, i] = tape.close[t, i] = prev
        carried[i] = min(max(0.9 * move, -0.3), 0.3)
        return
    up, down = tape.up[t, i], tape.down[t, i]
    wished = int(prev * math.exp(move) / TICK + 0.5) * TICK
    close = max(min(wished, up), max(down, TICK))
    done = math.log(close / prev)
    carried[i] = min(max(0.6 * (move - done), -0.12), 0.12)
    spread = s.volatility[i] * (0.4 + 8.0 * abs(done))
    start = prev * math.exp(0.5 * move * d.inside[t, 0, i] + 0.25 * spread * d.inside[t, 1, i])
    opened = max(min(int(start / TICK + 0.5) * TICK, up), max(down, TICK))
    top = max(opened, close) * math.exp(spread * abs(d.inside[t, 2, i]) * 0.6)
    bottom = min(opened, close) * math.exp(-spread * abs(d.inside[t, 3, i]) * 0.6)
    tape.open[t, i], tape.close[t, i] = opened, close
    tape.high[t, i] = max(min(int(top / TICK) * TICK, up), opened, close)
    tape.low[t, i] = min(max(int(bottom / TICK + 1.0) * TICK, down, TICK), opened, close)
    if close == up and opened == up:
        tape.low[t, i] = up
    if close == down and opened == down:
        tape.high[t, i] = down
    jump = min(abs(done) / (s.volatility[i] + 1e-9), 7.0)
    tape.volume[t, i] = math.exp(0.30 * jump + 0.25 * d.inside[t, 1, i])

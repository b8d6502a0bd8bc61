"""What anyone could see of a market before a day began: cheapness, strength, attention; lists of what invites buying.

Row t of every array holds what was known at the close of day t − 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.simulate.market.assembly import Market

Floats = npt.NDArray[np.float64]
LISTED = 40
FUNDS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """Shapes: (T, S) each; `stocks` (3, T, LISTED) and `funds` (3, T, FUNDS) hold what to buy by logic, best first.

    `cheap`: rank from 0 (dear) to 1 (cheap). `above20`, `above60`: the close over its average, less one.
    `month`: 20-day return; `noticed`: rank of attention. `dip`: loss against the highest close of 250 days.
    `stocks` holds −1 where nothing invites.
    """

    cheap: Floats
    above20: Floats
    above60: Floats
    month: Floats
    noticed: Floats
    stocks: npt.NDArray[np.int64]
    funds: npt.NDArray[np.int64]


def rank(values: Floats) -> Floats:
    """Rank each row from 0 to 1; NaN ranks 0."""
    order = np.argsort(
        np.argsort(np.where(np.isnan(values), -np.inf, values), axis=1, kind="stable"), axis=1, kind="stable"
    )
    return np.asarray(order / max(values.shape[1] - 1, 1))


def _mean(values: Floats, n: int) -> Floats:
    total = np.cumsum(values, axis=0)
    out = total.copy()
    out[n:] = total[n:] - total[:-n]
    return out / np.minimum(np.arange(1, len(values) + 1), n)[:, None]


def _change(log: Floats, n: int) -> Floats:
    out = np.zeros_like(log)
    out[n:] = log[n:] - log[:-n]
    return out


def _highest(log: Floats, n: int) -> Floats:
    """Return the highest of the last n rows."""
    out, span = log.copy(), 1
    while span < n:
        step = min(span, n - span)
        out[step:] = np.maximum(out[step:], out[:-step])
        span += step
    return out


class _Views:
    """The raw measures that lists are made of, as of the close of each day."""

    def __init__(self, market: Market) -> None:
        tape, n = market.tape, market.universe.stocks
        self.price = np.maximum(tape.close, 1) / 1000.0
        self.log = np.log(self.price * tape.factor)
        there = np.arange(len(self.log))[:, None] >= market.universe.listed[None, :] + 30 * (
            market.universe.listed > 0
        )
        self.tradable = there & ~market.halted & (tape.close > 0)
        self.day, self.week, self.month, self.quarter = (_change(self.log, k) for k in (1, 5, 20, 60))
        flat = np.exp(self.log)
        self.above20, self.above60 = (flat / _mean(flat, k) - 1.0 for k in (20, 60))
        self.cross = _mean(flat, 20) / _mean(flat, 60) - 1.0
        self.at_high = self.log - _highest(self.log, 20)
        self.dip = self.log - _highest(self.log, 250)
        usual = _mean(tape.volume, 20)
        self.volume = np.log(np.maximum(tape.volume, 1e-3) / np.maximum(usual, 1e-3))
        self.sealed = (tape.close >= tape.up) & ~market.halted
        self.earning = market.reports.eps[:, :n] / self.price[:, :n]
        self.book = market.reports.bps[:, :n] / self.price[:, :n]
        self.paying = market.reports.dividend[:, :n] / self.price[:, :n]
        self.sound = (self.earning > 0) & ~market.st[:, :n]
        self.n = n


def _cheap(v: _Views) -> Floats:
    shares = rank(rank(v.earning) + rank(v.book) + rank(v.paying))
    shares = np.where(v.earning > 0, shares, np.minimum(shares, 0.3))
    funds = 0.5 - 1.5 * (v.log[:, v.n :] - _mean(v.log[:, v.n :], 250))
    return np.hstack([shares, np.clip(funds, 0.0, 1.0)])


def _attention(v: _Views) -> Floats:
    lottery = 0.4 * (1.0 - rank(v.price))
    return 0.8 * v.volume + 1.2 * v.sealed + 9.0 * np.abs(v.day) + 4.0 * v.week + lottery


def _wishes(v: _Views, cheap: Floats, noticed: Floats, variant: str, hot: Floats | None) -> list[Floats]:
    """Score shares by logic; NaN: doesn't invite."""
    n = v.n
    day, month, quarter = (a[:, :n] for a in (v.day, v.month, v.quarter))
    rising = (v.above20[:, :n] > 0) & (v.above60[:, :n] > 0) & ~v.sealed[:, :n]
    if variant == "rules":
        value = np.where(v.sound & (v.paying > 0.012), v.paying, np.nan)
        trend = np.where(
            (v.at_high[:, :n] >= -1e-9) & (v.cross[:, :n] > 0) & ~v.sealed[:, :n], quarter, np.nan
        )
        news = np.where((v.volume[:, :n] > 0.7) & (np.abs(day) > 0.035), 1.0 + v.volume[:, :n], 0.0)
        crowd = rank(hot)[:, :n] * 2.0 if hot is not None else noticed[:, :n]
        return [value, trend, crowd + news]
    if variant == "habits":
        value = np.where(v.sound, rank(v.book) + rank(-v.dip[:, :n]), np.nan)
        trend = np.where(rising & (v.cross[:, :n] > 0.01), rank(month), np.nan)
        streak = (day > 0) * 1.0 + (_shifted(day) > 0) + (_shifted(_shifted(day)) > 0)
        return [
            value,
            trend,
            streak + 12.0 * np.maximum(day, 0) + 0.8 * (1 - rank(v.price[:, :n])) + v.volume[:, :n],
        ]
    value = np.where(v.sound & (cheap[:, :n] > 0.7), cheap[:, :n] * 2 + 0.5 * (1.0 - rank(quarter)), np.nan)
    trend = np.where(rising, rank(quarter) + rank(month), np.nan)
    return [value, trend, noticed[:, :n]]


def _shifted(values: Floats) -> Floats:
    return np.vstack([np.zeros((1, values.shape[1])), values[:-1]])


def _best(scores: Floats, tradable: npt.NDArray[np.bool_], count: int) -> npt.NDArray[np.int64]:
    usable = np.where(tradable & np.isfinite(scores), scores, -np.inf)
    order = np.argsort(-usable, axis=1, kind="stable")[:, :count]
    found = np.take_along_axis(usable, order, axis=1)
    return np.where(np.isfinite(found), order, -1)


def signals(market: Market, variant: str, hot: Floats | None = None) -> Signals:
    """Read the market for the agents; `hot` (T, S) counts what others bought, as known at each close."""
    v = _Views(market)
    n = v.n
    cheap, noticed = _cheap(v), _attention(v)
    wishes = _wishes(v, cheap, noticed, variant, hot)
    stocks = np.stack([_best(w, v.tradable[:, :n], LISTED) for w in wishes])
    fund_wishes = (cheap[:, n:], np.where(v.above60[:, n:] > 0, v.quarter[:, n:], np.nan), v.week[:, n:])
    funds = np.stack([_best(w, v.tradable[:, n:], FUNDS) for w in fund_wishes])
    funds = np.where(funds >= 0, funds + n, -1)
    cheap, above20, above60, month, noticed = (
        _shifted(a) for a in (cheap, v.above20, v.above60, v.month, rank(noticed))
    )
    return Signals(cheap, above20, above60, month, noticed, _known(stocks), _known(funds))


def _known(lists: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Move lists to the day on which they can be used."""
    moved = np.full_like(lists, -1)
    moved[:, 1:] = lists[:, :-1]
    return moved

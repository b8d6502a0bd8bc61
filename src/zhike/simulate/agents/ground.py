"""Lay the market out as agents meet it: what they could have known in one row, what the day brings in another."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from zhike.base.exchange import FeeFamily, fee_table
from zhike.base.period import date_of
from zhike.simulate.agents.layout import Ground
from zhike.simulate.market.assembly import Market
from zhike.simulate.market.shelf import CATEGORIES, PRODUCTS, Shelf
from zhike.simulate.market.signals import Signals
from zhike.simulate.settings import VARIANTS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_USUAL = ((2008, 0.0018), (2013, 0.0009), (2015, 0.0006), (2018, 0.00035), (2100, 0.00025))


def usual_rate(year: int) -> float:
    """Return the commission most clients paid in a year."""
    return next(rate for last, rate in _USUAL if year <= last)


def ground(market: Market, known: Signals, shelf: Shelf) -> Ground:
    """Put everything an agent may look at into one bundle of arrays."""
    days = [date_of(int(d)) for d in market.course.days]
    months = np.array([d.year * 12 + d.month for d in days])
    ends = np.append(months[1:] != months[:-1], False)
    tape = market.tape
    log = np.log(market.index[:, 0])
    year = np.array([log[max(0, t - 250) : t + 1].mean() for t in range(len(log))])
    average = np.array([market.index[max(0, t - 59) : t + 1, 0].mean() for t in range(len(log))])
    late = _first_of(months, np.array([d.day for d in days]))
    month = months % 12
    prices = (tape.high, tape.low, tape.close, tape.prev, tape.up, tape.down, tape.dividend, market.halted)
    facts = (market.ratio, known.cheap, known.above20, known.above60, known.month, known.noticed)
    moods = (
        _before(market.heat, 1.0),
        _before((market.index[:, 0] > average) * 1.0, 0.0),
        _before(log - year, 0.0),
        _before(_slowly(market.heat, 90.0), 1.0),
    )
    marks = (
        ends,
        late & (month % 3 == 0),
        late & (month % 6 == 0),
        market.course.days,
        *_subscriptions(market),
    )
    shares = (market.universe.family, market.universe.star, market.universe.listed)
    fees = np.broadcast_to([p.fee for p in PRODUCTS], shelf.nav.shape)
    goods = [(p.risk, p.minimum * 100, CATEGORIES.index(p.category), p.term) for p in PRODUCTS]
    return Ground(
        np.stack(prices, -1).astype(np.int64), np.stack(facts, -1).astype(np.float64),
        np.concatenate([known.stocks, known.funds], axis=2), np.stack(moods, -1), np.stack(marks, -1).astype(np.int64),
        _fees(market), np.stack(shares, -1).astype(np.int64), np.stack([shelf.nav, shelf.on_sale, fees], -1),
        np.array(goods), usual_rate(days[market.first].year), market.first, market.end - 1, market.universe.stocks,
        VARIANTS.index(market.plan.variant),
    )  # fmt: skip


def _before(values: npt.NDArray[Any], first: float) -> Floats:
    return np.concatenate([[first], values[:-1]])


def _slowly(values: Floats, days: float) -> Floats:
    """Follow values by a share of the distance each day, as people who come late do."""
    out = values.copy()
    for t in range(1, len(out)):
        out[t] = out[t - 1] + (values[t] - out[t - 1]) / days
    return out


def _first_of(months: Ints, day: Ints) -> npt.NDArray[np.bool_]:
    """Mark the first trading day of each month that isn't before the 20th."""
    late = day >= 20
    fresh = np.append(True, (months[1:] != months[:-1]) | ~late[:-1])
    return np.asarray(late & fresh)


def _fees(market: Market) -> Floats:
    """Return (T, family, side, 4): stamp rate, transfer rate, transfer a share and its minimum in yuan."""
    t, f = len(market.course.days), len(FeeFamily)
    day, family, side = (
        a.ravel() for a in np.meshgrid(market.course.days, np.arange(f), [False, True], indexing="ij")
    )
    rates = fee_table().rates(day.astype(np.int32), side > 0, family.astype(np.int8))
    names = ("stamp_duty", "transfer_fee", "transfer_per_unit", "transfer_minimum")
    return np.stack([np.nan_to_num(rates[name]) for name in names], axis=-1).reshape(t, f, 2, 4)


def _subscriptions(market: Market) -> tuple[Ints, Ints]:
    """Let new shares be paid for six trading days before they list, at the price they begin from: share, price (T,)."""
    share, price = np.full(len(market.course.days), -1, np.int64), np.zeros(len(market.course.days), np.int64)
    for sec in np.flatnonzero(market.universe.listed > 6):
        at = int(market.universe.listed[sec])
        share[at - 6], price[at - 6] = sec, market.tape.prev[at, sec]
    return share, price

"""A client's own level against its own past, and the same of like clients in the same month: what is left is the client's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from zhike.models.lifecycle.activity import Activity, Pace, activity_of, pace_of
from zhike.models.lifecycle.months import HALF, QUARTER, YEAR, Flags, Floats, Ints, Months
from zhike.models.lifecycle.settings import Settings

_SIGMA, _FARTHEST = 1.4826, 50.0


@dataclass(frozen=True, slots=True)
class Levels:
    """How high a client stands, as arrays of clients × months; NaN where it can't be said.

    Assets are units held (flows only). `assets_share`, `revenue_share`: of the own peak in twelve months; `…_growth`: over
    three months before, `assets_half_year` over six; `…_like`: the median of like clients in that month, `…_spread` 1.4826 × their median
    distance from it in logarithms (the standard deviation, were these normal). `silent`: whole months without a trade.
    """

    assets_share: Floats
    assets_share_like: Floats
    assets_share_spread: Floats
    assets_half_year: Floats
    assets_growth: Floats
    assets_growth_like: Floats
    revenue: Floats
    revenue_share: Floats
    revenue_share_like: Floats
    revenue_growth: Floats
    revenue_growth_like: Floats
    silent: Ints
    activity: Activity


@dataclass(frozen=True, slots=True)
class Likes:
    """What like clients did, as arrays of groups × months: medians of their levels by name, their pace in trades and in logins.

    Learnt from some clients (`likes_of`), all others are set against it; it travels to the processes that do.
    """

    medians: Mapping[str, Floats]
    spread: Floats
    paces: tuple[Pace, Pace]


_LEVELS = ("assets_share", "assets_growth", "revenue_share", "revenue_growth")


def likes_of(months: Months, judged: Flags, patience: Ints, settings: Settings, groups: int) -> Likes:
    """Learn from clients what like ones did; arguments as in `levels_of`, of `groups` groups."""
    silent = silence(months, judged)
    there = _there(months) & (silent < patience[:, None])
    counted = there & (_age(months) >= settings.least_months - 1)

    def median(values: Floats) -> Floats:
        told = counted & np.isfinite(values)
        return like_medians(values, told, months.group, groups, settings.least_peers)

    medians, spread = {}, np.empty(0)
    for name, values in _own(months, settings):
        if name in _LEVELS:
            medians[name] = median(values)
        if name == "assets_share":
            spread = _SIGMA * median(np.abs(_logs(values) - _logs(medians[name][months.group])))
    trading, logins = (
        pace_of(days, there, months.group, groups, settings.least_peers) for days in _days_inside(months)
    )
    return Likes(medians, spread, (trading, logins))


def levels_of(months: Months, judged: Flags, settings: Settings, likes: Likes) -> Levels:
    """Set each client's level of every month against its own past and against like clients.

    `judged`, of shape (months,): months long enough to be judged; `likes_of` also takes `patience`, of shape (clients,): whole
    months without a trade until a client is dormant.
    """
    found = dict(_own(months, settings))
    found |= {f"{name}_like": table[months.group] for name, table in likes.medians.items()}
    return Levels(
        **found,
        assets_share_spread=likes.spread[months.group],
        silent=silence(months, judged),
        activity=activity_of(*_days_inside(months), months.group, likes.paces),
    )


def _own(months: Months, settings: Settings) -> Iterator[tuple[str, Floats]]:
    """Yield each client's own levels, as arrays of clients × months, by the names they have in Levels."""
    assets = units(months.net, months.flow, settings.empty_assets)
    yield "assets_share", _divided(assets, _peak(assets))
    yield "assets_growth", _divided(assets, _before(assets, QUARTER))
    yield "assets_half_year", _divided(assets, _before(assets, HALF))
    del assets
    revenue = _together(months.revenue, months.start)
    yield "revenue", revenue
    yield "revenue_share", _divided(revenue, _peak(revenue))
    yield "revenue_growth", _divided(revenue, _before(revenue, QUARTER))


def _days_inside(months: Months) -> tuple[Floats, Floats]:
    """Return days with a trade and with a login, NaN where the client wasn't with us."""
    inside = _inside(months)
    trading, logins = (np.where(inside, d, np.nan) for d in (months.trading_days, months.login_days))
    return trading, logins


def silence(months: Months, judged: Flags) -> Ints:
    """Count the whole months since the last with a trade, or since the first; a month not judged adds none."""
    out = np.zeros(months.revenue.shape, np.int64)
    run = np.zeros(len(out), np.int64)
    for m in range(months.net.shape[1]):
        run = np.where(months.trading_days[:, m] > 0, 0, run + (judged[m] & (months.start < m)))
        out[:, m] = run
    return out


def units(net: Floats, flow: Floats, empty: float) -> Floats:
    """Return assets as units of a fund: only flows change them, never the market.

    units_m = units_{m−1} · net_m / (net_m − flow_m); they begin anew, as net_m, where money comes to nothing (less than `empty`).
    """
    out = np.full(net.shape, np.nan)
    before = np.zeros(len(net))
    for m in range(net.shape[1]):
        base = net[:, m] - flow[:, m]
        going = (before > 0) & (base >= empty) & (flow[:, m] != 0)
        grown = np.where(going, before * net[:, m] / np.where(going, base, 1.0), net[:, m])
        grown = np.where((before > 0) & (flow[:, m] == 0), before, grown)
        out[:, m] = np.where(np.isnan(net[:, m]), np.nan, np.maximum(grown, 0.0))
        before = np.nan_to_num(out[:, m])
    return out


def like_medians(values: Floats, counted: Flags, group: Ints, groups: int, least: int) -> Floats:
    """Return for each group and month the median of `values` (clients × months) over the like clients that are counted.

    A group with fewer than `least` of them takes the whole branch's; fewer in the branch too: NaN.
    """
    table = np.full((groups, values.shape[1]), np.nan)
    for m in range(values.shape[1]):
        here = np.flatnonzero(counted[:, m])
        if len(here) < least:
            continue
        column, of = values[here, m], group[here]
        table[:, m] = np.median(column)
        for g in np.unique(of):
            if (members := of == g).sum() >= least:
                table[g, m] = np.median(column[members])
    return table


def _there(months: Months) -> Flags:
    """Mark the months in which a client is there and has assets, as far as these are known."""
    return np.asarray(_inside(months) & ~(months.net <= 0))


def _inside(months: Months) -> Flags:
    m = np.arange(months.net.shape[1])[None, :]
    return np.asarray((m >= months.start[:, None]) & (m < months.end[:, None]))


def _age(months: Months) -> Ints:
    return np.asarray(np.arange(months.net.shape[1])[None, :] - months.start[:, None])


def _together(values: Floats, start: Ints) -> Floats:
    """Sum each month and the two before; NaN where not all of them are known."""
    summed = np.cumsum(values, axis=1)
    out = summed.copy()
    out[:, QUARTER:] -= summed[:, :-QUARTER]
    known = np.arange(values.shape[1])[None, :] >= np.maximum(start, 0)[:, None] + QUARTER - 1
    return np.where(known, out, np.nan)


def _peak(values: Floats) -> Floats:
    """Return the highest of the last twelve months, this one included, NaN left out."""
    filled = np.where(np.isnan(values), -np.inf, values)
    out = filled.copy()
    for back in range(1, min(YEAR, values.shape[1])):
        out[:, back:] = np.maximum(out[:, back:], filled[:, :-back])
    return np.where(out > 0, out, np.nan)


def _before(values: Floats, months: int) -> Floats:
    out = np.full(values.shape, np.nan)
    out[:, months:] = values[:, :-months]
    return out


def _logs(values: Floats) -> Floats:
    """Return natural logarithms; those of nothing are very far down."""
    return np.asarray(np.log(np.maximum(values, np.exp(-_FARTHEST))))


def _divided(values: Floats, by: Floats) -> Floats:
    return np.asarray(np.divide(values, by, out=np.full(values.shape, np.nan), where=by > 0))

"""Has a client's activity fallen to half or less, or is it chance, or the market? How far the days seen speak for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from zhike.models.lifecycle.months import HALF, QUARTER, YEAR, Flags, Floats, Ints

_LEFT = np.array([0.5, 0.25, 0.1])  # what may be left of the activity after a fall
_PLAIN = 0.95  # of like clients tell how much chance does: the few farthest off have perhaps changed
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Activity:
    """How active clients were, as arrays of clients × months.

    `fallen`: logarithm of how much likelier what was seen is if the activity fell to half or less in one of the last six months
    than if only the market moved; `lately`: the same for a fall three months ago. Both 0 where nothing can be said.
    `trading`, `logins`: days of three months; `…_due`: of these expected; NaN where unknown. `surprise`: by how many standard
    deviations trading days are more than expected.
    """

    fallen: Floats
    lately: Floats
    trading: Floats
    trading_due: Floats
    logins: Floats
    logins_due: Floats
    surprise: Floats


@dataclass(frozen=True, slots=True)
class Pace:
    """How like clients kept one kind of days, as arrays of groups × months; NaN where nobody can say.

    `market`: days of somebody with a rate of one; `rate`: mean rate in the year before; `clumps` (groups, months, 6): how many times
    more than dice they vary over the last one to six months up to each.
    """

    market: Floats
    rate: Floats
    clumps: Floats


@dataclass(frozen=True, slots=True)
class _Counts:
    """Days of one kind, summed up to the beginning of each month: arrays of clients × (months + 1).

    `seen`: days; `market`: those of somebody with a rate of one; `known`: months of which both are known.
    """

    seen: Floats
    market: Floats
    known: Floats


@dataclass(frozen=True, slots=True)
class _Span:
    """Some months up to now, (clients,) each: days seen, days due, the squares of how far they lie apart, in units of what dice do.

    `shape`, `scale`: what the own rate can be (gamma), by the year before; `market`: days of somebody with a rate of one.
    """

    seen: Floats
    due: Floats
    apart: Floats
    shape: Floats
    scale: Floats
    market: Floats


def activity_of(trading: Floats, logins: Floats, group: Ints, paces: Sequence[Pace]) -> Activity:
    """Set each client's trading days and days with a login (clients × months) against own past and like clients.

    Both are NaN where unknown or the client wasn't with us. `group` (clients,): like clients; `paces`: theirs of both kinds.
    """
    kinds = [
        (_counted(days, group, pace), pace.rate[group], pace.clumps)
        for days, pace in zip((trading, logins), paces, strict=True)
    ]
    fallen, lately = np.zeros(trading.shape), np.zeros(trading.shape)
    shown = np.full((5, *trading.shape), np.nan)
    for m in range(QUARTER, trading.shape[1]):
        spoken = []
        for since in _beginnings(m):
            spans = [
                (_span(counts, rate[:, m], m, since), clumps[group, m, m - since])
                for counts, rate, clumps in kinds
            ]
            spoken.append(_speaks(*spans[0]) + _speaks(*spans[1]))
            if since == m - QUARTER + 1:
                lately[:, m], shown[:, :, m] = _mean_of(spoken[-1:]), _shown(spans)
        fallen[:, m] = _mean_of(spoken)
    return Activity(fallen, lately, *shown)


def pace_of(days: Floats, there: Flags, group: Ints, groups: int, least: int) -> Pace:
    """Return how like clients kept days (clients × months) of one kind, of `groups` groups.

    `there`: months in which a client counts for like ones; with fewer than `least` of a group the branch stands for them, with
    fewer still nothing is said. Walks through the months: what the market let like clients do, by what the months before told.
    """
    n, width = days.shape
    pace = Pace(
        np.full((groups, width), np.nan), np.full((groups, width), np.nan), np.ones((groups, width, HALF))
    )
    counts = _Counts(*(np.zeros((n, width + 1)) for _ in range(3)))
    for m in range(width):
        own, of_market, months = (
            _since(a, m, max(m - YEAR, 0)) for a in (counts.seen, counts.market, counts.known)
        )
        told = there[:, m] & np.isfinite(days[:, m]) & ((months >= QUARTER) | (m < QUARTER))
        for g, like in _likes(told, group, groups, least):
            if m < QUARTER:  # a rate of one is by definition what like clients did when the data began
                pace.market[g, m], pace.rate[g, m] = days[like, m].mean(), 1.0
            elif own[like].sum() > 0:
                mean = own[like].sum() / of_market[like].sum()
                usual = (1.0 + own[like]) / (of_market[like] + 1.0 / mean)
                pace.market[g, m], pace.rate[g, m] = days[like, m].sum() / usual.sum(), mean
        _count(counts, m, days[:, m], pace.market[group, m])
    for m in range(QUARTER, width):
        like_ones = list(_likes(there[:, m], group, groups, least))
        for since in _beginnings(m) if like_ones else ():
            apart = _span(counts, pace.rate[group, m], m, since).apart
            for g, like in like_ones:
                pace.clumps[g, m, m - since] = _clumps(apart[like])
    return pace


def _beginnings(m: int) -> range:
    """Return the months in which a fall seen in month `m` may have begun."""
    return range(max(m - HALF + 1, QUARTER), m + 1)


def _counted(days: Floats, group: Ints, pace: Pace) -> _Counts:
    counts = _Counts(*(np.zeros((len(days), days.shape[1] + 1)) for _ in range(3)))
    for m in range(days.shape[1]):
        _count(counts, m, days[:, m], pace.market[group, m])
    return counts


def _count(counts: _Counts, m: int, days: Floats, market: Floats) -> None:
    """Add month `m`, where both the days and what was due are known."""
    good = np.isfinite(market) & np.isfinite(days)
    counts.seen[:, m + 1] = counts.seen[:, m] + np.where(good, days, 0.0)
    counts.market[:, m + 1] = counts.market[:, m] + np.where(good, market, 0.0)
    counts.known[:, m + 1] = counts.known[:, m] + good


def _likes(told: Flags, group: Ints, groups: int, least: int) -> Iterator[tuple[int, Flags]]:
    """Yield each group and who stands for it: the told of the group, else of the branch, else nobody."""
    if told.sum() < least:
        return
    for g in range(groups):
        like = (group == g) & told
        yield g, like if like.sum() >= least else told


def _span(k: _Counts, rate: Floats, m: int, since: int) -> _Span:
    """Look at the months from `since` to `m`; NaN for clients with less than three known months in the year before.

    The own rate is taken for that of like clients, `rate`, until the own days speak: as if one day of it had been seen.
    """
    first = max(since - YEAR, 0)
    with np.errstate(divide="ignore"):
        scale = _since(k.market, since, first) + 1.0 / rate
    scale = np.where(_since(k.known, since, first) >= QUARTER, scale, np.nan)
    shape = 1.0 + _since(k.seen, since, first)
    seen, market = _since(k.seen, m + 1, since), _since(k.market, m + 1, since)
    due = shape / scale * market
    apart = (seen - due) ** 2 / np.maximum(due * (1.0 + market / scale), 1e-9)
    return _Span(seen, np.where(market > 0, due, np.nan), apart, shape, scale, market)


def _clumps(apart: Floats) -> float:
    """Return how many times more like clients vary than dice, at least 1, by squares in units of what dice do."""
    known = np.sort(apart[np.isfinite(apart)])
    if not len(known):
        return 1.0
    kept = int(np.ceil(_PLAIN * len(known)))
    return max(1.0, float(known[:kept].mean()) / _mean_of_lowest(kept / len(known)))


def _mean_of_lowest(share: float) -> float:
    """Return the mean of the lowest `share` of squares of a standard normal variable: 0.759 of 95 %, 1 of all.

    Squares below z² are those of values between −z and z, of which there are `share`. By parts, ∫x²φ(x)dx from −z to z is
    `share` − 2zφ(z), for xφ(x) is −φ'(x); divided by `share` that is 1 − 2zφ(z)/`share`.
    """
    if share >= 1:
        return 1.0
    z = _NORMAL.inv_cdf((1 + share) / 2)
    return 1 - 2 * z * _NORMAL.pdf(z) / share


def _speaks(s: _Span, chance: Floats) -> Floats:
    """Return logarithms (clients, 3): how likely the days seen are if so much was left, over if all was (both gamma-Poisson).

    `chance` (clients,): how many times more than dice like clients vary.
    """
    whole = np.log(s.scale + s.market)[:, None] - np.log(s.scale[:, None] + _LEFT * s.market[:, None])
    speaks = s.seen[:, None] * np.log(_LEFT) + (s.shape + s.seen)[:, None] * whole
    # days that vary twice as much as dice tell half as much; so does a market that moved like clients unalike
    return np.asarray(np.nan_to_num(speaks / chance[:, None]))


def _shown(spans: Sequence[tuple[_Span, Floats]]) -> Floats:
    """Return of trading and logins days seen and due, then by how far trading is above what was due."""
    of_trading, of_logins = ((np.where(np.isnan(s.due), np.nan, s.seen), s.due) for s, _ in spans)
    off = (of_trading[0] - of_trading[1]) / np.sqrt(spans[0][1] * np.maximum(of_trading[1], 1.0))
    return np.stack([*of_trading, *of_logins, off])


def _since(summed: Floats, until: int, since: int) -> Floats:
    return np.asarray(summed[:, until] - summed[:, since])


def _mean_of(logs: Sequence[Floats]) -> Floats:
    """Return the logarithm of the mean of what all `logs`, (clients, k) each, are logarithms of."""
    together = np.concatenate(logs, axis=1)
    return np.asarray(np.logaddexp.reduce(together, axis=1) - np.log(together.shape[1]))

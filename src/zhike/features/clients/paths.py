"""What must be read in order of time: first and last day, falls from a peak, own rhythm, months, acts by market state.

Each figure is a walk over client_day (`Held.days`), in one compiled loop; NaN stands for what isn't known.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.compiling import compiled
from zhike.base.period import day_no
from zhike.datacentre.hashes import whole
from zhike.datacentre.tables.branch import STATES
from zhike.features.clients.settings import RHYTHM, YEAR
from zhike.features.clients.walk import UNITS, Floats, Held, Ints, dates_of
from zhike.features.clients.windows import Horizon

_MONTHS = 12
_PAIRS = (("x1", "x1"), ("x1", "x2"), ("x2", "x2"), ("x1", "y"), ("x2", "y"), ("y", "y"))
_SLOPES = (
    "n",
    "x1",
    "x2",
    "y",
    *(a + b for a, b in _PAIRS),
    "me_n",
    "me_m",
    "me_mm",
    "me_e",
    "me_me",
    "me_ee",
)
_N_SLOPES, _N_ACTS = len(_SLOPES), _SLOPES.index("me_n")
_NO_DAY, _NO_STATE = -2, -1  # of the market: it has no row, it has one without a state


def span(held: Held) -> pa.Table:
    """Return each client's first day and last day in client_day: their ages, and what stood there."""
    walk, ages = held.days, held.horizon.ages
    first, last = walk.starts[:-1], walk.starts[1:] - 1
    return walk.table(
        first_age=ages[walk.places[first]].astype(np.float64),
        last_age=ages[walk.places[last]].astype(np.float64),
        known=np.full(len(first), float(held.horizon.known)),
        **{f"first_{c}": walk.money(c, first) for c in ("net", "pnl", "flow_in", "flow_out")},
        **{f"last_{c}": walk.money(c, last) for c in ("stocks", "largest")},
        last_positions=walk.units("positions")[last].astype(np.float64),
    )


def known_assets(held: Held) -> pa.Table:
    """Return each client's assets on the last day for which they are known."""
    walk = held.days
    known = pc.is_valid(whole(walk.rows["net"])).to_numpy(zero_copy_only=False)
    last = _last(walk.starts, known)
    return walk.table(**{c: walk.money(c, last) for c in ("net", "cash", "funds", "debt")})


@compiled
def _last(starts: Ints, known: npt.NDArray[np.bool_]) -> Ints:
    """Return each client's last row that is known, −1 where none is."""
    found = np.full(len(starts) - 1, -1, np.int64)
    for c in range(len(found)):
        for r in range(starts[c + 1] - 1, starts[c] - 1, -1):
            if known[r]:
                found[c] = r
                break
    return found


def fall(held: Held) -> pa.Table:
    """Return the deepest and the present fall of a year's chained return from its highest, as fractions.

    The chain starts at 1 before the window and leaves out what the client brought or took (log returns add up).
    """
    walk = held.days
    returns, counts = walk.floats("log_return"), walk.units("return_days")
    deepest, now = _falls(walk.starts, walk.places, held.horizon.ages, returns, counts)
    return walk.table(deepest=deepest, now=now)


@compiled
def _falls(starts: Ints, places: Ints, ages: Ints, returns: Floats, counts: Ints) -> tuple[Floats, Floats]:
    deepest, now = np.full(len(starts) - 1, np.nan), np.full(len(starts) - 1, np.nan)
    for c in range(len(deepest)):
        level, top, most = 0.0, 0.0, -1.0
        for r in range(starts[c], starts[c + 1]):
            if counts[r] > 0 and ages[places[r]] < YEAR:
                level += returns[r]
                top = max(top, level)
                now[c] = 1.0 - np.exp(level - top)
                most = max(most, now[c])
        if most >= 0.0:
            deepest[c] = most
    return deepest, now


def rhythm(held: Held) -> pa.Table:
    """Return the usual gaps between a client's trading days in two years, in trading days: median and 90 % quantile.

    A quantile is the smallest gap that at least this share of the gaps doesn't exceed.
    """
    walk = held.days
    room = np.empty(int(np.diff(walk.starts).max(initial=0)), np.int64)
    shares = np.array([0.5, 0.9])
    found = _gaps(walk.starts, walk.places, held.horizon.ages, walk.units("trades"), shares, room)
    return walk.table(n=found[0], median=found[1], long=found[2])


@compiled
def _gaps(starts: Ints, places: Ints, ages: Ints, trades: Ints, shares: Floats, gaps: Ints) -> Floats:
    """Return how many gaps there are and their quantiles, shape (1 + shares, clients)."""
    found = np.full((1 + len(shares), len(starts) - 1), np.nan)
    for c in range(len(starts) - 1):
        n, before = 0, -1
        for r in range(starts[c], starts[c + 1]):
            age = ages[places[r]]
            if trades[r] > 0 and age < RHYTHM:
                if before >= 0:
                    gaps[n] = before - age
                    n += 1
                before = age
        if n > 0:
            ordered, found[0, c] = np.sort(gaps[:n]), n
            for k in range(len(shares)):
                found[1 + k, c] = ordered[int(np.ceil(shares[k] * n - 1e-9)) - 1]
    return found


def months(held: Held) -> pa.Table:
    """Return the turnover of stocks in the last twelve whole months, as Barber and Odean (2000) count it, by account.

    A month's turnover is ½ (min(1, sold ÷ opening value) + min(1, bought ÷ closing value)); a side without a value to be
    measured against doesn't count. Also `active`: how many of these months have a trade.
    """
    walk = held.days
    columns = (walk.units(c) for c in ("stocks_before", "stocks", "buy_amount", "sell_amount", "trades"))
    turned, sides, active = _turned(walk.starts, walk.places, _months_of(held.horizon), *columns)
    return walk.table(turned=turned, sides=sides, active=active)


def _months_of(horizon: Horizon) -> Ints:
    """Return the month of each place, −1 outside the last twelve whole months."""
    first, last = horizon.last_months(_MONTHS)
    days = horizon.dates
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    inside = (days >= day_no(first)) & (days <= day_no(last))
    return np.concatenate([[-1], np.where(inside, month, -1)])


@compiled
def _turned(
    starts: Ints, places: Ints, months_of: Ints, before: Ints, after: Ints, buys: Ints, sells: Ints, trades: Ints
) -> tuple[Floats, Floats, Floats]:  # fmt: skip
    n = len(starts) - 1
    turned, sides, active = np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan)
    for c in range(n):
        r, end = starts[c], starts[c + 1]
        while r < end:
            month = months_of[places[r]]
            opening, closing, bought, sold, acts = before[r], after[r], 0, 0, 0
            while r < end and months_of[places[r]] == month:
                closing, bought, sold = after[r], bought + buys[r], sold + sells[r]
                acts += trades[r]
                r += 1
            if month >= 0:
                if np.isnan(turned[c]):
                    turned[c], sides[c], active[c] = 0.0, 0.0, 0.0
                for amount, value in ((sold, opening), (bought, closing)):
                    if value > 0:
                        turned[c] += min(1.0, amount / value)
                        sides[c] += 1.0
                active[c] += acts > 0
    return turned, sides, active


def states(held: Held) -> pa.Table:
    """Return a year's sums by market state, and those for slopes on the money effect.

    `days_S`, `log_S`: days with a return in state S and their log returns. With x₁ the change of money effect in tens of
    points, x₂ the market's return and y net buying over the assets of the day before: n, x1, …, yy. With m the money
    effect in tens of points and e the exposure, on days with both: me_n, me_m, me_mm, me_e, me_me, me_ee.
    """
    walk, ages, market = held.days, held.horizon.ages, _market(held)
    acts = _Acts(
        walk.units("assets_before"), walk.units("buy_amount"), walk.units("sell_amount"), walk.units("days"), walk.floats("sum_x"),
        walk.floats("exposure"), walk.units("exposure_days"),
    )  # fmt: skip
    slopes = _slopes(walk.starts, walk.places, ages, market, acts, held.settings.least_assets)
    returns, counts = walk.floats("log_return"), walk.units("return_days")
    by_state = _by_state(walk.starts, walk.places, ages, market.state, returns, counts, len(STATES))
    names = [f"{kind}_{s}" for s in STATES for kind in ("days", "log")]
    return walk.table(**dict(zip(_SLOPES, slopes, strict=True)), **dict(zip(names, by_state, strict=True)))


class _Market(NamedTuple):
    """By place: state, money effect in tens of points, and what this changed by since the day before."""

    state: Ints
    effect: Floats
    change: Floats


class _Acts(NamedTuple):
    """By row what slopes rest on."""

    assets: Ints
    bought: Ints
    sold: Ints
    days: Ints
    returned: Floats
    exposure: Floats
    exposed: Ints


def _market(held: Held) -> _Market:
    market = held.tables["market_state"].sort_by("date")
    words = pc.index_in(market["state"].cast(pa.string()), value_set=pa.array(STATES))
    effects = market["money_effect"].fill_null(np.nan).to_numpy() / 10.0
    places = held.horizon.places(dates_of(market["date"]))
    known, n = places > 0, len(held.horizon.ages)
    state, effect, change = np.full(n, _NO_DAY, np.int64), np.full(n, np.nan), np.full(n, np.nan)
    state[places[known]] = words.fill_null(_NO_STATE).to_numpy()[known]
    effect[places[known]] = effects[known]
    change[places[known]] = np.diff(effects, prepend=np.nan)[known]
    return _Market(state, effect, change)


@compiled
def _by_state(
    starts: Ints, places: Ints, ages: Ints, state: Ints, returns: Floats, counts: Ints, states: int
) -> Floats:
    """Return days with a return and log returns of each state, shape (2 · states, clients)."""
    found = np.full((2 * states, len(starts) - 1), np.nan)
    for c in range(len(starts) - 1):
        for r in range(starts[c], starts[c + 1]):
            here = state[places[r]]
            if ages[places[r]] >= YEAR or here == _NO_DAY:
                continue
            if np.isnan(found[0, c]):
                found[:, c] = 0.0
            if here != _NO_STATE and counts[r] > 0:
                found[2 * here, c] += 1.0
                found[2 * here + 1, c] += returns[r]
    return found


@compiled
def _slopes(starts: Ints, places: Ints, ages: Ints, market: _Market, acts: _Acts, least: float) -> Floats:
    """Return the sums for slopes on the money effect, in the order of _SLOPES, shape (sums, clients)."""
    found = np.full((_N_SLOPES, len(starts) - 1), np.nan)
    for c in range(len(starts) - 1):
        for r in range(starts[c], starts[c + 1]):
            at = places[r]
            if ages[at] >= YEAR or market.state[at] == _NO_DAY:
                continue
            if np.isnan(found[0, c]):
                found[:, c] = 0.0
            assets, x1, m, e = acts.assets[r], market.change[at], market.effect[at], acts.exposure[r]
            if acts.days[r] > 0 and assets > 0 and assets / UNITS >= least and not np.isnan(x1):
                x2, y = acts.returned[r], (acts.bought[r] - acts.sold[r]) / assets
                for k, v in enumerate((1.0, x1, x2, y, x1 * x1, x1 * x2, x2 * x2, x1 * y, x2 * y, y * y)):
                    found[k, c] += v
            if acts.exposed[r] > 0 and not np.isnan(m):
                for k, v in enumerate((1.0, m, m * m, e, m * e, e * e)):
                    found[_N_ACTS + k, c] += v
    return found

"""What all clients give, in bounded size: by logic, by stage and regime; drawn towards the whole where little was seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.base.errors import BrokenPromise
from zhike.base.text import say
from zhike.datacentre.tables.results import LOGICS
from zhike.models.clv.market import MarketMonths
from zhike.models.clv.months import UNSEEN, Months
from zhike.models.clv.settings import AWAKE, CLOSED, COUNT, DORMANT, NEUTRAL, ClvSettings

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_RICHEST = 0.95  # assets above this share of client months count as much as those at it
_OFTEN = 0.99


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """What the last year brought and took beside trades, (n,) each.

    interest, products: yuan of them that stay with the branch; cost: yuan of serving the client, in so many `contacts`.
    """

    interest: Floats
    products: Floats
    cost: Floats
    contacts: Floats

    def __post_init__(self) -> None:
        for name in ("interest", "products", "cost", "contacts"):
            if not np.isfinite(getattr(self, name)).all() or len(getattr(self, name)) != len(self.cost):
                raise BrokenPromise(
                    say(
                        f"年度收入与成本：{name} 缺失或大小不一",
                        f"The year's {name} is not known or of another size",
                    ),
                    where="clv",
                )

    def rows(self, at: slice | Ints) -> Served:
        """Return some of the clients."""
        return Served(self.interest[at], self.products[at], self.cost[at], self.contacts[at])


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """What was learnt. By logic, (5,) each: days, mood, day, per_asset, busy, size, exposure. By stage, (9,) each: activity, flow, cost.

    days: days with a trade in an awake client's month without mood; mood: by how much their logarithm rises with the market's
    mood; day: commission of such a day that is taken however small the trades are; per_asset: what it brings beyond, a yuan of assets; busy: share of awake months with a trade; size: standard deviation over mean
    of what such a month brings; exposure: part of the index's return that assets take.
    activity: days in a month that began so, of those due awake; flow: net inflow over assets; cost: to serve, a month.
    flow_mood: by how much the flow of who is awake rises with the mood. chain, (3, 9, 9): chances from stage to stage in a month, by
    regime. products: fees kept a month and yuan of assets, awake; orders: times a month; contact: cost of one. arrival: assets
    that who had none brings in, waking.
    """

    days: Floats
    mood: Floats
    day: Floats
    per_asset: Floats
    busy: Floats
    size: Floats
    exposure: Floats
    activity: Floats
    flow: Floats
    cost: Floats
    flow_mood: float
    chain: Floats
    products: float
    orders: float
    contact: float
    arrival: float


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """Client months looked at together: the stage each began with, whether it tells (past the warm-up, with assets), the moods."""

    was: Ints
    tells: Flags
    awake: Flags
    mood: Floats

    @classmethod
    def of(cls, m: Months, market: MarketMonths, s: ClvSettings) -> Past:
        """Return what the months began with."""
        was = before(m.stage)
        months = was.shape[1]
        late = np.arange(months) >= min(s.warm_up, months // 2)
        held = (was != UNSEEN) & (m.assets >= s.least_assets)
        awake = held & np.isin(was, AWAKE) & ~_resting(m)
        return cls(was, late & held, awake, market.mood(months, s.mood_months))


def _resting(m: Months) -> Flags:
    """Mark the months without a trade that led to dormancy: it is called months after it began."""
    out: Flags = np.asarray(m.stage == DORMANT)
    for month in range(out.shape[1] - 2, -1, -1):
        out[:, month] |= out[:, month + 1] & (m.days[:, month] == 0)
    return out


def before(stage: Ints) -> Ints:
    """Return the stage each month began with: that of the month before, UNSEEN for the first."""
    return np.concatenate([np.full((len(stage), 1), UNSEEN), stage[:, :-1]], axis=1)


def learn(
    m: Months, logic: Ints, served: Served, market: MarketMonths, settings: ClvSettings | None = None
) -> Learnt:
    """Learn from some clients' months; `logic`: (n,) codes of LOGICS. Without any client nothing is expected of anybody."""
    s = settings or ClvSettings()
    past = Past.of(m, market, s)
    sure = past.awake & past.tells
    mood = _slopes(m.days, sure, logic, past.mood, s)
    days = _by_logic(m.days * np.exp(-mood[logic][:, None] * past.mood), sure, logic, s)
    flow, flow_mood = _flows(m, past, s)
    held = float((m.assets * past.awake)[:, -_year(m, s) :].sum())
    share = float((served.products > 0).sum()) / max(int(past.awake[:, -1:].sum()), 1)
    return Learnt(
        days, mood, *_day(m, logic, past, s), _by_logic((m.days > 0).astype(np.float64), sure, logic, s), _sizes(m, logic, past, s),
        _exposure(m, logic, market, past, s), _activity(m, logic, past, days, mood, s), flow, _costs(m, served, s), flow_mood,
        _chain(m.stage, past, market.regime, s), float(served.products.sum()) / held if held > 0 else 0.0,
        float(-np.log1p(-min(share, _OFTEN))) / s.year_months, float(served.cost.sum() / max(served.contacts.sum(), 1.0)),
        _arrival(m, past, s),
    )  # fmt: skip


def own_rate(m: Months, logic: Ints, past: Past, days: Floats, mood: Floats, s: ClvSettings) -> Floats:
    """Return each client's days with a trade in a month awake and without mood, (n,): the mean of a gamma distribution.

    (κ·μ + Σ w·D) / (κ + Σ w·e^(slope·mood)) over the months that began awake: D days with a trade, w what memory leaves of the
    month, μ the mean of the logic, κ = `own_months`.
    """
    w = past.awake * memory(m, s)
    due = (w * np.exp(mood[logic][:, None] * past.mood)).sum(axis=1)
    return np.asarray((s.own_months * days[logic] + (w * m.days).sum(axis=1)) / (s.own_months + due))


def memory(m: Months, s: ClvSettings) -> Floats:
    """Return what is left of each month, (months,), 1 for the last."""
    return np.asarray(0.5 ** (np.arange(m.stage.shape[1] - 1, -1, -1) / s.memory_months), np.float64)


def _year(m: Months, s: ClvSettings) -> int:
    return min(round(s.year_months), int(m.stage.shape[1]))


def _by_logic(values: Floats, here: Flags, logic: Ints, s: ClvSettings) -> Floats:
    """Return each logic's mean over the client months `here`, `like_clients` of the whole beside its own clients."""
    whole = float(values[here].mean()) if here.any() else 0.0
    out = np.full(len(LOGICS), whole)
    for g in range(len(LOGICS)):
        some = here & (logic == g)[:, None]
        if some.any():
            out[g] = _drawn(float(values[some].mean()), whole, int(some.any(axis=1).sum()), s.like_clients)
    return out


def _drawn(own: float, whole: float, n: float, like: float) -> float:
    return (n * own + like * whole) / (n + like)


def _slopes(values: Floats, here: Flags, logic: Ints, mood: Floats, s: ClvSettings) -> Floats:
    """Return by how much ln(mean of a month) rises with the mood, by logic, drawn towards the whole."""
    whole = _slope(values, here, mood)
    out = np.full(len(LOGICS), whole)
    for g in range(len(LOGICS)):
        some = here & (logic == g)[:, None]
        n = int(some.any(axis=1).sum())
        out[g] = _drawn(_slope(values, some, mood), whole, n, s.like_clients)
    return out


def _slope(values: Floats, here: Flags, mood: Floats) -> float:
    count, total = here.sum(axis=0), (values * here).sum(axis=0)
    good = total > 0
    if good.sum() < 3:
        return 0.0
    return _weighted_slope(mood[good], np.log(total[good] / count[good]), count[good].astype(np.float64))


def _weighted_slope(x: Floats, y: Floats, w: Floats) -> float:
    if not w.sum() > 0:
        return 0.0
    off = x - np.average(x, weights=w)
    spread = float((w * off * off).sum())
    return float((w * off * y).sum()) / spread if spread > 0 else 0.0


def fixed_part(m: Months, s: ClvSettings) -> Floats:
    """Return the part of commissions that is taken however small a trade is, (n, months)."""
    return np.asarray(np.minimum(m.kept, s.least_fee * m.trades), np.float64)


def _day(m: Months, logic: Ints, past: Past, s: ClvSettings) -> tuple[Floats, Floats]:
    """Return what a day with a trade brings at the least, and what it brings beyond for each yuan of assets, by logic."""
    fixed, here = fixed_part(m, s), past.awake & (m.days > 0)
    moves = m.kept - fixed - s.trade_cost * m.traded
    each, days, grows, held = (
        _by_logic(v, here, logic, s) for v in (fixed, m.days, moves, m.days * m.assets)
    )
    return _ratio(each, days), _ratio(grows, held)


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _sizes(m: Months, logic: Ints, past: Past, s: ClvSettings) -> Floats:
    """Return standard deviation over mean, within clients, of what a month with trades brings, by logic."""
    busy = past.awake & (m.days > 0)
    count = busy.sum(axis=1, keepdims=True)
    mean = (m.kept * busy).sum(axis=1, keepdims=True) / np.maximum(count, 1)
    often = busy & (count > 1) & (mean > 0)
    off = (m.kept / np.where(mean > 0, mean, 1.0) - 1) ** 2 * count / np.maximum(count - 1, 1)
    return np.sqrt(_by_logic(off, often, logic, s))


def _exposure(m: Months, logic: Ints, market: MarketMonths, past: Past, s: ClvSettings) -> Floats:
    """Return how much of the index's return assets take, by logic: least squares over client months, drawn towards the whole."""
    had = _eve(m.left)
    here = past.tells & (had >= s.least_assets) & (m.left >= s.least_assets)
    x = np.broadcast_to(np.expm1(market.mood(m.stage.shape[1], 1)), had.shape)
    y = np.clip((m.left - m.flow) / np.maximum(had, s.least_assets) - 1, -0.5, 0.5)
    xx, xy = (_by_logic(v, here, logic, s) for v in (x * x, x * y))
    return np.clip(_ratio(xy, xx), 0.0, None)


def _eve(left: Floats) -> Floats:
    return np.concatenate([np.zeros((len(left), 1)), left[:, :-1]], axis=1)


def _activity(m: Months, logic: Ints, past: Past, days: Floats, mood: Floats, s: ClvSettings) -> Floats:
    """Return days with a trade in months that began with each stage, of those due; awake stages are drawn towards 1, others towards 0."""
    own = own_rate(m, logic, past, days, mood, s)[:, None]
    due = own * np.exp(mood[logic][:, None] * past.mood)
    typical = s.like_months * float(due[past.tells].mean()) if past.tells.any() else 0.0
    out = np.zeros(COUNT)
    for stage in range(CLOSED):
        here = past.tells & (past.was == stage)
        whole = due[here].sum() + typical
        out[stage] = (m.days[here].sum() + typical * (stage in AWAKE)) / whole if whole > 0 else 0.0
    return out


def _flows(m: Months, past: Past, s: ClvSettings) -> tuple[Floats, float]:
    """Return net inflow over assets by the stage a month began with, and by how much it rises with the mood where awake."""
    had = _eve(m.left)
    tells = past.tells & (had >= s.least_assets)
    if not tells.any():
        return np.zeros(COUNT), 0.0
    weight = np.minimum(had, np.quantile(had[tells], _RICHEST))
    rate = np.clip(m.flow / np.maximum(had, s.least_assets), -1.0, 1.0)
    mood = np.broadcast_to(past.mood, had.shape)
    awake = tells & past.awake
    slope = _weighted_slope(mood[awake], rate[awake], weight[awake])
    like, out = s.like_months * float(weight[tells].mean()), np.zeros(COUNT)
    for stage in range(COUNT):
        here = tells & (past.was == stage)
        off = rate[here] - slope * mood[here] * (stage in AWAKE)
        out[stage] = float((weight[here] * off).sum() / (weight[here].sum() + like))
    return out, slope


def _arrival(m: Months, past: Past, s: ClvSettings) -> float:
    """Return the mean assets in the first awake month of who had none three months before; 0 where nobody woke."""
    woke = past.tells & past.awake & ~np.isin(before(past.was), AWAKE)
    woke[:, 3:] &= m.assets[:, :-3] < s.least_assets
    return float(m.assets[woke].mean()) if woke.any() else 0.0


def _costs(m: Months, served: Served, s: ClvSettings) -> Floats:
    """Return the cost to serve a month by the stage the client stands at now, drawn towards the whole."""
    now, n = np.maximum(m.stage[:, -1], 0), max(len(m), 1)
    whole = float(served.cost.sum()) / n
    count, total = (np.bincount(now, w, COUNT) for w in (np.ones(len(m)), served.cost))
    return np.asarray((total + s.like_clients * whole) / (count + s.like_clients) / s.year_months)


def _chain(stage: Ints, past: Past, regime: Ints, s: ClvSettings) -> Floats:
    """Return the chances from stage to stage in a month, by regime: each drawn towards all, rare stages towards staying; a closing is the end."""
    months = stage.shape[1]
    late = np.arange(months) >= min(s.warm_up, months // 2)
    began_in = np.concatenate([np.full(months + 1, NEUTRAL), regime])[-months - 1 : -1]
    good = late & (past.was != UNSEEN) & (stage != UNSEEN)
    counts = np.zeros((3, COUNT, COUNT))
    place = np.broadcast_to(began_in, stage.shape)[good], past.was[good], stage[good]
    np.add.at(counts, place, 1.0)
    stay = np.eye(COUNT)
    whole = counts.sum(axis=0) + stay
    whole /= whole.sum(axis=1, keepdims=True)
    chain = (counts + s.like_months * whole) / (counts.sum(axis=2, keepdims=True) + s.like_months)
    chain[NEUTRAL], chain[:, CLOSED] = whole, stay[CLOSED]
    return np.asarray(chain, np.float64)

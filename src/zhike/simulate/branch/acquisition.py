"""How new clients come: channels with a true effect each, the touches of every lead, what it all cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.simulate.agents import layout as at
from zhike.simulate.agents.traits import NEVER, Traits
from zhike.simulate.branch.books import client_codes, firsts
from zhike.simulate.branch.columns import codes, dates, money, nulled, stamps, words
from zhike.simulate.chance import stream
from zhike.simulate.market.assembly import Market
from zhike.simulate.settings import Plan

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel: share of touches, chance that one touch alone wins a lead, cost of a touch and a month in yuan."""

    channel_id: str
    name: str
    kind: str
    share: float
    effect: float
    touch: float
    month: float


CHANNELS = (
    Channel("Q01", "工行网点", "bank", 0.15, 0.16, 60, 6000),
    Channel("Q02", "建行网点", "bank", 0.10, 0.11, 60, 5000),
    Channel("Q03", "搜索引擎", "internet", 0.20, 0.06, 35, 3000),
    Channel("Q04", "信息流广告", "media", 0.24, 0.0, 22, 4000),
    Channel("Q05", "直播", "media", 0.12, 0.04, 18, 5000),
    Channel("Q06", "老客户转介绍", "referral", 0.07, 0.30, 15, 0),
    Channel("Q07", "社区活动", "community", 0.07, 0.09, 40, 2500),
    Channel("Q08", "员工开发", "staff", 0.05, 0.22, 120, 8000),
)
REFERRAL = 5
_KINDS = ("impression", "click", "reply", "visit", "call")


@dataclass(frozen=True, slots=True, eq=False)
class Journeys:
    """Leads in order of their first touch. `client`: −1 where none was won. Touches (k, 4): lead, day, second, channel."""

    day: Ints
    channel: Ints
    client: Ints
    referrer: Ints
    touches: Ints
    client_channel: Ints
    client_referrer: Ints


def journeys(plan: Plan, market: Market, who: Traits) -> Journeys:
    """Draw touches and let each win with its channel's effect (noisy-or) until every new client has come."""
    opens = who.wholes[:, at.OPENS]
    fresh = np.flatnonzero((opens >= market.first) & (opens < NEVER))
    dice = stream(plan.seed, "leads")
    lead, channel, won = _until(dice, len(fresh))
    n = len(won)
    client = np.full(n, -1)
    client[np.flatnonzero(won)] = fresh[dice.permutation(len(fresh))]
    days = market.course.days
    anyday = days[market.first + dice.integers(0, plan.days, n)]
    opened = np.where(client >= 0, days[np.minimum(opens[np.maximum(client, 0)], len(days) - 1)], anyday)
    ago = dice.integers(1, 40, len(lead))
    when = opened[lead] - ago
    order = np.lexsort((when, lead))
    lead, when, channel = lead[order], when[order], channel[order]
    first = firsts(lead)
    last = np.append(first[1:], len(lead)) - 1
    old = np.flatnonzero(opens == plan.market_settings.lead_in)
    chance = who.refers[old] / who.refers[old].sum()
    referrer = np.where(channel[last] == REFERRAL, dice.choice(old, size=n, p=chance), -1)
    client_channel = np.where(
        dice.random(len(who)) < 0.9, dice.choice(len(CHANNELS), len(who), p=_shares()), -1
    )
    client_referrer = np.full(len(who), -1)
    client_channel[client[won]], client_referrer[client[won]] = channel[last][won], referrer[won]
    touches = np.stack([lead, when, dice.integers(32_000, 75_000, len(lead)), channel], axis=1)
    return Journeys(when[first], channel[last], client, referrer, touches, client_channel, client_referrer)


def _shares() -> Floats:
    shares = np.array([c.share for c in CHANNELS])
    return np.asarray(shares / shares.sum())


def _until(dice: np.random.Generator, wanted: int) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
    """Draw leads until enough are won; return the lead and channel of each touch, and whether each lead is won."""
    n, effects = 40, np.array([c.effect for c in CHANNELS])
    while True:
        counts = 1 + dice.poisson(1.6, n)
        lead = np.repeat(np.arange(n), counts)
        channel = dice.choice(len(CHANNELS), len(lead), p=_shares())
        kept = np.exp(np.bincount(lead, np.log1p(-effects[channel])))
        won = dice.random(n) >= kept
        if won.sum() >= wanted:
            enough = int(np.searchsorted(np.cumsum(won), wanted, side="left")) + 1 if wanted else n
            return lead[lead < enough], channel[lead < enough], won[:enough]
        n *= 2


def acquisition_tables(market: Market, drawn: Journeys, staff: pa.Array) -> dict[str, pa.Table]:
    """Return channel, channel_cost, lead and touch."""
    dice = stream(market.plan.seed, "lead records")
    n = len(drawn.day)
    ids = [c.channel_id for c in CHANNELS]
    lost = (drawn.client < 0) & (dice.random(n) < 0.7)
    last = int(market.course.days[market.end - 1])
    lost_on = np.minimum(drawn.day + 40 + dice.integers(5, 60, n), last)
    touch = drawn.touches
    return {
        "channel": pa.table({"channel_id": ids, "name": [c.name for c in CHANNELS], "kind": [c.kind for c in CHANNELS]}),
        "channel_cost": _costs(market, touch),
        "lead": pa.table({
            "lead_id": codes("L", np.arange(n), 8), "created_at": stamps(drawn.day, touch[firsts(touch[:, 0]), 2]),
            "channel_id": words(ids, drawn.channel), "staff_id": staff.take(pa.array(dice.integers(len(staff), size=n))),
            "referrer_id": nulled(client_codes(drawn.referrer), drawn.referrer < 0),
            "client_id": nulled(client_codes(drawn.client), drawn.client < 0), "lost_on": dates(lost_on, ~lost),
        }),
        "touch": pa.table({
            "touch_id": codes("U", np.arange(len(touch)), 9), "lead_id": codes("L", touch[:, 0], 8),
            "at": stamps(touch[:, 1], touch[:, 2]), "channel_id": words(ids, touch[:, 3]),
            "kind": words(_KINDS, dice.choice(5, len(touch), p=(0.4, 0.25, 0.15, 0.08, 0.12))),
        }),
    }  # fmt: skip


def _costs(market: Market, touch: Ints) -> pa.Table:
    """Sum a month's touches at their price and the channel's fixed cost."""
    month = (touch[:, 1].astype("datetime64[D]")).astype("datetime64[M]").astype(np.int64)
    months = np.arange(month.min(), month.max() + 1)
    count = np.zeros((len(months), len(CHANNELS)), np.int64)
    np.add.at(count, (month - months[0], touch[:, 3]), 1)
    day = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    fixed = np.array([c.month for c in CHANNELS]) * min(market.plan.clients / 1000.0, 20.0)
    cost = np.rint((count * np.array([c.touch for c in CHANNELS]) + fixed) * 100).astype(np.int64)
    seen = stream(market.plan.seed, "impressions").integers(300, 900, count.shape) * count
    media = np.tile([c.kind not in ("internet", "media") for c in CHANNELS], len(months))
    return pa.table({
        "month": dates(np.repeat(day, len(CHANNELS))), "channel_id": words([c.channel_id for c in CHANNELS], np.tile(np.arange(len(CHANNELS)), len(months))),
        "cost": money(cost.ravel()), "impressions": nulled(pa.array(seen.ravel()), media),
        "clicks": nulled(pa.array((seen // 30).ravel()), media),
    })  # fmt: skip

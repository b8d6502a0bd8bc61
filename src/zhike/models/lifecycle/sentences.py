"""Each rule of the life cycle as a sentence with its numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date as Date

import numpy as np

from zhike.datacentre.tables.sentences import Told, tell
from zhike.models.lifecycle import settings as s
from zhike.models.lifecycle.levels import Levels
from zhike.models.lifecycle.months import QUARTER, YEAR, Months
from zhike.models.lifecycle.settings import Settings
from zhike.models.lifecycle.walk import Ages

_MANY = 1_000  # times likelier: beyond it the number says no more


@dataclass(frozen=True, slots=True)
class Case:
    """One client (row `i`) in one month (column `m`) and all that can be told of it."""

    i: int
    m: int
    months: Months
    levels: Levels
    ages: Ages
    closed_on: Date | None
    settings: Settings


def sentence(rule: int, case: Case) -> Told:
    """Say why the rule holds for the case, with its numbers."""
    return _SENTENCES[rule](case)


def _waiting(c: Case) -> Told:
    return tell("stage.waiting")


def _idle(c: Case) -> Told:
    return tell("stage.idle", years=c.ages.months[c.i, c.m] // YEAR)


def _fresh(c: Case) -> Told:
    return tell("stage.fresh", days=c.ages.days[c.i, c.m])


def _funded(c: Case) -> Told:
    return tell("stage.funded", net=c.months.net[c.i, c.m])


def _young(c: Case) -> Told:
    return tell("stage.young", age=c.ages.months[c.i, c.m], grown=c.settings.grown_months)


def _rising_assets(c: Case) -> Told:
    own, like = c.levels.assets_growth[c.i, c.m] - 1, c.levels.assets_growth_like[c.i, c.m] - 1
    return tell("stage.rising_assets", quarter=QUARTER, own=own, like=like)


def _rising_revenue(c: Case) -> Told:
    own, like = c.levels.revenue_growth[c.i, c.m] - 1, c.levels.revenue_growth_like[c.i, c.m] - 1
    revenue = c.levels.revenue[c.i, c.m]
    return tell("stage.rising_revenue", quarter=QUARTER, revenue=revenue, own=own, like=like)


def _steady(c: Case) -> Told:
    age, share = c.ages.months[c.i, c.m], c.levels.revenue_share[c.i, c.m]
    if not np.isfinite(share):
        return tell("stage.steady_unmeasured", age=age, year=YEAR)
    like = c.levels.revenue_share_like[c.i, c.m]
    return tell("stage.steady", age=age, quarter=QUARTER, year=YEAR, share=share, like=like)


def _falling_assets(c: Case) -> Told:
    share, like = c.levels.assets_share[c.i, c.m], c.levels.assets_share_like[c.i, c.m]
    return tell("stage.falling_assets", year=YEAR, share=share, like=like)


def _falling_revenue(c: Case) -> Told:
    share, like = c.levels.revenue_share[c.i, c.m], c.levels.revenue_share_like[c.i, c.m]
    return tell("stage.falling_revenue", quarter=QUARTER, year=YEAR, share=share, like=like, less=_less(c))


def _falling_activity(c: Case) -> Told:
    return tell("stage.falling_activity", quarter=QUARTER, less=_less(c))


def _less(c: Case) -> Told:
    """Say what was seen of the activity, what was to be expected, and how much likelier that is after a fall than without one.

    This is no probability of a fall: how many fall at all isn't in it.
    """
    a, at = c.levels.activity, (c.i, c.m)
    days = (("trading", a.trading, a.trading_due), ("login", a.logins, a.logins_due))
    known = [(act, seen[at], due[at]) for act, seen, due in days if np.isfinite(due[at])]
    return tell(
        "stage.less",
        seen=[tell(f"days.{act}", seen=seen, due=due) for act, seen, due in known],
        acts=[tell(f"acts.{act}") for act, _, _ in reversed(known)],
        times=_times(float(np.exp(min(a.fallen[at], 2 * np.log(_MANY))))),
    )


def _times(ratio: float) -> Told:
    return tell("times.more", n=_MANY) if ratio > _MANY else tell("times", n=ratio)


def _also(net: float) -> Told | None:
    return None if np.isnan(net) else tell("also.net", net=net)


def _silent(c: Case) -> Told:
    return tell("stage.silent", months=c.levels.silent[c.i, c.m], net=_also(c.months.net[c.i, c.m]))


def _left(c: Case) -> Told:
    out = -c.months.flow[c.i, max(c.m - QUARTER + 1, 0) : c.m + 1].sum()
    return tell("stage.left", quarter=QUARTER, out=out, net=c.months.net[c.i, c.m])


def _emptied(c: Case) -> Told:
    net, t = c.months.net[c.i, c.m], c.settings
    return tell("stage.emptied", net=net, months=t.empty_months, least=t.empty_assets)


def _closed(c: Case) -> Told:
    return tell("stage.closed", on=c.closed_on)


def _back(c: Case) -> Told:
    return tell("stage.back", days=c.months.trading_days[c.i, c.m], net=_also(c.months.net[c.i, c.m]))


_SENTENCES: Mapping[int, Callable[[Case], Told]] = {
    s.WAITING: _waiting, s.FRESH: _fresh, s.FUNDED: _funded, s.YOUNG: _young, s.RISING_ASSETS: _rising_assets,
    s.RISING_REVENUE: _rising_revenue, s.STEADY: _steady, s.FALLING_ASSETS: _falling_assets,
    s.FALLING_REVENUE: _falling_revenue, s.SILENT: _silent, s.LEFT: _left, s.EMPTIED: _emptied, s.CLOSED: _closed,
    s.BACK: _back, s.IDLE: _idle, s.FALLING_ACTIVITY: _falling_activity,
}  # fmt: skip

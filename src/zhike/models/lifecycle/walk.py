"""The walk from month to month: facts move a client at once, all else only when two months running say the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.models.lifecycle import settings as s
from zhike.models.lifecycle.levels import Levels
from zhike.models.lifecycle.months import QUARTER, Flags, Ints, Months
from zhike.models.lifecycle.settings import Settings

Stages = npt.NDArray[np.int8]
_AT_ONCE = np.isin(np.arange(len(s.STAGES)), (s.PROSPECT, s.DEVELOPING, s.DORMANT, s.LOST, s.RETURNED))
_GONE = (s.DORMANT, s.LOST)
_BY_ACTIVITY = (s.FALLING_REVENUE, s.FALLING_ACTIVITY)
_NEVER = -(10**6)
_NEAR = 1e-9


@dataclass(frozen=True, slots=True)
class Ages:
    """How long each client has been with us at each month's end, as arrays of clients × months.

    `lead`: who never opened; `before`: whose account is older than the data, so that the first months aren't known.
    """

    days: Ints
    months: Ints
    lead: Flags
    before: Flags


@dataclass(frozen=True, slots=True)
class Steps:
    """The stage at each month's end and the rule that put the client there, as codes (clients × months); UNKNOWN before."""

    stage: Stages
    rule: Stages


def walk(
    months: Months, levels: Levels, ages: Ages, judged: Flags, patience: Ints, settings: Settings
) -> Steps:
    """Carry every client from month to month; see docs/methods/lifecycle.md for the order of the rules."""
    n, width = months.net.shape
    stage = np.full((n, width), s.UNKNOWN, np.int8)
    rule = np.full((n, width), s.UNKNOWN, np.int8)
    now, by, last_said = (np.full(n, s.UNKNOWN, np.int64) for _ in range(3))
    back = np.full(n, _NEVER, np.int64)  # month of the last return
    gone = left_with_assets(months, settings)
    empty = empty_run(months, judged, settings)
    facts = _Facts(months, levels, ages, gone, empty, patience, settings)
    for m in range(width):
        says = facts.say(m, now, back, judged=bool(judged[m]))
        wants = np.where(says == s.UNKNOWN, s.UNKNOWN, np.asarray(s.STAGE_OF_RULE)[says])
        back = np.where((wants == s.RETURNED) & (now != s.RETURNED), m, back)
        moves = (wants != now) & (_AT_ONCE[wants] | (now == s.UNKNOWN) | (wants == last_said) | _AT_ONCE[now])
        moves &= wants != s.UNKNOWN
        # a month that only leans towards a fall confirms the next, but moves nobody itself
        moves &= ~np.isin(says, _BY_ACTIVITY) | (levels.activity.fallen[:, m] >= np.log(settings.evidence))
        now, by = np.where(moves, wants, now), np.where(moves, says, by)
        last_said = wants
        stage[:, m], rule[:, m] = now, by
    return Steps(stage, rule)


def left_with_assets(months: Months, settings: Settings) -> Flags:
    """Mark months in which assets are gone: three months' net outflow ≥ half of the mean of the six before, little left, no trade."""
    out = np.zeros(months.net.shape, np.bool_)
    for m in range(QUARTER, months.net.shape[1]):
        since = np.maximum(m - QUARTER - 5, 0)
        before = np.nan_to_num(months.net[:, since : m - QUARTER + 1]).mean(axis=1)
        outflow = -months.flow[:, m - QUARTER + 1 : m + 1].sum(axis=1)
        little = months.net[:, m] < np.minimum(settings.left_assets, settings.left_rest * before)
        little &= ~(months.trading_days[:, m] > 0)
        out[:, m] = (outflow > 0) & (outflow >= settings.left_share * before) & little
    return out


def empty_run(months: Months, judged: Flags, settings: Settings) -> Ints:
    """Count the months in a row that ended with less than `empty_assets`."""
    out = np.zeros(months.net.shape, np.int64)
    run = np.zeros(len(out), np.int64)
    for m in range(months.net.shape[1]):
        run = np.where(months.net[:, m] < settings.empty_assets, run + int(judged[m]), 0)
        out[:, m] = run
    return out


@dataclass(frozen=True, slots=True)
class _Facts:
    months: Months
    levels: Levels
    ages: Ages
    gone: Flags
    empty: Ints
    patience: Ints
    settings: Settings

    def say(self, m: int, now: Ints, back: Ints, *, judged: bool) -> Ints:
        """Return the rule that speaks for each client in month `m`: the first that holds."""
        t, months, ages = self.settings, self.months, self.ages
        traded = months.trading_days[:, m] > 0
        ever_traded = months.trading_days[:, : m + 1].any(axis=1)
        assets = np.fmax(months.net[:, : m + 1], months.flow[:, : m + 1])
        ever = ever_traded | (np.nan_to_num(assets) >= t.empty_assets).any(axis=1)
        away = np.isin(now, _GONE)
        holds: list[tuple[Flags | np.bool_, int]] = [
            (months.start > m, s.UNKNOWN),
            (months.end <= m, s.CLOSED),
            (~ever & ~ages.lead & (ages.days[:, m] <= t.fresh_days), s.FRESH),
            (~ever & ages.before, s.IDLE),
            (~ever, s.WAITING),
            (away & self._came_back(m, now, traded), s.BACK),
            (now == s.LOST, s.LEFT),
            (self.gone[:, m], s.LEFT),
            (self.empty[:, m] >= t.empty_months, s.EMPTIED),
            (self.levels.silent[:, m] >= self.patience, s.SILENT),
            ((now == s.RETURNED) & (m - back < t.returned_months), s.BACK),
            (~ever_traded, s.FUNDED),
        ]
        says = self._soft(m, now, m - back, judged)
        for flag, rule in reversed(holds):
            says = np.where(flag, rule, says)
        return says

    def _came_back(self, m: int, now: Ints, traded: Flags) -> Flags:
        """Tell who is back: a dormant client by trading, a lost one by trading with assets, or by bringing some."""
        months, t = self.months, self.settings
        funded = ~(months.net[:, m] < t.empty_assets)
        brought = (months.flow[:, m] > 0) & (months.net[:, m] >= t.left_assets)
        return np.where(now == s.LOST, (traded & funded) | brought, traded)

    def _soft(self, m: int, now: Ints, since_back: Ints, judged: bool) -> Ints:
        """Return growing, mature or declining by the levels; where a month isn't judged, what was."""
        young = self.ages.months[:, m] < self.settings.grown_months
        plain = np.where(young, s.YOUNG, s.STEADY)
        if not judged:
            kept = np.select([now == s.GROWING, now == s.MATURE, now == s.DECLINING],
                             [s.YOUNG, s.STEADY, s.FALLING_REVENUE], plain)  # fmt: skip
            return np.asarray(kept)
        # a peak from before the client went away is no measure for one who came back
        seasoned = np.minimum(m - self.months.start + 1, since_back) >= self.settings.least_months
        assets, activity, revenue = (seasoned & falling for falling in self._falling(m, now))
        rising_assets, rising_revenue = self._rising(m)
        still = (
            now == s.GROWING
        ) & ~young  # growth comes before maturity; a mature client who brings more stays mature
        return np.select(
            [assets, activity & revenue, activity, rising_assets & still, rising_revenue & still],
            [s.FALLING_ASSETS, s.FALLING_REVENUE, s.FALLING_ACTIVITY, s.RISING_ASSETS, s.RISING_REVENUE],
            plain,
        )

    def _falling(self, m: int, now: Ints) -> tuple[Flags, Flags, Flags]:
        """Tell whose assets, whose activity and whose revenue have fallen."""
        v, t = self.levels, self.settings
        like = np.fmin(np.nan_to_num(v.assets_share_like[:, m], nan=1.0), 1.0)
        # where like clients come and go with most of their money, half of it is nothing unusual
        spread = np.nan_to_num(v.assets_share_spread[:, m])
        assets = v.assets_share[:, m] <= like * np.minimum(t.fall, np.exp(-t.unusual * spread))
        # half a year after the last of it went, what is left is the new level
        assets &= ~(v.assets_half_year[:, m] > 1 - t.rise)
        # money comes and goes; who is as active as ever hasn't turned away
        assets &= v.activity.lately[:, m] >= np.log(t.agreeing) - _NEAR
        settled = np.isin(now, (s.GROWING, s.MATURE, s.DECLINING))
        activity = v.activity.fallen[:, m] >= np.log(np.where(settled, t.leaning, t.evidence))
        of_revenue = v.revenue_share_like[:, m]
        return assets, activity, (v.revenue_share[:, m] <= t.fall * of_revenue) & (of_revenue > 0)

    def _rising(self, m: int) -> tuple[Flags, Flags]:
        v, t = self.levels, self.settings
        like = np.fmax(np.nan_to_num(v.assets_growth_like[:, m], nan=1.0), 1.0)
        assets = v.assets_growth[:, m] >= (1 + t.rise) * like
        revenue = v.revenue_growth[:, m] >= (1 + t.rise) * v.revenue_growth_like[:, m]
        return assets, revenue & (v.activity.surprise[:, m] >= t.surprise)

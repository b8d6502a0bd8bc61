"""The rules that make proposals: each a named value that finds clients and says why, in words and numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date as Date

import numpy as np

from zhike.base.period import date_of, day_no
from zhike.datacentre.tables.sentences import Told, plain, tell
from zhike.datacentre.tables.words import LOGIC_WORDS
from zhike.decisions.proposals.facts import NEVER, Facts, Flags, Floats
from zhike.decisions.proposals.settings import Settings


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that holds for client `i`. `occasion` (a day number) tells this occasion from the next of the same rule."""

    i: int
    occasion: int
    reason: Told
    due: int


_VERDICTS = LOGIC_WORDS.keys() - {"insufficient"}
_STILL = ("prospect", "dormant", "lost")

Find = Callable[[Facts, Settings], Iterator[Hit]]


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do for whom: `kind` as in the table `proposal`; `minutes` it takes.

    After it has been carried out the client isn't approached for `cooldown_days`; nor is it made that long after any contact.
    """

    name: str
    kind: str
    must_do: bool
    minutes: int
    cooldown_days: int
    find: Find


def months_later(day: Date, months: int) -> Date:
    """Return the same day of the month, `months` later; the last day of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_after = Date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return Date(year, month + 1, min(day.day, date_of(day_no(first_after) - 1).day))


def _here(facts: Facts) -> Flags:
    """Mark the clients whose account isn't closed."""
    return np.asarray((facts.closed == NEVER) | (facts.closed > facts.as_of))


def _call_back(facts: Facts, settings: Settings) -> Iterator[Hit]:
    days = facts.as_of - facts.opened
    due = (facts.opened != NEVER) & (facts.called_back < facts.opened) & _here(facts)
    # without contacts nobody knows who was called back: ask inside the deadline only
    within = settings.callback_overdue_days if facts.contacts_known else settings.callback_days
    for i in np.flatnonzero(due & (days <= within)):
        opened, deadline = date_of(facts.opened[i]), int(facts.opened[i]) + settings.callback_days
        left = deadline - facts.as_of
        yield Hit(int(i), int(facts.opened[i]), tell(
            "call.new", opened=opened, days=settings.callback_days,
            left=tell("left.days", n=left) if left >= 0 else tell("left.overdue", n=-left),
            unknown=None if facts.contacts_known else tell("also.no_contacts"),
        ), deadline)  # fmt: skip


def _asleep(facts: Facts, i: int, settings: Settings) -> bool:
    """Tell whether an account stands still: asleep, or empty (unknown assets are none of it).

    An assessment that ran out forbids products that carry risk; it asks for no call before the client trades again.
    """
    return facts.stage[i] in _STILL or bool(facts.recent.net[i] < settings.least_assets)


def _assessment(facts: Facts, settings: Settings) -> Iterator[Hit]:
    for i in np.flatnonzero((facts.assessed != NEVER) & (facts.assessed <= facts.as_of) & _here(facts)):
        assessed = date_of(facts.assessed[i])
        expires = day_no(months_later(assessed, settings.assessment_months))
        left = expires - facts.as_of
        if left > settings.assessment_ahead_days or _asleep(facts, int(i), settings):
            continue
        yield Hit(int(i), expires, tell(
            "call.assessment", level=facts.risk_level[i] or "—", assessed=assessed, expires=date_of(expires),
            left=tell("left.expires", n=left) if left >= 0 else tell("left.expired", n=-left),
        ), expires)  # fmt: skip


def _large_flow(sign: int) -> Find:
    def find(facts: Facts, settings: Settings) -> Iterator[Hit]:
        r = facts.recent
        before = np.maximum(np.nan_to_num(r.assets_before), 0.0)
        amount = np.nan_to_num(r.flow) * sign
        large = (amount >= settings.flow_amount) & (amount >= settings.flow_share * before)
        for i in np.flatnonzero(large & _here(facts)):
            share = amount[i] / before[i] if before[i] > 0 else None
            why = tell(
                "call.inflow" if sign > 0 else "call.outflow",
                days=settings.flow_days,
                amount=amount[i],
                before=before[i],
                share=share,
            )
            yield Hit(int(i), int(r.flow_on[i]), why, facts.as_of + 3)

    return find


def _drawdown(facts: Facts, settings: Settings) -> Iterator[Hit]:
    r = facts.recent
    deep = (np.nan_to_num(r.drawdown) >= settings.drawdown) & (np.nan_to_num(r.net) >= settings.least_assets)
    for i in np.flatnonzero(deep & _here(facts)):
        if facts.trading_days_since(int(r.low_on[i])) >= settings.drawdown_fresh_days:
            continue
        why = tell("call.drawdown", peak=date_of(r.peak_on[i]), fall=r.drawdown[i], lost=-r.lost[i])
        yield Hit(int(i), int(r.peak_on[i]), why, facts.as_of + 5)


def _paused(facts: Facts, settings: Settings) -> tuple[Flags, Floats]:
    """Mark who has a rhythm and assets; and how many times the own long gap each has paused."""
    r = facts.recent
    rhythm = (np.nan_to_num(r.gaps) >= settings.pause_least_gaps) & (
        np.nan_to_num(r.net) >= settings.least_assets
    )
    rhythm &= _here(facts)
    return rhythm, np.divide(r.gap, r.long_gap, out=np.zeros(len(r.gap)), where=rhythm)


def pauses(facts: Facts, settings: Settings) -> Floats:
    """Return how many times their own long gap the clients with a rhythm have paused, (those clients,)."""
    rhythm, paused = _paused(facts, settings)
    return paused[rhythm]


def usual_pause(paused: Floats, settings: Settings) -> float:
    """Return the median of all clients' `pauses`; 0 where there are too few to know."""
    return float(np.median(paused)) if len(paused) >= settings.least_peers else 0.0


def _pause(facts: Facts, settings: Settings) -> Iterator[Hit]:
    r = facts.recent
    rhythm, paused = _paused(facts, settings)
    # where half of the branch pauses longer than their own long gap, that is the market, not the client
    branch = usual_pause(paused[rhythm], settings) if facts.usual_pause is None else facts.usual_pause
    limit = settings.pause * max(1.0, branch)
    for i in np.flatnonzero(rhythm & (paused > limit) & (r.gap >= settings.pause_least_days)):
        why = tell(
            "call.pause", gap=int(r.gap[i]), usual=int(r.long_gap[i]), times=float(paused[i]), branch=branch
        )
        yield Hit(int(i), int(r.traded_on[i]), why, facts.as_of + 10)


def _turned(stage: str, due_days: int) -> Find:
    def find(facts: Facts, settings: Settings) -> Iterator[Hit]:
        for i in np.flatnonzero(_here(facts)):
            was = facts.previous_stage[i]
            if facts.stage[i] != stage or was is None or was == stage:
                continue
            why = tell("call.turned", was=was, now=stage, why=plain(facts.stage_reason[i]))
            yield Hit(int(i), int(facts.stage_since[i]), why, facts.as_of + due_days)

    return find


def _logic_changed(facts: Facts, settings: Settings) -> Iterator[Hit]:
    for i in np.flatnonzero(_here(facts)):
        was, now = facts.previous_logic[i], facts.logic[i]
        if was == now or not {was, now} <= _VERDICTS:
            continue
        why = tell("call.logic", was=was, now=now)
        yield Hit(int(i), int(facts.logic_since[i]), why, facts.as_of + 10)


def _birthday(facts: Facts, settings: Settings) -> Iterator[Hit]:
    today = date_of(facts.as_of)
    for i in np.flatnonzero((facts.born != NEVER) & _here(facts)):
        if facts.kind[i] != "individual":
            continue
        born = date_of(facts.born[i])
        next_ = min(
            d
            for year in (today.year, today.year + 1)
            if (d := months_later(born, 12 * (year - born.year))) > today
        )
        left = day_no(next_) - facts.as_of
        if left <= settings.birthday_ahead_days:
            yield Hit(int(i), day_no(next_), tell("call.birthday", on=next_, left=left), day_no(next_))


RULES = (
    Rule("new_account_callback", "callback", True, 10, 0, _call_back),
    Rule("risk_assessment_expiring", "callback", True, 10, 0, _assessment),
    Rule("large_outflow", "retain", False, 20, 14, _large_flow(-1)),
    Rule("large_inflow", "develop", False, 20, 14, _large_flow(+1)),
    Rule("drawdown", "care", False, 15, 30, _drawdown),
    Rule("rhythm_broken", "activate", False, 10, 60, _pause),
    Rule("stage_declining", "retain", False, 20, 30, _turned("declining", 5)),
    Rule("stage_lost", "retain", False, 15, 60, _turned("lost", 5)),
    Rule("stage_dormant", "activate", False, 10, 60, _turned("dormant", 10)),
    Rule("stage_returned", "care", False, 15, 30, _turned("returned", 5)),
    Rule("stage_growing", "develop", False, 15, 30, _turned("growing", 10)),
    Rule("logic_changed", "care", False, 10, 60, _logic_changed),
    Rule("birthday", "care", False, 3, 7, _birthday),
)

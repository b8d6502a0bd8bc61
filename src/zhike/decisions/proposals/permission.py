"""Whether a proposal is permitted: frozen records, refused marketing, clients who are leaving, cooldown.

The defaults follow the suitability measures (2017), the brokerage business measures (CSRC order 204, 2023), the personal information
law and the call-back rule of 2010; the user's own counsel confirms them.
"""

from __future__ import annotations

from dataclasses import dataclass

from zhike.base.period import date_of
from zhike.datacentre.tables.sentences import Told, tell
from zhike.decisions.proposals.facts import NEVER, Facts
from zhike.decisions.proposals.rules import Rule
from zhike.decisions.proposals.settings import Settings


@dataclass(frozen=True, slots=True)
class Verdict:
    """Permitted or not, and why in words; `refusal` names the ground, empty where there is none.

    `due`: last day on which it stays permitted (a day number), None where there is no such day.
    """

    why: Told
    refusal: str = ""
    due: int | None = None


def permission(facts: Facts, i: int, rule: Rule, settings: Settings) -> Verdict:
    """Judge whether `rule` may be carried out for client `i`; the first ground that refuses is named."""
    if facts.frozen[i]:
        return Verdict(tell("not.frozen"), "frozen")
    if facts.closed[i] != NEVER and facts.closed[i] <= facts.as_of:
        return Verdict(tell("not.closed"), "closed")
    if rule.must_do:
        return Verdict(tell("may.demanded"))
    if facts.opted_out[i]:
        return Verdict(tell("not.opted_out"), "opted_out")
    if facts.as_of - facts.contacted[i] < rule.cooldown_days:
        last = date_of(facts.contacted[i])
        return Verdict(tell("not.cooldown", last=last, days=rule.cooldown_days), "cooldown")
    return _unless_leaving(facts, i, rule, settings)


def _unless_leaving(facts: Facts, i: int, rule: Rule, settings: Settings) -> Verdict:
    """Refuse what might obstruct a transfer or closing: only its reasons may be asked, inside the time the law gives for it."""
    left = settings.window_trading_days
    if facts.transferred[i] != NEVER:
        left -= facts.trading_days_since(int(facts.transferred[i]))
    leaving = bool(facts.applied[i]) or facts.transferred[i] != NEVER
    if not leaving:
        return Verdict(_service(facts, i))
    if facts.applied[i] or rule.kind != "retain" or left < 1:
        return Verdict(tell("not.leaving"), "leaving")
    reasons = tell("may.reasons", days=settings.window_trading_days)
    return Verdict(reasons, due=_weekdays_after(facts.as_of, left))


def _service(facts: Facts, i: int) -> Told:
    known = facts.opted_out[i] is not None
    return tell("may.service" if known else "may.service_unasked", level=facts.risk_level[i] or "—")


def _weekdays_after(day: int, n: int) -> int:
    """Return the n-th weekday after a day: never later than the n-th trading day."""
    while n:
        day += 1
        n -= (day + 3) % 7 < 5  # 1970-01-01 was a Thursday
    return day

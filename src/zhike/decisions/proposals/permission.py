"""Whether a proposal is permitted: frozen records, refused marketing, clients who are leaving, cooldown.

The defaults follow the suitability measures (2017), the brokerage business measures (CSRC order 204, 2023), the personal information
law and the call-back rule of 2010; the user's own counsel confirms them.
"""

from __future__ import annotations

from dataclasses import dataclass

from zhike.base.period import date_of
from zhike.base.text import Said, say
from zhike.decisions.proposals.facts import NEVER, Facts
from zhike.decisions.proposals.rules import Rule
from zhike.decisions.proposals.settings import Settings

_CONFIRM = say("（默认规则，以贵司合规意见为准）", " (a default rule; your counsel confirms it)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Permitted or not, and why in words; `refusal` names the ground, empty where there is none.

    `due`: last day on which it stays permitted (a day number), None where there is no such day.
    """

    why: Said
    refusal: str = ""
    due: int | None = None


def permission(facts: Facts, i: int, rule: Rule, settings: Settings) -> Verdict:
    """Judge whether `rule` may be carried out for client `i`; the first ground that refuses is named."""
    if facts.frozen[i]:
        return Verdict(
            say("仅为法定留存的记录，不得使用", "kept only because the law demands it, not to be used"),
            "frozen",
        )
    if facts.closed[i] != NEVER and facts.closed[i] <= facts.as_of:
        return Verdict(say("已销户", "the account is closed"), "closed")
    if rule.must_do:
        return Verdict(
            _joined(
                say(
                    "制度要求的服务性联系，不推荐任何产品",
                    "a contact the rules demand; no product is offered",
                )
            )
        )
    if facts.opted_out[i]:
        return Verdict(say("客户拒绝营销", "the client refused marketing"), "opted_out")
    if facts.as_of - facts.contacted[i] < rule.cooldown_days:
        last = date_of(facts.contacted[i])
        return Verdict(
            say(f"{last} 刚联系过，{rule.cooldown_days} 天内不再打扰", f"contacted on {last}, not again within {rule.cooldown_days} days"),
            "cooldown",
        )  # fmt: skip
    return _unless_leaving(facts, i, rule, settings)


def _unless_leaving(facts: Facts, i: int, rule: Rule, settings: Settings) -> Verdict:
    """Refuse what might obstruct a transfer or closing: only its reasons may be asked, inside the time the law gives for it."""
    left = settings.window_trading_days
    if facts.transferred[i] != NEVER:
        left -= facts.trading_days_since(int(facts.transferred[i]))
    leaving = bool(facts.applied[i]) or facts.transferred[i] != NEVER
    if not leaving:
        return Verdict(_joined(_plain(facts, i)))
    if facts.applied[i] or rule.kind != "retain" or left < 1:
        return Verdict(
            say(
                "客户已申请转户或销户，不得阻碍",
                "the client applied for transfer or closing; not to be obstructed",
            ),
            "leaving",
        )
    days = settings.window_trading_days
    return Verdict(
        _joined(say(f"转出后 {days} 个交易日之内，只了解原因，不得阻碍办理", f"within {days} trading days of the transfer: ask for reasons only, obstruct nothing")),
        due=_weekdays_after(facts.as_of, left),
    )  # fmt: skip


def _plain(facts: Facts, i: int) -> Said:
    level = facts.risk_level[i] or "—"
    known = facts.opted_out[i] is not None
    zh = "客户未拒绝营销" if known else "是否拒绝营销未登记，联系前请核对"
    en = "marketing not refused" if known else "whether marketing was refused isn't on file: look it up first"
    return say(
        f"服务性联系，不推荐产品，无需匹配；{zh}；客户等级 {level}，如谈及产品须先作适当性匹配",
        f"a service contact, no product offered; {en}; risk grade {level}: match suitability before any product is named",
    )


def _joined(said: Said) -> Said:
    return say(said.zh + _CONFIRM.zh, said.en + _CONFIRM.en)


def _weekdays_after(day: int, n: int) -> int:
    """Return the n-th weekday after a day: never later than the n-th trading day."""
    while n:
        day += 1
        n -= (day + 3) % 7 < 5  # 1970-01-01 was a Thursday
    return day

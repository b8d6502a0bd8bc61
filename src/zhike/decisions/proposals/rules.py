"""The rules that make proposals: each a named value that finds clients and says why, in words and numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date as Date

import numpy as np

from zhike.base.period import date_of, day_no
from zhike.base.text import Said, say
from zhike.datacentre.tables.words import LOGIC_WORDS, STAGE_WORDS
from zhike.decisions.proposals.facts import NEVER, Facts, Flags, Floats
from zhike.decisions.proposals.settings import Settings


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that holds for client `i`. `occasion` (a day number) tells this occasion from the next of the same rule."""

    i: int
    occasion: int
    reason: Said
    due: int


_VERDICTS = LOGIC_WORDS.keys() - {"insufficient"}

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


def _yuan(value: float) -> str:
    return f"{value:,.0f}"


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
        zh, en = (
            (f"还有 {left} 天", f"{left} days left")
            if left >= 0
            else (f"已超期 {-left} 天", f"{-left} days overdue")
        )
        unknown = (
            ("", "")
            if facts.contacts_known
            else ("；未提供联系记录，是否已回访未知", "; no contacts delivered")
        )
        yield Hit(int(i), int(facts.opened[i]), say(
            f"{opened} 新开户，须在 {settings.callback_days} 天内回访，{zh}{unknown[0]}",
            f"opened on {opened}, to be called back within {settings.callback_days} days, {en}{unknown[1]}",
        ), deadline)  # fmt: skip


def _assessment(facts: Facts, settings: Settings) -> Iterator[Hit]:
    for i in np.flatnonzero((facts.assessed != NEVER) & (facts.assessed <= facts.as_of) & _here(facts)):
        assessed = date_of(facts.assessed[i])
        expires = day_no(months_later(assessed, settings.assessment_months))
        left = expires - facts.as_of
        if left > settings.assessment_ahead_days or facts.stage[i] in ("lost", "prospect"):
            continue
        zh, en = (f"还有 {left} 天到期", f"expires in {left} days") if left >= 0 else (
            f"已过期 {-left} 天", f"expired {-left} days ago")  # fmt: skip
        level = facts.risk_level[i] or "—"
        yield Hit(int(i), expires, say(
            f"风险测评（{level}，{assessed}）有效期至 {date_of(expires)}，{zh}",
            f"the risk assessment ({level}, {assessed}) holds until {date_of(expires)}, {en}",
        ), expires)  # fmt: skip


def _large_flow(sign: int) -> Find:
    def find(facts: Facts, settings: Settings) -> Iterator[Hit]:
        r = facts.recent
        before = np.maximum(np.nan_to_num(r.assets_before), 0.0)
        amount = np.nan_to_num(r.flow) * sign
        large = (amount >= settings.flow_amount) & (amount >= settings.flow_share * before)
        for i in np.flatnonzero(large & _here(facts)):
            share = f"{amount[i] / before[i]:.0%}" if before[i] > 0 else "—"
            zh, en = ("转入", "brought in") if sign > 0 else ("转出", "took out")
            yield Hit(int(i), int(r.flow_on[i]), say(
                f"近 {settings.flow_days} 个交易日净{zh} {_yuan(amount[i])} 元，为此前净资产 {_yuan(before[i])} 元的 {share}",
                f"{en} {_yuan(amount[i])} yuan net in {settings.flow_days} trading days, {share} of the {_yuan(before[i])} before",
            ), facts.as_of + 3)  # fmt: skip

    return find


def _drawdown(facts: Facts, settings: Settings) -> Iterator[Hit]:
    r = facts.recent
    deep = (np.nan_to_num(r.drawdown) >= settings.drawdown) & (np.nan_to_num(r.net) >= settings.least_assets)
    for i in np.flatnonzero(deep & _here(facts)):
        if facts.trading_days_since(int(r.low_on[i])) >= settings.drawdown_fresh_days:
            continue
        peak, fall, lost = date_of(r.peak_on[i]), r.drawdown[i], -r.lost[i]
        yield Hit(int(i), int(r.peak_on[i]), say(
            f"自 {peak} 高点回撤 {fall:.0%}（已剔除资金进出），浮亏 {_yuan(lost)} 元",
            f"down {fall:.0%} from the peak of {peak} (flows left out), {_yuan(lost)} yuan",
        ), facts.as_of + 5)  # fmt: skip


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
        gap, long_gap, times = int(r.gap[i]), int(r.long_gap[i]), paused[i]
        yield Hit(int(i), int(r.traded_on[i]), say(
            f"{gap} 个交易日未交易；以往的间隔十次中九次不超过 {long_gap} 个，现为其 {times:.1f} 倍（全体中位 {branch:.1f} 倍）",
            f"no trade for {gap} trading days; nine of ten earlier gaps were at most {long_gap}: {times:.1f} times that"
            f" (branch median {branch:.1f} times)",
        ), facts.as_of + 10)  # fmt: skip


def _turned(stage: str, zh: str, due_days: int) -> Find:
    def find(facts: Facts, settings: Settings) -> Iterator[Hit]:
        for i in np.flatnonzero(_here(facts)):
            was = facts.previous_stage[i]
            if facts.stage[i] != stage or was is None or was == stage:
                continue
            yield Hit(int(i), int(facts.stage_since[i]), say(
                f"由{STAGE_WORDS[was]}转为{zh}：{facts.stage_reason[i]}",
                f"went from {was} to {stage}: {facts.stage_reason[i]}",
            ), facts.as_of + due_days)  # fmt: skip

    return find


def _logic_changed(facts: Facts, settings: Settings) -> Iterator[Hit]:
    for i in np.flatnonzero(_here(facts)):
        was, now = facts.previous_logic[i], facts.logic[i]
        if was == now or not {was, now} <= _VERDICTS:
            continue
        yield Hit(int(i), int(facts.logic_since[i]), say(
            f"盈利逻辑由{LOGIC_WORDS[str(was)]}变为{LOGIC_WORDS[str(now)]}，服务方式宜随之调整",
            f"the profit logic went from {was} to {now}; service should follow",
        ), facts.as_of + 10)  # fmt: skip


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
            yield Hit(int(i), day_no(next_), say(
                f"{next_.month} 月 {next_.day} 日生日，还有 {left} 天", f"birthday on {next_}, in {left} days"
            ), day_no(next_))  # fmt: skip


RULES = (
    Rule("new_account_callback", "callback", True, 10, 0, _call_back),
    Rule("risk_assessment_expiring", "callback", True, 10, 0, _assessment),
    Rule("large_outflow", "retain", False, 20, 14, _large_flow(-1)),
    Rule("large_inflow", "develop", False, 20, 14, _large_flow(+1)),
    Rule("drawdown", "care", False, 15, 30, _drawdown),
    Rule("rhythm_broken", "activate", False, 10, 60, _pause),
    Rule("stage_declining", "retain", False, 20, 30, _turned("declining", "衰退期", 5)),
    Rule("stage_lost", "retain", False, 15, 60, _turned("lost", "流失", 5)),
    Rule("stage_dormant", "activate", False, 10, 60, _turned("dormant", "休眠", 10)),
    Rule("stage_returned", "care", False, 15, 30, _turned("returned", "回流", 5)),
    Rule("stage_growing", "develop", False, 15, 30, _turned("growing", "成长期", 10)),
    Rule("logic_changed", "care", False, 10, 60, _logic_changed),
    Rule("birthday", "care", False, 3, 7, _birthday),
)

"""The band above a client: who they are, their standing, what is due, and one sentence that sums them up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from zhike_desk.pages.client.sums import chance, listed, money, sentences, signed_money
from zhike_desk.records.queries.client import Duty, Portrait, Written
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.words import word

FLOW_SHARE, FLOW_LEAST = 0.1, 10_000.0
"""A net flow of three months is told from this share of the assets on, and from this amount."""
PNL_SHARE = 0.05
SILENT = 1.5
"""How many times the client's own long pause must have passed without a trade to be told."""


@dataclass(frozen=True, slots=True)
class Flag:
    """Something of a client's standing that must be seen at once: icon, tone (`note`, `care`, `grave` or empty), words, more of it."""

    icon: str
    tone: str
    words: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """The band: facts as (name, value, more on hover), flags, the sentence."""

    facts: Sequence[tuple[str, str, str]]
    flags: Sequence[Flag]
    short: str
    contacted: str
    reveals: Sequence[tuple[str, str]]


def band(found: Portrait, today: date, *, reveals: Sequence[str]) -> Band:
    """Return the band of a client on a day; `reveals`: the fields that may be shown in full."""
    duties = [*found.written.tasks, *found.written.proposals]
    return Band(
        facts=_facts(found),
        flags=[*_standing(found, today), *_duties(duties)],
        short=short(found, duties, today),
        contacted=contacted(found.written),
        reveals=[(name, word("identity", name)) for name in reveals],
    )


def _facts(found: Portrait) -> list[tuple[str, str, str]]:
    row = found.row
    facts = [(told("类别", "Kind"), word("kind", row.kind), "")]
    if row.age is not None:
        age = told("成立", "Age") if row.kind != "individual" else told("年龄", "Age")
        facts.append(
            (
                age,
                told(
                    f"{row.age:.0f} 年" if row.kind != "individual" else f"{row.age:.0f} 岁", f"{row.age:.0f}"
                ),
                "",
            )
        )
    if found.written.staff:
        lead = found.written.staff[0]
        facts.append((told("客户经理", "Manager"), lead.name, lead.staff_id))
    facts.append((told("营业部", "Branch"), row.branch_id, ""))
    if row.opened_on is not None:
        years = told(
            f"{(found.measure('tenure') or 0):.0f} 年", f"{(found.measure('tenure') or 0):.0f} years"
        )
        facts.append((told("开户", "Opened"), f"{row.opened_on:%Y-%m-%d}", years))
    return facts


def _standing(found: Portrait, today: date) -> list[Flag]:
    row = found.row
    flags = []
    if row.frozen:
        flags.append(
            Flag(
                "lock",
                "grave",
                told("已封存", "Frozen"),
                told("仅因法定留存而保留。", "Kept only because the law demands it."),
            )
        )
    if row.closed_on is not None:
        flags.append(
            Flag("leave", "grave", told(f"{row.closed_on:%Y-%m-%d} 销户", f"Closed {row.closed_on:%Y-%m-%d}"))
        )
    if found.opted_out:
        flags.append(
            Flag(
                "ban",
                "care",
                told("已拒绝营销", "Refused marketing"),
                told(
                    "只可作服务性联系，不得推介产品。", "Service contacts only; no products may be offered."
                ),
            )
        )
    ahead = found.written.shown.assessment_days
    flags.append(risk(row.risk_level, row.risk_assessed_on, row.risk_valid_until, today, ahead))
    flags += _pending(found)
    if row.professional:
        flags.append(Flag("shield-check", "", told("专业投资者", "Professional investor")))
    if (found.measure("complaints_open") or 0) > 0:
        flags.append(Flag("alarm", "care", told("有未办结投诉", "Open complaint")))
    if found.written.moved_to:
        flags.append(
            Flag("swap", "", told(f"已移交 {found.written.moved_to}", f"Handed to {found.written.moved_to}"))
        )
    return flags  # fmt: skip


def _pending(found: Portrait) -> list[Flag]:
    """Tell a risk assessment that was written down here and that the night doesn't know yet."""
    ours = found.assessed
    if ours is None:
        return []
    more = (
        told(
            "已交夜间，但送达的文件里还没有；以柜台系统为准。",
            "It went to the night, but the files delivered don't have it yet; the counter's system decides.",
        )
        if ours.gone
        else told(
            "下一夜写入；在此之前按原等级。", "The next night takes it in; until then the old grade holds."
        )
    )
    return [
        Flag(
            "clock",
            "note",
            told(
                f"新测评 {ours.level}（{ours.on}）待夜间生效",
                f"New: {ours.level} ({ours.on}), from the next night",
            ),
            more,
        )
    ]


def risk(level: str, assessed: date | None, until: date | None, today: date, ahead: int) -> Flag:
    """Tell a risk grade and whether it still holds; `ahead`: so many days before its last one it is about to end."""
    if not level:
        return Flag("shield", "note", told("未作风险测评", "No risk assessment"))
    if assessed is None or until is None:
        return Flag(
            "shield", "note", told(f"{level} · 测评日期未知", f"{level} · assessed on an unknown day")
        )
    left = (until - today).days
    since = told(f"{assessed:%Y-%m-%d} 测评，有效至 {until:%Y-%m-%d}。", f"Assessed {assessed:%Y-%m-%d}, holds until {until:%Y-%m-%d}.")  # fmt: skip
    if left < 0:
        since += told("下次交易或购买产品前须重做。", " To be made anew before the next trade or product.")
        return Flag(
            "warn", "care", told(f"{level} · 已过期 {-left} 天", f"{level} · expired {-left} days ago"), since
        )
    if left <= ahead:
        return Flag(
            "clock", "note", told(f"{level} · {left} 天后到期", f"{level} · expires in {left} days"), since
        )
    return Flag("shield-check", "", told(f"{level} · 有效", f"{level} · valid"), since)


def _duties(duties: Sequence[Duty]) -> list[Flag]:
    must = [d for d in duties if d.must_do]
    if not must:
        return []
    return [Flag("flag", "care", told(f"{len(must)} 项必做", f"{len(must)} must-do"), said(must[0].title))]


def contacted(written: Written) -> str:
    """Say when the client was last reached, and how often it was tried in vain since."""
    tried = written.attempts
    if written.contacted_on is None:
        last = told("从未联系到", "Never reached")
    else:
        last = f"{written.contacted_on:%Y-%m-%d}"
    return last + (told(f"，其后 {tried} 次未接通", f", {tried} attempts since") if tried else "")


def short(found: Portrait, duties: Sequence[Duty], today: date) -> str:
    """Sum a client up: logic and stage, worth, what has changed, what is due."""
    return sentences(
        [p for p in (_kind_of(found), _worth(found), _changed(found, today), _due(duties, today)) if p]
    )


def _kind_of(found: Portrait) -> str:
    row = found.row
    stage = word("stage", row.stage) if row.stage else told("阶段未定", "stage unknown")
    if not row.logic or row.logic == "insufficient":
        return told(
            f"交易太少，看不出盈利逻辑；处于{stage}。",
            f"Too few trades to tell a logic; stage: {stage.lower()}.",
        )
    sure = f"（{chance(row.logic_p)}）" if row.logic_p is not None else ""
    return told(
        f"{word('logic', row.logic)}客户{sure}，处于{stage}。",
        f"{word('logic', row.logic)} client{f' ({chance(row.logic_p)})' if row.logic_p is not None else ''}, stage: {stage.lower()}.",
    )


def _worth(found: Portrait) -> str:
    net, revenue = found.figure("net_now"), found.figure("revenue_12m")
    parts = [told(f"净资产 {money(net)}", f"net assets {money(net)}")] if net is not None else []
    if revenue:
        parts.append(told(f"近 12 月创收 {money(revenue)}", f"revenue of 12 months {money(revenue)}"))
    score = found.figure("score")
    if score is not None and found.row.grade:
        grade = word("grade", found.row.grade)
        parts.insert(0, told(f"{grade}级（{score:.1f} 分）", f"{grade} ({score:.1f} points)"))
    if not parts:
        return ""
    text = told("，", ", ").join(parts)
    return told(f"{text}。", f"{text[0].upper()}{text[1:]}.")


def _changed(found: Portrait, today: date) -> str:
    """Tell what has changed of late: flows, profit, silence, neglect; nothing where none of it is large."""
    net = max(found.figure("net_now") or 0.0, 1.0)
    flow, pnl = found.figure("net_flow_3m"), found.figure("pnl_3m")
    parts = []
    if flow is not None and abs(flow) >= max(FLOW_LEAST, FLOW_SHARE * net):
        parts.append(
            told(
                f"近 3 月净{'流入' if flow > 0 else '流出'} {money(abs(flow))}",
                f"{'in' if flow > 0 else 'out'}flow of {money(abs(flow))} in 3 months",
            )
        )
    if pnl is not None and abs(pnl) >= PNL_SHARE * net and abs(pnl) >= 1_000:
        parts.append(told(f"近 3 月盈亏 {signed_money(pnl)}", f"profit of 3 months {signed_money(pnl)}"))
    pause, ratio = found.figure("days_since_trade"), found.measure("gap_ratio_long")
    if pause is not None and ratio is not None and ratio >= SILENT:
        parts.append(
            told(
                f"{pause:.0f} 个交易日未交易（以往很少超过 {pause / ratio:.0f} 日）",
                f"no trade for {pause:.0f} trading days (rarely above {pause / ratio:.0f} before)",
            )
        )
    last = found.written.contacted_on
    if last is not None and (silent := (today - last).days) >= found.written.shown.uncontacted_days:
        parts.append(told(f"{silent} 天未联系", f"not contacted for {silent} days"))
    if not parts:
        return ""
    text = listed(parts[:3]) if len(parts) > 1 else parts[0]
    return told(f"{text}。", f"{text[0].upper()}{text[1:]}.")  # fmt: skip


def _due(duties: Sequence[Duty], today: date) -> str:
    must = [d for d in duties if d.must_do]
    if must:
        return told(f"必做：{must[0].title.zh}。", f"Must do: {must[0].title.en}.")
    soon = [d for d in duties if d.due_on <= today + timedelta(days=7)]
    if soon:
        return told(f"{len(soon)} 项事项一周内到期。", f"{len(soon)} due within a week.")
    return ""

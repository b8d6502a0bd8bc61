"""What the day's list shows, as plain values: each line with its sentence of why it stands where it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from zhike_desk.records.book import UNKNOWN
from zhike_desk.records.queries.overnight import Change, Flow, Market, Overnight, Tendency
from zhike_desk.records.queries.today import Day, Moment, Person, Work
from zhike_desk.records.queries.workload import Colleague, DoneToday, Load
from zhike_desk.ui.marks import MARKS
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.words import word

# The rule that proposed it, as the trade calls it: what to do in three words.
RULES: dict[str, tuple[str, str]] = {
    "new_account_callback": ("新开户回访", "Call back a new account"),
    "risk_assessment_expiring": ("重做风险测评", "Renew the risk assessment"),
    "large_outflow": ("大额转出挽留", "Ask about a large outflow"),
    "large_inflow": ("大额转入跟进", "Follow up a large inflow"),
    "drawdown": ("回撤关怀", "Care after a drawdown"),
    "rhythm_broken": ("交易节奏中断，唤回", "Rhythm broken: call"),
    "stage_declining": ("转为衰退，挽留", "Declining: retain"),
    "stage_lost": ("流失挽回", "Lost: win back"),
    "stage_dormant": ("转为休眠，激活", "Dormant: wake"),
    "stage_returned": ("回流关怀", "Returned: welcome"),
    "stage_growing": ("成长期开发", "Growing: develop"),
    "logic_changed": ("盈利逻辑改变，了解", "Logic changed: ask"),
    "birthday": ("生日问候", "Birthday greeting"),
}
CLASS_NAMES = {"stage": ("阶段", "Stage"), "logic": ("逻辑", "Logic"), "grade": ("等级", "Grade")}


@dataclass(frozen=True, slots=True)
class DueSaid:
    """When a line is due, in words, with the icon that tells how pressing it is."""

    text: str
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list as the template writes it; `fields` go back with its outcome."""

    id: str
    url: str
    client: Person | None
    icon: str
    what: str
    reason: str
    suitability: str
    minutes_told: str
    due: DueSaid
    must_do: bool
    rank: str
    contact: str
    why_not: str
    tried: str
    staff: str
    task: bool
    fields: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Words:
    """What every line says alike, said once a page: a list of lines repeats them."""

    must: str
    task: str
    refused: str
    why: str
    why_long: str
    suitability: str
    as_of: str
    reached: str
    done: str
    missed: str
    put_off: str
    as_task: str
    unsuited: str
    days: Sequence[tuple[str, str]]
    first_day: str
    other_day: str
    end_url: str


@dataclass(frozen=True, slots=True)
class Figures:
    """The strip above a list: lines, hours against the hours of a day (`room`, empty where the files don't tell), what is done."""

    works: int
    must_do: int
    overdue: int
    hours: str
    room: str
    too_much: str
    share: int
    done: int
    contacts: int
    unreached: int


@dataclass(frozen=True, slots=True)
class Mate:
    """One of the branch's staff with their load, as a line of the team's card."""

    id: str
    name: str
    works: int
    must_do: int
    overdue: int
    hours: str
    room: str
    share: int


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A class that the night changed, with where it leads."""

    url: str
    name: str
    group: str
    title: str
    value: str
    why: str


def lines(day: Day, when: Moment, *, named: bool) -> list[Line]:
    """Turn works into lines; `named` tells who is to do each (a branch's list)."""
    return [line(work, when, named=named) for work in day.works]


def line(work: Work, when: Moment, *, named: bool) -> Line:
    """Turn one work into its line."""
    return Line(
        id=f"w-{work.proposal_id}" if work.proposal_id else f"w-t{work.task_id}",
        url=reverse("client", args=[work.client.key]) if work.client is not None else "",
        client=work.client,
        icon=MARKS["proposal"].get(work.kind, ("task", ""))[0],
        what=_what(work),
        reason=said(work.title),
        suitability=said(work.suitability),
        minutes_told=told(f"{work.minutes:.0f} 分钟", f"{work.minutes:.0f} min"),
        due=due(work.due_on, when.today),
        must_do=work.must_do,
        rank=_rank(work, when.today),
        contact=_contact(work.client, when.today),
        why_not=said(work.why_not) if work.why_not is not None else "",
        tried=_tried(work.client),
        staff=work.staff if named else "",
        task=work.task_id is not None,
        fields=[("proposal", work.proposal_id)]
        if work.proposal_id
        else [("task", str(work.task_id)), ("seen", str(work.version))],
    )


def words(when: Moment) -> Words:
    """Say what every line says alike."""
    return Words(
        must=told("必做", "Must do"),
        task=told("任务", "Task"),
        refused=told("客户拒绝营销", "Marketing refused"),
        why=told("为什么", "Why"),
        why_long=told("：为什么排在这里，能不能联系", ": why here, and whether it is permitted"),
        suitability=told("适当性", "Suitability"),
        as_of=told(f"数据截至 {when.as_of}", f"Data to {when.as_of}"),
        reached=told("已联系", "Reached"),
        done=told("完成", "Done"),
        missed=told("未接通", "Not reached"),
        put_off=told("改期", "Put off"),
        as_task=told("列入任务，日期不变", "As a task, on its day"),
        unsuited=told("不合适", "Not suitable"),
        days=later(when.today),
        first_day=when.today.isoformat(),
        other_day=told("改到这天", "To this day"),
        end_url=reverse("today_end"),
    )


def later(today: date) -> list[tuple[str, str]]:
    """Offer days to put a line off until: not today, in three days, on Monday."""
    monday = today + timedelta(days=7 - today.weekday())
    return [
        ((today + timedelta(days=1)).isoformat(), told("明天（今天不做）", "Tomorrow (not today)")),
        ((today + timedelta(days=3)).isoformat(), told("三天后", "In three days")),
        (monday.isoformat(), told("下周一", "Next Monday")),
    ]


def due(on: date, today: date) -> DueSaid:
    """Say when something is due."""
    days = (on - today).days
    if days < 0:
        return DueSaid(told(f"逾期 {-days} 天", f"{-days} days overdue"), "alarm", "grave")
    if days == 0:
        return DueSaid(told("今天到期", "Due today"), "clock", "care")
    if days == 1:
        return DueSaid(told("明天到期", "Due tomorrow"), "clock", "note")
    return DueSaid(told(f"{on:%m-%d} 到期", f"Due {on:%m-%d}"), "calendar", "")


def _what(work: Work) -> str:
    if work.rule in RULES:
        return told(*RULES[work.rule])
    return word("proposal", work.kind)


def _rank(work: Work, today: date) -> str:
    """Say why the line stands where it does: the list's order in words, then what of it holds here."""
    order = told(
        "次序：必做在前，其次先到期者，再按每分钟预期价值、客户价值得分。",
        "Order: what must be done, then what is due first, then value expected a minute, then the client's score.",
    )
    parts = [
        told("必做", "must be done") if work.must_do else told("非必做", "not obligatory"),
        due(work.due_on, today).text,
    ]
    if work.expected_value is not None:
        parts.append(
            told(f"预期价值 {work.expected_value:,.0f} 元", f"{work.expected_value:,.0f} CNY expected")
        )
    if work.client is not None and work.client.score > UNKNOWN:
        parts.append(
            told(f"客户价值得分 {work.client.score:.1f}", f"the client's score {work.client.score:.1f}")
        )
    return order + told("本条：", " Here: ") + told("，", ", ").join(parts) + told("。", ".")


def _contact(client: Person | None, today: date) -> str:
    if client is None:
        return ""
    if client.reached:
        return told("今天已联系", "Contacted today")
    if client.last_contact is None:
        return told("从未联系", "Never contacted")
    days = (today - client.last_contact).days
    if days <= 0:
        return told("今天联系过", "Contacted today")
    return told(f"{days} 天前联系", f"Contacted {days} days ago")


def _tried(client: Person | None) -> str:
    if client is None or not client.attempts:
        return ""
    return told(f"今天未接通 {client.attempts} 次", f"Not reached today, {client.attempts}×")


def figures(load: Load, done: DoneToday) -> Figures:
    """Turn the load into the strip above the list."""
    room = load.capacity
    return Figures(
        works=load.works,
        must_do=load.must_do,
        overdue=load.overdue,
        hours=_hours(load.minutes),
        room=_hours(room) if room else "",
        too_much=_hours(load.minutes - room) if room and load.minutes > room else "",
        share=_share(load),
        done=done.contacts - done.unreached + done.tasks,
        contacts=done.contacts,
        unreached=done.unreached,
    )


def mates(found: Sequence[Colleague]) -> list[Mate]:
    """Turn the branch's staff into lines of the team's card; bars are beside the fullest of them."""
    most = max((c.load.minutes for c in found), default=0.0)
    return [
        Mate(
            id=c.staff_id,
            name=c.name,
            works=c.load.works,
            must_do=c.load.must_do,
            overdue=c.load.overdue,
            hours=_hours(c.load.minutes),
            room=_hours(c.load.capacity) if c.load.capacity else "",
            share=round(c.load.minutes / most * 100) if most else 0,
        )
        for c in found
    ]


def _hours(minutes: float) -> str:
    return f"{minutes / 60:.1f}"


def _share(load: Load) -> int:
    return round(min(load.minutes / load.capacity, 1.0) * 100) if load.capacity else 0


def weekday(day: date) -> str:
    """Name the day of the week."""
    english = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return told("星期" + "一二三四五六日"[day.weekday()], english[day.weekday()])


def changes(found: Overnight) -> list[ChangeLine]:
    """Turn the night's changes into lines."""
    return [_change(c) for c in found.changes]


def _change(change: Change) -> ChangeLine:
    return ChangeLine(
        url=reverse("client", args=[change.key]),
        name=change.name,
        group=change.table,
        title=told(*CLASS_NAMES[change.table]),
        value=change.value,
        why=said(change.why),
    )


def flows(found: Overnight) -> list[tuple[str, Flow, str]]:
    """Return the night's large flows, each with where it leads and its sentence."""
    return [(reverse("client", args=[f.key]), f, said(f.text)) for f in found.flows]


def market_line(market: Market) -> str:
    """Say the market in one line: money effect, change, state."""
    if market.money_effect is None:
        return told(
            f"市场状态：{word('state', market.state)}。",
            f"The market is {word('state', market.state).lower()}.",
        )
    moved = "" if market.before is None else _moved(market.money_effect - market.before)
    return told(
        f"赚钱效应 {market.money_effect:.0f}（0–100）{moved}，市场{word('state', market.state)}。",
        f"Money effect {market.money_effect:.0f} of 100{moved}: {word('state', market.state).lower()}.",
    )


def _moved(by: float) -> str:
    if abs(by) < 0.5:
        return told("，与前一日持平", ", as the day before")
    return told(
        f"，较前一日{'升' if by > 0 else '降'} {abs(by):.0f}",
        f", {'up' if by > 0 else 'down'} {abs(by):.0f} on the day before",
    )


def tendency(found: Tendency, state: str) -> str:
    """Say what clients of a logic did while the market was in its present state."""
    bought = told("净买入", "bought net") if found.net_buy >= 0 else told("净卖出", "sold net")
    won = told("盈利", "made") if found.pnl >= 0 else told("亏损", "lost")
    return told(
        f"{word('logic', found.logic)} {found.clients} 位：{word('state', state)}的日子里此类客户{bought} {abs(found.net_buy) / 1e4:,.0f} 万元，{won} {abs(found.pnl) / 1e4:,.0f} 万元。",
        f"{word('logic', found.logic)}, {found.clients} of yours: on such days clients of this logic {bought} {abs(found.net_buy) / 1e6:,.1f}m and {won} {abs(found.pnl) / 1e6:,.1f}m CNY.",
    )

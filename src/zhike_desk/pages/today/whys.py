"""Why the figures around the day's list are what they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from zhike_desk.records.queries.overnight import Market
from zhike_desk.records.queries.workload import DoneToday, Load
from zhike_desk.ui.speech import told
from zhike_desk.ui.why import Why, counted, moved


@dataclass(frozen=True, slots=True)
class LoadWhys:
    """The reasons of the strip above a list."""

    works: Why
    overdue: Why
    hours: Why
    done: Why


def _rules() -> str:
    return told("夜间建议规则与工作台登记", "the night's rules, and what is written down here")


def load(found: Load, done: DoneToday, as_of: date) -> LoadWhys:
    """Say what the strip's figures consist of."""
    return LoadWhys(_works(found, as_of), _overdue(found, as_of), _hours(found, as_of), _done(done, as_of))


def _works(found: Load, as_of: date) -> Why:
    meaning = told(
        "昨夜建议与今天到期的任务，一位客户算一项。",
        "What the night proposes, and tasks that are due; a client counts once.",
    )
    must, rest = (told("必做", "Must be done"), found.must_do), found.works - found.must_do
    change = told(
        "完成、改期一项，或今夜的新建议。", "ending or putting off an item, or what the next night proposes."
    )
    return Why(meaning, as_of, counted(must, (told("其他", "Others"), rest)), change, _rules(), "proposals")


def _overdue(found: Load, as_of: date) -> Why:
    meaning = told("到期日早于今天、还没有结果的。", "Past their due day and not ended.")
    parts = counted(
        (told("待办", "To do"), found.works), (told("未逾期", "Not overdue"), found.overdue - found.works)
    )
    return Why(
        meaning, as_of, parts, told("完成或改期。", "ending them or putting them off."), _rules(), "proposals"
    )


def _hours(found: Load, as_of: date) -> Why:
    meaning = told(
        "每位客户按最长的一项事由计时（一次联系一并处理），合计后对照员工文件中的月服务工时（按每月 21.75 个工作日折算）。",
        "A client takes as long as the longest of their reasons, for one call deals with all; the sum stands against the hours a month of the staff file, over 21.75 working days.",
    )
    room, change = found.capacity or 0.0, told("完成或改期。", "ending items or putting them off.")
    parts = counted(
        (told("清单用时，分钟", "The list, minutes"), found.minutes),
        (told("可用分钟", "Minutes there are"), -room),
    )
    if room and found.minutes > room:
        over = f"{found.minutes - room:,.0f}"
        change = told(f"少做或改期 {over} 分钟，正好做完。", f"{over} minutes less would fit the day.")
    return Why(meaning, as_of, parts if room else (), change, _rules(), "proposals")


def _done(done: DoneToday, as_of: date) -> Why:
    meaning = told(
        "今天联系到的，加上今天完成的不需联系的任务；未接通不算。",
        "Clients reached today, and tasks done without a contact; attempts do not count.",
    )
    parts = counted(
        (told("联系", "Contacts"), done.contacts),
        (told("未接通", "Not reached"), -done.unreached),
        (told("不需联系的任务", "Tasks without a contact"), done.tasks),
    )
    change = told("登记一次联系，或完成一项任务。", "logging a contact, or ending a task.")
    return Why(meaning, as_of, parts, change, _rules(), "proposals")


def market(found: Market) -> Why:
    """Say what the money effect is and how it moved."""
    before = (told("前一日", "The day before"), found.before)
    parts = moved(before, told("当日变化", "Change of the day"), found.money_effect, ".1f")
    meaning = told(
        "赚钱效应是市场广度各分项在近一年中分位的平均，经平滑，0 到 100；状态由它分为五档。",
        "The money effect is the mean percentile of the parts of breadth within the year, smoothed, 0 to 100; the five states follow from it.",
    )
    change = told(
        "明日的市场广度；各分项与转换界线见市场页。",
        "tomorrow's breadth; the market page has the parts and the borders.",
    )
    return Why(meaning, found.on, parts, change, told("市场模型", "market model"), "market")


def book(as_of: date) -> Why:
    """Say what one's clients are counted by."""
    meaning = told(
        "主要服务：由您主要服务（移交以工作台为准）；全部：您以开发、服务、投顾任一角色服务的。营业部看全部客户。净资产等按全部逐一加总：净资产为当日收盘，新开为近 30 天开户，休眠与流失由生命周期规则判定。",
        "Mainly served: whom you serve first (hand-overs made here included); all: whom you look after in any role; a head sees the branch. Counted over all: net assets at the close, accounts opened within 30 days;"
        " dormant and lost by the rules of the life cycle.",
    )
    change = told(
        "开户、移交、资金进出与行情；分类每夜重新判断。",
        "accounts opened, hand-overs, flows and the market; classes are judged anew every night.",
    )
    return Why(meaning, as_of, (), change, _rules())

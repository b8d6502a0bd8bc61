"""What the day's list shows, as plain values: each line with its sentence of why it stands where it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from zhike_desk.records.book import UNKNOWN
from zhike_desk.records.queries import listing
from zhike_desk.records.queries.entries import Moment, Person, Reason, Work
from zhike_desk.records.queries.listing import Asked
from zhike_desk.records.queries.today import LISTED, Day
from zhike_desk.records.queries.workload import Colleague, DoneToday, Load
from zhike_desk.ui import lists
from zhike_desk.ui.lists import Choice, Filter
from zhike_desk.ui.marks import MARKS
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.words import WORDS, word


@dataclass(frozen=True, slots=True)
class DueSaid:
    """When a line is due, in words, with the icon that tells how pressing it is."""

    text: str
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class Matter:
    """One reason of an entry as the template writes it; `value` goes back with its outcome, empty where it may not be done today."""

    value: str
    icon: str
    what: str
    reason: str
    suitability: str
    due: DueSaid
    must_do: bool
    task: bool
    why_not: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the list as the template writes it: a client, with every reason to call them."""

    id: str
    url: str
    client: Person | None
    matters: Sequence[Matter]
    minutes_told: str
    must_do: bool
    rank: str
    contact: str
    why_not: str
    tried: str
    staff: str
    unassessed: bool
    beyond: bool
    may_drop: bool
    may_plan: bool

    @property
    def lead(self) -> Matter:
        """Return the reason that leads."""
        return self.matters[0]

    @property
    def beside(self) -> Sequence[Matter]:
        """Return the other reasons."""
        return self.matters[1:]


@dataclass(frozen=True, slots=True)
class Words:
    """What every line says alike, said once a page: a list of lines repeats them."""

    must: str
    task: str
    refused: str
    why: str
    why_long: str
    suitability: str
    unassessed: str
    unassessed_long: str
    beyond: str
    pick: str
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
class Bar:
    """What the list can be narrowed by, what it is narrowed by, and whose list it can be as (name, query)."""

    choices: Sequence[Choice]
    filters: Sequence[Filter]
    whose: Sequence[tuple[str, str]]
    hidden: Sequence[tuple[str, str]]


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


def bar(wanted: Asked, staff: Sequence[tuple[str, str]]) -> Bar:
    """Return what the list can be narrowed by and is; `staff` as (number, name), for a branch's list."""
    titles = {"kind": told("事由", "Reason"), "must_do": told("必做", "Must do")}
    choices = [
        lists.choice(name, titles[name], [(v, _class(name, v)) for v in values], wanted)
        for name, values in LISTED.choices.items()
    ]
    filters = [
        lists.without(LISTED, wanted, lists.named(titles[n], *(_class(n, v) for v in values)), n)
        for n, values in wanted.choices.items()
    ]
    if "staff" in wanted.texts:
        one = wanted.texts["staff"]
        name = dict(staff).get(one, one)
        filters.append(lists.without(LISTED, wanted, lists.named(told("员工", "Staff"), name), "staff"))
    whose = [(name, listing.written(wanted, LISTED, staff=number)) for number, name in staff]
    return Bar(choices, filters, whose, [("staff", v) for v in wanted.texts.values()])


def _class(name: str, value: str) -> str:
    return word("must_do" if name == "must_do" else "proposal", value)


def lines(day: Day, when: Moment, *, named: bool) -> list[Line]:
    """Turn works into lines; `named` tells who is to do each (a branch's list)."""
    return [line(work, when, named=named) for work in day.works]


def line(work: Work, when: Moment, *, named: bool) -> Line:
    """Turn one entry into its line."""
    lead = work.reasons[0]
    free = [r for r in work.reasons if r.why_not is None]
    held = lead.why_not if not free else None
    return Line(
        id=f"w-{lead.proposal_id}" if lead.proposal_id else f"w-t{lead.task_id}",
        url=reverse("client", args=[work.client.key]) if work.client is not None else "",
        client=work.client,
        matters=[_matter(r, when.today) for r in work.reasons],
        minutes_told=told(f"{work.minutes:.0f} 分钟", f"{work.minutes:.0f} min") if free else "",
        must_do=work.must_do,
        rank=_rank(work, when.today),
        contact=_contact(work.client, when.today),
        why_not=said(held) if held is not None else "",
        tried=_tried(work.client),
        staff=work.staff if named else "",
        unassessed=work.client is not None
        and work.client.unassessed
        and all(r.rule != "risk_assessment_expiring" for r in work.reasons),
        beyond=work.beyond,
        may_drop=not any(r.must_do for r in free),
        may_plan=all(r.task_id is None for r in free),
    )


def _matter(reason: Reason, today: date) -> Matter:
    value = (
        f"proposal:{reason.proposal_id}" if reason.proposal_id else f"task:{reason.task_id}:{reason.version}"
    )
    return Matter(
        value=value if reason.why_not is None else "",
        icon=MARKS["proposal"].get(reason.kind, ("task", ""))[0],
        what=_what(reason),
        reason=said(reason.title),
        suitability=said(reason.suitability),
        due=due(reason.due_on, today),
        must_do=reason.must_do,
        task=reason.task_id is not None,
        why_not=said(reason.why_not) if reason.why_not is not None else "",
    )


def within(room: float | None) -> str:
    """Say that what follows fits into the day, with the hours it has left; nothing where the files tell none."""
    if room is None:
        return ""
    return told(f"今天做得完（还有 {hours(room)} 小时）", f"Fits into today ({hours(room)} hours left)")


def words(when: Moment) -> Words:
    """Say what every line says alike."""
    return Words(
        must=told("必做", "Must do"),
        task=told("任务", "Task"),
        refused=told("客户拒绝营销", "Marketing refused"),
        why=told("为什么", "Why"),
        why_long=told("：为什么排在这里，能不能联系", ": why here, and whether it is permitted"),
        suitability=told("适当性", "Suitability"),
        unassessed=told("测评已过期", "Assessment out"),
        unassessed_long=told(
            "风险测评已过期：下次交易或购买产品前须重做，现在不必专程联系。",
            "The risk assessment has run out: to be made anew before the next trade or product; no call needed for it alone.",
        ),
        beyond=told("其余：今天的工时已排满", "The rest: today's hours are full"),
        pick=told("这次联系处理：", "Dealt with by this contact: "),
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


def _what(reason: Reason) -> str:
    return word("rule", reason.rule) if reason.rule in WORDS["rule"] else word("proposal", reason.kind)


def _rank(work: Work, today: date) -> str:
    """Say why the entry stands where it does: the list's order in words, then what of it holds here."""
    order = told(
        "次序：一位客户只列一条。有必做事项的在前；各段之内，自己排到今天的任务在前，其次三天内到期或已逾期的、两周内到期的、更晚的；同样紧急的，先看每分钟预期价值，再看客户价值得分。",
        "Order: a client stands here once. What must be done comes first; within that, tasks put down for today, then what is due in three days"
        " or late, within two weeks, later; of what is equally pressing, value expected a minute, then the client's score.",
    )
    parts = [
        told("必做", "must be done") if work.must_do else told("非必做", "not obligatory"),
        due(work.due_on, today).text,
    ]
    expected = [r.expected_value for r in work.reasons if r.expected_value is not None]
    if expected:
        parts.append(told(f"预期价值 {max(expected):,.0f} 元", f"{max(expected):,.0f} CNY expected"))
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
        return told("从未联系到", "Never reached")
    days = (today - client.last_contact).days
    if days <= 0:
        return told("今天已联系", "Contacted today")
    return told(
        f"{client.last_contact:%Y-%m-%d} 联系（{days} 天前）",
        f"Contacted {client.last_contact:%Y-%m-%d} ({days} days ago)",
    )


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
        hours=hours(load.minutes),
        room=hours(room) if room else "",
        too_much=hours(load.minutes - room) if room and load.minutes > room else "",
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
            hours=hours(c.load.minutes),
            room=hours(c.load.capacity) if c.load.capacity else "",
            share=round(c.load.minutes / most * 100) if most else 0,
        )
        for c in found
    ]


def hours(minutes: float) -> str:
    """Write minutes as hours."""
    return f"{minutes / 60:.1f}"


def _share(load: Load) -> int:
    return round(min(load.minutes / load.capacity, 1.0) * 100) if load.capacity else 0


def weekday(day: date) -> str:
    """Name the day of the week."""
    english = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return told("星期" + "一二三四五六日"[day.weekday()], english[day.weekday()])

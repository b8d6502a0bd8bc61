"""Why the figures of the team's table are what they are: of all columns, and of one member of staff."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from zhike_desk.records.queries.team import Row
from zhike_desk.ui.speech import told
from zhike_desk.ui.templatetags.zhike import percent, wan, whole
from zhike_desk.ui.why import Explained, Why, counted, driven
from zhike_desk.ui.words import word

Graded = Sequence[tuple[str, int, float]]


def table(as_of: date) -> Why:
    """Say how the columns of the table are counted."""
    meaning = told(
        "主要服务：作为主要服务人员的客户，斜线后为以任何角色服务的全部；净资产为当日收盘；联系覆盖：近 30 天联系到的客户占主要服务的客户，未接通不算；工作台登记：近 30 天在此登记的联系，未接通另列；"
        "任务、任务逾期：此刻未完成的（夜间建议的逾期见今日页）；月工时来自员工文件。行情带来的盈亏不计入任何人。",
        "Clients: those mainly served, behind the stroke those looked after in any role; net assets at the close. Coverage: clients reached in 30 days, of those mainly served; attempts don't count."
        " Logged here: contacts of 30 days written down at the desk, attempts apart. Tasks and overdue: open now. Hours: from the staff file."
        " What the market earned counts for nobody.",
    )
    change = told("登记联系、完成任务、移交客户。", "logging contacts, ending tasks, handing clients over.")
    return Why(meaning, as_of, (), change, _model())


def _model() -> str:
    return told("加总，不经模型", "sums, no model")


def member(row: Row, graded: Graded, as_of: date) -> list[Explained]:
    """Return why the figures of one member of staff are what they are; `graded`: grade, number and net assets of those they mainly serve."""
    return [
        Explained(
            told("主要服务", "Mainly served"),
            whole(row.clients),
            told("位", "clients"),
            _clients(row, graded, as_of),
        ),
        Explained(
            told("净资产", "Net assets"), wan(row.assets), told("万元", "10k CNY"), _assets(graded, as_of)
        ),
        Explained(told("联系覆盖", "Coverage"), percent(row.coverage, 0), "", _coverage(row, as_of)),
        Explained(
            told("工作台登记", "Logged here"),
            whole(row.contacts),
            told("次", "contacts"),
            _contacts(row, as_of),
        ),
        Explained(
            told("未完成任务", "Open tasks"), whole(row.open_tasks), told("项", "tasks"), _tasks(row, as_of)
        ),
    ]


def _clients(row: Row, graded: Graded, as_of: date) -> Why:
    meaning = told(
        f"作为主要服务人员的客户，按等级相加；以任何角色服务的共 {row.served} 位。",
        f"Clients mainly served, added up by grade; in any role they look after {row.served}.",
    )
    parts = counted(*((_grade(grade), n) for grade, n, _ in graded))
    return Why(
        meaning, as_of, parts, told("移交、开户或销户。", "hand-overs, accounts opened or closed."), _model()
    )


def _assets(graded: Graded, as_of: date) -> Why:
    meaning = told(
        "主要服务的客户当日收盘的净资产，按等级相加。",
        "Net assets at the close of the clients mainly served, added up by grade.",
    )
    parts = driven((_grade(grade), money, f"{money / 1e4:+,.1f}") for grade, _, money in graded)
    change = told(
        "资金进出、行情与移交；行情带来的不算任何人的功劳。",
        "flows, the market and hand-overs; what the market earned is nobody's merit.",
    )
    return Why(meaning, as_of, parts, change, _model())


def _coverage(row: Row, as_of: date) -> Why:
    meaning = told(
        "近 30 天联系到的客户占主要服务的客户；未接通不算，截至昨夜。下列两项合计即主要服务的客户。",
        "Of the clients mainly served, those reached within 30 days as of the night; attempts don't count. Both below add up to the clients served.",
    )
    left = row.clients - row.contacted
    parts = counted((told("联系到", "Reached"), row.contacted), (told("未联系到", "Not reached"), left))
    change = (
        told(
            f"再联系到 1 位，约 +{1 / row.clients:.1%}。",
            f"one more reached is about +{1 / row.clients:.1%}.",
        )
        if left
        else ""
    )
    return Why(meaning, as_of, parts, change, _model())


def _contacts(row: Row, as_of: date) -> Why:
    meaning = told(
        f"近 30 天在工作台登记、联系到客户的次数；另有未接通 {row.attempts} 次，不计入。",
        f"Contacts of 30 days written down here that reached the client; {row.attempts} attempts beside, which don't count.",
    )
    return Why(meaning, as_of, (), told("登记一次联系。", "logging a contact."), _model())


def _tasks(row: Row, as_of: date) -> Why:
    meaning = told(
        "此刻未完成的任务；夜间建议不在其中，见今日页。",
        "Tasks open now; what the night proposes isn't among them: see today.",
    )
    parts = counted(
        (told("已逾期", "Overdue"), row.overdue),
        (told("未逾期", "Not overdue"), row.open_tasks - row.overdue),
    )
    return Why(
        meaning,
        as_of,
        parts,
        told("完成、放弃或交给他人。", "ending them, giving them up, or handing them on."),
        _model(),
    )


def _grade(name: str) -> str:
    return word("grade", name) if name else told("未评级", "Not graded")

"""Why a task is there, and why it is put down for so many minutes."""

from __future__ import annotations

from datetime import date

from zhike_desk.records.queries.tasks import Reckoned
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.templatetags.zhike import day, moment
from zhike_desk.ui.why import Explained, Why, counted
from zhike_desk.ui.words import word


def figures(found: Reckoned, as_of: date) -> list[Explained]:
    """Return why the figures of a task's line are what they are."""
    minutes = f"{found.row.minutes:.0f}"
    return [
        Explained(told("预计用时", "Minutes"), minutes, told("分钟", "min"), _minutes(found, as_of)),
        Explained(told("任务", "Task"), word("proposal", found.row.kind), "", _there(found, as_of)),
        Explained(told("到期", "Due"), day(found.row.due_on), "", _due(found, as_of)),
    ]


def _made(found: Reckoned) -> str:
    """Name where the task comes from."""
    if found.row.kind == "own":
        return told(f"{found.by} 于 {moment(found.at)} 建立", f"set up by {found.by}, {moment(found.at)}")
    rule = word("rule", found.rule) if found.rule else told("规则", "a rule")
    return told(
        f"夜间建议「{rule}」 · {found.by} 于 {moment(found.at)} 列入",
        f"proposed by the night: {rule} · taken on by {found.by}, {moment(found.at)}",
    )


def _minutes(found: Reckoned, as_of: date) -> Why:
    own = found.row.kind == "own"
    meaning = told(
        "建立任务时填写的用时；与当天其他未完成任务合计，对照可用时间。",
        "As it was put down when the task was set up; with what else is open on its day, against the time there is.",
    ) if own else told(
        "建议规则给每类事项定的用时；与当天其他未完成任务合计，对照可用时间。",
        "What the rules allow for this kind of work; with what else is open on its day, against the time there is.",
    )  # fmt: skip
    parts = counted(
        (told("本任务", "This task"), found.row.minutes),
        (told("当天其他未完成任务", "What else is open on its day"), found.others),
        (told("当天可用分钟", "Minutes of the day"), -(found.room or 0.0)),
    )
    change = told(
        "换一天、换人，或完成当天的其他任务。",
        "another day, somebody else, or ending what else is open on its day.",
    )
    return Why(meaning, as_of, parts, change, _made(found), "" if own else "proposals")


def _there(found: Reckoned, as_of: date) -> Why:
    row = found.row
    parts = [said(row.reason) or said(row.title)]
    if row.must_do:
        parts.append(told("必做：须完成，不能放弃。", "It must be done and cannot be given up."))
    if found.permitted is not None:
        parts.append(said(found.permitted))
    change = told(
        "完成、放弃或交给他人。",
        "ending it, giving it up, or handing it on.",
    )
    return Why(
        " ".join(p for p in parts if p),
        as_of,
        (),
        change,
        _made(found),
        "" if row.kind == "own" else "proposals",
    )


def _due(found: Reckoned, as_of: date) -> Why:
    own = found.row.kind == "own"
    meaning = told(
        "建立任务时选定的日期。", "The day chosen when the task was set up."
    ) if own else told(
        "由建议规则的期限得出；落在休息日的，提前到前一个工作日。列入任务后可以改期。",
        "It follows from the rule; a day off becomes the working day before. It can be put off once it is a task.",
    )  # fmt: skip
    return Why(
        meaning, as_of, (), told("改期。", "putting it off."), _made(found), "" if own else "proposals"
    )

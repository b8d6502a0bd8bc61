"""Tasks: what is to be done by whom until when; one's own, or a proposal accepted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from zhike.base.text import say
from zhike.datacentre.tables.sentences import in_words
from zhike_desk.records import audit, scope
from zhike_desk.records import staff as staff_of
from zhike_desk.records.actions.writing import (
    Bulk,
    Done,
    Refused,
    change,
    inverse,
    one_of,
    remove,
    restore,
    text,
)
from zhike_desk.records.models import BookProposal, Task
from zhike_desk.records.models.care import KINDS
from zhike_desk.records.queries import permission
from zhike_desk.records.viewer import Denied, Viewer

FARTHEST = timedelta(days=2 * 365)
TITLE = say("标题", "title")
_CLOSED = ("state", "outcome", "closed_at")


def add(
    title: str,
    *,
    due_on: date,
    client_id: str = "",
    kind: str = "own",
    reason: str = "",
    minutes: float = 10,
    staff_id: str = "",
    by: Viewer,
    at: datetime,
) -> Done:
    """Add a task for oneself (a head: for anybody of the branch), for a client or none; undone, it is gone."""
    with transaction.atomic():
        by.need("care.write")
        branch = scope.client(by, client_id, "care.write").branch_id if client_id else by.branch_id
        made = Task.objects.create(
            client_id=client_id,
            branch_id=branch,
            kind=one_of(kind, KINDS, say("类别", "kind")),
            title=text(title, 200, TITLE),
            reason=text(reason, 2000, say("原因", "reason"), needed=False),
            minutes=_minutes(minutes),
            due_on=_day(due_on, at),
            staff_id=_owner(staff_id or by.staff_id, by),
            by_id=by.user_id,
            created_at=at,
            changed_at=at,
        )
        _logged("task.add", made, by, at)
        return Done(str(made.pk), undo=inverse(by, "care.write", [remove(made)], at))


def add_many(client_ids: Sequence[str], *, title: str, due_on: date, by: Viewer, at: datetime) -> Bulk:
    """Add the same task for oneself for each of up to 200 clients; who isn't `by`'s is told as not found."""
    with transaction.atomic():
        found = scope.clients(by, "care.write").filter(client_id__in=client_ids)
        branches = dict(found.values_list("client_id", "branch_id"))
        named, day, owner = text(title, 200, TITLE), _day(due_on, at), _owner(by.staff_id, by)
        made = [
            Task.objects.create(
                client_id=client_id,
                branch_id=branches[client_id],
                title=named,
                due_on=day,
                staff_id=owner,
                by_id=by.user_id,
                created_at=at,
                changed_at=at,
            )
            for client_id in client_ids
            if client_id in branches
        ]
        missing = say("没有找到该客户。", "There is no such client.")
        left = tuple((client_id, missing) for client_id in client_ids if client_id not in branches)
        code = ""
        if made:
            ids = sorted(branches)
            audit.append(
                by, "task.add", at=at, kind="clients", object_id=str(len(made)), detail={"clients": ids}
            )
            code = inverse(by, "care.write", [remove(task) for task in made], at)
        return Bulk(len(made), code, left)


def accept_proposal(proposal_id: str, *, by: Viewer, at: datetime) -> Done:
    """Make a proposal of the night one's task; undone, it is a proposal again.

    Raises Denied where it isn't `by`'s, or is held back; Refused where it is a task already, or the client may not be approached.
    """
    with transaction.atomic():
        made, step = accepted(proposal_id, by, at)
        return Done(str(made.pk), undo=inverse(by, "care.write", [step], at))


def accepted(proposal_id: str, by: Viewer, at: datetime) -> tuple[Task, dict[str, Any]]:
    """Make the task of a proposal in the caller's transaction; return it and the step that takes it away."""
    proposal = _proposal(proposal_id, by)
    client = scope.client(by, proposal.client_id, "care.write")
    _may_be_approached(proposal, by, at)
    made, fresh = Task.objects.get_or_create(
        proposal_id=proposal_id,
        defaults={
            "client_id": client.client_id,
            "branch_id": client.branch_id,
            "kind": proposal.kind,
            "title": in_words(proposal.reason).zh[:200],
            "reason": proposal.reason,
            "minutes": proposal.minutes,
            "due_on": proposal.due_on,
            "must_do": proposal.must_do,
            "staff_id": by.staff_id or proposal.staff_id,
            "by_id": by.user_id,
            "created_at": at,
            "changed_at": at,
        },
    )
    if not fresh:
        raise Refused(say("该建议已成为任务。", "This proposal is a task already."))
    _logged("task.accept", made, by, at)
    return made, remove(made)


def close(task_id: int, *, outcome: str, seen: int, by: Viewer, at: datetime) -> Done:
    """Mark a task as done, with how it ended; undone, it is open again."""
    return _end(task_id, "done", outcome, seen, by, at)


def drop(task_id: int, *, reason: str, seen: int, by: Viewer, at: datetime) -> Done:
    """Give a task up, with the reason; undone, it is open again. One that must be done can't be given up."""
    with transaction.atomic():
        if task(task_id, by).must_do:
            raise Refused(say("必做任务不能放弃。", "A task that must be done can't be given up."))
        return _end(task_id, "dropped", text(reason, 80, say("原因", "reason")), seen, by, at)


def move(
    task_id: int,
    *,
    seen: int,
    due_on: date | None = None,
    staff_id: str = "",
    title: str = "",
    by: Viewer,
    at: datetime,
) -> Done:
    """Move a task to another day, to somebody else, or say anew what is to be done; undone, it is as it was.

    A head alone hands tasks to others.
    """
    with transaction.atomic():
        found = task(task_id, by)
        fields = moved(due_on, staff_id, by, at)
        if title:
            fields["title"] = text(title, 200, TITLE)
        if not fields:
            raise Refused(say("没有要修改的内容。", "There is nothing to change."))
        step = restore(found, fields) | {"version": seen + 1}
        change(found, seen, at, **fields)
        _logged("task.move", found, by, at, fields=sorted(fields))
        return Done(str(found.pk), found.version, inverse(by, "care.write", [step], at))


def moved(due_on: date | None, staff_id: str, by: Viewer, at: datetime) -> dict[str, Any]:
    """Return what a task moved to a day, or to somebody, would hold; raise Refused where it can't be."""
    fields: dict[str, Any] = {}
    if due_on is not None:
        fields["due_on"] = _day(due_on, at)
    if staff_id:
        fields["staff_id"] = _owner(staff_id, by)
    return fields


def task(task_id: int, by: Viewer) -> Task:
    """Return a task `by` may change; raise Denied where there is none."""
    found = scope.tasks(by, "care.write").filter(pk=task_id).first()
    if found is None:
        raise Denied("care.write")
    return found


def closed(found: Task, state: str, outcome: str, seen: int, by: Viewer, at: datetime) -> None:
    """Close an open task in the caller's transaction; raise Refused where it is closed, Conflict where it has changed."""
    if found.state != "open" and found.version == seen:
        raise Refused(say("该任务已结束。", "This task is closed already."))
    said = text(outcome, 80, say("结果", "outcome"), needed=False)
    change(found, seen, at, state=state, outcome=said, closed_at=at)
    _logged(f"task.{state}", found, by, at)


def _end(task_id: int, state: str, outcome: str, seen: int, by: Viewer, at: datetime) -> Done:
    with transaction.atomic():
        found = task(task_id, by)
        step = restore(found, _CLOSED) | {"version": seen + 1}
        closed(found, state, outcome, seen, by, at)
        return Done(str(found.pk), found.version, inverse(by, "care.write", [step], at))


def _proposal(proposal_id: str, by: Viewer) -> BookProposal:
    found = BookProposal.objects.filter(proposal_id=proposal_id).exclude(arm="hold").first()
    if found is None:
        raise Denied("care.write")
    return found


def _may_be_approached(proposal: BookProposal, by: Viewer, at: datetime) -> None:
    allowed = permission.allowed(by, [proposal.client_id], at)[proposal.client_id]
    if proposal.kind in permission.SELLING and not allowed.selling:
        raise Refused(
            say("客户已拒绝营销，不得推介产品。", "The client refused marketing: no products may be offered.")
        )
    if not proposal.must_do and not allowed.allowed and allowed.why is not None:
        raise Refused(say(f"暂不可联系：{allowed.why.zh}。", f"Not now: {allowed.why.en}."))


def _owner(staff_id: str, by: Viewer) -> str:
    if staff_id == by.staff_id and staff_id:
        return staff_id
    if by.need("care.write").scope == "own" or not staff_id:
        raise Refused(say("只能给自己安排任务。", "You can set up tasks for yourself only."))
    if not staff_of.working(by.branch_id).filter(staff_id=staff_id).exists():
        raise Refused(say("本营业部没有这位在职员工。", "Nobody of that number works in your branch."))
    return staff_id


def _day(due_on: date, at: datetime) -> date:
    today = scope.day_of(at)
    if not today <= due_on <= today + FARTHEST:
        raise Refused(
            say("期限应在今天到两年之内。", "The day must lie between today and two years from now.")
        )
    return due_on


def _minutes(minutes: float) -> float:
    if not 0 <= minutes <= 24 * 60:
        raise Refused(say("用时应在 0 到 1440 分钟之间。", "Minutes must lie between 0 and 1440."))
    return minutes


def _logged(action: str, found: Task, by: Viewer, at: datetime, **detail: Any) -> None:
    kind, object_id = ("client", found.client_id) if found.client_id else ("task", str(found.pk))
    audit.append(by, action, at=at, kind=kind, object_id=object_id, detail={"task": found.pk, **detail})

"""How a line of the day's list ends, in one stroke: a contact logged and its task closed, an attempt, another day, not suitable.

Each stroke is one transaction with one code to undo it by. A line is a proposal of the night or a task; strokes on many tasks
tell how many rows they changed, and which ones they left alone and why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from zhike.base.text import Said, say
from zhike_desk.records.actions import contacts, tasks
from zhike_desk.records.actions.writing import BULK_ROWS, Bulk, Conflict, Done, Refused, inverse
from zhike_desk.records.models import BookProposal, Inverse, Task
from zhike_desk.records.queries.today import UNREACHED
from zhike_desk.records.viewer import Denied, Viewer

REACHED = "已联系"
UNSUITED = "不合适"
_ACTION = "care.write"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the list: a proposal, or a task as it was seen."""

    proposal_id: str = ""
    task_id: int | None = None
    seen: int = 1


def reached(line: Line, *, medium: str, by: Viewer, at: datetime) -> Done:
    """Log that the client was spoken to, which closes the line; a task without a client is simply done."""
    client_id, kind = _of(line, by)
    if not client_id:
        return tasks.close(_task(line), outcome="", seen=line.seen, by=by, at=at)
    return contacts.log(
        client_id,
        medium=medium,
        purpose=kind if kind in contacts.PURPOSES else "service",
        outcome=REACHED,
        task_id=line.task_id,
        proposal_id=line.proposal_id,
        by=by,
        at=at,
    )


def missed(line: Line, *, medium: str, by: Viewer, at: datetime) -> Done:
    """Log an attempt: the client was not reached, and the line stays to be done."""
    client_id, kind = _of(line, by)
    if not client_id:
        raise Refused(say("该任务没有客户，无从联系。", "This task has no client to be reached."))
    # An attempt at a call-back is not the call-back that the rules demand: the night must go on asking for it.
    purpose = kind if kind in contacts.PURPOSES and kind != "callback" else "service"
    return contacts.log(client_id, medium=medium, purpose=purpose, outcome=UNREACHED, by=by, at=at)


def planned(line: Line, *, by: Viewer, at: datetime) -> Done:
    """Make a task of a proposal, due when the proposal is."""
    if not line.proposal_id:
        raise Refused(say("已经是任务了。", "It is a task already."))
    return tasks.accept_proposal(line.proposal_id, by=by, at=at)


def postponed(line: Line, due_on: date, *, by: Viewer, at: datetime) -> Done:
    """Put a line off until another day; a proposal becomes a task of that day."""
    if line.task_id is not None:
        return tasks.move(line.task_id, seen=line.seen, due_on=due_on, by=by, at=at)
    with transaction.atomic():
        made, step = tasks.accepted(line.proposal_id, by, at)
        moved = tasks.move(made.pk, seen=made.version, due_on=due_on, by=by, at=at)
        return Done(
            str(made.pk), moved.version, _instead([moved.undo], [step | {"version": moved.version}], by, at)
        )


def unsuited(line: Line, *, by: Viewer, at: datetime) -> Done:
    """Give a line up as not suitable for the client; one that must be done can't be given up."""
    if line.task_id is not None:
        return tasks.drop(line.task_id, reason=UNSUITED, seen=line.seen, by=by, at=at)
    with transaction.atomic():
        made, step = tasks.accepted(line.proposal_id, by, at)
        ended = tasks.drop(made.pk, reason=UNSUITED, seen=made.version, by=by, at=at)
        return Done(
            str(made.pk), ended.version, _instead([ended.undo], [step | {"version": ended.version}], by, at)
        )


def many_done(seen: Mapping[int, int], *, by: Viewer, at: datetime) -> Bulk:
    """Mark tasks (number → version seen) as done."""
    return _many(seen, lambda pk, version: tasks.close(pk, outcome="", seen=version, by=by, at=at), by, at)


def many_moved(
    seen: Mapping[int, int], *, due_on: date | None = None, staff_id: str = "", by: Viewer, at: datetime
) -> Bulk:
    """Move tasks (number → version seen) to another day, to somebody else, or both."""
    return _many(
        seen,
        lambda pk, version: tasks.move(pk, seen=version, due_on=due_on, staff_id=staff_id, by=by, at=at),
        by,
        at,
    )


def _many(seen: Mapping[int, int], act: Callable[[int, int], Done], by: Viewer, at: datetime) -> Bulk:
    if not seen:
        raise Refused(say("请先选择任务。", "Choose tasks first."))
    if len(seen) > BULK_ROWS:
        raise Refused(
            say(
                f"一次最多 {BULK_ROWS} 项，请缩小范围。",
                f"No more than {BULK_ROWS} at a time; narrow the list down.",
            )
        )
    codes: list[str] = []
    left: list[tuple[str, Said]] = []
    with transaction.atomic():
        for pk, version in seen.items():
            try:
                with transaction.atomic():
                    codes.append(act(pk, version).undo)
            except Conflict:
                left.append((str(pk), say("已被他人修改", "changed by somebody else")))
            except Refused as refused:
                left.append((str(pk), refused.why))
            except Denied:
                left.append((str(pk), say("不在您的权限内", "not yours to change")))
        code = _instead(codes, _steps(codes), by, at) if codes else ""
    return Bulk(len(codes), code, tuple(left))


def _steps(codes: Sequence[str]) -> list[dict[str, Any]]:
    return [
        s for found in Inverse.objects.filter(code__in=codes).order_by("id") for s in found.payload["steps"]
    ]


def _instead(codes: Iterable[str], steps: Sequence[Mapping[str, Any]], by: Viewer, at: datetime) -> str:
    """Put one inverse in place of those the parts of a stroke left; return its code."""
    Inverse.objects.filter(code__in=list(codes), by_id=by.user_id).delete()
    return inverse(by, _ACTION, steps, at)


def _of(line: Line, by: Viewer) -> tuple[str, str]:
    """Return the client and the kind of a line; raise Denied where there is no such line (the acts check whose it is)."""
    by.need(_ACTION)
    row: BookProposal | Task | None
    if line.task_id is not None:
        row = tasks.task(line.task_id, by)
    else:
        row = BookProposal.objects.filter(proposal_id=line.proposal_id, arm="treat").first()
    if row is None:
        raise Denied(_ACTION)
    return row.client_id, row.kind


def _task(line: Line) -> int:
    if line.task_id is None:
        raise Denied(_ACTION)
    return line.task_id

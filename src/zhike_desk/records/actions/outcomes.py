"""How an entry of the day's list ends, in one stroke: a contact logged and its tasks closed, an attempt, another day, not suitable.

Each stroke is one transaction with one code to undo it by, and ends the reasons of the entry it is told of, all or none. A line is
a reason: a proposal of the night or a task; strokes on many tasks
tell how many rows they changed, and which ones they left alone and why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from zhike.base.text import Said, say
from zhike_desk.records.actions import contacts, tasks
from zhike_desk.records.actions.writing import BULK_ROWS, Bulk, Conflict, Done, Refused, inverse
from zhike_desk.records.models import BookProposal, Inverse, Task
from zhike_desk.records.reaching import REACHED, UNREACHED
from zhike_desk.records.viewer import Denied, Viewer

UNSUITED = "不合适"
_ACTION = "care.write"
_End = Callable[["Line"], Done]


@dataclass(frozen=True, slots=True)
class Line:
    """A reason of the list: a proposal, or a task as it was seen."""

    proposal_id: str = ""
    task_id: int | None = None
    seen: int = 1


def reached(lines: Sequence[Line], *, medium: str, by: Viewer, at: datetime) -> Done:
    """Log that the client was spoken to, once, which closes all of `lines`; tasks without a client are simply done.

    The contact is for what leads: what must be done, else the first of them. Raises Refused where they are of several clients.
    """
    client_id, kind, lead = _of(lines, by)
    if not client_id:
        return _each(
            lines, lambda line: tasks.close(_task(line), outcome="", seen=line.seen, by=by, at=at), by, at
        )
    rest = [line for line in lines if line != lead]
    with transaction.atomic():
        purpose = kind if kind in contacts.PURPOSES else "service"
        done = contacts.log(
            client_id, medium=medium, purpose=purpose, outcome=REACHED, task_id=lead.task_id,
            proposal_id=lead.proposal_id, by=by, at=at,
        )  # fmt: skip
        if not rest:
            return done
        also = _each(rest, lambda line: _closed(line, by, at), by, at)
        codes = [done.undo, also.undo]
        return replace(done, undo=_instead(codes, _steps(codes), by, at))


def _closed(line: Line, by: Viewer, at: datetime) -> Done:
    """Close a line that a contact dealt with beside what it was made for."""
    return _ended(line, lambda pk, seen: tasks.close(pk, outcome=REACHED, seen=seen, by=by, at=at), by, at)


def missed(lines: Sequence[Line], *, medium: str, by: Viewer, at: datetime) -> Done:
    """Log an attempt: the client was not reached, and the lines stay to be done."""
    client_id, kind, _ = _of(lines, by)
    if not client_id:
        raise Refused(say("该任务没有客户，无从联系。", "This task has no client to be reached."))
    # An attempt at a call-back is not the call-back that the rules demand: the night must go on asking for it.
    purpose = kind if kind in contacts.PURPOSES and kind != "callback" else "service"
    return contacts.log(client_id, medium=medium, purpose=purpose, outcome=UNREACHED, by=by, at=at)


def planned(lines: Sequence[Line], *, by: Viewer, at: datetime) -> Done:
    """Make tasks of proposals, due when the proposals are."""
    if any(not line.proposal_id for line in lines):
        raise Refused(say("已经是任务了。", "It is a task already."))
    return _each(lines, lambda line: tasks.accept_proposal(line.proposal_id, by=by, at=at), by, at)


def postponed(lines: Sequence[Line], due_on: date, *, by: Viewer, at: datetime) -> Done:
    """Put lines off until another day; a proposal becomes a task of that day."""

    def end(pk: int, seen: int) -> Done:
        return tasks.move(pk, seen=seen, due_on=due_on, by=by, at=at)

    return _each(lines, lambda line: _ended(line, end, by, at), by, at)


def unsuited(lines: Sequence[Line], *, by: Viewer, at: datetime) -> Done:
    """Give lines up as not suitable for the client; one that must be done can't be given up."""

    def end(pk: int, seen: int) -> Done:
        return tasks.drop(pk, reason=UNSUITED, seen=seen, by=by, at=at)

    return _each(lines, lambda line: _ended(line, end, by, at), by, at)


def _ended(line: Line, end: Callable[[int, int], Done], by: Viewer, at: datetime) -> Done:
    """End a task, or a proposal as the task it becomes: undone, there is none again."""
    if line.task_id is not None:
        return end(line.task_id, line.seen)
    made, step = tasks.accepted(line.proposal_id, by, at)
    ended = end(made.pk, made.version)
    code = _instead([ended.undo], [step | {"version": ended.version}], by, at)
    return Done(str(made.pk), ended.version, code)


def _each(lines: Sequence[Line], end: _End, by: Viewer, at: datetime) -> Done:
    """End every line or none, with one code to undo them all by."""
    with transaction.atomic():
        done = [end(line) for line in lines]
        if len(done) == 1:
            return done[0]
        codes = [d.undo for d in done]
        return replace(done[0], undo=_instead(codes, _steps(codes), by, at))


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


def _of(lines: Sequence[Line], by: Viewer) -> tuple[str, str, Line]:
    """Return the client of lines, the kind of what leads, and that line; raise Denied where there is no such line (the acts check whose it is)."""
    by.need(_ACTION)
    rows = [(_row(line, by), line) for line in lines]
    if len({row.client_id for row, _ in rows}) != 1:
        raise Refused(say("请选择同一位客户的事项。", "Choose what is one client's."))
    lead, line = min(rows, key=lambda found: not found[0].must_do)
    return lead.client_id, lead.kind, line


def _row(line: Line, by: Viewer) -> BookProposal | Task:
    if line.task_id is not None:
        return tasks.task(line.task_id, by)
    row = BookProposal.objects.filter(proposal_id=line.proposal_id, arm="treat").first()
    if row is None:
        raise Denied(_ACTION)
    return row


def _task(line: Line) -> int:
    if line.task_id is None:
        raise Denied(_ACTION)
    return line.task_id

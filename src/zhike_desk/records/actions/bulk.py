"""One act for many clients or tasks: up to 200 at once, all or told one by one; more of them, as a list asks for, are a job.

A hand-over of more than 200 clients is such a job too, but one that two people agreed on (`moves`): nobody else can ask for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from urllib.parse import parse_qs

from django.db import transaction
from django.db.models import QuerySet

from zhike.base.text import say
from zhike_desk.records.actions import jobs, moves, outcomes, tags, tasks, undo
from zhike_desk.records.actions.writing import BULK_ROWS, Bulk, Done, Refused, one_of
from zhike_desk.records.jobs import Cancelled
from zhike_desk.records.models import Job, User
from zhike_desk.records.queries import clients
from zhike_desk.records.queries import tasks as listed_tasks
from zhike_desk.records.viewer import Denied, Viewer

MOST = 100_000
ENDED = ("done", "failed", "cancelled")
_ACTION = "care.write"
_Do = Callable[[Sequence[Any], Mapping[str, Any], Viewer, datetime], Bulk]


@dataclass(frozen=True, slots=True)
class _Act:
    """An act: done to which rows, what its arguments must be (raises Refused), how it is done to up to 200 of them."""

    to: Literal["clients", "tasks"]
    fit: Callable[[Mapping[str, Any], Viewer, datetime], object]
    do: _Do
    second: bool = False
    """Asked for elsewhere, and approved by a second person: its job is all there is of it here."""


def apply(act: str, rows: Sequence[Any], arguments: Mapping[str, Any], *, by: Viewer, at: datetime) -> Bulk:
    """Do an act to up to 200 rows in one transaction: clients by number, tasks as (number, version seen).

    `tag.add`, `tag.remove` with `word`; `task.add` with `title`, `due_on`; `tasks.done`; `tasks.move` with `due_on`;
    `tasks.hand` with `staff_id`.
    """
    _known(act)
    if len(rows) > BULK_ROWS:
        raise Refused(
            say(
                f"一次最多 {BULK_ROWS} 位，更多请交后台任务。",
                f"{BULK_ROWS} at once; more of them are a job.",
            )
        )
    with transaction.atomic():
        return ACTS[act].do(rows, arguments, by, at)


def _known(act: str) -> None:
    one_of(act, [name for name, known in ACTS.items() if not known.second], say("批量操作", "act"))


def count(act: str, query: str, *, by: Viewer) -> int:
    """Count the rows of a list (its URL's query) that an act would be done to: what is shown, and confirmed."""
    _known(act)
    return _asked_for(act, query, by).count()


def ask(act: str, query: str, arguments: Mapping[str, Any], *, typed: int, by: Viewer, at: datetime) -> Done:
    """Set up a job that does `act` to all rows of a list (its URL's query) as it is now; `typed` must be their count."""
    _known(act)
    with transaction.atomic():
        ACTS[act].fit(arguments, by, at)
        rows = _rows(act, query, by)
        if len(rows) > MOST:
            raise Refused(say(f"一次最多 {MOST:,} 位。", f"{MOST:,} clients at the most."))
        if typed != len(rows):
            raise Refused(
                say(
                    f"名单现在是 {len(rows):,} 位，请按此数确认。",
                    f"The list has {len(rows):,} rows now: confirm that number.",
                )
            )
        asked = {"act": act, ACTS[act].to: rows, "arguments": dict(arguments)}
        told = ("bulk.ask", {"of": act, "rows": len(rows)})
        return Done(jobs.line_up("bulk", asked, total=len(rows), told=told, by=by, at=at), rows=len(rows))


def carry_out(job_id: int, at: datetime, told: Callable[[int], None] | None = None) -> dict[str, Any]:
    """Do a job of `ask`, for the worker, 200 rows a transaction; return its result: rows changed, who was left and why, undo codes.

    How far it is and how it is undone are written with each 200: done again after it was cut short, it goes on where it was,
    and what was done before it was cancelled (`told` raises Cancelled) or died can be taken back. Raises Denied where who asked
    no longer may.
    """
    job = Job.objects.get(pk=job_id, kind="bulk")
    asker = User.objects.filter(pk=job.by_id or 0, is_active=True).first()
    if asker is None:
        raise Denied(_ACTION)
    by, asked = Viewer.of(asker), job.arguments
    rows = asked[ACTS[asked["act"]].to]
    found = {"rows": 0, "undo": [], "left": [], **job.result}
    for first in range(job.done, len(rows), BULK_ROWS):
        some = rows[first : first + BULK_ROWS]
        _some(job_id, asked, some, found, first + len(some), by, at)
        if told is not None:
            try:
                told(first + len(some))
            except Cancelled:
                Job.objects.filter(pk=job_id).update(result=found)
                raise
    return found


def _some(
    job_id: int,
    asked: Mapping[str, Any],
    some: Sequence[Any],
    found: dict[str, Any],
    done: int,
    by: Viewer,
    at: datetime,
) -> None:
    """Do the act to some of the rows, and write with it how far the job is and how it is undone."""
    with transaction.atomic():
        bulk = ACTS[asked["act"]].do(some, asked["arguments"], by, at)
        found["rows"] += bulk.rows
        found["undo"] += [bulk.undo] if bulk.undo else []
        found["left"] += [[name, why.zh, why.en] for name, why in bulk.left]
        # who was left is written at the end: a list that grows would be written anew with each 200
        kept = {"rows": found["rows"], "undo": found["undo"]}
        Job.objects.filter(pk=job_id).update(result=kept, done=done)


def ask_back(job_id: int, *, by: Viewer, at: datetime) -> Done:
    """Set up the job that takes back all a bulk job did; one that changed 200 rows or fewer is taken back at once.

    Returns the number of the job that does it, empty where it is done already.
    """
    with transaction.atomic():
        rows = _back(job_id, by).result["rows"]
        if rows <= BULK_ROWS:
            done = take_back(job_id, by=by, at=at)
            return Done("", rows=done.rows)
        told = ("bulk.ask_back", {"of": str(job_id)})
        number = jobs.line_up("bulk_undo", {"job": job_id}, total=rows, told=told, by=by, at=at)
        return Done(number, rows=rows)


def take_back(job_id: int, *, by: Viewer, at: datetime) -> Done:
    """Undo all a bulk job did, or nothing of it, as `undo.undo` undoes one act."""
    with transaction.atomic():
        job = _back(job_id, by)
        rows = sum(undo.undo(code, by=by, at=at).rows for code in job.result["undo"])
        Job.objects.filter(pk=job_id).update(result={**job.result, "taken_back": rows}, changed_at=at)
        return Done(str(job_id), rows=rows)


def _back(job_id: int, by: Viewer) -> Job:
    """Return the viewer's own bulk job that can be taken back; raise Denied where there is none, Refused where it was."""
    by.need("undo")
    job = Job.objects.filter(pk=job_id, kind="bulk", by_id=by.user_id, state__in=ENDED).first()
    if job is None:
        raise Denied("undo")
    if not job.result.get("undo"):
        raise Refused(say("这项任务没有改动任何内容。", "This job changed nothing."))
    if "taken_back" in job.result:
        raise Refused(say("已经撤销过了。", "This has been undone already."))
    return job


def _asked_for(act: str, query: str, by: Viewer) -> QuerySet[Any]:
    asked = parse_qs(query)
    if ACTS[act].to == "clients":
        return clients.matching(by, clients.asked(asked), _ACTION)
    by.need(_ACTION)
    return listed_tasks.matching(by, listed_tasks.asked(asked))


def _rows(act: str, query: str, by: Viewer) -> list[Any]:
    """Return the rows of a list as the job keeps them, one more than there may be."""
    found = _asked_for(act, query, by)
    if ACTS[act].to == "clients":
        return list(found.order_by("client_id").values_list("client_id", flat=True)[: MOST + 1])
    return [list(pair) for pair in found.order_by("id").values_list("pk", "version")[: MOST + 1]]


def _ids(rows: Sequence[Any]) -> list[str]:
    return list(dict.fromkeys(rows))


def _seen(rows: Sequence[Any]) -> dict[int, int]:
    return {number: version for number, version in rows}


def _day(arguments: Mapping[str, Any]) -> date:
    try:
        return date.fromisoformat(str(arguments.get("due_on", "")))
    except ValueError as error:
        raise Refused(say("期限应为日期，如 2026-01-31。", "The day is written as 2026-01-31.")) from error


def _word(arguments: Mapping[str, Any]) -> str:
    return str(arguments.get("word", ""))


def _title(arguments: Mapping[str, Any]) -> str:
    return str(arguments.get("title", ""))


def _staff(arguments: Mapping[str, Any]) -> str:
    found = str(arguments.get("staff_id", ""))[:40]
    if not found:
        raise Refused(say("请选择交给谁。", "Choose who to hand them to."))
    return found


ACTS: dict[str, _Act] = {
    "tag.add": _Act(
        "clients",
        lambda a, by, at: tags.add_many((), word=_word(a), by=by, at=at),
        lambda rows, a, by, at: tags.add_many(_ids(rows), word=_word(a), by=by, at=at),
    ),
    "tag.remove": _Act(
        "clients",
        lambda a, by, at: tags.take_off_many((), word=_word(a), by=by, at=at),
        lambda rows, a, by, at: tags.take_off_many(_ids(rows), word=_word(a), by=by, at=at),
    ),
    "task.add": _Act(
        "clients",
        lambda a, by, at: tasks.add_many((), title=_title(a), due_on=_day(a), by=by, at=at),
        lambda rows, a, by, at: tasks.add_many(_ids(rows), title=_title(a), due_on=_day(a), by=by, at=at),
    ),
    moves.ACT: _Act(
        "clients",
        lambda a, by, at: by.need("client.move"),
        lambda rows, a, by, at: moves.give(rows, to_staff=a["staff_id"], reason=a["reason"], by=by, at=at),
        second=True,
    ),
    "tasks.done": _Act(
        "tasks",
        lambda a, by, at: by.need(_ACTION),
        lambda rows, a, by, at: outcomes.many_done(_seen(rows), by=by, at=at),
    ),
    "tasks.move": _Act(
        "tasks",
        lambda a, by, at: tasks.moved(_day(a), "", by, at),
        lambda rows, a, by, at: outcomes.many_moved(_seen(rows), due_on=_day(a), by=by, at=at),
    ),
    "tasks.hand": _Act(
        "tasks",
        lambda a, by, at: tasks.moved(None, _staff(a), by, at),
        lambda rows, a, by, at: outcomes.many_moved(_seen(rows), staff_id=_staff(a), by=by, at=at),
    ),
}

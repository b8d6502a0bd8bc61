"""One act for many clients: up to 200 at once, all or told one by one; more of them, as a list asks for, are a job."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qs

from django.db import transaction

from zhike.base.text import say
from zhike_desk.records import audit
from zhike_desk.records.actions import tags, tasks, undo
from zhike_desk.records.actions.writing import BULK_ROWS, Bulk, Done, Refused, one_of
from zhike_desk.records.models import Job, User
from zhike_desk.records.queries import clients
from zhike_desk.records.viewer import Denied, Viewer

MOST = 100_000
_Act = Callable[[Sequence[str], Mapping[str, Any], Viewer, datetime], Bulk]


def apply(
    act: str, client_ids: Sequence[str], arguments: Mapping[str, Any], *, by: Viewer, at: datetime
) -> Bulk:
    """Do `act` (`tag.add`, `tag.remove` with `word`; `task.add` with `title`, `due_on`) for up to 200 clients, in one transaction."""
    one_of(act, ACTS, say("批量操作", "act"))
    if len(set(client_ids)) > BULK_ROWS:
        raise Refused(
            say(
                f"一次最多 {BULK_ROWS} 位，更多请交后台任务。",
                f"{BULK_ROWS} at once; more of them are a job.",
            )
        )
    with transaction.atomic():
        return ACTS[act](list(dict.fromkeys(client_ids)), arguments, by, at)


def ask(act: str, query: str, arguments: Mapping[str, Any], *, typed: int, by: Viewer, at: datetime) -> Done:
    """Set up a job that does `act` for all clients of a list (its URL's query) as it is now; `typed` must be their count."""
    one_of(act, ACTS, say("批量操作", "act"))
    with transaction.atomic():
        found = clients.matching(by, clients.asked(parse_qs(query)), "care.write")
        ids = list(found.order_by("client_id").values_list("client_id", flat=True)[: MOST + 1])
        if len(ids) > MOST:
            raise Refused(say(f"一次最多 {MOST:,} 位。", f"{MOST:,} clients at the most."))
        if typed != len(ids):
            raise Refused(
                say(
                    f"请输入客户数 {len(ids)} 以确认。",
                    f"Type the number of clients, {len(ids)}, to confirm.",
                )
            )
        job = Job.objects.create(
            kind="bulk",
            arguments={"act": act, "clients": ids, "arguments": dict(arguments)},
            total=len(ids),
            by_id=by.user_id,
            created_at=at,
            changed_at=at,
        )
        audit.append(
            by, "bulk.ask", at=at, kind="job", object_id=str(job.pk), detail={"of": act, "rows": len(ids)}
        )
        return Done(str(job.pk), rows=len(ids))


def carry_out(job_id: int, at: datetime, told: Callable[[int], None] | None = None) -> dict[str, Any]:
    """Do a job of `ask`, for the worker, 200 clients a transaction; return its result: rows changed, who was left and why, undo codes.

    Done again after it was cut short, it finishes: what is done already is told as left. Raises Denied where who asked no longer may.
    """
    job = Job.objects.get(pk=job_id, kind="bulk")
    asker = User.objects.filter(pk=job.by_id or 0, is_active=True).first()
    if asker is None:
        raise Denied("care.write")
    by, asked = Viewer.of(asker), job.arguments
    rows, codes, left = 0, [], []
    ids = asked["clients"]
    for first in range(0, len(ids), BULK_ROWS):
        found = apply(asked["act"], ids[first : first + BULK_ROWS], asked["arguments"], by=by, at=at)
        rows += found.rows
        codes += [found.undo] if found.undo else []
        left += [[client_id, why.zh, why.en] for client_id, why in found.left]
        if told is not None:
            told(min(first + BULK_ROWS, len(ids)))
    return {"rows": rows, "left": left, "undo": codes}


def take_back(job_id: int, *, by: Viewer, at: datetime) -> Done:
    """Undo all a bulk job did, or nothing of it, as `undo.undo` undoes one act."""
    with transaction.atomic():
        job = Job.objects.filter(pk=job_id, kind="bulk", by_id=by.user_id, state="done").first()
        if job is None:
            raise Denied("undo")
        rows = sum(undo.undo(code, by=by, at=at).rows for code in job.result.get("undo", ()))
        return Done(str(job_id), rows=rows)


def _tag(clients_: Sequence[str], arguments: Mapping[str, Any], by: Viewer, at: datetime) -> Bulk:
    return tags.add_many(clients_, word=str(arguments.get("word", "")), by=by, at=at)


def _untag(clients_: Sequence[str], arguments: Mapping[str, Any], by: Viewer, at: datetime) -> Bulk:
    return tags.take_off_many(clients_, word=str(arguments.get("word", "")), by=by, at=at)


def _task(clients_: Sequence[str], arguments: Mapping[str, Any], by: Viewer, at: datetime) -> Bulk:
    try:
        due_on = date.fromisoformat(str(arguments.get("due_on", "")))
    except ValueError as error:
        raise Refused(say("期限应为日期，如 2026-01-31。", "The day is written as 2026-01-31.")) from error
    return tasks.add_many(clients_, title=str(arguments.get("title", "")), due_on=due_on, by=by, at=at)


ACTS: dict[str, _Act] = {"tag.add": _tag, "tag.remove": _untag, "task.add": _task}

"""Jobs: asked for on a page, stopped by who asked or by who may run a night."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from zhike.base.text import say
from zhike_desk.records import audit
from zhike_desk.records.actions.writing import Done, Refused
from zhike_desk.records.jobs import ACTIONS
from zhike_desk.records.models import Job
from zhike_desk.records.viewer import Denied, Viewer

_OPEN = ("waiting", "running")
_ONCE = frozenset({"night", "publish"})


def ask(kind: str, arguments: Mapping[str, Any], *, by: Viewer | None, at: datetime) -> Done:
    """Put a job in line; `by` None: the schedule. Returns its number; a night that waits already is that one.

    Raises Denied where `by` may not do what the kind stands for. What needs a second person is asked through approvals,
    which call this once it is decided.
    """
    if kind not in ACTIONS:
        raise Denied(kind)
    if by is not None:
        by.need(ACTIONS[kind])
    with transaction.atomic():
        waiting = (
            Job.objects.filter(kind=kind, state="waiting").order_by("id").first() if kind in _ONCE else None
        )
        if waiting is not None:
            return Done(str(waiting.pk), waiting.version)
        number = line_up(kind, arguments, told=("job.ask", {"kind": kind}), by=by, at=at)
    return Done(number)


def line_up(
    kind: str,
    arguments: Mapping[str, Any],
    *,
    total: int | None = None,
    told: tuple[str, Mapping[str, Any]],
    by: Viewer | None,
    at: datetime,
) -> str:
    """Write a job down for the worker, and in the log what asked for it (`told`: act and detail); return its number.

    Who may is settled by then: acts on many rows, large files and hand-overs have rules of their own.
    """
    job = Job.objects.create(
        kind=kind,
        arguments=dict(arguments),
        total=total,
        by_id=by.user_id if by else None,
        created_at=at,
        changed_at=at,
    )
    act, detail = told
    audit.append(by, act, at=at, kind="job", object_id=str(job.pk), detail=detail)
    return str(job.pk)


def cancel(job_id: int, *, by: Viewer, at: datetime) -> Done:
    """Stop a job: one that waits at once, one that runs at its next step. Raises Denied, Refused where it has ended."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id).first()
        if job is None or (job.by_id != by.user_id and by.may("night.run") is None):
            raise Denied("job.cancel")
        if job.state not in _OPEN:
            raise Refused(say("这项工作已经结束。", "This job has ended already."))
        job.cancel_asked = True
        if job.state == "waiting":
            job.state, job.ended_at = "cancelled", at
        job.version += 1
        job.changed_at = at
        job.save()
        audit.append(by, "job.cancel", at=at, kind="job", object_id=str(job.pk), detail={"kind": job.kind})
    return Done(str(job.pk), job.version)

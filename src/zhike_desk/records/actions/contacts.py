"""Contacts: what was said to a client, when, and how it ended."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from django.db import transaction

from zhike.base.text import Said, say
from zhike_desk.records import audit, scope, settings
from zhike_desk.records.actions import tasks
from zhike_desk.records.actions.writing import (
    NOW,
    Done,
    Refused,
    change,
    inverse,
    one_of,
    restore,
    text,
)
from zhike_desk.records.models import BookClient, Contact, Task
from zhike_desk.records.models.care import MEDIA
from zhike_desk.records.models.care import Medium as Medium
from zhike_desk.records.queries import permission
from zhike_desk.records.reaching import reached
from zhike_desk.records.viewer import Denied, Viewer

Purpose = Literal[
    "care", "callback", "retain", "activate", "develop", "product", "marketing", "service", "complaint", "other"
]  # fmt: skip
PURPOSES: tuple[str, ...] = get_args(Purpose)
OUTCOME = say("结果", "outcome")
LONGEST = timedelta(days=365)
_EDITED = ("medium", "purpose", "outcome", "minutes", "at")
_MOST_MINUTES = 24 * 60


def log(
    client_id: str,
    *,
    medium: str,
    purpose: str,
    outcome: str,
    minutes: float | None = None,
    happened_at: datetime | None = None,
    task_id: int | None = None,
    proposal_id: str = "",
    by: Viewer,
    at: datetime,
) -> Done:
    """Log a contact that took place; with a task (or a proposal, accepted at once), that task is done by it.

    Returns the contact's number, with a warning where the client has now been approached too often. Raises Denied for a
    client that isn't `by`'s; Refused without an outcome, for a product offered to who opted out, a moment in the future, or
    a task said to be done by an attempt.
    """
    with transaction.atomic():
        client = scope.client(by, client_id, "care.write")
        when = _moment(happened_at or at, at)
        one_of(medium, MEDIA, say("方式", "medium"))
        _permitted(client, purpose)
        said = text(outcome, 80, OUTCOME)
        steps, task = _done_by_it(client, task_id, proposal_id, said, by, at)
        contact = Contact(
            medium=medium, purpose=purpose, outcome=said, minutes=_minutes(minutes), at=when, task=task
        )
        _new(contact, client.client_id, by, at)
        _logged("contact.log", contact, by, at)
        code = inverse(by, "care.write", [_taken_back(contact), *steps], at)
        return Done(str(contact.pk), undo=code, warning=_too_often(client.client_id, at))


def _new(contact: Contact, client_id: str, by: Viewer, at: datetime) -> None:
    contact.contact_id = f"desk-{uuid.uuid4().hex[:20]}"
    contact.client_id, contact.staff_id, contact.by_id = client_id, _staff(by), by.user_id
    contact.created_at = contact.changed_at = at
    contact.save(force_insert=True)


def _taken_back(contact: Contact) -> dict[str, Any]:
    """Return the step that takes a contact back; without its task, since a proposal's task is taken away with it."""
    fields = {"undone_at": NOW, "task_id": None}
    return {"do": "set", "table": "contact", "id": contact.pk, "version": 1, "fields": fields}


def edit(
    contact: int,
    *,
    seen: int,
    medium: str,
    purpose: str,
    outcome: str,
    minutes: float | None = None,
    happened_at: datetime | None = None,
    by: Viewer,
    at: datetime,
) -> Done:
    """Change a contact one has logged (a head: any of the branch's) that is at the version `seen`; it goes to the inbox anew.

    Raises Denied, Refused as `log` does, Conflict where it has changed meanwhile.
    """
    with transaction.atomic():
        found = _contact(contact, by)
        client = scope.client(by, found.client_id, "care.write")
        one_of(medium, MEDIA, say("方式", "medium"))
        _permitted(client, purpose)
        step = restore(found, _EDITED) | {"version": seen + 1}
        change(
            found,
            seen,
            at,
            medium=medium,
            purpose=purpose,
            outcome=text(outcome, 80, OUTCOME),
            minutes=_minutes(minutes),
            at=_moment(happened_at or found.at, at),
            delivered_in="",
        )
        _logged("contact.edit", found, by, at)
        return Done(str(found.pk), found.version, inverse(by, "care.write", [step], at))


def _contact(contact: int, by: Viewer) -> Contact:
    cell = by.need("care.write")
    found = scope.of_clients(
        Contact.objects.filter(pk=contact, undone_at__isnull=True), by, "care.write"
    ).first()
    if found is None or (cell.scope == "own" and found.by_id != by.user_id):
        raise Denied("care.write")
    return found  # type: ignore[no-any-return]


def _done_by_it(
    client: BookClient, task_id: int | None, proposal_id: str, outcome: str, by: Viewer, at: datetime
) -> tuple[list[dict[str, object]], Task | None]:
    """Close the task a contact fulfilled; return the steps that open it again, and the task."""
    steps: list[dict[str, object]] = []
    if (proposal_id or task_id is not None) and not reached(outcome):
        raise Refused(
            say(
                "未联系到客户，待办还没有完成；请先不选“同时完成”。",
                "The client was not reached, so nothing is fulfilled by it: choose nothing that is due.",
            )
        )
    if proposal_id:
        task, step = tasks.accepted(proposal_id, by, at)
        steps.append(step)
    elif task_id is not None:
        task = tasks.task(task_id, by)
        steps.append(restore(task, ("state", "outcome", "closed_at")))
    else:
        return [], None
    if task.client_id != client.client_id:
        raise Refused(say("该任务属于另一位客户。", "This task is another client's."))
    tasks.closed(task, "done", outcome, task.version, by, at)
    # Taken back, an accepted proposal is no task any more: the step that removes it must find the version that closing left.
    return [step | {"version": task.version} for step in steps], task


def _permitted(client: BookClient, purpose: str) -> None:
    one_of(purpose, PURPOSES, say("目的", "purpose"))
    if purpose in permission.SELLING and permission.opted_out(client.client_id, client.opt_out):
        raise Refused(
            say(
                "客户已拒绝营销，不得推介产品。如确为服务联系，请改选目的。",
                "The client refused marketing: no products may be offered. If it was service, choose that purpose.",
            )
        )


def _too_often(client_id: str, at: datetime) -> Said | None:
    """Warn, once the contact is logged: it took place, so it is written down, and it counts."""
    rules = settings.current().care
    count = permission.approaches([client_id], at - timedelta(days=rules.days), at)[client_id]
    if count <= rules.contacts:
        return None
    return say(
        f"{rules.days} 天内已联系（含未接通）{count} 次，超过上限 {rules.contacts} 次。",
        f"Approached {count} times in {rules.days} days, attempts included; the limit is {rules.contacts}.",
    )


def _moment(happened_at: datetime, at: datetime) -> datetime:
    if not at - LONGEST <= happened_at <= at:
        raise Refused(
            say(
                "联系时间应在过去一年之内，不能在将来。",
                "The contact must lie within the last year, not in the future.",
            )
        )
    return happened_at


def _minutes(minutes: float | None) -> float | None:
    if minutes is not None and not 0 <= minutes <= _MOST_MINUTES:
        raise Refused(say("用时应在 0 到 1440 分钟之间。", "Minutes must lie between 0 and 1440."))
    return minutes


def _staff(by: Viewer) -> str:
    if not by.staff_id:
        raise Refused(
            say(
                "您的账号没有员工编号，无法登记联系。",
                "Your account has no staff number, so it can't log contacts.",
            )
        )
    return by.staff_id


def _logged(action: str, contact: Contact, by: Viewer, at: datetime) -> None:
    detail = {"contact": contact.contact_id, "medium": contact.medium, "purpose": contact.purpose}
    audit.append(by, action, at=at, kind="client", object_id=contact.client_id, detail=detail)

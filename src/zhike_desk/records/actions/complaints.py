"""Complaints: what a client held against the branch, about whom, how grave, and how it ended."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from zhike.base.text import say
from zhike_desk.records import audit, scope
from zhike_desk.records.actions.writing import NOW, Done, Refused, change, inverse, restore, text
from zhike_desk.records.models import BookStaff, Complaint
from zhike_desk.records.viewer import Denied, Viewer

CATEGORY = say("投诉类别", "matter of the complaint")
OUTCOME = say("处理结果", "what came of it")
GRAVEST = 3
LONGEST = timedelta(days=365)


def receive(
    client_id: str,
    *,
    category: str,
    severity: int,
    staff_id: str = "",
    opened_at: datetime | None = None,
    by: Viewer,
    at: datetime,
) -> Done:
    """Write down a complaint; `staff_id` is who is complained about, empty where that is nobody.

    Raises Denied for a client that isn't `by`'s; Refused for a severity that isn't 1 to 3, for staff that aren't known, or
    a moment outside the last year.
    """
    with transaction.atomic():
        client = scope.client(by, client_id, "care.write")
        made = Complaint.objects.create(
            complaint_id=f"desk-{uuid.uuid4().hex[:20]}",
            opened_at=_moment(opened_at or at, at),
            client_id=client.client_id,
            staff_id=_staff(staff_id),
            category=text(category, 40, CATEGORY),
            severity=_severity(severity),
            by_id=by.user_id,
            created_at=at,
            changed_at=at,
        )
        _logged("complaint.receive", made, by, at)
        back = {"do": "set", "table": "complaint", "id": made.pk, "version": 1, "fields": {"undone_at": NOW}}
        return Done(str(made.pk), undo=inverse(by, "care.write", [back], at))


def acknowledge(complaint: int, *, seen: int, by: Viewer, at: datetime) -> Done:
    """Write down that the client was told the complaint is looked into; the version must be `seen` still."""
    with transaction.atomic():
        found = _open(complaint, by)
        if found.acknowledged_at is not None:
            raise Refused(say("已答复过客户。", "The client was answered already."))
        step = restore(found, ("acknowledged_at",)) | {"version": seen + 1}
        change(found, seen, at, acknowledged_at=at)
        _logged("complaint.acknowledge", found, by, at)
        return Done(str(found.pk), found.version, inverse(by, "care.write", [step], at))


def close(complaint: int, *, upheld: bool, outcome: str = "", seen: int, by: Viewer, at: datetime) -> Done:
    """Close an open complaint that is at the version `seen`: the client was right (`upheld`) or wasn't, and what came of it; it goes to the inbox anew.

    Raises Denied for a complaint of a client that isn't `by`'s, Refused for one that is closed, Conflict where it has
    changed meanwhile.
    """
    with transaction.atomic():
        found = _open(complaint, by)
        step = restore(found, ("closed_at", "upheld", "outcome", "opened_in")) | {"version": seen + 1}
        step["fields"]["delivered_in"] = found.delivered_in
        told = found.delivered_in or found.opened_in
        ended = text(outcome, 200, OUTCOME, needed=False)
        change(found, seen, at, closed_at=at, upheld=upheld, outcome=ended, opened_in=told, delivered_in="")
        _logged("complaint.close", found, by, at)
        return Done(str(found.pk), found.version, inverse(by, "care.write", [step], at))


def _open(complaint: int, by: Viewer) -> Complaint:
    rows = Complaint.objects.filter(pk=complaint, undone_at__isnull=True)
    found: Complaint | None = scope.of_clients(rows, by, "care.write").first()
    if found is None:
        raise Denied("care.write")
    if found.closed_at is not None:
        raise Refused(say("该投诉已办结。", "This complaint is closed already."))
    return found


def _staff(staff_id: str) -> str:
    if staff_id and not BookStaff.objects.filter(staff_id=staff_id).exists():
        raise Refused(say("名册中没有这位员工。", "There is no such member of staff."))
    return staff_id


def _severity(severity: int) -> int:
    if not 1 <= severity <= GRAVEST:
        raise Refused(
            say("严重程度为 1（轻微）至 3（严重）。", "Severity goes from 1 (slight) to 3 (grave).")
        )
    return severity


def _moment(opened_at: datetime, at: datetime) -> datetime:
    if not at - LONGEST <= opened_at <= at:
        raise Refused(
            say(
                "受理时间应在过去一年之内，不能在将来。",
                "It must have been received within the last year, not in the future.",
            )
        )
    return opened_at


def _logged(action: str, made: Complaint, by: Viewer, at: datetime) -> None:
    detail = {"complaint": made.complaint_id, "severity": made.severity, "upheld": made.upheld}
    audit.append(by, action, at=at, kind="client", object_id=made.client_id, detail=detail)

"""The second person: approves, and the act is carried out in the same transaction; refuses; or who asked withdraws."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from zhike.base.text import say
from zhike_desk.records import audit, scope
from zhike_desk.records.actions import (  # imported for the acts they register with `asking`
    consent,
    deputies,
    drops,
    exports,
    holds,
    moves,
    people,
    settings,
    suitability,
    valuing,
)
from zhike_desk.records.actions.asking import ACTS
from zhike_desk.records.actions.writing import Done, Refused, change, text
from zhike_desk.records.models import Approval, User
from zhike_desk.records.queries.approvals import may_decide
from zhike_desk.records.viewer import Denied, Viewer

ROOMS = (consent, deputies, drops, exports, holds, moves, people, settings, suitability, valuing)
REMARK = say("意见", "remark")


def approve(approval: int, *, seen: int, remark: str = "", by: Viewer, at: datetime) -> Done:
    """Approve an act somebody else asked for, and carry it out as they would; returns what the act did.

    Raises Denied where it isn't `by`'s to decide, Refused where it can't be carried out any more (it still waits then),
    Conflict where it was decided meanwhile.
    """
    with transaction.atomic():
        found = _waiting(approval, by, at)
        _decide(found, seen, "done", text(remark, 200, REMARK, needed=False), by, at)
        asker = User.objects.get(pk=found.asked_by_id)
        if not asker.is_active:
            raise Refused(say("申请人账号已停用。", "Whoever asked is disabled now."))
        return ACTS[found.action](found.payload, Viewer.of(asker), at)


def refuse(approval: int, *, seen: int, remark: str, by: Viewer, at: datetime) -> Done:
    """Refuse an act somebody else asked for, with the reason; nothing else changes."""
    with transaction.atomic():
        found = _waiting(approval, by, at)
        _decide(found, seen, "refused", text(remark, 200, REMARK), by, at)
        return Done(str(found.pk), found.version)


def withdraw(approval: int, *, seen: int, by: Viewer, at: datetime) -> Done:
    """Withdraw an act one has asked for oneself."""
    by.need("approval.view")
    with transaction.atomic():
        found = Approval.objects.filter(pk=approval, asked_by_id=by.user_id).first()
        if found is None:
            raise Denied("approval.view")
        _decide(found, seen, "withdrawn", "", by, at)
        return Done(str(found.pk), found.version)


def _waiting(approval: int, by: Viewer, at: datetime) -> Approval:
    by.need("approval.decide")
    found = Approval.objects.filter(pk=approval).first()
    if found is None or not may_decide(by, found, scope.day_of(at)):
        raise Denied("approval.decide")
    return found


def _decide(found: Approval, seen: int, state: str, remark: str, by: Viewer, at: datetime) -> None:
    if found.state != "asked" and found.version == seen:
        raise Refused(say("该申请已处理。", "This has been decided already."))
    change(found, seen, at, state=state, remark=remark, decided_by_id=by.user_id, decided_at=at)
    audit.append(
        by, f"approval.{state}", at=at, kind="approval", object_id=str(found.pk), detail={"of": found.action}
    )

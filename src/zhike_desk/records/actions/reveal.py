"""Revealing: one unmasked field of one client, for a reason, within a daily quota, written down before it is shown."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from zhike.base.text import say
from zhike_desk.records import audit, scope, settings
from zhike_desk.records.actions.asking import REASON
from zhike_desk.records.actions.writing import Refused, one_of, text
from zhike_desk.records.models import AuditRow, BookIdentity
from zhike_desk.records.policy import policy
from zhike_desk.records.viewer import Viewer

ACTION = "client.reveal"
SHORTEST = 4


def reveal(client_id: str, field: str, reason: str, *, by: Viewer, at: datetime) -> str:
    """Return one field of who a client is (a name under `fields.reveal` of policy.yaml); empty where the files have none.

    The row in the log is of the same transaction: where it can't be written, nothing is shown. Raises Denied for a client
    that isn't `by`'s, Refused without a reason, or where the day's quota is used up.
    """
    with transaction.atomic():
        client = scope.client(by, client_id, ACTION)
        one_of(field, policy().fields["reveal"], say("字段", "field"))
        why = text(reason, 200, REASON)
        if len(why) < SHORTEST:
            raise Refused(
                say(
                    f"原因至少 {SHORTEST} 个字，便于日后核查。",
                    f"The reason needs {SHORTEST} characters, for whoever checks.",
                )
            )
        # Appending first takes the lock on the end of the log: two at once can't both be the last within the quota.
        audit.append(
            by,
            ACTION,
            at=at,
            kind="client",
            object_id=client.client_id,
            detail={"field": field, "reason": why},
        )
        if used(by, at) > quota(by):
            raise Refused(
                say(f"今日查看次数已用完（{quota(by)} 次）。", f"Today's {quota(by)} reveals are used up.")
            )
        found = BookIdentity.objects.values_list(field, flat=True).get(client_id=client.client_id)
        return "" if found is None else str(found)


def used(viewer: Viewer, at: datetime) -> int:
    """Count the fields `viewer` has revealed today."""
    day = scope.day_of(audit.moment(at)).isoformat()
    return AuditRow.objects.filter(
        actor=viewer.username, action=ACTION, at__gte=day, at__lt=f"{day}U"
    ).count()


def quota(viewer: Viewer) -> int:
    """Return how many fields `viewer`'s role may reveal a day."""
    return int(getattr(settings.current().reveal, viewer.role, 0))

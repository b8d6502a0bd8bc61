"""Acts that need a second person: asked for here, decided in `approvals`.

An act that may be asked for says how it is carried out: `@act("client.move")` before `def …(payload, asker, at) -> Done`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from zhike.base.text import Said, say
from zhike_desk.records import audit
from zhike_desk.records.actions.writing import Done, text
from zhike_desk.records.models import Approval
from zhike_desk.records.viewer import Viewer

CarryOut = Callable[[Mapping[str, Any], Viewer, datetime], Done]
REASON = say("原因", "reason")
SAYS = "_says"
"""Where a payload keeps what is asked for, in both languages."""
ACTS: dict[str, CarryOut] = {}


def act(action: str) -> Callable[[CarryOut], CarryOut]:
    """Register how the act `action` (a name under `seconds` of policy.yaml) is carried out once it is approved.

    It runs in the transaction of the approval, with who asked as its viewer, and checks policy and scope anew.
    """

    def register(function: CarryOut) -> CarryOut:
        ACTS[action] = function
        return function

    return register


def ask(
    action: str,
    payload: Mapping[str, Any],
    *,
    summary: Said,
    reason: str,
    branch_id: str = "",
    by: Viewer,
    at: datetime,
) -> Done:
    """Ask for an act in the caller's transaction; `summary` tells the decider what it is, without any identity.

    Returns the approval's number with `asked` set.
    """
    by.need(action)
    made = Approval.objects.create(
        action=action,
        branch_id=branch_id or by.branch_id,
        payload={**payload, SAYS: [summary.zh, summary.en]},
        summary=summary.zh[:300],
        reason=text(reason, 200, REASON),
        asked_by_id=by.user_id,
        created_at=at,
        changed_at=at,
    )
    audit.append(
        by,
        "approval.ask",
        at=at,
        kind="approval",
        object_id=str(made.pk),
        detail={"of": action, "summary": made.summary},
    )
    return Done(str(made.pk), asked=True)

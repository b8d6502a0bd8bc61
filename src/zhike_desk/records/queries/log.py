"""The log of acts, as each role may read it: one's own, the branch's, all, or that something happened and not to whom."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from zhike_desk.records import audit
from zhike_desk.records.models import AuditHead, AuditRow, User
from zhike_desk.records.viewer import Viewer

NEWEST = 50
OF_A_BRANCH = ("manager", "adviser", "head")
"""Whose acts a head reads: those who see the branch's clients only. What compliance does about a person is not a head's to know."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act of the log; without `kind`, `object_id` and `detail` for who may read metadata only."""

    seq: int
    at: datetime
    actor: str
    role: str
    action: str
    kind: str
    object_id: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Acts:
    """A stretch of the log, newest first; `older` is the number the next stretch goes on below, 0 at the end."""

    rows: tuple[Act, ...]
    older: int
    metadata_only: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying the chain found: how many rows there are, and where it breaks."""

    rows: int
    breaks: tuple[audit.Break, ...]


def acts(
    viewer: Viewer,
    *,
    actor: str = "",
    action: str = "",
    client_id: str = "",
    since: date | None = None,
    until: date | None = None,
    below: int = 0,
    most: int = NEWEST,
) -> Acts:
    """Return acts within the viewer's scope, newest first: of one person, one action (or its room: `client.`), about one client."""
    metadata = "metadata" in viewer.need("log.read").limits
    rows = _seen(viewer)
    if actor:
        rows = rows.filter(actor=actor)
    if action:
        rows = rows.filter(action__startswith=action) if action.endswith(".") else rows.filter(action=action)
    if client_id:
        rows = rows.none() if metadata else rows.filter(kind="client", object_id=client_id)
    if since is not None:
        rows = rows.filter(at__gte=since.isoformat())
    if until is not None:
        rows = rows.filter(at__lt=f"{until.isoformat()}U")
    if below:
        rows = rows.filter(seq__lt=below)
    found = list(rows.order_by("-seq")[: most + 1])
    older = found[most - 1].seq if len(found) > most else 0
    return Acts(tuple(_act(row, metadata) for row in found[:most]), older, metadata)


def verified(viewer: Viewer) -> Verdict:
    """Walk the whole chain; for who may. A long log takes a second for each hundred thousand rows."""
    viewer.need("log.verify")
    head = AuditHead.objects.filter(pk=1).first()
    return Verdict(head.seq if head else 0, tuple(audit.verify()))


def _seen(viewer: Viewer) -> QuerySet[AuditRow]:
    scope = viewer.need("log.read").scope
    rows = AuditRow.objects.all()
    if scope == "all":
        return rows
    if scope == "branch" and viewer.branch_id:
        people = User.objects.filter(branch_id=viewer.branch_id, role__in=OF_A_BRANCH)
        return rows.filter(actor__in=people.values("username"))
    return rows.filter(actor=viewer.username)


def _act(row: AuditRow, metadata: bool) -> Act:
    hidden = metadata and row.actor != "system"
    return Act(
        seq=row.seq,
        at=datetime.fromisoformat(row.at),
        actor=row.actor,
        role=row.role,
        action=row.action,
        kind="" if hidden else row.kind,
        object_id="" if hidden else row.object_id,
        detail={} if hidden else json.loads(row.detail),
    )

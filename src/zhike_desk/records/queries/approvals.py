"""Acts that wait for a second person: who may decide them, what waits for whom, what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from zhike.base.text import Said, say
from zhike_desk.records import scope, staff
from zhike_desk.records.models import Approval, Deputy
from zhike_desk.records.policy import policy
from zhike_desk.records.queries import ahp, holding
from zhike_desk.records.viewer import Viewer

SAYS = "_says"
NEWEST = 50
LINKED = 20
"""Clients of one request that are named; a hand-over may have more."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An act that was asked for: what, why, by whom, how it stands; whether the viewer may decide or withdraw it."""

    id: int
    action: str
    says: Said
    reason: str
    asked_by: str
    asked_at: datetime
    state: str
    decided_by: str
    decided_at: datetime | None
    remark: str
    version: int
    payload: Mapping[str, Any]
    decidable: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class About:
    """What a request is about, as far as the viewer may open it: a panel's number, clients as (key, name), how many more clients."""

    panel: int = 0
    clients: tuple[tuple[str, str], ...] = ()
    more: int = 0
    held: holding.Subject | None = None
    """Whom a freeze or an erasure is about, for who decides it."""


def about(viewer: Viewer, rows: Sequence[Asked], on: date) -> dict[int, About]:
    """Return by request what it is about on a day; what `viewer` may not open isn't named. Six queries at the most."""
    wanted = {row.id: _clients_of(row.payload) for row in rows}
    seen = _open_clients(viewer, {c for ids in wanted.values() for c in ids[:LINKED]})
    panels = _open_panels(viewer, {row.payload["panel"] for row in rows if "panel" in row.payload})
    holds = {c for row in rows if row.action == "client.hold" for c in wanted[row.id]}
    held = holding.subjects(viewer, holds, on)
    found = {}
    for row in rows:
        clients = tuple(seen[c] for c in wanted[row.id][:LINKED] if c in seen)
        panel = row.payload.get("panel", 0)
        found[row.id] = About(
            panel if panel in panels else 0, clients, max(len(wanted[row.id]) - LINKED, 0) if clients else 0,
            held.get(row.payload.get("client_id", "")) if row.action == "client.hold" else None,
        )  # fmt: skip
    return found


def staff_in(rows: Sequence[Asked], fields: Sequence[str]) -> dict[str, str]:
    """Return the names of the staff whose numbers stand in `fields` of the requests: one query at the most."""
    found = [row.payload[name] for row in rows for name in fields if name in row.payload]
    return staff.names(
        {n for value in found for n in (value.values() if isinstance(value, dict) else (value,))}
    )


def _clients_of(payload: Mapping[str, Any]) -> list[str]:
    return list(payload.get("clients") or ([payload["client_id"]] if "client_id" in payload else []))


def _open_clients(viewer: Viewer, ids: set[str]) -> dict[str, tuple[str, str]]:
    cell = viewer.may("client.view")
    if cell is None or not ids:
        return {}
    rows = scope.clients(viewer, "client.view").filter(client_id__in=ids)
    if cell.pseudonym:
        return {row.client_id: (row.pseudonym, row.pseudonym) for row in rows}
    return {row.client_id: (row.client_id, row.name) for row in rows}


def _open_panels(viewer: Viewer, numbers: set[int]) -> set[int]:
    if viewer.may("ahp.view") is None or not numbers:
        return set()
    return set(ahp.visible(viewer).filter(pk__in=numbers).values_list("pk", flat=True))


def decidable(viewer: Viewer, on: date) -> Q:
    """Return what holds of the approvals `viewer` may decide on a day: never their own; a deputy decides as their head would."""
    if viewer.scopes is not None:
        return Q(pk__in=[])  # a token never stands in for a second person
    found = _as(viewer.role, viewer.branch_id)
    for branch_id in _deputised(viewer, on):
        found |= _as("head", branch_id)
    found &= ~Q(asked_by_id=viewer.user_id)
    # One person with two accounts is still one person.
    return found & ~Q(asked_by__staff_id=viewer.staff_id) if viewer.staff_id else found


def may_decide(viewer: Viewer, approval: Approval, on: date) -> bool:
    """Tell whether `viewer` may decide this approval on a day."""
    return Approval.objects.filter(decidable(viewer, on), pk=approval.pk).exists()


def waiting(viewer: Viewer, at: datetime) -> list[Asked]:
    """Return what waits for `viewer` to decide, oldest first."""
    viewer.need("approval.view")
    on = scope.day_of(at)
    rows = Approval.objects.filter(decidable(viewer, on), state="asked").order_by("id")[:NEWEST]
    return [_asked(row, viewer, True) for row in rows.select_related("asked_by", "decided_by")]


def asked(viewer: Viewer, at: datetime) -> list[Asked]:
    """Return what `viewer` may see, newest first: what they asked for; a head, of the branch what heads ask for or decide; compliance, all of it."""
    rows = _seen(viewer).select_related("asked_by", "decided_by").order_by("-id")[:NEWEST]
    mine = set(
        Approval.objects.filter(decidable(viewer, scope.day_of(at)), state="asked").values_list(
            "pk", flat=True
        )
    )
    return [_asked(row, viewer, row.pk in mine) for row in rows]


def count_waiting(viewer: Viewer, at: datetime) -> int:
    """Count what waits for `viewer`, up to 100."""
    rows = Approval.objects.filter(decidable(viewer, scope.day_of(at)), state="asked")
    return rows.order_by()[:100].count()


def _seen(viewer: Viewer) -> QuerySet[Approval]:
    cell = viewer.need("approval.view")
    if cell.scope == "all":
        return Approval.objects.all()
    own = Q(asked_by_id=viewer.user_id)
    if cell.scope == "branch" and viewer.branch_id:
        # Not all of the branch's: that compliance means to freeze one of its clients is not a head's to know.
        theirs = [a for a, decider in policy().seconds.items() if viewer.may(a) or viewer.may(decider)]
        own |= Q(branch_id=viewer.branch_id, action__in=theirs)
    return Approval.objects.filter(own)


def _as(role: str, branch_id: str) -> Q:
    found = Q(pk__in=[])
    for action, decider in policy().seconds.items():
        cell = policy().cell(role, decider)
        if cell is None:
            continue
        if cell.scope == "all":
            found |= Q(action=action)
        elif cell.scope == "branch" and branch_id:
            found |= Q(action=action, branch_id=branch_id)
    return found


def _deputised(viewer: Viewer, on: date) -> list[str]:
    if not viewer.branch_id:
        return []
    standing = Deputy.objects.filter(
        deputy_id=viewer.user_id,
        until__gte=on,
        ended_at__isnull=True,
        head__is_active=True,
        head__role="head",
        head__branch_id=viewer.branch_id,  # who left the branch since decides nothing there
    )
    return list(standing.values_list("head__branch_id", flat=True))


def _asked(row: Approval, viewer: Viewer, decidable_: bool) -> Asked:
    payload = dict(row.payload)
    zh, en = payload.pop(SAYS, [row.summary, row.summary])
    decider = row.decided_by
    return Asked(
        id=row.pk,
        action=row.action,
        says=say(zh, en),
        reason=row.reason,
        asked_by=row.asked_by.display_name or row.asked_by.username,
        asked_at=row.created_at,
        state=row.state,
        decided_by=(decider.display_name or decider.username) if decider else "",
        decided_at=row.decided_at,
        remark=row.remark,
        version=row.version,
        payload=payload,
        decidable=decidable_,
        mine=row.asked_by_id == viewer.user_id,
    )

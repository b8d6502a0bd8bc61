"""Handing clients over from one member of staff to another: with a reason, by a head and a second person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Subquery

from zhike.base.text import say
from zhike_desk.records import audit, scope
from zhike_desk.records import staff as staff_of
from zhike_desk.records.actions.asking import REASON, act, ask
from zhike_desk.records.actions.writing import BULK_ROWS, Done, Refused, change, text
from zhike_desk.records.models import BookClient, Move, Task
from zhike_desk.records.viewer import Denied, Viewer


def hand_over(client_ids: Iterable[str], *, to_staff: str, reason: str, by: Viewer, at: datetime) -> Done:
    """Ask that up to 200 clients of the branch be served by somebody else of it, and their open tasks with them.

    All of them or none: Denied where one isn't of the branch, Refused where one is served by that person already.
    """
    with transaction.atomic():
        ids = sorted(set(client_ids))
        if not 1 <= len(ids) <= BULK_ROWS:
            raise Refused(
                say(f"一次移交 1 到 {BULK_ROWS} 位。", f"Hand over 1 to {BULK_ROWS} clients at once.")
            )
        found = _checked(ids, to_staff, by)
        payload = {
            "clients": ids,
            "to_staff": to_staff,
            "from_staff": found,
            "reason": text(reason, 200, REASON),
        }
        to = f"{staff_of.names({to_staff}).get(to_staff, '')} {to_staff}".strip()
        summary = say(f"移交 {len(ids)} 位客户给 {to}", f"hand {len(ids)} clients over to {to}")
        return ask("client.move", payload, summary=summary, reason=reason, by=by, at=at)


def _checked(ids: list[str], to_staff: str, by: Viewer) -> dict[str, str]:
    """Return who serves each client now; Denied where one isn't of the branch, Refused where one can't be handed over."""
    rows = scope.clients(by, "client.move").filter(client_id__in=ids)
    now = dict(rows.values_list("client_id", "staff_id"))
    if len(now) != len(ids):
        raise Denied("client.move")
    if not staff_of.working(by.branch_id).filter(staff_id=to_staff).exists():
        raise Refused(say("本营业部没有这位在职员工。", "Nobody of that number works in your branch."))
    now |= dict(
        Move.objects.filter(client_id__in=ids, ended_at__isnull=True).values_list("client_id", "to_staff")
    )
    if any(staff == to_staff for staff in now.values()):
        raise Refused(say("有客户已由该员工服务。", "Some of the clients are served by that person already."))
    return now


@act("client.move")
def _carry_out(payload: Mapping[str, Any], by: Viewer, at: datetime) -> Done:
    """Hand over, once two have agreed; refused where somebody else serves a client since."""
    ids, to_staff = list(payload["clients"]), payload["to_staff"]
    if _checked(ids, to_staff, by) != payload["from_staff"]:
        raise Refused(
            say(
                "有客户的服务人员已变更，请重新申请。",
                "Who serves some of the clients has changed; please ask anew.",
            )
        )
    origins = _origins(ids)
    Move.objects.filter(client_id__in=ids, ended_at__isnull=True).update(
        ended_at=at, version=F("version") + 1, changed_at=at
    )
    for client_id in ids:
        served_by = payload["from_staff"][client_id]
        Move.objects.create(
            client_id=client_id,
            branch_id=by.branch_id,
            from_staff=origins[client_id],
            to_staff=to_staff,
            reason=payload["reason"],
            by_id=by.user_id,
            created_at=at,
            changed_at=at,
        )
        Task.objects.filter(client_id=client_id, staff_id=served_by, state="open").update(
            staff_id=to_staff, version=F("version") + 1, changed_at=at
        )
        detail = {"from": served_by, "to": to_staff, "reason": payload["reason"]}
        audit.append(by, "client.move", at=at, kind="client", object_id=client_id, detail=detail)
    return Done(str(len(ids)), rows=len(ids))


def settle(at: datetime) -> int:
    """End the hand-overs that the files know of: whom they name for the client is no longer who handed over. Return how many.

    Called once readers see a new night. The files have the last word: of a client they give back, or to somebody else still.
    """
    with transaction.atomic():
        named = BookClient.objects.filter(client_id=OuterRef("client_id")).values("staff_id")
        told = Move.objects.filter(ended_at__isnull=True).annotate(now=Subquery(named))
        ended = list(told.exclude(now="").exclude(now=F("from_staff")).filter(now__isnull=False))
        for move in ended:
            change(move, move.version, at, ended_at=at)
            detail = {"do": "settled", "from": move.from_staff, "to": move.to_staff}
            audit.append(None, "client.move", at=at, kind="client", object_id=move.client_id, detail=detail)
        return len(ended)


def _origins(ids: list[str]) -> dict[str, str]:
    """Return whom the files name for each client: it is that person's right to see them which a hand-over ends, also a second one."""
    named = dict(BookClient.objects.filter(client_id__in=ids).values_list("client_id", "staff_id"))
    standing = Move.objects.filter(client_id__in=ids, ended_at__isnull=True)
    return named | dict(standing.values_list("client_id", "from_staff"))

"""Handing clients over from one member of staff to another: with a reason, by a head and a second person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Subquery

from zhike.base.text import Said, say
from zhike_desk.records import audit
from zhike_desk.records import staff as staff_of
from zhike_desk.records.actions import jobs
from zhike_desk.records.actions.asking import REASON, act, ask
from zhike_desk.records.actions.writing import BULK_ROWS, Bulk, Done, Refused, change, text
from zhike_desk.records.models import BookClient, Move, Task
from zhike_desk.records.queries import handing
from zhike_desk.records.scope import clients
from zhike_desk.records.viewer import Viewer

ACT = "clients.hand"
"""How the bulk act is called that hands over more than are handed over at once."""


def hand_over(
    client_ids: Iterable[str],
    *,
    to_staff: str,
    reason: str,
    typed: int | None = None,
    by: Viewer,
    at: datetime,
) -> Done:
    """Ask that clients of the branch be served by somebody else of it, and their open tasks with them.

    All of them or none: Denied where one isn't of the branch, Refused where one is served by that person already. Once
    approved, up to 200 are handed over at once, more of them by a job; `typed` must then be their count.
    """
    with transaction.atomic():
        ids = sorted(set(client_ids))
        if not 1 <= len(ids) <= handing.MOST:
            raise Refused(
                say(
                    f"一次移交 1 到 {handing.MOST:,} 位。",
                    f"Hand over 1 to {handing.MOST:,} clients at once.",
                )
            )
        if typed != len(ids) and (typed is not None or len(ids) > BULK_ROWS):
            raise Refused(
                say(
                    f"名单现在是 {len(ids):,} 位，请按此数确认。",
                    f"There are {len(ids):,} clients now: confirm that number.",
                )
            )
        found, name = _checked(ids, to_staff, by)
        payload = {
            "clients": ids,
            "to_staff": to_staff,
            "from_staff": found,
            "reason": text(reason, 200, REASON),
        }
        summary = say(f"移交 {len(ids)} 位客户给{name}", f"hand {len(ids)} clients over to {name}")
        return ask("client.move", payload, summary=summary, reason=reason, by=by, at=at)


def _checked(ids: Sequence[str], to_staff: str, by: Viewer) -> tuple[dict[str, str], str]:
    """Return who serves each client now, and the name of who is to; Denied where one isn't of the branch, Refused where one can't be handed over."""
    now, name = handing.served(ids, by=by), _working(to_staff, by)
    there = sum(staff == to_staff for staff in now.values())
    if there:
        raise Refused(
            say(
                f"其中 {there} 位已由{name}服务，请先去掉。",
                f"{there} of them are served by {name} already: leave them out.",
            )
        )
    return now, name


def _working(staff_id: str, by: Viewer) -> str:
    """Return the name of one of the branch's staff; raise Refused for anybody else."""
    found = staff_of.working(by.branch_id).filter(staff_id=staff_id).first()
    if found is None:
        raise Refused(say("本营业部没有这位在职员工。", "Nobody of that number works in your branch."))
    return found.name


@act("client.move")
def _carry_out(payload: Mapping[str, Any], by: Viewer, at: datetime) -> Done:
    """Hand over, once two have agreed; refused where somebody else serves a client since. More than 200 are left to a job."""
    ids, to_staff = list(payload["clients"]), payload["to_staff"]
    if _checked(ids, to_staff, by)[0] != payload["from_staff"]:
        raise Refused(
            say(
                "有客户的服务人员已变更，请重新申请。",
                "Who serves some of the clients has changed; please ask anew.",
            )
        )
    if len(ids) > BULK_ROWS:
        return _left_to_a_job(payload, by, at)
    _give(payload["from_staff"], to_staff, payload["reason"], by, at)
    return Done(str(len(ids)), rows=len(ids))


def _left_to_a_job(payload: Mapping[str, Any], by: Viewer, at: datetime) -> Done:
    rows = list(payload["from_staff"].items())
    given = {"staff_id": payload["to_staff"], "reason": payload["reason"]}
    arguments = {"act": ACT, "clients": rows, "arguments": given}
    asked = ("bulk.ask", {"of": ACT, "rows": len(rows)})
    number = jobs.line_up("bulk", arguments, total=len(rows), told=asked, by=by, at=at)
    told = say(
        f"{len(rows):,} 位客户在后台移交，申请人在“后台任务”中可见进度。",
        f"{len(rows):,} clients are handed over in the background; who asked sees how far it is under Jobs.",
    )
    return Done(number, rows=len(rows), warning=told)


def give(rows: Sequence[tuple[str, str]], *, to_staff: str, reason: str, by: Viewer, at: datetime) -> Bulk:
    """Hand over some clients of an approved request, as (number, who served them then), for its job.

    Whom somebody else serves since, or who isn't of the branch any more, is left as they are, and told.
    """
    wanted = dict(rows)
    _working(to_staff, by)
    there = clients(by, "client.move").filter(client_id__in=wanted).values_list("client_id", flat=True)
    now = handing.served(list(there), by=by)
    given = {c: staff for c, staff in wanted.items() if now.get(c) == staff}
    _give(given, to_staff, reason, by, at)
    return Bulk(len(given), "", tuple((c, _why_left(c, now)) for c in wanted if c not in given))


def _why_left(client_id: str, now: Collection[str]) -> Said:
    if client_id in now:
        return say("服务人员已变更", "served by somebody else since")
    return say("已不在本营业部", "not of the branch any more")


def _give(served_by: Mapping[str, str], to_staff: str, reason: str, by: Viewer, at: datetime) -> None:
    ids = list(served_by)
    origins = _origins(ids)
    Move.objects.filter(client_id__in=ids, ended_at__isnull=True).update(
        ended_at=at, version=F("version") + 1, changed_at=at
    )
    Move.objects.bulk_create(
        Move(
            client_id=client_id,
            branch_id=by.branch_id,
            from_staff=origins[client_id],
            to_staff=to_staff,
            reason=reason,
            by_id=by.user_id,
            created_at=at,
            changed_at=at,
        )
        for client_id in ids
    )
    for staff in sorted(set(served_by.values())):
        theirs = [c for c in ids if served_by[c] == staff]
        Task.objects.filter(client_id__in=theirs, staff_id=staff, state="open").update(
            staff_id=to_staff, version=F("version") + 1, changed_at=at
        )
    for client_id in ids:
        detail = {"from": served_by[client_id], "to": to_staff, "reason": reason}
        audit.append(by, "client.move", at=at, kind="client", object_id=client_id, detail=detail)


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

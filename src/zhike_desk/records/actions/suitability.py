"""Risk assessments made at the desk. Regulated: each with its evidence, none is ever changed or undone; the next night knows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from zhike.base.text import say
from zhike_desk.records import audit, scope
from zhike_desk.records.actions.asking import REASON, act, ask
from zhike_desk.records.actions.writing import Done, Refused, one_of, text
from zhike_desk.records.models import Assessment, BookClient
from zhike_desk.records.viewer import Viewer

LEVELS = Assessment.LEVELS


def assess(client_id: str, *, level: str, assessed_on: date, reason: str, by: Viewer, at: datetime) -> Done:
    """Write down a risk assessment that a client made on a day; a head's entry waits for a second person.

    Raises Denied for a client that isn't `by`'s, Refused for a grade that isn't one, a day in the future, or one that isn't
    later than the assessment that stands.
    """
    cell = by.need("suitability.write")
    with transaction.atomic():
        client = scope.client(by, client_id, "suitability.write")
        one_of(level, LEVELS, say("风险等级", "risk grade"))
        _fits(client, assessed_on, scope.day_of(at))
        payload = {
            "client_id": client.client_id, "level": level, "assessed_on": assessed_on.isoformat(),
            "reason": text(reason, 200, REASON),
        }  # fmt: skip
        if not cell.second:
            return _write(payload, by, at)
        summary = say(
            f"风险测评 {level}（{assessed_on}）：客户 {client.client_id}",
            f"risk assessment {level} ({assessed_on}): client {client.client_id}",
        )
        return ask(
            "suitability.write", payload, summary=summary, reason=reason, branch_id=client.branch_id, by=by, at=at
        )  # fmt: skip


@act("suitability.write")
def _write(payload: Mapping[str, Any], by: Viewer, at: datetime) -> Done:
    """Write the entry, once it may be."""
    client = scope.client(by, payload["client_id"], "suitability.write")
    day = date.fromisoformat(payload["assessed_on"])
    _fits(client, day, scope.day_of(at))
    made = Assessment.objects.create(
        client_id=client.client_id,
        client_kind=client.kind,
        level=payload["level"],
        assessed_on=day,
        reason=payload["reason"],
        by_id=by.user_id,
        created_at=at,
        changed_at=at,
    )
    detail = {"level": made.level, "assessed_on": payload["assessed_on"], "reason": made.reason}
    audit.append(by, "suitability.write", at=at, kind="client", object_id=made.client_id, detail=detail)
    return Done(str(made.pk))


def _fits(client: BookClient, day: date, today: date) -> None:
    """Refuse a day in the future, and one on or before which another assessment stands."""
    if day > today:
        raise Refused(say("测评日期不能在将来。", "An assessment can't lie in the future."))
    mine = Assessment.objects.filter(client_id=client.client_id).order_by("-assessed_on").values_list("assessed_on", flat=True)  # fmt: skip
    standing = max((d for d in (client.risk_assessed_on, mine.first()) if d is not None), default=None)
    if standing is not None and day <= standing:
        raise Refused(
            say(
                f"已有 {standing} 的测评；新的测评应在其后。更正旧测评请在柜台系统办理。",
                f"An assessment of {standing} stands; a new one must be later. Older ones are corrected in the counter's system.",
            )
        )

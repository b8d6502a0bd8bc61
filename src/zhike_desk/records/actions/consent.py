"""Consent: what a client agreed to or refused. Regulated: each entry with its reason, none is ever changed or undone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from zhike.base.text import say
from zhike_desk.records import audit, scope
from zhike_desk.records.actions.asking import REASON, act, ask
from zhike_desk.records.actions.writing import Done, one_of, text
from zhike_desk.records.models import Consent
from zhike_desk.records.viewer import Viewer
from zhike_desk.records.wording import CONSENTS


def record(client_id: str, *, kind: str, given: bool, reason: str, by: Viewer, at: datetime) -> Done:
    """Write down that a client gave or refused consent, from now on; a head's entry waits for a second person."""
    cell = by.need("consent.write")
    with transaction.atomic():
        client = scope.client(by, client_id, "consent.write")
        one_of(kind, Consent.KINDS, say("授权类别", "kind of consent"))
        payload = {
            "client_id": client.client_id,
            "kind": kind,
            "given": bool(given),
            "reason": text(reason, 200, REASON),
        }
        if not cell.second:
            return _write(payload, by, at)
        zh, en = CONSENTS[kind].zh, CONSENTS[kind].en.lower()
        summary = say(
            f"{'同意' if given else '拒绝'}{zh}：客户 {client.client_id}",
            f"{en} {'given' if given else 'refused'}: client {client.client_id}",
        )
        return ask(
            "consent.write", payload, summary=summary, reason=reason, branch_id=client.branch_id, by=by, at=at
        )


@act("consent.write")
def _write(payload: Mapping[str, Any], by: Viewer, at: datetime) -> Done:
    """Write the entry, once it may be."""
    scope.client(by, payload["client_id"], "consent.write")
    made = Consent.objects.create(
        client_id=payload["client_id"],
        kind=payload["kind"],
        given=payload["given"],
        reason=payload["reason"],
        by_id=by.user_id,
        created_at=at,
        changed_at=at,
    )
    detail = {"kind": made.kind, "given": made.given, "reason": made.reason}
    audit.append(by, "consent.write", at=at, kind="client", object_id=made.client_id, detail=detail)
    return Done(str(made.pk))

"""Freezing and erasing a person: by compliance, two of them. What the law keeps is frozen where erasure was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from zhike.base.text import say
from zhike_desk.records import audit, exported, scope, settings, tombstones
from zhike_desk.records.actions import undo
from zhike_desk.records.actions.asking import REASON, act, ask
from zhike_desk.records.actions.writing import Done, Refused, change, one_of, text
from zhike_desk.records.models import Answer, BookClient, Complaint, Contact, Hold, Note, Tag, Task
from zhike_desk.records.retention import kept_until
from zhike_desk.records.viewer import Viewer

_NAMES = {"frozen": ("封存", "freeze"), "erased": ("删除", "erase"), "lift": ("解除", "lift the hold on")}


def hold(client_id: str, *, kind: str, reason: str, by: Viewer, at: datetime) -> Done:
    """Ask that a client be frozen or erased; a second person of compliance decides. Erasing can't be undone."""
    one_of(kind, Hold.KINDS, say("处置", "measure"))
    return _ask(client_id, kind, reason, by, at)


def lift(client_id: str, *, reason: str, by: Viewer, at: datetime) -> Done:
    """Ask that a frozen client be seen again."""
    return _ask(client_id, "lift", reason, by, at)


def kept_by_law(client: BookClient, on: date, years: int) -> bool:
    """Tell whether the law still keeps a client's records: until so many years after the last account was closed."""
    until = kept_until(client, years)
    return until is None or on < until


def _ask(client_id: str, what: str, reason: str, by: Viewer, at: datetime) -> Done:
    with transaction.atomic():
        client = scope.client(by, client_id, "client.hold")
        payload = {"client_id": client.client_id, "kind": what, "reason": text(reason, 200, REASON)}
        zh, en = _NAMES[what]
        summary = say(f"{zh}客户 {client.client_id}", f"{en} client {client.client_id}")
        return ask(
            "client.hold", payload, summary=summary, reason=reason, branch_id=client.branch_id, by=by, at=at
        )


@act("client.hold")
def _carry_out(payload: Mapping[str, Any], by: Viewer, at: datetime) -> Done:
    """Freeze, erase or lift, once two have agreed."""
    client = scope.client(by, payload["client_id"], "client.hold")
    standing = Hold.objects.filter(client_id=client.client_id).first()
    if payload["kind"] == "lift":
        return _lift(standing, payload, by, at)
    kind = payload["kind"]
    if kind == "erased" and kept_by_law(client, scope.day_of(at), settings.current().retention.years):
        kind = "frozen"
    done = _put(standing, client.client_id, kind, payload["reason"], by, at)
    if kind == "erased":
        forget(client.client_id, at)
        tombstones.lay(client.client_id, by.username, at)
    warning = None
    if kind != payload["kind"]:
        warning = say(
            "法定保存期未满，只能封存，不能删除：已改为封存。",
            "The law still keeps these records: frozen instead of erased.",
        )
    detail = {"asked": payload["kind"], "done": kind, "reason": payload["reason"]}
    audit.append(by, "client.hold", at=at, kind="client", object_id=client.client_id, detail=detail)
    return Done(str(done.pk), done.version, warning=warning)


def _put(standing: Hold | None, client_id: str, kind: str, reason: str, by: Viewer, at: datetime) -> Hold:
    if standing is None:
        return Hold.objects.create(
            client_id=client_id, kind=kind, reason=reason, by_id=by.user_id, created_at=at, changed_at=at
        )
    if standing.kind == "erased" and standing.lifted_at is None:
        raise Refused(say("该客户已删除。", "This client is erased already."))
    change(standing, standing.version, at, kind=kind, reason=reason, by_id=by.user_id, lifted_at=None)
    return standing


def _lift(standing: Hold | None, payload: Mapping[str, Any], by: Viewer, at: datetime) -> Done:
    if standing is None or standing.lifted_at is not None:
        raise Refused(say("该客户未被封存。", "This client isn't frozen."))
    if standing.kind == "erased":
        raise Refused(say("删除不可解除。", "An erasure can't be lifted."))
    change(standing, standing.version, at, lifted_at=at)
    detail = {"done": "lifted", "reason": payload["reason"]}
    audit.append(by, "client.hold", at=at, kind="client", object_id=standing.client_id, detail=detail)
    return Done(str(standing.pk), standing.version)


def forget(client_id: str, at: datetime) -> None:
    """Erase what people wrote about a client, and the exported files they are in; the rows stay, as numbers of the branch's work."""
    # Once it stands: a file that is gone can't be put back where the transaction is.
    transaction.on_commit(lambda: exported.burn(client_id), robust=True)
    of, raised = {"client_id": client_id}, {"version": F("version") + 1, "changed_at": at}
    undo.forget(client_id)  # an act's inverse holds what was written before it
    Note.objects.filter(**of).update(text="", removed_at=at, **raised)
    Tag.objects.filter(**of).delete()
    Task.objects.filter(**of).update(title="—", reason="", outcome="", **raised)
    Contact.objects.filter(**of).update(outcome="", **raised)
    Complaint.objects.filter(**of).update(category="—", outcome="", **raised)
    Answer.objects.filter(**of).update(text="", **raised)

"""Judging: one pair at a time, saved at once, by the expert who was invited and by nobody else."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from zhike.base.text import say
from zhike_desk.records import audit
from zhike_desk.records.actions.writing import Conflict, Done, Refused, change, inverse
from zhike_desk.records.models import Expert, Judgement, Panel
from zhike_desk.records.queries import ahp
from zhike_desk.records.viewer import Denied, Viewer

TOP = 9.0


def judge(
    panel: int, key: str, left: str, right: str, value: float | None, *, seen: int, by: Viewer, at: datetime
) -> Done:
    """Save how many times `left` matters as much as `right` under the node `key`; None says "not judged".

    `seen` is the version that was on the screen, 0 where the pair had never been saved. The same value again writes
    nothing. Raises Denied where `by` isn't an expert of the panel or there is no such pair, Refused where the panel is
    closed or the value isn't on the scale from 1/9 to 9, Conflict where it was changed meanwhile (in another window).
    """
    by.need("ahp.judge")
    with transaction.atomic():
        expert = _expert(panel, by)
        _require_pair(expert.panel, key, left, right)
        _require_open(expert.panel)
        _require_scale(value)
        found = Judgement.objects.filter(expert=expert, parent=key, left=left, right=right).first()
        if found is None and value is None:
            return Done("", 0)
        if found is not None and _same(found.value, value):
            return Done(str(found.pk), found.version)
        if found is None:
            return _first(expert, key, left, right, value, by, at)
        step = _back(found.pk, seen + 1, found.value)
        change(found, seen, at, value=value, delivered_in="")
        _logged(found, by, at)
        return Done(str(found.pk), found.version, inverse(by, "ahp.judge", [step], at))


def _first(
    expert: Expert, key: str, left: str, right: str, value: float | None, by: Viewer, at: datetime
) -> Done:
    try:
        with transaction.atomic():
            made = Judgement.objects.create(
                judgement_id=secrets.token_hex(16),
                panel=expert.panel,
                expert=expert,
                parent=key,
                left=left,
                right=right,
                value=value,
                created_at=at,
                changed_at=at,
            )
    except IntegrityError as error:
        there = Judgement.objects.get(expert=expert, parent=key, left=left, right=right)
        raise Conflict(there, {"value": value}) from error
    if expert.judgements.count() == 1:
        change(
            expert, expert.version, at
        )  # begun: an invitation taken back now would take judgements with it
    _logged(made, by, at)
    return Done(
        str(made.pk), made.version, inverse(by, "ahp.judge", [_back(made.pk, made.version, None)], at)
    )


def _back(judgement: int, version: int, value: float | None) -> dict[str, Any]:
    """Return the step that gives a judgement its former value; one that is new becomes "not judged", which the night is told too."""
    fields = {"value": value, "delivered_in": ""}
    return {"do": "set", "table": "judgement", "id": judgement, "version": version, "fields": fields}


def _expert(panel: int, by: Viewer) -> Expert:
    found = Expert.objects.select_related("panel").filter(panel_id=panel, user_id=by.user_id).first()
    if found is None:
        raise Denied("ahp.judge")
    return found


def _require_pair(panel: Panel, key: str, left: str, right: str) -> None:
    node = ahp.node_of(panel.document["toml"], key)
    if (left, right) not in {(node.items[i], node.items[j]) for i, j in node.pairs}:
        raise Denied("ahp.judge")


def _require_open(panel: Panel) -> None:
    if panel.state != "judging":
        raise Refused(say("评议已结束，判断不再更改。", "This panel is closed; judgements stay as they are."))
    if ahp.asked(panel.pk).exists():
        raise Refused(
            say(
                "该模型正在等待复核发布，判断暂不可改；撤回申请后可继续。",
                "This model waits for a second person; judgements can be changed once the request is withdrawn or refused.",
            )
        )


def _require_scale(value: float | None) -> None:
    if value is not None and not 1 / TOP - 1e-9 <= value <= TOP + 1e-9:
        raise Refused(say("判断应在 1/9 到 9 之间。", "A judgement lies between 1/9 and 9."))


def _same(saved: float | None, value: float | None) -> bool:
    if saved is None or value is None:
        return saved is value
    return abs(saved / value - 1) < 1e-9


def _logged(found: Judgement, by: Viewer, at: datetime) -> None:
    pair = {"node": found.parent, "left": found.left, "right": found.right, "value": found.value}
    audit.append(by, "ahp.judge", at=at, kind="panel", object_id=str(found.panel_id), detail=pair)

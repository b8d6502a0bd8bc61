"""Deputies: who decides in a head's place until a day; named by the head, approved by compliance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from zhike.base.text import say
from zhike_desk.records import audit, scope
from zhike_desk.records.actions.asking import act, ask
from zhike_desk.records.actions.writing import Done, Refused, change
from zhike_desk.records.models import Deputy, User
from zhike_desk.records.queries import people
from zhike_desk.records.viewer import Denied, Viewer

LONGEST = timedelta(days=366)


def name(deputy_id: int, *, until: date, reason: str, by: Viewer, at: datetime) -> Done:
    """Ask that a manager or adviser of one's branch decide in one's place until a day (at most a year); compliance decides."""
    by.need("deputy.name")
    with transaction.atomic():
        found = _fit(deputy_id, until, by, at)
        payload = {"deputy_id": found.pk, "until": until.isoformat()}
        called = found.display_name or found.username
        summary = say(f"指定 {called} 代行至 {until}", f"{called} as deputy until {until}")
        return ask("deputy.name", payload, summary=summary, reason=reason, by=by, at=at)


def end(deputy: int, *, by: Viewer, at: datetime) -> Done:
    """End a deputy's time now; it is the head's own to end, at once."""
    by.need("deputy.name")
    with transaction.atomic():
        found = Deputy.objects.filter(pk=deputy, head_id=by.user_id, ended_at__isnull=True).first()
        if found is None:
            raise Denied("deputy.name")
        change(found, found.version, at, ended_at=at)
        audit.append(by, "deputy.end", at=at, kind="user", object_id=str(found.deputy_id))
        return Done(str(found.pk), found.version)


@act("deputy.name")
def _carry_out(payload: Mapping[str, Any], by: Viewer, at: datetime) -> Done:
    """Name the deputy, once compliance agrees; who was named before stays one until their own day."""
    until = date.fromisoformat(payload["until"])
    found = _fit(payload["deputy_id"], until, by, at)
    made = Deputy.objects.create(
        head_id=by.user_id, deputy_id=found.pk, until=until, created_at=at, changed_at=at
    )
    audit.append(by, "deputy.name", at=at, kind="user", object_id=str(found.pk), detail={"until": until})
    return Done(str(made.pk))


def _fit(deputy_id: int, until: date, by: Viewer, at: datetime) -> User:
    today = scope.day_of(at)
    if not today <= until <= today + LONGEST:
        raise Refused(
            say("代行期限应在今天到一年之内。", "The day must lie between today and a year from now.")
        )
    person = people.fit_deputies(by).filter(pk=deputy_id).first()
    if person is None:
        raise Refused(
            say(
                "代行人须是本营业部在职的客户经理或投资顾问。",
                "A deputy must be an active manager or adviser of your branch.",
            )
        )
    return person

"""Settings of the desk, and thresholds of the night: changed by an administrator and a second person; a head may ask."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from zhike.base.text import say
from zhike_desk.records import audit, settings, thresholds
from zhike_desk.records.actions.asking import act, ask
from zhike_desk.records.actions.writing import Done, Refused, change
from zhike_desk.records.models import Setting
from zhike_desk.records.viewer import Viewer


def entries() -> dict[str, settings.Entry]:
    """Return what can be set, by name: the desk's settings, then the night's thresholds. Two queries."""
    return {entry.name: entry for entry in (*settings.entries(), *thresholds.entries())}


def put(values: Mapping[str, Any], *, seen: Mapping[str, int], reason: str, by: Viewer, at: datetime) -> Done:
    """Ask that settings (`group.field` → value) be changed; `seen` their versions as they were read (0: never set).

    Raises Refused for a value a setting can't take, or where nothing would change.
    """
    by.need("settings.write")
    with transaction.atomic():
        standing = entries()
        fit = {name: _fit(name, value) for name, value in values.items()}
        changed = {name: value for name, value in fit.items() if standing[name].value != value}
        if not changed:
            raise Refused(say("没有改动。", "Nothing would change."))
        payload = {"values": changed, "seen": {name: seen.get(name, 0) for name in changed}}
        words = "，".join(f"{name} = {value}" for name, value in changed.items())
        summary = say(f"修改设置：{words}", f"settings: {words}")
        return ask("settings.write", payload, summary=summary, reason=reason, by=by, at=at)


@act("settings.write")
def _carry_out(payload: Mapping[str, Any], by: Viewer, at: datetime) -> Done:
    """Change them, once a second person agrees; Conflict where one was changed since it was asked for."""
    by.need("settings.write")
    for name, value in payload["values"].items():
        seen = payload["seen"][name]
        fit = _fit(name, value)
        found, made = Setting.objects.get_or_create(
            name=name, defaults={"value": fit, "created_at": at, "changed_at": at}
        )
        if not made:
            change(found, seen, at, value=fit)
        audit.append(by, "settings.write", at=at, kind="setting", object_id=name, detail={"value": fit})
    return Done("settings", rows=len(payload["values"]))


def _fit(name: str, value: Any) -> Any:
    try:
        of_the_night = name.startswith(f"{thresholds.GROUP}.")
        return thresholds.fit(name, value) if of_the_night else settings.fit(name, value)
    except settings.Unfit as error:
        raise Refused(error.why) from error

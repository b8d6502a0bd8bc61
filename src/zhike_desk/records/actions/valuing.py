"""Publishing a model of value by two people: one asks with the very document, another approves, and it is written down for good."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from zhike.base.errors import StoreLocked, UsageError
from zhike.base.text import say
from zhike.models.value.versions import publish
from zhike_desk.records import audit
from zhike_desk.records.actions import jobs, panels
from zhike_desk.records.actions.asking import act, ask
from zhike_desk.records.actions.writing import Done, Refused, change, text
from zhike_desk.records.models import Panel
from zhike_desk.records.queries import ahp, drafts, nights, trials, value_models
from zhike_desk.records.valuing import drafting, trying
from zhike_desk.records.viewer import Denied, Viewer

_VERSION = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
NAME = say("版本名", "name of the version")


def ask_to_publish(panel: int, version: str, *, seen: int, reason: str, by: Viewer, at: datetime) -> Done:
    """Ask for a panel's draft to be published as `version`, for its kinds of client from the next night on.

    The request carries the document itself: what is approved is what was seen. Until it is decided or withdrawn, nothing
    of the panel changes. Raises Refused where judgements are missing or contradict each other, or the name is taken.
    """
    by.need("ahp.publish")
    with transaction.atomic():
        found = panels.led(panel, by)
        named = _named(version)
        draft = drafts.draft(panel, named)
        if draft.obstacles:
            first = draft.obstacles[0]
            raise Refused(say(f"还不能发布：{first.zh}", f"It can't be published yet: {first.en}"))
        change(found, seen, at)
        return ask(
            "ahp.publish",
            {"panel": panel, "version": named, "document": draft.text, "judged": list(draft.judged)},
            summary=say(
                f"发布价值模型 {named}（评议“{found.name}”，基于 {found.base_version}）",
                f"Publish the model of value {named} (panel '{found.name}', based on {found.base_version})",
            ),
            reason=reason,
            by=by,
            at=at,
        )


@act("ahp.publish")
def published(payload: Mapping[str, Any], asker: Viewer, at: datetime) -> Done:
    """Write the model down and put it in force from the next night on; it can't be undone, only followed by another version."""
    asker.need("ahp.publish")
    found = ahp.visible(asker, "ahp.publish").filter(pk=payload["panel"]).first()
    if found is None:
        raise Denied("ahp.publish")
    if found.state != "judging":
        raise Refused(say("评议已结束。", "This panel is closed."))
    version = str(payload["version"])
    change(found, found.version, at, state="published", published_as=version)
    audit.append(
        asker, "ahp.publish", at=at, kind="panel", object_id=str(found.pk), detail={"panel": found.name, "version": version}
    )  # fmt: skip
    _write(str(payload["document"]), version)
    return Done(str(found.pk), found.version)


def _write(document: str, version: str) -> None:
    """Write last: were the transaction to fail after it, the same version with the same words would only be written again."""
    try:
        publish(value_models.home(), document, f"{version}.toml")
    except StoreLocked as error:
        raise Refused(
            say(
                "夜间运行正在使用数据目录，请稍后再批准。",
                "A night is at work in the home folder; approve again later.",
            )
        ) from error
    except UsageError as error:
        raise Refused(error.what) from error


def ask_trial(panel: int, *, by: Viewer, at: datetime) -> Done:
    """Ask for a trial of a panel's draft on the published night; one that waits or runs already is that one.

    Raises Denied, and Refused where judgements are missing or contradict each other, or no night is published.
    """
    by.need("ahp.lead")
    with transaction.atomic():
        found = panels.led(panel, by)
        draft = drafts.draft(panel, drafts.next_version(found.kind))
        if draft.obstacles:
            raise Refused(draft.obstacles[0])
        if nights.shown() is None:
            raise Refused(say("还没有夜间运行过，无从试算。", "No night has run yet to try it on."))
        running = trials.of_panel(panel).filter(state__in=("waiting", "running")).first()
        return Done(str(running.pk)) if running else jobs.ask("ahp_diff", {"panel": panel}, by=by, at=at)


def try_out(panel: int, at: datetime) -> dict[str, Any]:
    """Find who would move if a panel's draft were published, and keep it with the panel; the worker's.

    Raises Refused where the draft can't be published yet, UsageError where there is no published night to try it on.
    """
    found = Panel.objects.get(pk=panel)
    draft = drafts.draft(panel, drafts.next_version(found.kind))
    if draft.obstacles:
        raise Refused(draft.obstacles[0])
    before = value_models.text_of(value_models.in_force(drafting.model(draft.text).kinds[0]))
    result = trying.tried(value_models.home(), before, draft.text) | {
        "at": at.isoformat(),
        "of": draft.digest,
    }
    night = nights.shown()
    if night is not None and night.generation_id == result["generation"]:
        result["as_of"] = night.as_of.isoformat()
    panels.compared(panel, result, at=at)
    return result


def _named(version: str) -> str:
    named = text(version, 40, NAME)
    if not _VERSION.fullmatch(named):
        raise Refused(
            say(
                "版本名只用小写字母、数字、点、横线。",
                "The name of a version has lower-case letters, digits, dots and dashes only.",
            )
        )
    if named in value_models.names():
        raise Refused(
            say(
                f"版本 {named} 已存在；已发布的版本不再改动。",
                f"There is a version {named}; what was published never changes.",
            )
        )
    return named

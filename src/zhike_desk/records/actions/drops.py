"""Delivered files: uploaded, looked at, taken in when a second person agrees, taken back the same way."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from zhike.base.text import say
from zhike_desk import made_up
from zhike_desk.records import audit, staging
from zhike_desk.records.actions import jobs
from zhike_desk.records.actions.asking import act, ask
from zhike_desk.records.actions.writing import Done, Refused
from zhike_desk.records.models import Approval, Job
from zhike_desk.records.viewer import Denied, Viewer


def upload(files: Iterable[staging.Incoming], *, by: Viewer, at: datetime) -> Done:
    """Keep uploaded files and have them looked at; returns the number of the job that looks. Nothing is taken in."""
    by.need("data.upload")
    folder, size = staging.keep(files)
    with transaction.atomic():
        audit.append(by, "drop.upload", at=at, kind="drop", object_id=folder, detail={"bytes": size})
        return jobs.ask("preview", {"folder": folder}, by=by, at=at)


def put_mapping(job_id: int, text: str, *, by: Viewer, at: datetime) -> Done:
    """Say what columns and flags of an uploaded batch mean (TOML), and have it looked at again; returns the new job."""
    folder = _folder(job_id, by)
    if len(text.encode()) > staging.MAPPING_BYTES:
        raise Refused(say("映射文件过长。", "The mapping is too long."))
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused(say(f"映射不是有效的 TOML：{error}", f"The mapping isn't TOML: {error}")) from error
    with transaction.atomic():
        _require_free(folder)
        staging.put_mapping(folder, text)
        audit.append(by, "drop.mapping", at=at, kind="drop", object_id=folder)
        return jobs.ask("preview", {"folder": folder}, by=by, at=at)


def take_in(job_id: int, *, feed: str, reason: str, by: Viewer, at: datetime) -> Done:
    """Ask that a batch that was looked at be taken in and a night run on it; a second person decides."""
    by.need("data.commit")
    folder = _folder(job_id, by)
    if feed in made_up.OWN_FEEDS:
        raise Refused(say(f"来源名“{feed}”留给系统使用。", f"The feed {feed} is the system's own."))
    seen = Job.objects.get(pk=job_id)
    if seen.state != "done":
        raise Refused(say("请等预览完成后再导入。", "Wait until it has been looked at."))
    files = len(seen.result.get("files", ()))
    summary = say(f"导入 {files} 个文件（来源 {feed}）", f"take {files} files in (feed {feed})")
    payload = {"do": "import", "folder": folder, "feed": feed}
    with transaction.atomic():
        return ask("data.commit", payload, summary=summary, reason=reason, by=by, at=at)


def take_back(number: int, *, reason: str, by: Viewer, at: datetime) -> Done:
    """Ask that a drop be taken back exactly; a second person decides."""
    by.need("data.commit")
    summary = say(f"撤回第 {number} 批数据", f"take drop {number} back")
    with transaction.atomic():
        return ask(
            "data.commit", {"do": "undo", "drop": number}, summary=summary, reason=reason, by=by, at=at
        )


def throw_away(job_id: int, *, by: Viewer, at: datetime) -> Done:
    """Remove a batch that was uploaded and not taken in."""
    folder = _folder(job_id, by)
    with transaction.atomic():
        _require_free(folder)
        audit.append(by, "drop.throw", at=at, kind="drop", object_id=folder)
        staging.throw_away(folder)
        return Done(folder)


@act("data.commit")
def _carry_out(payload: Mapping[str, Any], by: Viewer, at: datetime) -> Done:
    """Put the import, or its undoing, in line, and a night after it; once two have agreed."""
    if payload["do"] == "undo":
        done = jobs.ask("undo_import", {"drop": payload["drop"]}, by=by, at=at)
    else:
        if staging.batch(payload["folder"]) is None:
            raise Refused(
                say("上传的文件已不在，请重新上传。", "The uploaded files are gone: upload them again.")
            )
        done = jobs.ask("import", {"folder": payload["folder"], "feed": payload["feed"]}, by=by, at=at)
    jobs.ask("night", {}, by=by, at=at)
    return done


def _require_free(folder: str) -> None:
    """Refuse to touch a batch that waits to be taken in: what the second person agrees to is what they were shown."""
    asked = Approval.objects.filter(action="data.commit", state="asked", payload__folder=folder)
    going = Job.objects.filter(kind="import", state__in=("waiting", "running"), arguments__folder=folder)
    if asked.exists() or going.exists():
        raise Refused(
            say(
                "该批数据已申请导入，请先撤回申请。",
                "This batch was asked to be taken in: withdraw that first.",
            )
        )


def _folder(job_id: int, by: Viewer) -> str:
    """Return the folder of a batch one looked at oneself; raise Denied for another's, Refused where it is gone."""
    by.need("data.upload")
    job = Job.objects.filter(pk=job_id, kind="preview", by_id=by.user_id).first()
    if job is None:
        raise Denied("data.upload")
    folder = str(job.arguments.get("folder", ""))
    if staging.batch(folder) is None:
        raise Refused(
            say("上传的文件已不在，请重新上传。", "The uploaded files are gone: upload them again.")
        )
    return folder

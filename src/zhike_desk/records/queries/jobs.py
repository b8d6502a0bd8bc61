"""Jobs as pages show them: how far, since when, what came of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Min, Q, QuerySet

from zhike.base.text import Said, say
from zhike_desk.records.models import Inverse, Job
from zhike_desk.records.viewer import Denied, Viewer

STEPS: Mapping[str, Said] = {
    "": say("等待中", "waiting"),
    "start": say("准备", "getting ready"),
    "lock": say("等待另一个写入者", "waiting for another writer"),
    "deliver": say("交付工作台记录", "handing the desk's records over"),
    "ingest": say("导入文件", "taking files in"),
    "read": say("读取", "reading"),
    "decide": say("判定", "deciding what is new"),
    "hash": say("校验", "checking"),
    "market": say("行情", "market"),
    "clients": say("客户", "clients"),
    "branch": say("汇总", "branch"),
    "logic": say("逻辑", "logic"),
    "pages": say("页面", "pages"),
    "publish": say("发布", "publishing"),
    "load": say("载入工作台", "loading the workbench"),
    "rows": say("逐行处理", "going through the rows"),
    "value": say("重新评分", "scoring anew"),
    "done": say("完成", "done"),
}
KINDS: Mapping[str, Said] = {
    "night": say("夜间运行", "night run"),
    "publish": say("发布到工作台", "publication"),
    "preview": say("预览", "preview"),
    "check": say("健康检查", "health check"),
    "import": say("导入", "import"),
    "undo_import": say("撤回导入", "import taken back"),
    "export": say("导出", "export"),
    "bulk": say("批量修改", "bulk edit"),
    "bulk_undo": say("撤销批量修改", "bulk edit taken back"),
    "ahp_diff": say("试算新模型", "trial of a model"),
}

LEFT_SHOWN = 500
OF_DATA = ("night", "publish", "import", "undo_import", "preview", "check")
"""Kinds about the branch's data, which all see who see the data page; the rest is who asked's."""


@dataclass(frozen=True, slots=True)
class JobSeen:
    """One job. `share` is how far its step is (None: unknown); `error` says why nothing came of it; `seconds` how long it took."""

    id: int
    kind: str
    name: Said
    state: str
    step: Said
    done: int
    total: int | None
    share: float | None
    result: dict[str, Any]
    error: Said | None
    by: str
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    seconds: float | None
    may_cancel: bool


@dataclass(frozen=True, slots=True)
class BulkSeen:
    """What a bulk job is about: its act and arguments, rows changed, the first of those left alone with why, how many for which reason.

    `until`: it can be taken back until then (None: it can't).
    """

    act: str
    arguments: Mapping[str, str]
    rows: int
    left: tuple[tuple[str, Said], ...]
    reasons: tuple[tuple[Said, int], ...]
    taken_back: bool
    until: datetime | None


def one(viewer: Viewer, job_id: int) -> JobSeen:
    """Return a job; raise Denied where it isn't the viewer's and isn't about data they see."""
    return _seen(_found(_seen_by(viewer).defer("arguments"), job_id), viewer)


def opened(viewer: Viewer, job_id: int) -> tuple[JobSeen, Mapping[str, Any]]:
    """Return a job with what it was asked with, in one query; raise Denied as `one` does."""
    found = _found(_seen_by(viewer), job_id)
    return _seen(found, viewer), found.arguments


def _found(rows: QuerySet[Job], job_id: int) -> Job:
    found = rows.filter(pk=job_id).first()
    if found is None:
        raise Denied("job.view")
    return found


def recent(viewer: Viewer, kinds: tuple[str, ...] = (), limit: int = 20) -> list[JobSeen]:
    """List the newest jobs the viewer may see, of some kinds or of all."""
    found = _seen_by(viewer).defer("arguments")  # those of a bulk job name all it is done to
    if kinds:
        found = found.filter(kind__in=kinds)
    return [_seen(job, viewer) for job in found.order_by("-id")[:limit]]


def _seen_by(viewer: Viewer) -> QuerySet[Job]:
    rows = Job.objects.select_related("by")
    mine = Q(by_id=viewer.user_id)
    # An export or a bulk edit names clients: who sees the branch's data runs doesn't see those of others.
    return rows.filter(mine | Q(kind__in=OF_DATA) if viewer.may("data.view") is not None else mine)


def _seen(job: Job, viewer: Viewer) -> JobSeen:
    error = job.result.get("error") if isinstance(job.result, dict) else None
    ran = (job.ended_at or job.changed_at) - job.started_at if job.started_at else None
    mine = job.by_id == viewer.user_id or viewer.may("night.run") is not None
    return JobSeen(
        id=job.pk,
        kind=job.kind,
        name=KINDS.get(job.kind, say(job.kind, job.kind)),
        state=job.state,
        step=STEPS.get(job.step, say(job.step, job.step)),
        done=job.done,
        total=job.total,
        share=min(job.done / job.total, 1.0) if job.total else None,
        result={k: v for k, v in job.result.items() if k != "error"},
        error=say(error["zh"], error["en"]) if error else (say(job.error, job.error) if job.error else None),
        by=(job.by.display_name or job.by.username) if job.by else "",
        asked_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        seconds=round(ran.total_seconds(), 1) if ran is not None else None,
        may_cancel=mine and job.state in ("waiting", "running") and not job.cancel_asked,
    )


def left(job: JobSeen) -> tuple[tuple[str, Said], ...]:
    """Return the first of those a bulk job left alone, each with why; none for another kind."""
    found = job.result.get("left", ()) if job.kind == "bulk" else ()
    return tuple((name, say(zh, en)) for name, zh, en in found[:LEFT_SHOWN])


def bulk(job: JobSeen, asked: Mapping[str, Any], at: datetime) -> BulkSeen | None:
    """Return what a job (and what it was asked with, as `opened` gives both) was to do in bulk and whom it left; None for another kind."""
    if job.kind != "bulk":
        return None
    result = job.result
    reasons = Counter((zh, en) for _, zh, en in result.get("left", ()))
    return BulkSeen(
        act=asked["act"],
        arguments={name: str(value) for name, value in asked["arguments"].items()},
        rows=result.get("rows", 0),
        left=left(job),
        reasons=tuple((say(*why), number) for why, number in reasons.most_common()),
        taken_back="taken_back" in result,
        until=_until(job, at),
    )


def _until(job: JobSeen, at: datetime) -> datetime | None:
    """Return until when a bulk job can be taken back; None where it can't, or can't any more."""
    codes = job.result.get("undo", ())
    if not codes or "taken_back" in job.result or job.state in ("waiting", "running"):
        return None
    found: datetime | None = Inverse.objects.filter(
        code=codes[0], used_at__isnull=True, until__gte=at
    ).aggregate(first=Min("until"))["first"]
    return found

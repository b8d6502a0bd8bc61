"""Doing jobs: take the oldest that may run, do it in a process of its own, write down what came of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import datetime
from typing import Any

from django.db import transaction

from zhike.base.text import Said, say
from zhike_desk.offspring import PARENT
from zhike_desk.records import audit, clock
from zhike_desk.records.jobs import GENTLE, WRITERS
from zhike_desk.records.models import Job

CUT = -signal.SIGTERM
_TICK = 0.2
_GRACE = 10
LOST = say(
    "执行它的进程意外结束（断电或内存不足）。它没有留下半成品，可以重新运行。",
    "The process doing it ended unexpectedly (power, or memory). It left nothing half done: ask again.",
)
STOPPED = say(
    "工作台停止时它被中断，可以重新运行。", "It was cut short when the workbench stopped: ask again."
)


def do_waiting(stopped: threading.Event) -> int:
    """Do jobs until none may run; return how many. Those that write to the home go one at a time, the rest beside them."""
    count = 0
    while not stopped.is_set() and (job := take(clock.real())) is not None:
        _do(job, stopped)
        count += 1
    return count


def take(at: datetime) -> Job | None:
    """Take the oldest job that may run, so that nobody else does; None where there is none."""
    with transaction.atomic():
        running = Job.objects.filter(state="running", kind__in=WRITERS)
        waiting = Job.objects.filter(state="waiting").order_by("id")
        if running.exists():
            waiting = waiting.exclude(kind__in=WRITERS)
        for job in waiting[:10]:
            taken = Job.objects.filter(pk=job.pk, state="waiting").update(
                state="running", step="start", started_at=at, changed_at=at, version=job.version + 1
            )
            if taken:
                job.refresh_from_db()
                return job
    return None


def bury(at: datetime) -> int:
    """Tell every job as failed that a worker left running when it died; return how many. Only the home's one worker may call it."""
    found = list(Job.objects.filter(state="running"))
    for job in found:
        _failed(job, LOST, at, lost=True)
    return len(found)


def _do(job: Job, stopped: threading.Event) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "zhike_desk.worker.one", str(job.pk)],
        env={**os.environ, PARENT: str(os.getpid())},
        stdin=subprocess.DEVNULL,
        process_group=0,
    )
    cancelled = False
    while True:
        try:
            child.wait(_TICK)
            break
        except subprocess.TimeoutExpired:
            cancelled = cancelled or Job.objects.filter(pk=job.pk, cancel_asked=True).exists()
            if (cancelled and job.kind not in GENTLE) or stopped.is_set():
                _end(child)
                break
    _rest(child)
    _note(job, cancelled, stopped.is_set(), clock.real())


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(_GRACE)
    except subprocess.TimeoutExpired:
        _rest(child)
        child.wait()


def _rest(child: subprocess.Popen[bytes]) -> None:
    """End what the job's process had started and left."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _note(job: Job, cancelled: bool, stopped: bool, at: datetime) -> None:
    """Write down the end of a job whose process didn't come to write it itself."""
    job.refresh_from_db()
    if job.state != "running":
        return
    if cancelled:
        ended(job, "cancelled", {}, at)
    else:
        _failed(job, STOPPED if stopped else LOST, at, lost=True)


def _failed(job: Job, why: Said, at: datetime, *, lost: bool) -> None:
    ended(job, "failed", {"error": {"zh": why.zh, "en": why.en}, "lost": lost}, at)


def ended(job: Job, state: str, result: dict[str, Any], at: datetime) -> None:
    """Write down how a job ended, once: what has an end keeps it, and what it wrote down on its way stays."""
    error = result.get("error", {})
    with transaction.atomic():
        running = Job.objects.select_for_update().filter(pk=job.pk, state="running")
        before = running.values_list("result", flat=True).first() or {}
        changed = running.update(
            state=state, result={**before, **result}, error=error.get("zh", ""), ended_at=at, changed_at=at, version=job.version + 1
        )  # fmt: skip
        if changed:
            detail = {"kind": job.kind, "state": state}
            audit.append(None, "job.end", at=at, kind="job", object_id=str(job.pk), detail=detail)

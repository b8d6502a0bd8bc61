"""What the actions hand to the worker: large exports and bulk acts, approved or typed for on a page."""

from __future__ import annotations

from typing import Any

from zhike_desk.records.actions import bulk, exports
from zhike_desk.records.jobs import Work, runs
from zhike_desk.records.models import Job
from zhike_desk.records.viewer import Denied


@runs("export")
def export(work: Work) -> dict[str, Any]:
    """Make the file of an approved export; return its name and rows."""
    total = work.arguments.get("rows")
    return exports.produce(work.job_id, work.at, lambda done: work.tell("rows", done, total))


@runs("bulk")
def bulk_act(work: Work) -> dict[str, Any]:
    """Carry a bulk act out; return what became of each row."""
    total = Job.objects.values_list("total", flat=True).get(pk=work.job_id)
    return bulk.carry_out(work.job_id, work.at, lambda done: work.tell("rows", done, total))


@runs("bulk_undo")
def bulk_back(work: Work) -> dict[str, Any]:
    """Take a bulk act back, whole or not at all."""
    if work.by is None:
        raise Denied("undo")
    done = bulk.take_back(work.arguments["job"], by=work.by, at=work.at)
    return {"rows": done.rows, "of": work.arguments["job"]}

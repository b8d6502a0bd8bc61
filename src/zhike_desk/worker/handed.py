"""What the actions hand to the worker: large exports and bulk acts, approved or typed for on a page."""

from __future__ import annotations

from typing import Any

from zhike_desk.records.actions import bulk, exports
from zhike_desk.records.jobs import Work, runs


@runs("export")
def export(work: Work) -> dict[str, Any]:
    """Make the file of an approved export; return its name and rows."""
    total = work.arguments.get("rows")
    return exports.produce(work.job_id, work.at, lambda done: work.tell("rows", done, total))


@runs("bulk")
def bulk_act(work: Work) -> dict[str, Any]:
    """Carry a bulk act out; return what became of each client."""
    return bulk.carry_out(work.job_id, work.at, lambda done: work.tell("rows", done))

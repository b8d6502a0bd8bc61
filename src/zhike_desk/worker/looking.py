"""Looking without changing anything: what an uploaded batch would do, and whether everything is as it was stored."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from zhike.config import engine_settings
from zhike.datacentre.audit import Audit, Result, audit
from zhike.datacentre.batch import Batch
from zhike.datacentre.ingest import ingest
from zhike.datacentre.preview import first_findings, first_rows
from zhike.datacentre.request import Request
from zhike.run.again import models_kept
from zhike_desk.records.jobs import Work, runs
from zhike_desk.worker.importing import staged
from zhike_desk.worker.night import patient

_BREAKS = 20


@runs("preview")
def preview(work: Work) -> dict[str, Any]:
    """Look at the staged batch `folder` as `zhike ingest --dry-run` does; return its report, first rows (`samples`) and findings (`reasons`); nothing is stored."""
    drop = staged(work.home, str(work.arguments["folder"]))
    request = Request(drop, work.at.date(), "preview", dry_run=True, settings=engine_settings(work.home))
    seen: dict[str, Any] = {}

    def look(batch: Batch) -> None:
        seen["samples"] = [asdict(sample) for sample in first_rows(batch)]
        seen["reasons"] = first_findings(batch)

    report = patient(work, lambda: ingest(work.home, request, work.tell, look=look))
    return report.to_json() | seen


@runs("check")
def check(work: Work) -> dict[str, Any]:
    """Look at every invariant of the home, as `zhike check` does; return each with what breaks it."""
    found: Audit = audit(work.home, engine_settings(work.home), progress=work.tell)
    results = [*found.results]
    if (work.home / "models").exists():
        results.append(models_kept(work.home))
    return {
        "state": found.state,
        "sound": all(r.status != "broken" for r in results),
        "results": [_told(r) for r in results],
    }


def _told(result: Result) -> dict[str, Any]:
    said = result.invariant.said
    return {
        "zh": said.zh,
        "en": said.en,
        "status": result.status,
        "breaks": [{"where": b.where, "zh": b.said.zh, "en": b.said.en} for b in result.breaks[:_BREAKS]],
        "more": max(len(result.breaks) - _BREAKS, 0),
    }

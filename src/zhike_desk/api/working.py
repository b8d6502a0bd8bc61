"""Jobs of one's own, and files that are uploaded to be looked at: nothing of them is taken in here, that needs two people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from zhike.base.text import say
from zhike_desk.api.door import ANSWERS, needs, router, viewer_of
from zhike_desk.api.schemas import answers
from zhike_desk.api.schemas import data as schemas
from zhike_desk.api.schemas.work import Number
from zhike_desk.api.telling import both, did
from zhike_desk.records import clock
from zhike_desk.records.actions import drops
from zhike_desk.records.queries import data as data_query
from zhike_desk.records.queries import jobs as job_query
from zhike_desk.records.queries.jobs import JobSeen

_FILES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": 100,
                            "items": {"type": "string", "format": "binary"},
                        }
                    },
                }
            }
        },
    }
}


@router.get("/jobs", response={200: list[schemas.Job], **ANSWERS}, operation_id="jobs")
@needs
def jobs(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the newest jobs the token's owner has asked for."""
    return [_job(job) for job in job_query.recent(viewer_of(request))]


@router.get("/jobs/{job_id}", response={200: schemas.JobWhole, **ANSWERS}, operation_id="job")
@needs
def job(request: HttpRequest, job_id: Number) -> dict[str, Any]:
    """Return a job: how far it is, what came of it, the first 500 that it left alone and why."""
    found = job_query.one(viewer_of(request), job_id)
    return {**_job(found), "left": [{"id": name, **both("why", why)} for name, why in job_query.left(found)]}


def _job(found: JobSeen) -> dict[str, Any]:
    same = ("id", "kind", "state", "done", "total", "asked_at", "started_at", "ended_at", "seconds")
    words = both("name", found.name) | both("step", found.step) | both("error", found.error)
    # What else came of it has its own place, and its own right to see it: a trial's clients, an upload's findings, codes of undoing.
    result = {name: found.result.get(name) for name in ("rows", "generation", "as_of")}
    return {**{name: getattr(found, name) for name in same}, **words, "result": result}


# The files aren't declared to the framework, which would take them in before it asks whether their sender may send any.
@router.post("/uploads", response={200: answers.Done, **ANSWERS}, operation_id="upload", openapi_extra=_FILES)
@needs
def upload(request: HttpRequest) -> dict[str, Any]:
    """Upload files (`files`, as a form does) to be looked at; `id` of the answer is the upload. Nothing is taken in."""
    return did(drops.upload(request.FILES.getlist("files"), by=viewer_of(request), at=clock.now()))


@router.get("/uploads/{upload_id}", response={200: schemas.Upload, **ANSWERS}, operation_id="upload_check")
@needs
def upload_check(request: HttpRequest, upload_id: Number) -> dict[str, Any]:
    """Return what uploaded files were taken for and what they would change; `check` is null until the job is done."""
    job, batch = data_query.batch_of(viewer_of(request), upload_id)
    return {
        "job": _job(job),
        "there": batch is not None,
        "mapping": batch.mapping if batch is not None else "",
        "check": _check(job.result) if job.state == "done" else None,
    }


@router.post(
    "/uploads/{upload_id}/mapping", response={200: answers.Done, **ANSWERS}, operation_id="map_upload"
)
@needs
def map_upload(request: HttpRequest, body: schemas.Mapping, upload_id: Number) -> dict[str, Any]:
    """Say what columns and flags of an upload mean, and have it looked at again; `id` of the answer is the upload from then on."""
    return did(drops.put_mapping(upload_id, body.mapping, by=viewer_of(request), at=clock.now()))


@router.delete("/uploads/{upload_id}", response={200: answers.Done, **ANSWERS}, operation_id="throw_upload")
@needs
def throw_upload(request: HttpRequest, upload_id: Number) -> dict[str, Any]:
    """Throw an upload away: its files are removed."""
    return did(drops.throw_away(upload_id, by=viewer_of(request), at=clock.now()))


def _check(report: Mapping[str, Any]) -> dict[str, Any]:
    samples = report.get("samples", ())
    return {
        "files": [_file(file, [s for s in samples if s["file"] == file["file"]]) for file in report["files"]],
        "tables": report["tables"],
        "counts": report["findings"],
        "findings": [_finding(row) for row in report.get("reasons", ())],
        "already": report["already"],
    }


def _file(file: Mapping[str, Any], samples: list[Mapping[str, Any]]) -> dict[str, Any]:
    same = (
        "file", "table", "kind", "encoding", "delimiter", "header_line", "confidence", "lines", "accepted", "quarantined", "other",
        "columns", "unsure", "proposals",
    )  # fmt: skip
    why, refused = file["why"], file["rejected"]
    return {
        **{name: file[name] for name in same},
        **both("why", say(why["zh"], why["en"]) if why else None),
        **both("rejected", say(refused["zh"], refused["en"]) if refused else None),
        "samples": [{name: sample[name] for name in ("table", "columns", "rows")} for sample in samples],
    }


def _finding(row: Mapping[str, Any]) -> dict[str, Any]:
    same = ("table", "line", "column", "value", "severity", "count")
    words = {"file": row["source"] or "", "why": row["zh"], "why_en": row["en"]}
    return {**{name: row[name] for name in same}, **words}

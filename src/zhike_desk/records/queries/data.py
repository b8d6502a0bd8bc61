"""What came in and what came of it: drops, nights, what waits, findings. Read from the home's manifests, never row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.conf import settings

from zhike.base.text import Language
from zhike.datacentre.findings import SHOWN
from zhike.datacentre.findings import findings as found_in
from zhike.datacentre.generation import Generation
from zhike.datacentre.generation.manifest import entries
from zhike.datacentre.spreadsheets import csv_bytes
from zhike.datacentre.store.house import Store
from zhike_desk.records import staging
from zhike_desk.records.arrivals import waiting
from zhike_desk.records.models import Job, Publication
from zhike_desk.records.queries import jobs
from zhike_desk.records.queries.jobs import JobSeen
from zhike_desk.records.viewer import Denied, Viewer

DROPS = 30
FINDINGS = 200
NIGHTS = 100
"""Newest nights among which a generation's run is looked for."""
REASONS = pa.schema([f for f in SHOWN if f.name not in ("drop", "drop_number")])
"""The columns of findings that no drop has yet."""


@dataclass(frozen=True, slots=True)
class Drop:
    """One drop that holds: rows new, changed, unchanged, quarantined over all its tables; findings by severity as it came in."""

    number: int
    name: str
    feed: str
    files: int
    lines: int
    new: int
    changed: int
    unchanged: int
    quarantined: int
    errors: int
    warnings: int


@dataclass(frozen=True, slots=True)
class Night:
    """One generation that is kept: its day, rows by table, whether readers see it, when they began to.

    `sha256` is its manifest's, which names every file's; `changed` are the tables that differ from the generation before it (None: the oldest
    kept); `ran` is how many seconds the night ran (None: the desk didn't run it), `seconds` how many its loading took.
    """

    id: str
    as_of: date
    tables: int
    rows: int
    shown: bool
    loaded_at: datetime | None
    seconds: float | None
    ran: float | None
    sha256: str
    changed: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Overview:
    """The data page: drops newest first, nights newest first, what waits in the inbox, jobs."""

    drops: tuple[Drop, ...]
    more_drops: int
    nights: tuple[Night, ...]
    waiting: tuple[str, ...]
    jobs: tuple[JobSeen, ...]


def overview(viewer: Viewer) -> Overview:
    """Return what the data page shows, for who may see it."""
    viewer.need("data.view")
    home = Path(settings.HOME)
    store = Store(home)
    entries = store.manifest().drops[::-1]
    return Overview(
        tuple(_drop(e.number, e.name, e.feed, store.record(e)["report"]) for e in entries[:DROPS]),
        max(len(entries) - DROPS, 0),
        tuple(_nights(home)),
        tuple(p.name for p in waiting(home)),
        tuple(jobs.recent(viewer, jobs.OF_DATA, 8)),
    )


def running(viewer: Viewer) -> list[JobSeen]:
    """Return the newest jobs about data, for the strip that is looked at while something runs."""
    viewer.need("data.view")
    return jobs.recent(viewer, jobs.OF_DATA, 8)


def _drop(number: int, name: str, feed: str, report: Mapping[str, Any]) -> Drop:
    tables = report["tables"].values()
    files, found = report["files"], report["findings"]
    new, changed, unchanged, quarantined = (
        sum(t[what] for t in tables) for what in ("new", "changed", "unchanged", "quarantined")
    )
    lines = sum(f["lines"] for f in files)
    errors, warnings = found.get("error", 0), found.get("warning", 0)
    return Drop(
        number, name, feed, len(files), lines, new, changed, unchanged, quarantined, errors, warnings
    )  # fmt: skip


def _nights(home: Path) -> Iterator[Night]:
    loaded = {p.generation_id: p for p in Publication.objects.all()}
    current = (
        Publication.objects.filter(pointer__isnull=False).values_list("generation_id", flat=True).first()
    )
    kept = Generation.kept(home)
    ran = _ran()
    sealed = {entry.id: entry.sha256 for entry in entries(home)}
    for generation, before in zip_longest(kept, kept[1:]):
        told = loaded.get(generation.id)
        yield Night(
            id=generation.id,
            as_of=generation.manifest.as_of,
            tables=len(generation.tables),
            rows=sum(generation.rows(name) for name in generation.tables),
            shown=generation.id == current,
            loaded_at=told.published_at if told else None,
            seconds=told.seconds if told else None,
            ran=ran.get(generation.id),
            sha256=sealed.get(generation.id, ""),
            changed=generation.manifest.differing(before.manifest) if before else None,
        )


def _ran() -> dict[str, float]:
    """Return how long the nights ran that the desk ran, by generation; the first run of one counts: later ones only find it."""
    results = Job.objects.filter(kind="night", state="done").order_by("-id").values_list("result", flat=True)
    return {r["generation"]: r["seconds"]["run"] for r in results[:NIGHTS] if "seconds" in r}


def findings(
    viewer: Viewer, language: Language, *, drop: str = "", severity: str = "", most: int = FINDINGS
) -> tuple[list[dict[str, Any]], bool]:
    """Return findings of one drop or of all, as `zhike findings` shows them (identities masked), and whether there are more.

    Raises UsageError where there is no such drop.
    """
    viewer.need("data.view")
    rows: list[dict[str, Any]] = []
    severities = [severity] if severity else []
    for piece in found_in(Path(settings.HOME), language, drop or None, severities):
        rows += piece.slice(0, most + 1 - len(rows)).to_pylist()
        if len(rows) > most:
            return rows[:most], True
    return rows, False


def findings_csv(viewer: Viewer, language: Language, *, drop: str = "", severity: str = "") -> bytes:
    """Return all findings of one drop or of all as CSV (UTF-8 with BOM, nothing a spreadsheet would take for a formula)."""
    viewer.need("data.view")
    severities = [severity] if severity else []
    pieces = found_in(Path(settings.HOME), language, drop or None, severities)
    return b"".join(csv_bytes(SHOWN, (batch for piece in pieces for batch in piece.to_batches())))


def reasons_csv(viewer: Viewer, language: Language, job_id: int) -> bytes:
    """Return what a look at an uploaded batch found, as CSV like all findings; raise Denied where there is no such look."""
    job, _ = batch_of(viewer, job_id)
    rows = [{**r, "reason": r[language]} for r in job.result.get("reasons", ())]
    return b"".join(csv_bytes(REASONS, pa.Table.from_pylist(rows, REASONS).to_batches()))


def batch_of(viewer: Viewer, job_id: int) -> tuple[JobSeen, staging.Batch | None]:
    """Return the job that looked at an uploaded batch, and the batch (None once it is gone); raise Denied where there is no such look."""
    viewer.need("data.upload")
    job, asked = jobs.opened(viewer, job_id)
    if job.kind != "preview":
        raise Denied("data.upload")
    return job, staging.batch(asked["folder"])

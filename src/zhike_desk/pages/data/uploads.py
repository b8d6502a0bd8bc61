"""Uploads: kept, looked at, given a mapping, taken in or taken back when a second person agrees."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from zhike.datacentre.tables import TABLES
from zhike.datacentre.tables.definition import Type
from zhike_desk.gate import viewer_of
from zhike_desk.pages.data.picking import mapped, picks
from zhike_desk.records import clock
from zhike_desk.records.actions import drops
from zhike_desk.records.queries import data as query
from zhike_desk.ui.speech import language, told

REASONS = 20
_DECIMAL = re.compile(r"-?\d+\.\d+")
_FIGURES = frozenset({Type.MONEY, Type.QUANTITY, Type.PRICE, Type.RATE, Type.COUNT, Type.NUMBER})
SEVERITIES = {"error": ("错误", "Error"), "warning": ("警告", "Warning"), "info": ("提示", "Note")}


@dataclass(frozen=True, slots=True)
class Looked:
    """One file as it was looked at: what it was taken for, its columns, what is unsure, why it was rejected, its first rows by table."""

    file: str
    table: str
    form: str
    lines: int
    accepted: int
    quarantined: int
    other: int
    columns: list[tuple[str, str]]
    unsure: list[tuple[str, str]]
    rejected: str
    samples: list[Sample]


@dataclass(frozen=True, slots=True)
class Sample:
    """The first rows of a file as understood: their table, its columns as (name, what it means, whether it is a figure), rows as (line, cells)."""

    file: str
    table: str
    columns: list[tuple[str, str, bool]]
    rows: list[tuple[int, list[tuple[str, bool]]]]


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Keep uploaded files and have them looked at."""
    done = drops.upload(request.FILES.getlist("files"), by=viewer_of(request), at=clock.now())
    return redirect("data_preview", int(done.id))


@require_GET
def preview(request: HttpRequest, number: int) -> HttpResponse:
    """Show what an uploaded batch was taken for and what it would do, before anything is stored."""
    job, batch = query.batch_of(viewer_of(request), number)
    report = job.result
    tables, reasons = report.get("tables", {}), report.get("reasons", [])
    context = {
        "job": job,
        "batch": batch,
        "files": [_looked(f, report.get("samples", ())) for f in report.get("files", ())],
        "reasons": [(r, told(*SEVERITIES[r["severity"]]), told(r["zh"], r["en"])) for r in reasons[:REASONS]],
        "more_reasons": max(len(reasons) - REASONS, 0),
        "tables": [
            (n, _holds(n), t["new"], t["changed"], t["unchanged"], t["quarantined"])
            for n, t in tables.items()
        ],
        "findings": report.get("findings", {}),
        "mapping": (batch.mapping if batch else "") or _suggested(report),
        "picks": picks(report.get("files", ())),
    }
    name = "data/looked.html" if request.headers.get("HX-Request") else "data/preview.html"
    return render(request, name, context)


def _looked(file: dict[str, Any], samples: Sequence[dict[str, Any]]) -> Looked:
    rejected = file.get("rejected") or {}
    form = " · ".join(str(file[part]) for part in ("kind", "encoding") if file.get(part))
    return Looked(
        file=file["file"],
        table=file.get("table") or "",
        form=form,
        lines=file["lines"],
        accepted=file["accepted"],
        quarantined=file["quarantined"],
        other=file["other"],
        columns=[(source, ours or "") for source, ours in file["columns"].items()],
        unsure=[(source, "、".join(file["proposals"].get(source, ()))) for source in file["unsure"]],
        rejected=told(rejected.get("zh", ""), rejected.get("en", "")) if rejected else "",
        samples=[_sample(s) for s in samples if s["file"] == file["file"] and s["rows"]],
    )


def _sample(given: dict[str, Any]) -> Sample:
    table = TABLES.get(given["table"])
    known = {c.name: c for c in table.columns} if table is not None else {}
    columns = [
        (
            name,
            told(known[name].zh, known[name].meaning) if name in known else "",
            name in known and known[name].type in _FIGURES,
        )
        for name in given["columns"]
    ]
    rows = [
        (
            line,
            [
                (_plain(cell) if figure else cell, figure)
                for cell, (*_, figure) in zip(cells, columns, strict=True)
            ],
        )
        for line, cells in given["rows"]
    ]
    return Sample(given["file"], given["table"], columns, rows)


def _plain(cell: Any) -> Any:
    """Write a figure without the noughts its type has room for."""
    text = str(cell)
    return text.rstrip("0").rstrip(".") if _DECIMAL.fullmatch(text) else cell


def _holds(name: str) -> str:
    """Say what a table holds."""
    table = TABLES.get(name)
    return told(table.zh, table.meaning) if table is not None else ""


def _suggested(report: dict[str, Any]) -> str:
    """Write a mapping to begin with: each unsure column with what it might be."""
    lines = []
    for file in report.get("files", ()):
        if not file["unsure"] or not file.get("table"):
            continue
        lines.append(f"[{file['table']}.columns]")
        for source in file["unsure"]:
            guesses = file["proposals"].get(source, ())
            lines.append(f'# "{source}" = "{guesses[0] if guesses else ""}"')
    return "\n".join(lines)


@require_GET
def reasons(request: HttpRequest, number: int) -> HttpResponse:
    """Give the findings of a look as CSV; what could be taken for a formula is escaped."""
    content = query.reasons_csv(viewer_of(request), language(), number)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="reasons.csv"'
    return response


@require_POST
def mapping(request: HttpRequest, number: int) -> HttpResponse:
    """Save what columns and flags mean, and look again."""
    text = mapped(request.POST.get("mapping", "").replace("\r\n", "\n"), request.POST.getlist("pick"))
    done = drops.put_mapping(number, text, by=viewer_of(request), at=clock.now())
    return redirect("data_preview", int(done.id))


@require_POST
def take(request: HttpRequest, number: int) -> HttpResponse:
    """Ask that the batch be taken in."""
    form = request.POST
    feed = form.get("feed", "").strip() or "upload"
    drops.take_in(number, feed=feed, reason=form.get("reason", ""), by=viewer_of(request), at=clock.now())
    messages.success(
        request, told("已提交，等第二人批准后导入。", "Asked for: taken in once a second person agrees.")
    )
    return redirect("data")


@require_POST
def throw(request: HttpRequest, number: int) -> HttpResponse:
    """Remove a batch that was not taken in."""
    drops.throw_away(number, by=viewer_of(request), at=clock.now())
    messages.success(
        request, told("上传的文件已删除，什么都没有导入。", "The upload is removed; nothing was taken in.")
    )
    return redirect("data")


@require_POST
def back(request: HttpRequest, number: int) -> HttpResponse:
    """Ask that a drop be taken back."""
    drops.take_back(number, reason=request.POST.get("reason", ""), by=viewer_of(request), at=clock.now())
    messages.success(
        request, told("已提交，等第二人批准后撤回。", "Asked for: taken back once a second person agrees.")
    )
    return redirect("data")

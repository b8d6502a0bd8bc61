"""The data page, findings, nights, health."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from zhike.base.errors import UsageError
from zhike.base.text import Said
from zhike_desk.gate import viewer_of
from zhike_desk.pages.data.uploads import SEVERITIES
from zhike_desk.records import clock
from zhike_desk.records.actions import jobs
from zhike_desk.records.queries import data as query
from zhike_desk.records.queries import jobs as seen
from zhike_desk.records.queries.alerts import alerts
from zhike_desk.records.refusals import Refused
from zhike_desk.ui.speech import language, told


@require_GET
def data(request: HttpRequest) -> HttpResponse:
    """Show drops, nights, what waits, what runs."""
    viewer = viewer_of(request)
    context = {
        "page": query.overview(viewer),
        "alerts": alerts(viewer, clock.real()),
        "uploads": viewer.may("data.upload") is not None,
        "takes_back": viewer.may("data.commit") is not None,
        "runs": viewer.may("night.run") is not None,
    }
    return render(request, "data/data.html", context)


@require_GET
def strip(request: HttpRequest) -> HttpResponse:
    """Show how far the jobs are; asked for every two seconds while one runs."""
    return render(request, "data/jobs.html", {"jobs": query.running(viewer_of(request))})


@require_GET
def findings(request: HttpRequest) -> HttpResponse:
    """List what was wrong with the data, of one drop or of all."""
    drop, severity = _asked(request)
    with _told():
        rows, more = query.findings(viewer_of(request), language(), drop=drop, severity=severity)
    context = {
        "rows": [(row, told(*SEVERITIES[row["severity"]])) for row in rows],
        "more": more,
        "drop": drop,
        "severity": severity,
        "severities": [(name, told(*names), name == severity) for name, names in SEVERITIES.items()],
    }
    return render(request, "data/findings.html", context)


@require_GET
def findings_file(request: HttpRequest) -> HttpResponse:
    """Give the findings as CSV; what could be taken for a formula is escaped."""
    drop, severity = _asked(request)
    with _told():
        pieces = query.findings_csv(viewer_of(request), language(), drop=drop, severity=severity)
    response = HttpResponse(pieces, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="findings.csv"'
    return response


def _asked(request: HttpRequest) -> tuple[str, str]:
    severity = request.GET.get("severity", "")
    return request.GET.get("drop", "").strip()[:40], severity if severity in SEVERITIES else ""


@contextmanager
def _told() -> Iterator[None]:
    """Tell what the core can't do in its own sentence, as a refusal."""
    try:
        yield
    except UsageError as error:
        raise Refused(Said(error.sentence("zh"), error.sentence("en"))) from error


@require_POST
def night(request: HttpRequest) -> HttpResponse:
    """Put a night in line."""
    jobs.ask("night", {}, by=viewer_of(request), at=clock.real())
    messages.success(request, told("夜间运行已排队。", "A night is in line."))
    return redirect("data")


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Put a look at the home's health in line."""
    done = jobs.ask("check", {}, by=viewer_of(request), at=clock.real())
    return redirect("data_checked", int(done.id))


@require_GET
def checked(request: HttpRequest, number: int) -> HttpResponse:
    """Show what a look at the home's health found."""
    name = "data/verdict.html" if request.headers.get("HX-Request") else "data/checked.html"
    return render(request, name, {"job": seen.one(viewer_of(request), number)})


@require_POST
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Stop a job."""
    jobs.cancel(number, by=viewer_of(request), at=clock.real())
    messages.success(request, told("已要求停止。", "It was asked to stop."))
    return redirect("data")

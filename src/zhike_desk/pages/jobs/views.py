"""Jobs one has asked for."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from zhike_desk.gate import viewer_of
from zhike_desk.records import clock
from zhike_desk.records.actions import bulk
from zhike_desk.records.actions import jobs as act
from zhike_desk.records.queries import jobs as query
from zhike_desk.ui.acts import in_words
from zhike_desk.ui.frame import night_of
from zhike_desk.ui.speech import told


@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """List the newest jobs the viewer has asked for, or may see."""
    return render(request, "jobs/jobs.html", {"jobs": query.recent(viewer_of(request))})


@require_GET
def one(request: HttpRequest, number: int) -> HttpResponse:
    """Show one job; asked for every second while it runs."""
    job, asked = query.opened(viewer_of(request), number)
    about = query.bulk(job, asked, clock.now(night_of(request)))
    context = {"job": job, "bulk": about, "about": in_words(about.act, about.arguments) if about else ""}
    name = "jobs/job.html" if request.htmx.target == "job" else "jobs/one.html"  # type: ignore[attr-defined]
    return render(request, name, context)


@require_POST
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Stop a job."""
    act.cancel(number, by=viewer_of(request), at=clock.real())
    messages.success(request, told("已要求停止。", "It was asked to stop."))
    return redirect("jobs_one", number)


@require_POST
def back(request: HttpRequest, number: int) -> HttpResponse:
    """Take back all a bulk job did."""
    done = bulk.ask_back(number, by=viewer_of(request), at=clock.now(night_of(request)))
    if done.id:
        return redirect("jobs_one", int(done.id))
    messages.success(request, told(f"已撤销 {done.rows:,} 项。", f"{done.rows:,} rows are as they were."))
    return redirect("jobs_one", number)

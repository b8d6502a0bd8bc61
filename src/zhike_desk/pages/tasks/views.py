"""Lists and weeks of tasks."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from zhike.base.text import say
from zhike_desk.gate import viewer_of
from zhike_desk.pages.tasks.context import build, line, presets, shown_at
from zhike_desk.pages.tasks.context import week as week_page
from zhike_desk.pages.tasks.whys import figures
from zhike_desk.records import clock
from zhike_desk.records.queries import tasks as query
from zhike_desk.records.refusals import Refused
from zhike_desk.ui import lists
from zhike_desk.ui.frame import night_of
from zhike_desk.ui.speech import said


@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    """Show one page of the tasks the URL asks for; only the table when the page is already there."""
    viewer, night = viewer_of(request), night_of(request)
    if night is None:
        return render(request, "tasks/first.html")
    today, state = clock.today(night), query.asked(dict(request.GET.lists()))
    colleagues = query.colleagues(viewer)
    shown = {
        "page": build(state, query.page(viewer, state), today, colleagues),
        "colleagues": colleagues,
        "presets": presets(today),
        "today": today,
        "may_write": viewer.may("care.write") is not None,
        "can_export": lists.exported(viewer),
        "tab": "list",
    }
    if request.htmx.target != "list":  # type: ignore[attr-defined]
        shown |= lists.saving(viewer, "tasks")
    name = "tasks/table.html" if request.htmx.target == "list" else "tasks/tasks.html"  # type: ignore[attr-defined]
    return render(request, name, shown)


@require_GET
def count(request: HttpRequest) -> HttpResponse:
    """Say how many tasks the URL asks for, up to a cap; loaded after the table."""
    number, more = query.count(viewer_of(request), query.asked(dict(request.GET.lists())))
    context = {"number": number, "more": more, "badge": "badge" in request.GET}
    return render(request, "tasks/count.html", context)


@require_GET
def week(request: HttpRequest) -> HttpResponse:
    """Show a week of open tasks by the day they are due, against the hours there are."""
    viewer, night = viewer_of(request), night_of(request)
    if night is None:
        return redirect("tasks")
    today = clock.today(night)
    staff = request.GET.get("staff", "")[:40]
    found = query.week(viewer, _day(request.GET.get("on", ""), today), staff=staff)
    shown = {
        "week": week_page(found, today),
        "colleagues": query.colleagues(viewer),
        "staff": staff,
        "tab": "week",
    }
    return render(request, "tasks/week.html", shown)


@require_GET
def row(request: HttpRequest, task: int) -> HttpResponse:
    """Show one task's line."""
    return _row(request, task, "tasks/row.html")


@require_GET
def edit(request: HttpRequest, task: int) -> HttpResponse:
    """Show one task's line with its day and who it lies with open to change."""
    return _row(request, task, "tasks/row_edit.html")


@require_GET
def why(request: HttpRequest, task: int) -> HttpResponse:
    """Say why a task is there and why it is put down for so long; loaded when it is asked for."""
    night, found = night_of(request), query.reckoned(viewer_of(request), task)
    if found is None or night is None:
        raise Http404
    shown = {"title": said(found.row.title), "figures": figures(found, night.as_of)}
    return render(request, "parts/whys.html", shown)


def _row(request: HttpRequest, task: int, name: str) -> HttpResponse:
    viewer = viewer_of(request)
    found = query.one(viewer, task)
    if found is None:
        raise Http404
    shown = {
        "line": line(found, clock.today(night_of(request))),
        "shown": shown_at(request),
        "colleagues": query.colleagues(viewer),
        "may_write": True,
    }
    return render(request, name, shown)


def _day(text: str, today: date) -> date:
    if not text:
        return today
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(say("日期无法理解。", "This day can't be understood.")) from error

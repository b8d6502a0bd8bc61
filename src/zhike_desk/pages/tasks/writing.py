"""What is done with tasks: a new one, another day, somebody else, done, given up; one by one or many at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import parse_qs

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from zhike.base.text import say
from zhike_desk.gate import viewer_of
from zhike_desk.pages.tasks import context
from zhike_desk.records import clock
from zhike_desk.records.actions import bulk, outcomes
from zhike_desk.records.actions import tasks as act
from zhike_desk.records.actions.writing import BULK_ROWS, Bulk, Done
from zhike_desk.records.queries import tasks as query
from zhike_desk.records.refusals import Conflict, Refused
from zhike_desk.records.viewer import Viewer
from zhike_desk.ui.acts import in_words, who
from zhike_desk.ui.frame import night_of
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.toasts import flash, toast
from zhike_desk.ui.words import word


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the form of a new task; add it."""
    viewer, night = viewer_of(request), night_of(request)
    if night is None:
        return redirect("tasks")
    today = clock.today(night)
    given = {name: request.POST.get(name, request.GET.get(name, "")).strip() for name in _FIELDS}
    wrong = ""
    if request.method == "POST":
        try:
            done = _added(viewer, given)
        except Refused as refused:
            wrong = said(refused.why)
        else:
            flash(request, told("任务已添加。", "The task is added."), done.undo)
            return redirect("tasks")
    given["due"] = given["due"] or today.isoformat()
    given["minutes"] = given["minutes"] or "10"
    shown = {"given": given, "wrong": wrong, "colleagues": query.colleagues(viewer), "today": today}
    return render(request, "tasks/new.html", shown, status=422 if wrong else 200)


_MANY: dict[str, tuple[str, dict[str, str]]] = {
    "done": ("tasks.done", {}),
    "postponed": ("tasks.move", {"due_on": "until"}),
    "handed": ("tasks.hand", {"staff_id": "to"}),
}
"""What the bar's buttons do, and from which field each takes what it needs."""
_FIELDS = ("title", "due", "minutes", "client", "staff", "reason")


def _added(viewer: Viewer, given: dict[str, str]) -> Done:
    minutes = given["minutes"]
    if not minutes.isdecimal():
        raise Refused(say("用时请填整数分钟。", "Give the time in whole minutes."))
    return act.add(
        given["title"],
        due_on=_day(given["due"]),
        client_id=given["client"],
        reason=given["reason"],
        minutes=float(minutes),
        staff_id=given["staff"],
        by=viewer,
        at=clock.now(),
    )


@require_POST
def write(request: HttpRequest, task: int) -> HttpResponse:
    """Change a task's day, what is to be done, or by whom; where somebody else changed it first, show both."""
    viewer = viewer_of(request)
    before = query.one(viewer, task)
    given: dict[str, Any] = {
        "due_on": _day(request.POST.get("due", "")),
        "staff_id": request.POST.get("staff", ""),
        "title": request.POST.get("title", "").strip(),
    }
    changed = {n: v for n, v in given.items() if v and (before is None or v != _stood(before, n))}
    if before is not None and _seen(request) == before.version and not changed:
        return _answer(request, viewer, task, "", "")
    try:
        done = act.move(task, seen=_seen(request), by=viewer, at=clock.now(), **(changed or given))
    except Conflict as conflict:
        return render(request, "tasks/conflict.html", {"rows": _diff(conflict), "task": task}, status=409)
    return _answer(request, viewer, task, told("任务已修改。", "The task is changed."), done.undo)


def _stood(row: query.Row, name: str) -> Any:
    """Return a field as the form showed it: a proposal's title in the request's language."""
    return said(row.title) if name == "title" else getattr(row, name)


def _diff(conflict: Conflict) -> list[tuple[str, Any, Any]]:
    names = {
        "title": told("任务", "Task"),
        "due_on": told("到期", "Due"),
        "staff_id": told("负责人", "Who"),
        "state": told("状态", "State"),
        "outcome": told("结果", "Outcome"),
    }
    return [
        (names[n], _plain(n, conflict.theirs[n]), _plain(n, v))
        for n, v in conflict.mine.items()
        if n in names
    ]


def _plain(name: str, value: Any) -> str:
    if name == "staff_id":
        return who(value)
    if isinstance(value, date):
        return value.isoformat()
    return word("task", value) if name == "state" else str(value)


@require_POST
def end(request: HttpRequest, task: int) -> HttpResponse:
    """Mark a task as done, or give it up."""
    viewer, how = viewer_of(request), request.POST.get("how", "")
    try:
        if how == "done":
            done = act.close(task, outcome="", seen=_seen(request), by=viewer, at=clock.now())
            text = told("任务已完成。", "The task is done.")
        elif how == "dropped":
            done = act.drop(task, reason=outcomes.UNSUITED, seen=_seen(request), by=viewer, at=clock.now())
            text = told("任务已放弃。", "The task is given up.")
        else:
            raise Refused(say("没有这样的结果。", "There is no such outcome."))
    except Conflict as conflict:
        return render(request, "tasks/conflict.html", {"rows": _diff(conflict), "task": task}, status=409)
    return _answer(request, viewer, task, text, done.undo)


def _answer(request: HttpRequest, viewer: Viewer, task: int, text: str, undo: str) -> HttpResponse:
    found = query.one(viewer, task)
    columns = context.shown_at(request)
    shown: dict[str, Any] = {"colleagues": query.colleagues(viewer), "may_write": True, "shown": columns}
    if found is not None:
        shown["line"] = context.line(found, clock.today(night_of(request)))
    response = render(request, "tasks/row.html" if found is not None else "tasks/gone.html", shown)
    return toast(response, text, undo) if text else response


@require_POST
def many(request: HttpRequest) -> HttpResponse:
    """Do one act to the tasks that are chosen, or to all that the list asks for; more than 200 of them as a job, once confirmed."""
    viewer, at = viewer_of(request), clock.now(night_of(request))
    act, arguments = _act(request)
    rows = _chosen(request, viewer)
    if len(rows) > BULK_ROWS:
        listed, typed = request.POST.get("query", ""), request.POST.get("typed", "")
        if typed.isdecimal() and len(typed) < 9:
            asked = bulk.ask(act, listed, arguments, typed=int(typed), by=viewer, at=at)
            return redirect("jobs_one", int(asked.id))
        return _confirm(request, bulk.count(act, listed, by=viewer))
    done = bulk.apply(act, rows, arguments, by=viewer, at=at)
    text = told(f"已处理 {done.rows} 项。", f"{done.rows} tasks changed.") + _left(done)
    flash(request, text, done.undo)
    back = request.POST.get("next", "/tasks/")
    return redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else "tasks")


def _act(request: HttpRequest) -> tuple[str, dict[str, str]]:
    found = _MANY.get(request.POST.get("how", ""))
    if found is None:
        raise Refused(say("没有这样的批量操作。", "There is no such act."))
    act, names = found
    return act, {name: request.POST.get(field, "")[:40] for name, field in names.items()}


def _chosen(request: HttpRequest, viewer: Viewer) -> list[tuple[int, int]]:
    """Return the tasks chosen as (number, version seen), of all that fit one more than can be done at once."""
    if request.POST.get("all"):
        return list(
            query.versions(viewer, query.asked(parse_qs(request.POST.get("query", ""))), BULK_ROWS).items()
        )
    return _pairs(request.POST.getlist("task"))


def _confirm(request: HttpRequest, rows: int) -> HttpResponse:
    """Show what would be done to how many tasks; its form asks for the job."""
    what = in_words(*_act(request))
    kept = ("how", "until", "to", "query")
    context = {
        "about": told(f"{what}，共 {rows:,} 项", f"{what}: {rows:,}"),
        "rows": rows,
        "url": reverse("tasks_many"),
        "back": f"{reverse('tasks')}?{request.POST.get('query', '')}",
        "fields": [("all", "1"), *((name, request.POST.get(name, "")) for name in kept)],
    }
    return render(request, "lists/bulk_confirm.html", context)


def _pairs(values: Sequence[str]) -> list[tuple[int, int]]:
    parts = [v.partition(":") for v in values]
    return [(int(pk), int(version)) for pk, _, version in parts if pk.isdecimal() and version.isdecimal()]


def _left(done: Bulk) -> str:
    if not done.left:
        return ""
    reasons: dict[str, int] = {}
    for _, why in done.left:
        reasons[said(why)] = reasons.get(said(why), 0) + 1
    listed = "；".join(f"{why} {n}" for why, n in reasons.items())
    return told(f"未处理 {len(done.left)} 项（{listed}）。", f" {len(done.left)} left alone ({listed}).")


def _seen(request: HttpRequest) -> int:
    text = request.POST.get("seen", "")
    return int(text) if text.isdecimal() else 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(say("请选择日期。", "Choose a day.")) from error

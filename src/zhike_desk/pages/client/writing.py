"""What is done with a client where they are read: each act answers with what it changed, and the way to undo it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from zhike.base.text import Said, say
from zhike_desk.gate import viewer_of
from zhike_desk.pages.client.context import worked
from zhike_desk.records import clock, reaching
from zhike_desk.records.actions import contacts, notes, tags, tasks
from zhike_desk.records.actions import reveal as reveals
from zhike_desk.records.actions.writing import Done
from zhike_desk.records.queries import tasks as listed
from zhike_desk.records.refusals import Conflict, Refused
from zhike_desk.ui.errors import conflict, refused
from zhike_desk.ui.forms import number, numbered
from zhike_desk.ui.frame import night_of
from zhike_desk.ui.speech import said
from zhike_desk.ui.toasts import flash, toast
from zhike_desk.ui.words import word

REVEALED_SECONDS = 30
DUE = say("请选择期限。", "Choose the day it is due.")
_MINUTES = re.compile(r"\d{1,4}(\.\d)?")
_View = Callable[[HttpRequest, str], HttpResponse]


def beside_form(slot: str) -> Callable[[_View], _View]:
    """Let a refusal, or somebody else's edit, be told beside the form it comes from (the element with the id `slot`)."""

    def told_there(view: _View) -> _View:
        @wraps(view)
        def answer(request: HttpRequest, key: str) -> HttpResponse:
            try:
                return view(request, key)
            except (Refused, Conflict) as error:
                response = refused(request, error) if isinstance(error, Refused) else conflict(request, error)
                response.headers["HX-Retarget"] = f"#{slot}"
                response.headers["HX-Reswap"] = "innerHTML"
                return response

        return answer

    return told_there


@require_POST
@beside_form("reveal-told")
def reveal(request: HttpRequest, key: str) -> HttpResponse:
    """Show one field of who a client is, for half a minute, with a reason that is logged."""
    field, reason = request.POST.get("field", ""), request.POST.get("reason", "")
    value = reveals.reveal(key, field, reason, by=viewer_of(request), at=clock.now())
    name = word("identity", field)
    shown = {"name": name, "value": value, "seconds": REVEALED_SECONDS}
    return render(request, "client/revealed.html", shown)


@require_POST
@beside_form("contact-told")
def contact(request: HttpRequest, key: str) -> HttpResponse:
    """Log a contact; with a task or a proposal chosen, that is done by it."""
    kind, _, chosen = request.POST.get("fulfils", "").partition(":")
    done = contacts.log(
        key,
        medium=request.POST.get("medium", ""),
        purpose=request.POST.get("purpose", ""),
        outcome=reaching.outcome(request.POST.get("outcome", "")),
        minutes=_minutes(request.POST.get("minutes", "")),
        task_id=numbered(chosen) if kind == "task" else None,
        proposal_id=chosen if kind == "proposal" else "",
        by=viewer_of(request),
        at=clock.now(),
    )
    return after(request, key, done, say("联系已登记", "Contact logged"))


@require_POST
@beside_form("task-told")
def task(request: HttpRequest, key: str) -> HttpResponse:
    """Set up a task with a client."""
    done = tasks.add(
        request.POST.get("title", ""),
        due_on=day(request.POST.get("due_on", "")),
        client_id=key,
        by=viewer_of(request),
        at=clock.now(),
    )
    return after(request, key, done, say("任务已建立", "Task set up"))


@require_POST
@beside_form("duties-told")
def close(request: HttpRequest, key: str) -> HttpResponse:
    """Mark a task as done."""
    done = tasks.close(
        number(request, "task"),
        outcome=request.POST.get("outcome", ""),
        seen=number(request, "seen"),
        by=viewer_of(request),
        at=clock.now(),
    )
    return after(request, key, done, say("任务已完成", "Task done"))


@require_POST
@beside_form("duties-told")
def change(request: HttpRequest, key: str) -> HttpResponse:
    """Say anew what is to be done next, and until when; what is sent as it stands stays, a day that is past too."""
    viewer, task_id = viewer_of(request), number(request, "task")
    before = listed.one(viewer, task_id)
    due_on, title = day(request.POST.get("due_on", "")), request.POST.get("title", "").strip()
    done = tasks.move(
        task_id,
        seen=number(request, "seen"),
        due_on=due_on if before is None or due_on != before.due_on else None,
        title=title if before is None or title != said(before.title) else "",
        by=viewer,
        at=clock.now(),
    )
    return after(request, key, done, say("任务已修改", "Task changed"))


@require_POST
@beside_form("duties-told")
def accept(request: HttpRequest, key: str) -> HttpResponse:
    """Make a proposal of the night one's task."""
    done = tasks.accept_proposal(request.POST.get("proposal", ""), by=viewer_of(request), at=clock.now())
    return after(request, key, done, say("已加入我的任务", "Added to my tasks"))


@require_POST
@beside_form("note-told")
def note(request: HttpRequest, key: str) -> HttpResponse:
    """Write a note about a client."""
    done = notes.add(key, text_=request.POST.get("text", ""), by=viewer_of(request), at=clock.now())
    return after(request, key, done, say("备注已保存", "Note kept"))


@require_http_methods(["POST", "DELETE"])
@beside_form("tag-told")
def tag(request: HttpRequest, key: str) -> HttpResponse:
    """Hang a word on a client (POST), or take it off (DELETE)."""
    act = tags.add if request.method == "POST" else tags.take_off
    words = request.POST if request.method == "POST" else request.GET
    done = act(key, word=words.get("word", ""), by=viewer_of(request), at=clock.now())
    what = say("标签已添加", "Tag added") if request.method == "POST" else say("标签已去掉", "Tag removed")
    return after(request, key, done, what)


def after(request: HttpRequest, key: str, done: Done, what: Said) -> HttpResponse:
    """Answer an act with the parts of the page it may have changed, and a toast; without scripts, with the page."""
    text = said(what) + (f" · {said(done.warning)}" if done.warning else "")
    night = night_of(request)
    if not request.headers.get("HX-Request") or night is None:
        flash(request, text, done.undo)
        return redirect("client", key=key)
    page = worked(viewer_of(request), key, night, clock.today(night))
    return toast(render(request, "client/after.html", {"page": page}), text, done.undo)


def _minutes(text: str) -> float | None:
    if not text:
        return None
    if not _MINUTES.fullmatch(text):
        raise Refused(say("用时请填分钟数，如 10。", "Give the minutes as a number, as in 10."))
    return float(text)


def day(text: str, what: Said = DUE) -> date:
    """Return a day of a form; raise Refused, saying `what`, where it isn't one."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(what) from error

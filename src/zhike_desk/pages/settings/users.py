"""Users and deputies: asked for here, decided by a second person."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from zhike.base.text import say
from zhike_desk.gate import viewer_of
from zhike_desk.records import clock
from zhike_desk.records.actions import deputies, people
from zhike_desk.records.refusals import Refused
from zhike_desk.ui.speech import told


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Ask for a new user."""
    form = request.POST
    people.add(
        form.get("username", "").strip(),
        role=form.get("role", ""),
        staff_id=form.get("staff_id", "").strip(),
        branch_id=form.get("branch_id", "").strip(),
        display_name=form.get("display_name", "").strip(),
        reason=form.get("reason", ""),
        by=viewer_of(request),
        at=clock.now(),
    )
    return _asked(request)


@require_POST
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Ask that a user be disabled, enabled, given a new first password, or another role, staff number or branch."""
    version = request.POST.get("version", "")
    if request.POST.get("act") == "role" and version.isdecimal() and len(version) <= 9:
        people.change_role(
            number,
            seen=int(version),
            role=request.POST.get("role", ""),
            staff_id=request.POST.get("staff_id", "").strip(),
            branch_id=request.POST.get("branch_id", "").strip(),
            reason=request.POST.get("reason", ""),
            by=viewer_of(request),
            at=clock.now(),
        )
        return _asked(request)
    act = {"disable": people.disable, "enable": people.enable, "password": people.new_password}.get(
        request.POST.get("act", "")
    )
    if act is None or not version.isdecimal() or len(version) > 9:
        raise Refused(say("没有这个操作。", "There is no such act."))
    act(
        number,
        seen=int(version),
        reason=request.POST.get("reason", ""),
        by=viewer_of(request),
        at=clock.now(),
    )
    return _asked(request)


@require_POST
def deputy(request: HttpRequest) -> HttpResponse:
    """Ask that somebody decide in one's place until a day."""
    try:
        who, until = int(request.POST.get("deputy", "")), date.fromisoformat(request.POST.get("until", ""))
    except ValueError as error:
        raise Refused(say("请选择代行人和截止日期。", "Choose a deputy and a last day.")) from error
    deputies.name(
        who, until=until, reason=request.POST.get("reason", ""), by=viewer_of(request), at=clock.now()
    )
    return _asked(request)


@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    """End a deputy's time now."""
    deputies.end(number, by=viewer_of(request), at=clock.now())
    messages.success(request, told("代理已结束。", "The deputy's time has ended."))
    return redirect("settings")


def _asked(request: HttpRequest) -> HttpResponse:
    messages.success(request, told("已提交，等第二人批准。", "Asked for: a second person decides."))
    return redirect("settings")

"""What who leads a panel does: begin, invite, weigh, remind, drop, ask to publish."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from zhike.base.text import say
from zhike_desk.gate import viewer_of
from zhike_desk.pages.ahp.context import kinds
from zhike_desk.records import clock
from zhike_desk.records.actions import panels, valuing
from zhike_desk.records.actions.writing import Refused
from zhike_desk.records.queries import ahp as query
from zhike_desk.records.queries import value_models
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.toasts import flash


@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Ask for a name, a version to begin with and experts; begin the panel with them."""
    viewer = viewer_of(request)
    people = query.people(viewer)
    name, base = request.POST.get("name", ""), request.POST.get("base") or request.GET.get("base", "")
    experts = [int(e) for e in request.POST.getlist("experts") if e.isdecimal()]
    wrong = ""
    if request.method == "POST":
        try:
            done = panels.begin(name, base, experts, by=viewer, at=clock.now())
        except Refused as error:
            wrong = said(error.why)
        else:
            flash(request, told("评议已开始", "The panel has begun"), done.undo)
            return redirect("ahp_panel", int(done.id))
    versions = [(v.name, kinds(v.kinds), bool(v.in_force)) for v in value_models.known(viewer)]
    around = {
        "people": people,
        "versions": versions,
        "name": name,
        "base": base,
        "experts": experts,
        "wrong": wrong,
    }
    return render(request, "ahp/begin.html", around, status=422 if wrong else 200)


@require_POST
def invite(request: HttpRequest, number: int) -> HttpResponse:
    """Invite one more expert."""
    done = panels.invite(number, _number(request, "user"), by=viewer_of(request), at=clock.now())
    flash(request, told("已邀请", "Invited"), done.undo)
    return redirect("ahp_panel", number)


@require_POST
def weigh(request: HttpRequest, number: int) -> HttpResponse:
    """Give an expert's voice another weight."""
    try:
        weight = float(request.POST.get("weight", ""))
    except ValueError as error:
        raise Refused(say("话语权须是 0 到 10 的数。", "A weight is a number from 0 to 10.")) from error
    done = panels.weigh(number, weight, seen=_number(request, "seen"), by=viewer_of(request), at=clock.now())
    flash(request, told("话语权已调整", "Weight changed"), done.undo)
    return _back(request)


@require_POST
def remind(request: HttpRequest, number: int) -> HttpResponse:
    """Remind an expert."""
    done = panels.remind(number, by=viewer_of(request), at=clock.now())
    flash(request, told("已提醒，并列入其任务", "Reminded; it is among their tasks"), done.undo)
    return _back(request)


@require_POST
def dismiss(request: HttpRequest, number: int) -> HttpResponse:
    """Take an invitation back."""
    done = panels.dismiss(number, by=viewer_of(request), at=clock.now())
    flash(request, told("已撤回邀请", "The invitation is taken back"), done.undo)
    return _back(request)


@require_POST
def drop(request: HttpRequest, number: int) -> HttpResponse:
    """Give a panel up."""
    done = panels.drop(number, seen=_number(request, "seen"), by=viewer_of(request), at=clock.now())
    flash(request, told("评议已放弃", "The panel is dropped"), done.undo)
    return redirect("ahp_panel", number)


@require_POST
def publish(request: HttpRequest, number: int) -> HttpResponse:
    """Ask for a panel's model to be published; another person decides."""
    done = valuing.ask_to_publish(
        number,
        request.POST.get("version", ""),
        seen=_number(request, "seen"),
        reason=request.POST.get("reason", ""),
        by=viewer_of(request),
        at=clock.now(),
    )
    flash(request, told("已提交，等待另一人复核", "Asked for; a second person decides"), done.undo)
    return redirect("ahp_panel", number)


@require_POST
def try_out(request: HttpRequest, number: int) -> HttpResponse:
    """Ask for a trial of the draft on the published night."""
    valuing.ask_trial(number, by=viewer_of(request), at=clock.real())
    return redirect(f"{reverse('ahp_panel', args=[number])}#trial")


def _back(request: HttpRequest) -> HttpResponse:
    return redirect("ahp_panel", _number(request, "panel"))


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not text.isdecimal() or len(text) > 12:
        raise Http404
    return int(text)

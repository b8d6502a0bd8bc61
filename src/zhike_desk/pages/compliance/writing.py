"""Compliance, written: complaints answered and closed, freezing and erasing asked for once it was shown whom it is about."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from zhike.base.text import say
from zhike_desk.gate import viewer_of
from zhike_desk.pages.compliance.views import HOLDS, registers
from zhike_desk.records import clock, scope
from zhike_desk.records.actions import complaints
from zhike_desk.records.actions import holds as acting
from zhike_desk.records.queries import holding
from zhike_desk.records.refusals import Refused
from zhike_desk.ui.forms import number
from zhike_desk.ui.speech import told

_UPHELD = {"yes": True, "no": False}


@require_POST
def acknowledge(request: HttpRequest) -> HttpResponse:
    """Write down that a client was told their complaint is looked into."""
    complaints.acknowledge(
        number(request, "complaint"), seen=number(request, "seen"), by=viewer_of(request), at=clock.now()
    )
    messages.success(request, told("已登记答复客户。", "Written down: the client was answered."))
    return redirect("compliance_complaints")


@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Close a complaint: the client was right or wasn't, and what came of it."""
    upheld = request.POST.get("upheld", "")
    if upheld not in _UPHELD:
        raise Refused(say("请选择投诉是否成立。", "Choose whether the complaint was upheld."))
    complaints.close(
        number(request, "complaint"),
        upheld=_UPHELD[upheld],
        outcome=request.POST.get("outcome", ""),
        seen=number(request, "seen"),
        by=viewer_of(request),
        at=clock.now(),
    )
    messages.success(request, told("投诉已办结，今夜写入。", "Complaint closed; the night takes it in."))
    return redirect("compliance_complaints")


@require_http_methods(["GET", "POST"])
def hold(request: HttpRequest) -> HttpResponse:
    """Show whom a freeze or an erasure would be about (GET); ask for it (POST)."""
    if request.method == "GET":
        return _whom(request)
    acting.hold(
        request.POST.get("client", "").strip(),
        kind=request.POST.get("kind", ""),
        reason=request.POST.get("reason", ""),
        by=viewer_of(request),
        at=clock.now(),
    )
    return _asked(request)


def _whom(request: HttpRequest) -> HttpResponse:
    viewer, kind = viewer_of(request), request.GET.get("kind", "")
    subject = holding.subject(viewer, request.GET.get("client", "").strip(), scope.day_of(clock.now()))
    if subject is None or kind not in HOLDS:
        raise Refused(
            say("没有这个客户号，请核对后重填。", "There is no client of this number: look it up again.")
        )
    shown = {
        "subject": subject,
        "kind": kind,
        "measure": told(*HOLDS[kind]),
        "registers": registers(viewer, "compliance_holds"),
    }
    return render(request, "compliance/whom.html", shown)


@require_POST
def lift(request: HttpRequest) -> HttpResponse:
    """Ask that a frozen client be seen again."""
    client, reason = request.POST.get("client", ""), request.POST.get("reason", "")
    acting.lift(client, reason=reason, by=viewer_of(request), at=clock.now())
    return _asked(request)


def _asked(request: HttpRequest) -> HttpResponse:
    messages.success(
        request, told("已提交，等另一位合规人员批准。", "Asked for: another person of compliance decides.")
    )
    return redirect("compliance_holds")

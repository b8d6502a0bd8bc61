"""Compliance."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from zhike_desk.gate import viewer_of
from zhike_desk.records import clock
from zhike_desk.records.actions import holds
from zhike_desk.records.queries import approvals, people
from zhike_desk.records.queries import compliance as query
from zhike_desk.ui.frame import night_of
from zhike_desk.ui.speech import told
from zhike_desk.ui.words import word

STATES = {
    "expired": ("已过期", "Expired"),
    "expiring": ("30 天内到期", "Within 30 days"),
    "missing": ("未测评", "Never made"),
}
HOLDS = {"frozen": ("封存", "Frozen"), "erased": ("删除", "Erased")}


@require_GET
def compliance(request: HttpRequest) -> HttpResponse:
    """Show the registers within the viewer's scope."""
    viewer, night = viewer_of(request), night_of(request)
    if night is None:
        return render(request, "compliance/compliance.html", {"night_missing": True})
    state = request.GET.get("state", "expired")
    state = state if state in STATES else "expired"
    found = query.assessments(viewer, clock.today(night), state)
    context = {
        "assessments": found,
        "tabs": [(name, told(*names), found.counts[name], name == state) for name, names in STATES.items()],
        "consents": [(e, word("consent", e.kind)) for e in query.consents(viewer)],
        "opted_out": query.opted_out(viewer),
        "holds": viewer.may("client.hold") is not None,
        "held": [(h, told(*HOLDS[h.kind])) for h in query.held(viewer)] if viewer.may("client.held") else [],
        "changes_users": viewer.may("users.write") is not None,
        "users": people.users(viewer) if viewer.may("users.view") else [],
        "waiting": approvals.count_waiting(viewer, clock.now()),
    }
    return render(request, "compliance/compliance.html", context)


@require_POST
def hold(request: HttpRequest) -> HttpResponse:
    """Ask that a client be frozen or erased."""
    holds.hold(
        request.POST.get("client", "").strip(),
        kind=request.POST.get("kind", ""),
        reason=request.POST.get("reason", ""),
        by=viewer_of(request),
        at=clock.now(),
    )
    return _asked(request)


@require_POST
def lift(request: HttpRequest) -> HttpResponse:
    """Ask that a frozen client be seen again."""
    client, reason = request.POST.get("client", ""), request.POST.get("reason", "")
    holds.lift(client, reason=reason, by=viewer_of(request), at=clock.now())
    return _asked(request)


def _asked(request: HttpRequest) -> HttpResponse:
    messages.success(
        request, told("已提交，等另一位合规人员批准。", "Asked for: another person of compliance decides.")
    )
    return redirect("compliance")

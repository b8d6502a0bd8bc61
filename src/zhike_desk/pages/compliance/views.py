"""Compliance, read: a register each, those the viewer may see as tabs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from zhike_desk.gate import viewer_of
from zhike_desk.records import clock
from zhike_desk.records.queries import approvals, people
from zhike_desk.records.queries import complaints as complaint_register
from zhike_desk.records.queries import compliance as query
from zhike_desk.records.queries.nights import Shown
from zhike_desk.records.viewer import Viewer
from zhike_desk.ui.frame import night_of
from zhike_desk.ui.speech import told
from zhike_desk.ui.words import word

STATES = {
    "expired": ("已过期", "Expired"),
    "expiring": ("{n} 天内到期", "Within {n} days"),
    "missing": ("未测评", "Never made"),
}
HOLDS = {"frozen": ("封存", "Frozen"), "erased": ("删除", "Erased")}
COMPLAINTS = {
    "open": ("未办结", "Open"),
    "late": ("逾期", "Overdue"),
    "closed": ("已办结", "Closed"),
}
_REGISTERS = (
    ("compliance", "compliance.view", "风险测评", "Risk assessments"),
    ("compliance_consents", "consent.read", "授权与拒绝", "Consent"),
    ("compliance_complaints", "complaint.read", "投诉", "Complaints"),
    ("compliance_holds", "client.held", "封存与删除", "Frozen and erased"),
    ("compliance_roles", "users.view", "角色", "Roles"),
)


_Register = Callable[[HttpRequest, Shown], HttpResponse]


def with_night(register: _Register) -> Callable[[HttpRequest], HttpResponse]:
    """Show a register once a night has run: before it there are no clients to tell of."""

    @wraps(register)
    def shown(request: HttpRequest) -> HttpResponse:
        night = night_of(request)
        if night is None:
            return _shown(request, "compliance", {"night_missing": True}, here=_here(register.__name__))
        return register(request, night)

    return shown


@require_GET
@with_night
def compliance(request: HttpRequest, night: Shown) -> HttpResponse:
    """Show the register of risk assessments, a page of one state."""
    found = query.assessments(viewer_of(request), clock.today(night), dict(request.GET.lists()))
    context = {
        "register": found,
        "tabs": [
            (n, told(*words).format(n=found.ahead), found.counts[n], n == found.state)
            for n, words in STATES.items()
        ],
        "list_query": _in_list(found, clock.today(night)),
    }
    return _shown(request, "compliance", context)


def _in_list(found: query.Assessments, today: date) -> str:
    """Return what the list of clients is asked for to show the same people, where exports and bulk acts are; empty where it can't."""
    last = today + timedelta(days=found.ahead)
    days = {
        "expired": {"risk_valid_until.max": str(today - timedelta(days=1))},
        "expiring": {"risk_valid_until.min": str(today), "risk_valid_until.max": str(last)},
    }.get(found.state)
    return urlencode({"kind": "individual", **days}) if days else ""


@require_GET
@with_night
def consents(request: HttpRequest, night: Shown) -> HttpResponse:
    """Show what clients agreed to and refused: the desk's own entries, or those of the files."""
    found = query.consents(viewer_of(request), dict(request.GET.lists()))
    entries = [(e, word("consent", e.kind)) for e in found.entries]
    return _shown(request, "consents", {"register": found, "entries": entries})


@require_GET
@with_night
def complaints(request: HttpRequest, night: Shown) -> HttpResponse:
    """Show complaints of one state with the days they are due."""
    viewer = viewer_of(request)
    today = clock.today(night)
    found = complaint_register.register(viewer, dict(request.GET.lists()), today)
    context = {
        "register": found,
        "tabs": [(n, told(*words), found.counts[n], n == found.state) for n, words in COMPLAINTS.items()],
        "today": today,
        "may_write": viewer.may("care.write") is not None,
        "rules": found.rules,
    }
    return _shown(request, "complaints", context)


@require_GET
@with_night
def holds(request: HttpRequest, night: Shown) -> HttpResponse:
    """Show who is frozen or erased, and the form that begins with whose number it is."""
    viewer = viewer_of(request)
    held = [(h, told(*HOLDS[h.kind])) for h in query.held(viewer)]
    return _shown(request, "holds", {"held": held, "holds": viewer.may("client.hold") is not None})


@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    """Show who has which role."""
    viewer = viewer_of(request)
    context = {"users": people.users(viewer), "changes_users": viewer.may("users.write") is not None}
    return _shown(request, "roles", context)


def _shown(request: HttpRequest, name: str, context: Mapping[str, Any], *, here: str = "") -> HttpResponse:
    viewer = viewer_of(request)
    frame = {
        "registers": registers(viewer, here or _here(name)),
        "waiting": approvals.count_waiting(viewer, clock.now(night_of(request))),
    }
    return render(request, f"compliance/{name}.html", {**frame, **context})


def _here(name: str) -> str:
    """Return the route of the register called so."""
    return "compliance" if name == "compliance" else f"compliance_{name}"


def registers(viewer: Viewer, here: str) -> list[tuple[str, str, bool]]:
    """Return the registers that `viewer` may see: address, name, whether it is the one shown."""
    return [(reverse(r), told(zh, en), r == here) for r, action, zh, en in _REGISTERS if viewer.may(action)]

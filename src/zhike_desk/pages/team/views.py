"""The team."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from zhike_desk.gate import viewer_of
from zhike_desk.pages.team import whys
from zhike_desk.records import clock
from zhike_desk.records.actions import moves
from zhike_desk.records.queries import team as query
from zhike_desk.ui.frame import night_of
from zhike_desk.ui.speech import told

_BETWEEN = re.compile(r"[\s,，、;；]+")


@require_GET
def team(request: HttpRequest) -> HttpResponse:
    """Show the staff the viewer may see, and the hand-overs that stand."""
    viewer, night = viewer_of(request), night_of(request)
    found = query.rows(viewer, clock.now())
    moving = viewer.may("client.move") is not None
    names = {row.staff_id: row.name for row in found}
    gone = [row for row in found if row.left_on is not None]
    context = {
        "rows": [row for row in found if row.left_on is None],
        "gone": gone,
        "gone_count": len(gone),
        "moving": moving,
        "receivers": query.receivers(viewer) if moving else [],
        "moves": [
            (m, _called(m.from_staff, names), _called(m.to_staff, names)) for m in query.handed_over(viewer)
        ],
        "opens": viewer.may("client.list") is not None,
        "why": whys.table(night.as_of) if night is not None else None,
    }
    return render(request, "team/team.html", context)


def _called(staff: str, names: Mapping[str, str]) -> str:
    return f"{names.get(staff, '')} {staff}".strip()


@require_GET
def why(request: HttpRequest, staff: str) -> HttpResponse:
    """Say why the figures of one member of staff are what they are; loaded when it is asked for."""
    viewer, night = viewer_of(request), night_of(request)
    found = query.rows(viewer, clock.now(), staff)
    if night is None or not found:
        raise Http404
    figures = whys.member(found[0], query.graded(viewer, staff), night.as_of)
    return render(request, "parts/whys.html", {"title": f"{found[0].name} {staff}", "figures": figures})


@require_POST
def hand_over(request: HttpRequest) -> HttpResponse:
    """Ask that clients be served by somebody else; a second person decides."""
    numbers = [n for n in _BETWEEN.split(request.POST.get("clients", "")) if n]
    moves.hand_over(
        numbers,
        to_staff=request.POST.get("to", ""),
        reason=request.POST.get("reason", ""),
        by=viewer_of(request),
        at=clock.now(),
    )
    messages.success(
        request,
        told(f"已申请移交 {len(numbers)} 位客户，等第二人批准。", f"Asked for: {len(numbers)} clients."),
    )
    return redirect("team")

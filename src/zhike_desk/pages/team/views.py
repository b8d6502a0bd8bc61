"""The team."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhike_desk.gate import viewer_of
from zhike_desk.pages.team import whys
from zhike_desk.records import clock
from zhike_desk.records.queries import team as query
from zhike_desk.ui.frame import night_of


@require_GET
def team(request: HttpRequest) -> HttpResponse:
    """Show the staff the viewer may see, and the hand-overs that stand."""
    viewer, night = viewer_of(request), night_of(request)
    found = query.rows(viewer, clock.now())
    moving = viewer.may("client.move") is not None
    gone = [row for row in found if row.left_on is not None]
    context = {
        "rows": [row for row in found if row.left_on is None],
        "gone": gone,
        "gone_count": len(gone),
        "moving": moving,
        "books": [row for row in found if row.clients] if moving else [],
        "moves": query.handed_over(viewer),
        "opens": viewer.may("client.list") is not None,
        "why": whys.table(night.as_of) if night is not None else None,
    }
    return render(request, "team/team.html", context)


@require_GET
def why(request: HttpRequest, staff: str) -> HttpResponse:
    """Say why the figures of one member of staff are what they are; loaded when it is asked for."""
    viewer, night = viewer_of(request), night_of(request)
    found = query.rows(viewer, clock.now(), staff)
    if night is None or not found:
        raise Http404
    figures = whys.member(found[0], query.graded(viewer, staff), night.as_of)
    return render(request, "parts/whys.html", {"title": f"{found[0].name} {staff}", "figures": figures})

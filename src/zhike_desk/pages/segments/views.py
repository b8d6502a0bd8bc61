"""The segments."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhike_desk.gate import viewer_of
from zhike_desk.pages.segments import whys
from zhike_desk.pages.segments.context import asked, build
from zhike_desk.records.queries import segments as query
from zhike_desk.ui.frame import night_of


@require_GET
def segments(request: HttpRequest) -> HttpResponse:
    """Show the map of the clients within the viewer's scope, narrowed as the URL asks."""
    viewer = viewer_of(request)
    night = night_of(request)
    if night is None:
        return render(request, "segments/segments.html", {"page": None})
    state = query.asked(viewer, dict(request.GET.lists()))
    found = query.segments(viewer, state)
    page = build(
        asked(request.GET, state),
        found,
        query.flows(viewer),
        staff=query.staff(viewer),
        reach=viewer.need("segment.view"),
        night=night.as_of,
        listed=viewer.may("client.list") is not None,
    )
    exports = viewer.may("export.small") is not None
    return render(request, "segments/segments.html", {"page": page, "exports": exports})


@require_GET
def why(request: HttpRequest) -> HttpResponse:
    """Say why one figure of the map is what it is; loaded when it is asked for."""
    viewer, night = viewer_of(request), night_of(request)
    if night is None:
        raise Http404
    of, state = whys.classes(request.GET), query.asked(viewer, dict(request.GET.lists()))
    shown = asked(request.GET, state)
    graded = query.graded(viewer, state, of) if "quadrant" in of or len(of) == 2 else ()
    title, figure = whys.spot(query.segments(viewer, state), shown.show, of, graded, night.as_of)
    return render(request, "parts/whys.html", {"title": title, "figures": [figure]})

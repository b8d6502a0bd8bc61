"""The palette: what fits a few letters; and the way back from an act."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from zhike_desk.gate import viewer_of
from zhike_desk.pages.palette import context
from zhike_desk.records import clock
from zhike_desk.records.actions import undo as act
from zhike_desk.records.queries import search
from zhike_desk.ui.frame import night_of, places
from zhike_desk.ui.speech import told


@require_GET
def palette(request: HttpRequest) -> HttpResponse:
    """Answer with at most eight options that fit `q`: clients, then pages, then acts."""
    viewer, text = viewer_of(request), request.GET.get("q", "").strip()
    listed = night_of(request) is not None and viewer.may(search.ACTION) is not None
    found = search.clients(viewer, text, context.MOST_CLIENTS) if listed else []
    return render(
        request, "palette/found.html", {"groups": context.groups(viewer, text, found, places(request))}
    )


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take an act back by its code: without an answer for a script, else back to where the viewer was."""
    act.undo(request.POST.get("code", ""), by=viewer_of(request), at=clock.now())
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    messages.success(request, told("已撤销。", "Undone."))
    back = request.POST.get("next", "/")
    return redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else "/")

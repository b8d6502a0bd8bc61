"""One client, read."""

from __future__ import annotations

from urllib.parse import parse_qs

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from zhike_desk.gate import viewer_of
from zhike_desk.pages.client import whys
from zhike_desk.pages.client.context import build
from zhike_desk.pages.client.money_view import USUAL, attribution_view
from zhike_desk.pages.client.reasons import listed
from zhike_desk.pages.client.stream_view import stream_view
from zhike_desk.pages.client.whys import Ground
from zhike_desk.records import clock
from zhike_desk.records.actions import seeing
from zhike_desk.records.queries import client as query
from zhike_desk.records.queries import clients, reference
from zhike_desk.records.queries import timeline as stream
from zhike_desk.records.queries.beside import beside
from zhike_desk.ui.frame import night_of


@require_GET
def client(request: HttpRequest, key: str) -> HttpResponse:
    """Show a client, whole; `?in=` is the list they were come from, for the clients beside them."""
    viewer, night = viewer_of(request), night_of(request)
    if night is None:
        return render(request, "client/none.html")
    found = query.portrait(viewer, key, night)
    seeing.seen(found.row.client_id, by=viewer, at=clock.now(night))
    near = beside(viewer, found, request.GET.get("in"))
    page = build(found, night, viewer, near, clock.today(night))
    return render(request, "client/client.html", {"page": page})


@require_GET
def timeline(request: HttpRequest, key: str) -> HttpResponse:
    """Show a page of a client's timeline: narrowed to `?kind=`, older than `?after=`."""
    viewer, night = viewer_of(request), night_of(request)
    if night is None:
        return render(request, "client/none.html")
    only, after = request.GET.get("kind", ""), request.GET.get("after", "")
    found = stream.page(viewer, key, night, only=only, after=after)
    shown = stream_view(found, only=only, after=after, private=viewer.may("care.read") is not None)
    name = "client/days.html" if after else "client/stream.html"
    return render(request, name, {"stream": shown, "key": key})


@require_GET
def attribution(request: HttpRequest, key: str) -> HttpResponse:
    """Show where profit came from over `?window=` trading days."""
    window, night = request.GET.get("window", ""), night_of(request)
    found, held = query.attributed(viewer_of(request), key)
    shown = attribution_view(found, int(window) if window.isdecimal() and len(window) < 5 else USUAL)
    why = whys.attribution(shown.chosen, night, held) if shown is not None and night is not None else None
    return render(request, "client/attribution.html", {"attribution": shown, "key": key, "why": why})


@require_GET
def why(request: HttpRequest, key: str) -> HttpResponse:
    """Say why what the list `?in=` shows of a client is what it is; loaded when it is asked for, and a look at the client like any other."""
    viewer, night = viewer_of(request), night_of(request)
    if night is None:
        raise Http404
    state = clients.asked(parse_qs(request.GET.get("in", "")))
    found = query.explained(viewer, key)
    seeing.seen(found.row.client_id, by=viewer, at=clock.now(night))
    shown = {
        "title": " ".join(part for part in (found.name, found.number) if part),
        "url": reverse("client", args=[found.key]),
        "figures": listed(Ground(found, reference.meanings(night), night), state),
    }
    return render(request, "parts/whys.html", shown)

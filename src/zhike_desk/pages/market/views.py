"""The market."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhike_desk.gate import viewer_of
from zhike_desk.pages.market.context import Asked, asked, build
from zhike_desk.pages.market.course import wave_word
from zhike_desk.records.queries import market as query
from zhike_desk.records.viewer import Viewer
from zhike_desk.ui.frame import night_of


@require_GET
def market(request: HttpRequest) -> HttpResponse:
    """Show the market over the window the URL asks for."""
    viewer, state = viewer_of(request), asked(request.GET)
    days = _days(request, viewer, state)
    page = build(state, days, query.runs(viewer, days), query.phases(viewer)) if days else None
    return render(request, "market/market.html", {"page": page})


@require_GET
def days(request: HttpRequest) -> HttpResponse:
    """Show the days of the window as a table, the newest first; loaded when it is opened."""
    state = asked(request.GET)
    shown = _days(request, viewer_of(request), state)[-state.most :]
    rows = [(day, wave_word(day.wave)) for day in reversed(shown)]
    return render(request, "market/days.html", {"rows": rows})


def _days(request: HttpRequest, viewer: Viewer, state: Asked) -> tuple[query.Day, ...]:
    return query.days(viewer, state.read) if night_of(request) else ()

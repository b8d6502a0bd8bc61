"""The list of clients."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhike_desk.gate import viewer_of
from zhike_desk.pages.clients.context import LISTED, build
from zhike_desk.records.queries import clients as query
from zhike_desk.records.queries import listing, nights
from zhike_desk.records.queries.views import saved


@require_GET
def clients(request: HttpRequest) -> HttpResponse:
    """Show one page of the clients the URL asks for; only the table when the page is already there."""
    viewer = viewer_of(request)
    state = query.asked(dict(request.GET.lists()))
    hidden = viewer.need("client.list").pseudonym
    found = build(state, query.page(viewer, state), pseudonym=hidden) if nights.shown() else None
    name = "clients/table.html" if request.htmx.target == "list" else "clients/clients.html"  # type: ignore[attr-defined]
    return render(request, name, {"page": found, "views": saved(viewer, "clients")})


@require_GET
def count(request: HttpRequest) -> HttpResponse:
    """Say how many clients the URL asks for, up to a cap; loaded after the table."""
    viewer = viewer_of(request)
    number, more = query.count(viewer, query.asked(dict(request.GET.lists())))
    return render(request, "clients/count.html", {"number": number, "more": more})


@require_GET
def measures(request: HttpRequest) -> HttpResponse:
    """List the measures one may filter by or add as a column."""
    state = query.asked(dict(request.GET.lists()))
    groups: dict[str, list[query.MeasureName]] = {}
    for measure in query.measures():
        groups.setdefault(measure.group, []).append(measure)
    rest = listing.written(state, LISTED)
    return render(request, "clients/measures.html", {"groups": groups, "rest": rest, "set": state.measures})

"""Handing clients over: whom it would be about, to whom and why; a second person decides."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from zhike.base.text import say
from zhike_desk.gate import viewer_of
from zhike_desk.records import clock
from zhike_desk.records.actions import moves
from zhike_desk.records.actions.writing import BULK_ROWS
from zhike_desk.records.queries import handing as query
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Viewer
from zhike_desk.ui.acts import who
from zhike_desk.ui.speech import told

_BETWEEN = re.compile(r"[\s,，、;；]+")


@require_http_methods(["GET", "POST"])
def form(request: HttpRequest) -> HttpResponse:
    """Show the clients chosen in a list, all that it asks for, or all that one of the staff serves, and ask to whom and why."""
    viewer = viewer_of(request)
    whole = _whole(request)
    ids = _asked(whole, request, viewer)
    if not ids:
        raise Refused(say("没有可移交的客户。", "There is no client to hand over."))
    found = query.handed(ids, by=viewer)
    large = found.rows > BULK_ROWS
    context = {
        "found": found,
        "more": found.rows - len(found.named),
        "large": large,
        "receivers": [r for r in query.receivers(viewer) if r.staff_id != whole.get("staff")],
        "fields": [
            *(whole.items() if large and whole else [("clients", " ".join(ids))]),
            *([("typed", found.rows)] if large else []),
        ],
        "whose": who(whole["staff"]) if "staff" in whole else "",
    }
    return render(request, "team/hand_over.html", context)


@require_POST
def hand_over(request: HttpRequest) -> HttpResponse:
    """Ask that clients be served by somebody else; a second person decides."""
    viewer = viewer_of(request)
    whole = {name: request.POST[name][:2_000] for name in ("staff", "query") if name in request.POST}
    ids, typed = _asked(whole, request, viewer), request.POST.get("typed", "")
    moves.hand_over(
        ids,
        to_staff=request.POST.get("to", ""),
        reason=request.POST.get("reason", ""),
        typed=int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 9 else None,
        by=viewer,
        at=clock.now(),
    )
    sentence = told(
        f"已申请移交 {len(ids):,} 位客户，等第二人批准。",
        f"Asked to hand over {len(ids):,} clients; a second person decides.",
    )
    messages.success(request, sentence)
    return redirect("team")


def _whole(request: HttpRequest) -> dict[str, str]:
    """Return what asks for more than who is ticked: one of the staff, or all of a list (its URL's query); empty for neither."""
    if request.GET.get("staff"):
        return {"staff": request.GET["staff"][:40]}
    return {"query": request.GET.urlencode()} if request.POST.get("all") == "1" else {}


def _asked(whole: dict[str, str], request: HttpRequest, viewer: Viewer) -> Sequence[str]:
    """Return the numbers of the clients meant; ticked ones as `key`, typed ones as `clients`, blanks or commas between."""
    if "staff" in whole:
        return query.of_staff(whole["staff"], by=viewer)
    if "query" in whole:
        return query.of_list(whole["query"], by=viewer)
    typed = [n for n in _BETWEEN.split(request.POST.get("clients", "")) if n]
    return list(dict.fromkeys([*request.POST.getlist("key"), *typed]))[: query.MOST + 1]

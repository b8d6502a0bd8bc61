"""Pages for what can't be shown: missing or not permitted (the same), refused, changed by somebody else, broken."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from zhike_desk.records.actions.writing import Conflict, Refused
from zhike_desk.ui.speech import said
from zhike_desk.ui.words import word


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is no such thing, or that the viewer may not see it."""
    return render(request, "errors/missing.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the form was too old."""
    return render(request, "errors/forbidden.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """Say that something of ours broke; without a frame, which may be what broke."""
    return render(request, "errors/broken.html", status=500)


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """Say why an action was refused."""
    name = "errors/refused_part.html" if request.headers.get("HX-Request") else "errors/refused.html"
    return render(request, name, {"why": said(error.why)}, status=422)


def conflict(request: HttpRequest, error: Conflict) -> HttpResponse:
    """Show what somebody else wrote meanwhile beside what the viewer wanted, field by field."""
    rows = [
        (word("field", name), _shown(error.theirs[name]), _shown(mine)) for name, mine in error.mine.items()
    ]
    name = "errors/conflict_part.html" if request.headers.get("HX-Request") else "errors/conflict.html"
    return render(request, name, {"rows": rows}, status=409)


def _shown(value: Any) -> Any:
    """Write a moment and a day as pages do; everything else as it is."""
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else value

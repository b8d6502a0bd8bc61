"""What has just been done, said in passing, with the way to undo it."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse


def toast(response: HttpResponse, text: str, undo: str = "", *events: str) -> HttpResponse:
    """Let an htmx answer show a toast, and tell the page of `events`; `undo` is the code of a `Done`, empty where it can't be undone."""
    told = {"toast": {"text": text, "undo": undo}}
    response.headers["HX-Trigger"] = json.dumps({**told, **{event: {} for event in events}})
    return response


def flash(request: HttpRequest, text: str, undo: str = "") -> None:
    """Show a toast on the page a redirect leads to."""
    messages.info(request, text, extra_tags=f"undo:{undo}" if undo else "")

"""Help."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhike_desk.pages.help import context, shelf
from zhike_desk.ui.speech import language


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Show what there is to read, and the keys."""
    return render(request, "help/index.html", context.index())


@require_GET
def note(request: HttpRequest, note: str) -> HttpResponse:
    """Show one note, long ones a part at a time: the page for users, or (`?full=1`) the whole for who checks the method."""
    full = request.GET.get("full") == "1"
    found = shelf.note(note) if full else shelf.page(note, language())
    if found is None:
        raise Http404
    given = request.GET.get("part", "0")
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
    if number >= len(found.parts):
        raise Http404
    return render(request, "help/note.html", context.note(found, number, full=full))

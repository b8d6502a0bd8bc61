"""The page of parts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhike_desk.pages.parts.context import shown


@require_GET
def parts(request: HttpRequest) -> HttpResponse:
    """Show every part with the lines that make it."""
    return render(request, "parts/parts.html", shown(request))

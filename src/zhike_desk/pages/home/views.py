"""The way in."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from zhike_desk.ui.frame import THEMES, places

_YEAR = 365 * 24 * 3600


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the first page the viewer's role may see."""
    found = places(request)
    if not found:
        raise Http404
    return redirect(found[0].url)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language that was chosen."""
    chosen = request.POST.get("language", "")
    return _remembered(
        request, settings.LANGUAGE_COOKIE_NAME, chosen, [code for code, _ in settings.LANGUAGES]
    )


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember the colours that were chosen."""
    return _remembered(request, "zhike_theme", request.POST.get("theme", ""), THEMES)


@require_GET
def healthy(request: HttpRequest) -> HttpResponse:
    """Say that the desk answers; `zhike serve` waits for it."""
    return HttpResponse("ok\n", content_type="text/plain")


def _remembered(request: HttpRequest, cookie: str, chosen: str, known: list[str]) -> HttpResponse:
    back = request.POST.get("next", "/")
    response = redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else "/")
    if chosen in known:
        response.set_cookie(cookie, chosen, max_age=_YEAR, samesite="Lax", secure=settings.HTTPS)
    return response

"""Every route of the desk: each page brings its own (`pages/<page>/urls.py`); the API stands beside them."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from django.urls import URLPattern, URLResolver, include, path

from zhike_desk import pages

# From the last letter on: `clients` (the words below clients/) is asked before `client` (any number below it).
PAGES = sorted((found.name for found in iter_modules(pages.__path__) if found.ispkg), reverse=True)

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("allauth.urls")),
    *(path("", include(f"zhike_desk.pages.{page}.urls")) for page in PAGES),
]
for _room in ("zhike_desk.api.urls",):
    urlpatterns += import_module(_room).urlpatterns

handler404 = "zhike_desk.ui.errors.missing"
handler500 = "zhike_desk.ui.errors.broken"
handler403 = "zhike_desk.ui.errors.forbidden"

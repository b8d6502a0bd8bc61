"""Routes of the API: `/api/…`, and what describes them, `/api/openapi.json`."""

from __future__ import annotations

from importlib import import_module

from django.urls import URLPattern, URLResolver, path

from zhike_desk.api.door import api, router

for _room in ("reading", "branch", "writing", "hearing", "working"):
    import_module(f"zhike_desk.api.{_room}")  # its operations stand on the router once it is imported
api.add_router("", router)
urlpatterns: list[URLPattern | URLResolver] = [path("api/", api.urls)]

"""Routes of the API: `/api/…`, and what describes them, `/api/openapi.json`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from zhike_desk.api import reading, writing
from zhike_desk.api.door import api

api.add_router("", reading.router)
api.add_router("", writing.router)
urlpatterns: list[URLPattern | URLResolver] = [path("api/", api.urls)]

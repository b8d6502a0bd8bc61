"""The Django application of the pages."""

from __future__ import annotations

from django.apps import AppConfig


class Pages(AppConfig):
    """The pages: each a folder with views, a context, routes, templates and static files."""

    name = "zhike_desk.pages"
    label = "pages"

"""The Django application of the API."""

from __future__ import annotations

from django.apps import AppConfig


class Api(AppConfig):
    """The queries and actions of the desk over HTTP."""

    name = "zhike_desk.api"
    label = "api"

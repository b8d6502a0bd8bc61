"""The Django application of the book: its tables come from the night, never from a migration."""

from __future__ import annotations

from django.apps import AppConfig


class Book(AppConfig):
    """What the night published (`records.models.book`)."""

    name = "zhike_desk.records.book"
    label = "book"

"""The Django application that owns every table."""

from __future__ import annotations

from django.apps import AppConfig


class Records(AppConfig):
    """Tables, who may see which rows, what may be done to them, and the log of what was."""

    name = "zhike_desk.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Follow the published book on every connection; ring for every job; write sign-ins down; know our own checks."""
        from zhike_desk.records import checks, following, queue
        from zhike_desk.records.actions import signing

        following.begin()
        queue.begin()
        checks.begin()
        signing.begin()

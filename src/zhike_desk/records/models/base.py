"""What every editable record has."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Kept(models.Model):
    """A record that people edit: its version rises with each edit, so that nobody overwrites what they haven't seen."""

    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        """Abstract."""

        abstract = True
        ordering: ClassVar[list[str]] = ["id"]

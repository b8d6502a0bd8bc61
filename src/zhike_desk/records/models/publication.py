"""Which generation the desk shows."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Publication(models.Model):
    """One generation loaded into a book: `place` names its file (SQLite) or its schema (PostgreSQL)."""

    generation_id = models.CharField(max_length=64)
    as_of = models.DateField()
    place = models.CharField(max_length=200, unique=True)
    rows = models.JSONField(default=dict)
    seconds = models.FloatField()
    published_at = models.DateTimeField()
    summary = models.JSONField(default=dict)

    class Meta:
        """Newest last."""

        ordering: ClassVar = ["id"]


class Pointer(models.Model):
    """The one row that says which publication readers see; moving it is the switch."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT)

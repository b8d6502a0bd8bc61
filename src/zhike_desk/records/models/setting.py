"""What a branch sets, and the views its people save."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from zhike_desk.records.models.base import Kept
from zhike_desk.records.models.person import User


class Setting(Kept):
    """One setting of the desk, by name; what has no row has its default (`records.settings`)."""

    name = models.CharField(max_length=60, unique=True)
    value = models.JSONField()


class SavedView(Kept):
    """A list as somebody left it (its URL's query), named; one's own, or the whole branch's."""

    page = models.CharField(max_length=20)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=2000)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="views")
    branch_id = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        """Listed by page, its owner's or its branch's."""

        indexes: ClassVar = [
            models.Index(fields=["page", "branch_id"]),
            models.Index(fields=["owner", "page"]),
        ]

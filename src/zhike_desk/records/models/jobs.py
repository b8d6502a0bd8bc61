"""Long work: asked for on a page, done by the worker, seen while it runs."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from zhike_desk.records.models.base import Kept
from zhike_desk.records.models.person import User


class Job(Kept):
    """One piece of long work; `result` names what came of it (a file's name, counts), `error` why nothing did."""

    STATES = ("waiting", "running", "done", "failed", "cancelled")

    kind = models.CharField(max_length=20)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="waiting", choices=[(s, s) for s in STATES])
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True, blank=True)
    step = models.CharField(max_length=200, blank=True, default="")
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True, default="")
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    cancel_asked = models.BooleanField(default=False)

    class Meta:
        """The worker looks for what waits."""

        indexes: ClassVar = [models.Index(fields=["state", "id"]), models.Index(fields=["kind", "id"])]

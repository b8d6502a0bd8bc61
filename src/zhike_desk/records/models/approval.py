"""What needs a second person, and who may stand in for a head."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from zhike_desk.records.models.base import Kept
from zhike_desk.records.models.person import User


class Approval(Kept):
    """An act one person asked for and another decides: `action` is its name in policy.yaml, `payload` its arguments."""

    STATES = ("asked", "done", "refused", "withdrawn", "failed")

    action = models.CharField(max_length=60)
    branch_id = models.CharField(max_length=40, blank=True, default="")
    payload = models.JSONField()
    summary = models.CharField(max_length=300)
    reason = models.CharField(max_length=200)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, default="asked", choices=[(s, s) for s in STATES])
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    remark = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        """What waits is listed by action."""

        indexes: ClassVar = [models.Index(fields=["state", "action", "id"])]


class Deputy(Kept):
    """Somebody who decides in a head's place, named by the head, approved by compliance."""

    head = models.ForeignKey(User, on_delete=models.PROTECT, related_name="deputies")
    deputy = models.ForeignKey(User, on_delete=models.PROTECT, related_name="deputy_of")
    until = models.DateField()
    ended_at = models.DateTimeField(null=True, blank=True)

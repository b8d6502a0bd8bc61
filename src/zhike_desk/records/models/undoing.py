"""How an act is taken back."""

from __future__ import annotations

from django.db import models

from zhike_desk.records.models.person import User


class Inverse(models.Model):
    """The stored inverse of one act: who may use it, until when, and the versions it must still find."""

    code = models.CharField(max_length=40, unique=True)
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    action = models.CharField(max_length=60)
    payload = models.JSONField()
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

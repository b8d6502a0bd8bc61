"""The log of who saw, revealed, changed, exported what: a chain of HMACs, so that an edit, a cut or a swap shows."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class AuditRow(models.Model):
    """One act. `mac` is HMAC-SHA-256 over the row and the mac before it, with a key kept outside the database."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.CharField(max_length=32)
    actor = models.CharField(max_length=150)
    role = models.CharField(max_length=12)
    action = models.CharField(max_length=60)
    kind = models.CharField(max_length=40, blank=True, default="")
    object_id = models.CharField(max_length=80, blank=True, default="")
    detail = models.TextField(default="{}")
    mac = models.CharField(max_length=64)

    class Meta:
        """Looked through by object and by actor."""

        ordering: ClassVar = ["seq"]
        indexes: ClassVar = [
            models.Index(fields=["kind", "object_id", "seq"]),
            models.Index(fields=["actor", "seq"]),
            models.Index(fields=["action", "seq"]),
        ]


class AuditHead(models.Model):
    """The end of the chain (one row): whoever appends locks it first."""

    seq = models.BigIntegerField(default=0)
    mac = models.CharField(max_length=64, default="")

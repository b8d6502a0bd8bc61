"""People who sign in, and programs that call the API."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models

ROLES = ("manager", "adviser", "head", "analyst", "compliance", "admin")


class User(AbstractUser):
    """Somebody who signs in: one role, the staff number that ties them to their clients, the branch they work in."""

    role = models.CharField(max_length=12, choices=[(r, r) for r in ROLES])
    staff_id = models.CharField(max_length=40, blank=True, default="")
    branch_id = models.CharField(max_length=40, blank=True, default="")
    display_name = models.CharField(max_length=80, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    REQUIRED_FIELDS: ClassVar[list[str]] = ["role"]

    class Meta:
        """Active people are found by their staff number."""

        indexes: ClassVar = [models.Index(fields=["staff_id"])]


class ApiToken(models.Model):
    """A token of the API: only its SHA-256 is kept; it stands for its owner within `scopes` until it expires."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

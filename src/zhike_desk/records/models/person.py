"""People who sign in, and programs that call the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac

ROLES = ("manager", "adviser", "head", "analyst", "compliance", "admin")


class User(AbstractUser):
    """Somebody who signs in: one role, the staff number that ties them to their clients, the branch they work in.

    `first_password`: somebody else knows the password, so it is changed before anything else. `epoch` is part of what every session is
    signed with: raised, it ends them all (`records.entry`).
    """

    role = models.CharField(max_length=12, choices=[(r, r) for r in ROLES])
    staff_id = models.CharField(max_length=40, blank=True, default="")
    branch_id = models.CharField(max_length=40, blank=True, default="")
    display_name = models.CharField(max_length=80, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    first_password = models.BooleanField(default=False)
    epoch = models.PositiveIntegerField(default=0)

    REQUIRED_FIELDS: ClassVar[list[str]] = ["role"]

    class Meta:
        """Active people are found by their staff number."""

        indexes: ClassVar = [models.Index(fields=["staff_id"])]

    def get_session_auth_hash(self) -> str:
        """Return what a session must hold to be this user's: it follows from the password and the epoch."""
        return self._with_epoch(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Return the same by keys that were in use before."""
        return (self._with_epoch(found) for found in super().get_session_auth_fallback_hash())

    def _with_epoch(self, found: str) -> str:
        return (
            salted_hmac("zhike.epoch", f"{self.epoch} {found}", algorithm="sha256").hexdigest()
            if self.epoch
            else found
        )


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

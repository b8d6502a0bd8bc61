"""What people decide about a client's standing: consent, freezing, who serves them. Regulated: each with a reason."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from zhike_desk.records.models.base import Kept
from zhike_desk.records.models.person import User


class Consent(Kept):
    """What a client agreed to or refused, since when, on what evidence; the newest row of a kind holds."""

    KINDS = ("marketing", "data_use", "recording")

    client_id = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, choices=[(k, k) for k in KINDS])
    given = models.BooleanField()
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """The newest of a kind is looked up."""

        indexes: ClassVar = [models.Index(fields=["client_id", "kind", "id"])]


class Assessment(Kept):
    """A risk assessment a client made, written down here; it goes to the night as the client's own row, and the newest of a client holds.

    `client_kind` is the client's, which the contract asks of that row.
    """

    LEVELS = ("C1", "C2", "C3", "C4", "C5")

    client_id = models.CharField(max_length=40)
    client_kind = models.CharField(max_length=12)
    level = models.CharField(max_length=2, choices=[(c, c) for c in LEVELS])
    assessed_on = models.DateField()
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    delivered_in = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        """The newest of a client is looked up, and what has not gone to the inbox yet."""

        indexes: ClassVar = [
            models.Index(fields=["client_id", "id"]),
            models.Index(fields=["delivered_in"]),
        ]


class Hold(Kept):
    """A client frozen or erased by compliance: unseen by everybody else, in lists, search, scores and exports."""

    KINDS = ("frozen", "erased")

    client_id = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=8, choices=[(k, k) for k in KINDS])
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)


class Move(Kept):
    """A client handed from one member of staff to another, approved; holds until the counter system's file says so too."""

    client_id = models.CharField(max_length=40)
    branch_id = models.CharField(max_length=40, blank=True, default="")
    from_staff = models.CharField(max_length=40)
    to_staff = models.CharField(max_length=40)
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One standing move a client."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["client_id"], condition=models.Q(ended_at__isnull=True), name="one_standing_move"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["to_staff"]), models.Index(fields=["from_staff"])]

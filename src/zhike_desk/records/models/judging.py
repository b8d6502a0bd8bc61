"""Experts' judgements for a model of value: a panel judges one draft, each expert pair by pair."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from zhike_desk.records.models.base import Kept
from zhike_desk.records.models.person import User


class Panel(Kept):
    """A draft of a model (its document as `zhike.models.value` reads it) and the experts who judge it."""

    STATES = ("judging", "asked", "published", "dropped")

    name = models.CharField(max_length=40)
    kind = models.CharField(max_length=12)
    base_version = models.CharField(max_length=40)
    document = models.JSONField()
    state = models.CharField(max_length=10, default="judging", choices=[(s, s) for s in STATES])
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    published_as = models.CharField(max_length=40, blank=True, default="")
    diff = models.JSONField(default=dict)


class Expert(Kept):
    """Somebody invited to judge, with a weight."""

    panel = models.ForeignKey(Panel, on_delete=models.CASCADE, related_name="experts")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    weight = models.FloatField(default=1.0)
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Invited once."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["panel", "user"], name="invited_once")]


class Judgement(Kept):
    """How many times `left` matters as much as `right` under `parent`, in one expert's eyes; null says: not judged."""

    judgement_id = models.CharField(max_length=40, unique=True)
    panel = models.ForeignKey(Panel, on_delete=models.CASCADE, related_name="judgements")
    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="judgements")
    parent = models.CharField(max_length=60)
    left = models.CharField(max_length=60)
    right = models.CharField(max_length=60)
    value = models.FloatField(null=True, blank=True)
    delivered_in = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        """One judgement of a pair."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["expert", "parent", "left", "right"], name="a_pair_is_judged_once"
            )
        ]

"""What staff do for clients and hear from them: contacts, complaints, answers, tasks, notes, tags. Clients are named by number: their rows are the night's."""

from __future__ import annotations

from typing import ClassVar, Literal, get_args

from django.db import models

from zhike_desk.records.models.base import Kept
from zhike_desk.records.models.person import User

Medium = Literal["phone", "wecom", "sms", "visit", "app"]
MEDIA: tuple[str, ...] = get_args(Medium)
Question = Literal["csat", "nps", "importance", "performance"]
QUESTIONS: tuple[str, ...] = get_args(Question)

KINDS = ("callback", "retain", "develop", "activate", "care", "product", "own")
"""Where a task comes from: a kind of proposal, or one's own mind."""


class Contact(Kept):
    """One contact with a client, as it was logged; `contact_id` is its number in the inbox and in every later night."""

    contact_id = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()
    client_id = models.CharField(max_length=40)
    staff_id = models.CharField(max_length=40)
    medium = models.CharField(max_length=10, choices=[(m, m) for m in MEDIA])
    purpose = models.CharField(max_length=80)
    outcome = models.CharField(max_length=80, blank=True, default="")
    minutes = models.FloatField(null=True, blank=True)
    task = models.ForeignKey("Task", null=True, blank=True, on_delete=models.PROTECT, related_name="contacts")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    delivered_in = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        """Read by client, by staff, and by what has not gone to the inbox yet."""

        indexes: ClassVar = [
            models.Index(fields=["client_id", "at"]),
            models.Index(fields=["staff_id", "at"]),
            models.Index(fields=["delivered_in"]),
        ]


class Complaint(Kept):
    """A complaint of a client, from receipt to closure; `staff_id` is who was complained about, empty where that is nobody.

    `acknowledged_at` is when the client was told that it is looked into, `outcome` what came of it. `opened_in` is the drop by which the night learnt of it before it was closed here: closing goes to the inbox anew.
    """

    complaint_id = models.CharField(max_length=40, unique=True)
    opened_at = models.DateTimeField()
    client_id = models.CharField(max_length=40)
    staff_id = models.CharField(max_length=40, blank=True, default="")
    category = models.CharField(max_length=40)
    severity = models.PositiveSmallIntegerField()
    closed_at = models.DateTimeField(null=True, blank=True)
    upheld = models.BooleanField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=200, blank=True, default="")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    opened_in = models.CharField(max_length=80, blank=True, default="")
    delivered_in = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        """Read by client, and by what has not gone to the inbox yet."""

        indexes: ClassVar = [
            models.Index(fields=["client_id", "opened_at"]),
            models.Index(fields=["delivered_in"]),
        ]


class Answer(Kept):
    """What a client answered to one question of a survey: a mark of at most `scale_max`, and words."""

    answer_id = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()
    client_id = models.CharField(max_length=40)
    survey_id = models.CharField(max_length=40)
    question_id = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, choices=[(q, q) for q in QUESTIONS])
    score = models.FloatField()
    scale_max = models.FloatField()
    text = models.CharField(max_length=400, blank=True, default="")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    delivered_in = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        """Read by client, and by what has not gone to the inbox yet."""

        indexes: ClassVar = [
            models.Index(fields=["client_id", "at"]),
            models.Index(fields=["delivered_in"]),
        ]


class Task(Kept):
    """Something to be done by somebody until a day: a proposal accepted, or one's own."""

    STATES = ("open", "done", "dropped")

    client_id = models.CharField(max_length=40, blank=True, default="")
    branch_id = models.CharField(max_length=40, blank=True, default="")
    proposal_id = models.CharField(max_length=40, blank=True, default="")
    kind = models.CharField(max_length=20, default="own")
    title = models.CharField(max_length=200)
    reason = models.TextField(blank=True, default="")
    minutes = models.FloatField(default=10)
    due_on = models.DateField()
    must_do = models.BooleanField(default=False)
    staff_id = models.CharField(max_length=40)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, default="open", choices=[(s, s) for s in STATES])
    outcome = models.CharField(max_length=80, blank=True, default="")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Listed by who is to do it, by client, and one for each proposal."""

        indexes: ClassVar = [
            models.Index(fields=["staff_id", "state", "due_on", "id"]),
            models.Index(fields=["client_id", "state", "due_on"]),
            models.Index(fields=["branch_id", "state", "due_on", "id"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["proposal_id"], condition=~models.Q(proposal_id=""), name="one_task_a_proposal"
            )
        ]


class Note(Kept):
    """What somebody wrote down about a client."""

    client_id = models.CharField(max_length=40, db_index=True)
    text = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)


class Tag(Kept):
    """A word a branch hangs on a client."""

    client_id = models.CharField(max_length=40)
    word = models.CharField(max_length=20)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """A word hangs on a client once."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["client_id", "word"], name="one_tag_a_word")]
        indexes: ClassVar = [models.Index(fields=["word", "client_id"])]

"""The book: what one night published, in indexed rows. Written whole by `records.publish`, read only ever after.

None of these tables is in the desk's own database: each generation is a file of its own (SQLite, attached read-only)
or a schema of its own (PostgreSQL, first on the search path), so that readers see one whole night or another.
Their definitions here are what `records.publish` creates them from: columns, types, indexes. The wide table of
measures (`book_measure`: client_id and a column for each measure of the night) has no class: its columns are the night's.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from zhike_desk.records.book import UNKNOWN

FIGURES = (
    *("score", "net_now", "net_flow_3m", "revenue_12m", "traded_3m", "pnl_3m", "twr_12m"),
    *("days_since_trade", "days_since_contact", "clv_p50", "opened_on"),
)
"""What lists of clients are sorted by and held between bounds."""


def code(**more: object) -> models.CharField[str, str]:
    """Declare a code or a class: never null, empty where there is none."""
    return models.CharField(max_length=60, **more)  # type: ignore[arg-type]


def number() -> models.FloatField[float | None, float | None]:
    """Declare a number that may be unknown."""
    return models.FloatField(null=True)


def sortable() -> models.FloatField[float, float]:
    """Declare a number that lists are sorted by: never null, for keysets; what isn't known sorts last as UNKNOWN."""
    return models.FloatField(default=UNKNOWN)


class BookClient(models.Model):
    """One client as lists show them: classes, scores, a few figures; name and phone masked. Identity is in `BookIdentity`."""

    client_id = code(primary_key=True)
    pseudonym = code(unique=True)
    kind = code()
    branch_id = code()
    staff_id = code()
    name = models.CharField(max_length=80)
    phone = models.CharField(max_length=40)
    sort_key = models.CharField(max_length=160)
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    age = number()
    gender = models.CharField(max_length=1, default="")
    risk_level = models.CharField(max_length=4, default="")
    risk_assessed_on = models.DateField(null=True)
    risk_valid_until = models.DateField(null=True)
    professional = models.BooleanField(null=True)
    opt_out = models.BooleanField(default=False)
    frozen = models.BooleanField(default=False)
    logic = models.CharField(max_length=12, default="")
    logic_since = models.DateField(null=True)
    logic_p = number()
    logic_evidence = models.TextField(default="{}")
    logic_reason = models.TextField(default="")
    overlay = models.CharField(max_length=12, default="")
    p_value = number()
    p_trend = number()
    p_sentiment = number()
    stage = models.CharField(max_length=12, default="")
    stage_since = models.DateField(null=True)
    stage_reason = models.TextField(default="")
    grade = models.CharField(max_length=12, default="")
    grade_rank = models.SmallIntegerField(default=9)
    grade_since = models.DateField(null=True)
    model_version = code(default="")
    score = sortable()
    rank = models.IntegerField(null=True)
    current = number()
    potential = number()
    quadrant = models.CharField(max_length=10, default="")
    criteria = models.TextField(default="{}")
    value_note = models.TextField(default="")
    net_now = sortable()
    net_flow_3m = sortable()
    revenue_12m = sortable()
    traded_3m = sortable()
    pnl_3m = sortable()
    twr_12m = sortable()
    days_since_trade = sortable()
    days_since_contact = sortable()
    clv_p50 = sortable()

    class Meta:
        """Each sortable column has an index with the client's number behind it, then every figure: a list's bounds are looked at there.

        So a page sorted by one figure and held to others reads no row that it doesn't show. Classes are filtered by index.
        """

        app_label = "book"
        managed = False
        db_table = "book_client"
        indexes: ClassVar = (
            [
                models.Index(
                    fields=[column, "client_id", *(other for other in FIGURES if other != column)],
                    name=f"book_client_{column}",
                )
                for column in ("sort_key", *FIGURES)
            ]
            + [
                models.Index(fields=[column, "score", "client_id"], name=f"book_client_by_{column}")
                for column in (
                    "logic",
                    "stage",
                    "grade",
                    "quadrant",
                    "kind",
                    "risk_level",
                    "staff_id",
                )
            ]
            + [  # a branch's classes are counted and filtered within this alone
                models.Index(
                    fields=[
                        *("branch_id", "score", "client_id", "logic", "stage", "grade", "quadrant"),
                        *("kind", "risk_level", "overlay", "frozen"),
                    ],
                    name="book_client_by_branch_id",
                )
            ]
            + [  # registers of compliance count within these alone
                models.Index(
                    fields=["kind", "closed_on", "risk_valid_until", "frozen", "branch_id", "client_id"],
                    name="book_client_assessed",
                ),
                models.Index(
                    fields=["opt_out", "frozen", "branch_id", "client_id"], name="book_client_opt_out"
                ),
            ]
        )


class BookIdentity(models.Model):
    """Who a client is, unmasked: read by `records.actions.reveal` and approved exports alone, one field at a time, logged."""

    client_id = code(primary_key=True)
    name = models.CharField(max_length=160, default="")
    phone = models.CharField(max_length=60, default="")
    email = models.CharField(max_length=160, default="")
    id_type = models.CharField(max_length=40, default="")
    id_number = models.CharField(max_length=60, default="")
    birth_date = models.DateField(null=True)
    region = models.CharField(max_length=120, default="")
    occupation = models.CharField(max_length=120, default="")

    class Meta:
        """Found by number only."""

        app_label = "book"
        managed = False
        db_table = "book_identity"


class BookToken(models.Model):
    """What a client is found by: suffixes of name, syllables, initials, number; the last four of the phone. Prefix ranges read it.

    `weight` is what the token is (`records.book.tokens`).
    """

    id = models.BigIntegerField(primary_key=True)
    token = models.CharField(max_length=80)
    client_id = code()
    branch_id = code(default="")
    weight = models.SmallIntegerField()

    class Meta:
        """Read by ranges of `token`: of all, of a branch, of given clients; so that a search reads only what its viewer may see."""

        app_label = "book"
        managed = False
        db_table = "book_token"
        indexes: ClassVar = [
            models.Index(fields=["token", "weight", "client_id"], name="book_token_token"),
            models.Index(fields=["branch_id", "token", "weight", "client_id"], name="book_token_branch"),
            models.Index(fields=["client_id", "token", "weight"], name="book_token_client"),
        ]


class BookRelation(models.Model):
    """Who works with a client on the day of the night; what "own" means follows from it."""

    id = models.BigIntegerField(primary_key=True)
    client_id = code()
    staff_id = code()
    role = models.CharField(max_length=12)
    share = models.FloatField()
    start_on = models.DateField(null=True)

    class Meta:
        """Read from both sides."""

        app_label = "book"
        managed = False
        db_table = "book_relation"
        indexes: ClassVar = [
            models.Index(fields=["staff_id", "client_id"], name="book_relation_staff"),
            models.Index(fields=["client_id"], name="book_relation_client"),
        ]


class BookStaff(models.Model):
    """Staff, as the files say."""

    staff_id = code(primary_key=True)
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=12)
    branch_id = code(default="")
    team = models.CharField(max_length=80, default="")
    hired_on = models.DateField(null=True)
    left_on = models.DateField(null=True)
    capacity_hours = number()
    clients = models.IntegerField(default=0)

    class Meta:
        """Few."""

        app_label = "book"
        managed = False
        db_table = "book_staff"

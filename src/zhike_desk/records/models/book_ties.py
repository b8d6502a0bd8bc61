"""The book: who belongs together, and how like clients behave. See `book` for what a book is."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from zhike_desk.records.models.book import code


class BookLink(models.Model):
    """Two clients who belong together, once from each side: `starts` says that the link starts from `client_id`.

    Kinds are those of `party_link`, and `referral`, which starts from who was referred.
    """

    id = models.BigIntegerField(primary_key=True)
    client_id = code()
    other_id = code()
    kind = code()
    starts = models.BooleanField()

    class Meta:
        """Read by client."""

        app_label = "book"
        managed = False
        db_table = "book_link"
        indexes: ClassVar = [models.Index(fields=["client_id"], name="book_link_client")]


class BookPeer(models.Model):
    """Quartiles of a measure among a branch's clients of one kind and one logic (`logic` empty: of any), where enough are known."""

    id = models.BigIntegerField(primary_key=True)
    branch_id = code()
    kind = code()
    logic = models.CharField(max_length=12, default="")
    measure = code()
    clients = models.IntegerField()
    p25 = models.FloatField()
    p50 = models.FloatField()
    p75 = models.FloatField()

    class Meta:
        """Read by group."""

        app_label = "book"
        managed = False
        db_table = "book_peer"
        indexes: ClassVar = [models.Index(fields=["branch_id", "kind", "logic"], name="book_peer_group")]

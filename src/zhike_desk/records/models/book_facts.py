"""The book, the rest: facts about each client, the market, the branch. See `book` for what a book is."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from zhike_desk.records.models.book import code, number


class BookSecurity(models.Model):
    """Names of securities that are held."""

    security_id = code(primary_key=True)
    name = models.CharField(max_length=120, default="")
    kind = models.CharField(max_length=20, default="")
    industry = models.CharField(max_length=80, default="")

    class Meta:
        """Few."""

        app_label = "book"
        managed = False
        db_table = "book_security"


class BookAsset(models.Model):
    """A client's assets at month-ends and over the last 250 days, CNY: one packed row a client.

    `book.series` unpacks it. A row a day would be a quarter of a billion rows for a million clients.
    """

    client_id = code(primary_key=True)
    days = models.BinaryField()

    class Meta:
        """Found by client."""

        app_label = "book"
        managed = False
        db_table = "book_asset"


class BookDetail(models.Model):
    """How sure the estimates are that a client's page shows: one packed row for each client who has one (`records.book.detailed`)."""

    client_id = code(primary_key=True)
    details = models.BinaryField()

    class Meta:
        """Found by client."""

        app_label = "book"
        managed = False
        db_table = "book_detail"


class BookHolding(models.Model):
    """What a client holds at the close of the day of the night."""

    id = models.BigIntegerField(primary_key=True)
    client_id = code()
    security_id = code()
    quantity = models.FloatField()
    cost = number()
    market_value = number()

    class Meta:
        """Read by client."""

        app_label = "book"
        managed = False
        db_table = "book_holding"
        indexes: ClassVar = [models.Index(fields=["client_id"], name="book_holding_client")]


class BookProduct(models.Model):
    """A fund or another product that a client holds by the orders: what was paid in, since when, until when it is bound."""

    id = models.BigIntegerField(primary_key=True)
    client_id = code()
    product_id = code()
    name = models.CharField(max_length=120, default="")
    category = models.CharField(max_length=20, default="")
    risk_level = models.CharField(max_length=4, default="")
    paid = models.FloatField()
    since = models.DateField()
    matures_on = models.DateField(null=True)

    class Meta:
        """Read by client."""

        app_label = "book"
        managed = False
        db_table = "book_product"
        indexes: ClassVar = [models.Index(fields=["client_id"], name="book_product_client")]


class BookComplaint(models.Model):
    """A complaint as the files tell of it on the day of the night; those written down at the desk come back by them too, under their own number."""

    complaint_id = code(primary_key=True)
    client_id = code()
    staff_id = code(default="")
    category = models.CharField(max_length=120, default="")
    severity = models.IntegerField()
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    upheld = models.BooleanField(null=True)

    class Meta:
        """Read by the day it was received."""

        app_label = "book"
        managed = False
        db_table = "book_complaint"
        indexes: ClassVar = [models.Index(fields=["opened_on", "complaint_id"], name="book_complaint_opened")]


class BookDay(models.Model):
    """A day the exchanges were open, or will be as far as a calendar was delivered."""

    date = models.DateField(primary_key=True)

    class Meta:
        """A few thousand days."""

        app_label = "book"
        managed = False
        db_table = "book_day"


class BookTimeline(models.Model):
    """What happened to a client, a sentence an event; the desk's own contacts and tasks are told beside it."""

    id = models.BigIntegerField(primary_key=True)
    client_id = code()
    at = models.DateTimeField()
    kind = code()
    text = models.TextField()

    class Meta:
        """Newest first, by client."""

        app_label = "book"
        managed = False
        db_table = "book_timeline"
        indexes: ClassVar = [models.Index(fields=["client_id", "-at", "id"], name="book_timeline_client")]


class BookAttribution(models.Model):
    """Where a client's profit came from, CNY; the six parts add up to `pnl`."""

    id = models.BigIntegerField(primary_key=True)
    client_id = code()
    window_days = models.IntegerField()
    pnl = models.FloatField()
    benchmark = models.FloatField()
    timing = models.FloatField()
    selection = models.FloatField()
    trading = models.FloatField()
    interest = models.FloatField()
    cost = models.FloatField()

    class Meta:
        """Read by client."""

        app_label = "book"
        managed = False
        db_table = "book_attribution"
        indexes: ClassVar = [models.Index(fields=["client_id"], name="book_attribution_client")]


class BookClv(models.Model):
    """What a client will bring over a horizon, CNY."""

    id = models.BigIntegerField(primary_key=True)
    client_id = code()
    horizon_months = models.IntegerField()
    expected = models.FloatField()
    p10 = models.FloatField()
    p50 = models.FloatField()
    p90 = models.FloatField()
    neutral_p50 = models.FloatField()
    trading = number()
    interest = number()
    products = number()
    cost = number()
    market = number()
    there = number()
    model_version = code(default="")

    class Meta:
        """Read by client."""

        app_label = "book"
        managed = False
        db_table = "book_clv"
        indexes: ClassVar = [models.Index(fields=["client_id"], name="book_clv_client")]


class BookProposal(models.Model):
    """What the rules propose; those held back (`arm` hold) are never shown as work to be done."""

    proposal_id = code(primary_key=True)
    client_id = code()
    staff_id = code(default="")
    branch_id = code(default="")
    kind = code()
    rule = code()
    reason = models.TextField()
    suitability = models.TextField()
    expected_value = number()
    minutes = models.FloatField()
    due_on = models.DateField()
    must_do = models.BooleanField()
    cooldown_until = models.DateField(null=True)
    arm = models.CharField(max_length=8)
    place = models.IntegerField(default=0)
    """The client's place among all: whoever's list it is, it is read in this order."""

    class Meta:
        """Read by who is to do it, in order, and by client."""

        app_label = "book"
        managed = False
        db_table = "book_proposal"
        indexes: ClassVar = [
            models.Index(fields=["staff_id", "arm", "place"], name="book_proposal_staff"),
            models.Index(fields=["branch_id", "arm", "-must_do", "place"], name="book_proposal_branch"),
            models.Index(fields=["client_id"], name="book_proposal_client"),
        ]


class BookMarket(models.Model):
    """The market, a row a trading day: `market_state` of the night."""

    date = models.DateField(primary_key=True)
    up_share = number()
    above_ma20 = number()
    above_ma60 = number()
    median_return = number()
    limit_up = number()
    limit_down = number()
    prev_limit_up_return = number()
    broken_limit_share = number()
    new_high_low = number()
    turnover_pct = number()
    dispersion = number()
    drawdown = number()
    money_effect = number()
    client_money_effect = number()
    state = models.CharField(max_length=12, default="")
    regime_known = models.CharField(max_length=8, default="")
    regime_dated = models.CharField(max_length=8, default="")
    wave = models.CharField(max_length=40, default="")

    class Meta:
        """A few thousand days."""

        app_label = "book"
        managed = False
        db_table = "book_market"


class BookTransition(models.Model):
    """Who moved between classes since the last generation."""

    id = models.BigIntegerField(primary_key=True)
    table = models.CharField(max_length=12)
    before = models.CharField(max_length=20)
    after = models.CharField(max_length=20)
    clients = models.IntegerField()
    assets = models.FloatField()
    revenue = models.FloatField()

    class Meta:
        """Few."""

        app_label = "book"
        managed = False
        db_table = "book_transition"


class BookPhase(models.Model):
    """What each logic did in each state of the market and each wave."""

    id = models.BigIntegerField(primary_key=True)
    logic = models.CharField(max_length=12)
    state = models.CharField(max_length=12)
    wave = models.CharField(max_length=40)
    clients = models.IntegerField()
    trades = models.IntegerField()
    net_buy = models.FloatField()
    turnover = models.FloatField()
    pnl = models.FloatField()

    class Meta:
        """Few."""

        app_label = "book"
        managed = False
        db_table = "book_phase"


class BookCell(models.Model):
    """How many clients share their classes, with what assets and revenue, CNY: what the map of segments is added up from.

    `level` says of whom: the whole house, a branch, or the clients one member of staff mainly serves. Whoever reads one of
    them reads a few thousand rows at most, however many clients there are.
    """

    id = models.BigIntegerField(primary_key=True)
    level = models.CharField(max_length=8)
    branch_id = code(default="")
    staff_id = code(default="")
    kind = code(default="")
    logic = models.CharField(max_length=12, default="")
    stage = models.CharField(max_length=12, default="")
    grade = models.CharField(max_length=12, default="")
    quadrant = models.CharField(max_length=10, default="")
    frozen = models.BooleanField(default=False)
    clients = models.IntegerField()
    assets = models.FloatField()
    revenue = models.FloatField()

    class Meta:
        """Read by whose they are."""

        app_label = "book"
        managed = False
        db_table = "book_cell"
        indexes: ClassVar = [models.Index(fields=["level", "branch_id", "staff_id"], name="book_cell_of")]


class BookMeasureName(models.Model):
    """The measures of the night: what each is called and says, its unit, what it rests on; `ordinal` is its column's place.

    `title` is without the window that the name ends in.
    """

    name = code(primary_key=True)
    ordinal = models.IntegerField()
    unit = models.CharField(max_length=40)
    meaning = models.TextField()
    meaning_en = models.TextField(default="")
    title = models.CharField(max_length=80, default="")
    title_en = models.CharField(max_length=80, default="")
    window = models.CharField(max_length=80)
    window_en = models.CharField(max_length=80, default="")
    absent = number()
    source = models.CharField(max_length=200)
    group = models.CharField(max_length=40)

    class Meta:
        """A few hundred."""

        app_label = "book"
        managed = False
        db_table = "book_measure_name"
        ordering: ClassVar = ["ordinal"]

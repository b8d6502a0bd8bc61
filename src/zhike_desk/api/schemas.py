"""What the API takes and gives, in the trade's words. Money is CNY, rates are fractions, days ISO, moments with their zone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Field, Schema

from zhike_desk.records.actions.contacts import Medium, Purpose
from zhike_desk.records.queries.clients import LISTED

_MEASURES = "By name; `GET /api/measures` says what each is called, its unit, meaning and window."


def _column(name: str, unit: str) -> Any:
    """Describe a column of the list of clients as the workbench calls it."""
    column = LISTED.columns[name]
    about = f"{column.title.en} · {column.title.zh} ({unit}). {column.meaning.en}"
    return Field(description=about)


class Night(Schema):
    """The night that is shown: its generation, the day its numbers hold for, when it was published."""

    generation_id: str
    as_of: date
    published_at: datetime


class Client(Schema):
    """A client as a list shows them; `key` is the client number, or a pseudonym. Figures that aren't known are null."""

    key: str
    name: str
    phone: str
    logic: str
    stage: str
    grade: str
    score: float | None = _column("score", "0–100")
    net_now: float | None = _column("net_now", "CNY")
    revenue_12m: float | None = _column("revenue_12m", "CNY")
    days_since_trade: float | None = _column("days_since_trade", "trading days")
    days_since_contact: float | None = _column("days_since_contact", "days of the calendar")
    measures: dict[str, float | None] = Field(description=_MEASURES)


class Clients(Schema):
    """One page of clients; `older` and `newer` are cursors for `after` and `before`, empty where there is no such page."""

    rows: list[Client]
    newer: str
    older: str


class Count(Schema):
    """How many there are; `more` where counting stopped at the cap."""

    count: int
    more: bool


class Attribution(Schema):
    """Where profit came from over so many trading days, CNY: six parts that add up to `pnl`."""

    window_days: int
    pnl: float
    benchmark: float
    timing: float
    selection: float
    trading: float
    interest: float
    cost: float


class Expected(Schema):
    """What a client will bring over a horizon, CNY; `parts` add up to the mean, `there` is the chance not to be lost by then."""

    horizon_months: int
    p10: float
    p50: float
    p90: float
    neutral_p50: float
    parts: dict[str, float]
    there: float | None
    model_version: str


class Holding(Schema):
    """A security held: quantity, CNY at the close (null without a price)."""

    security_id: str
    name: str
    quantity: float
    market_value: float | None


class Product(Schema):
    """A fund or another product held by the orders: CNY paid in, since when, from when it may be redeemed (null: any day)."""

    product_id: str
    name: str
    category: str
    risk_level: str
    paid: float
    since: date
    matures_on: date | None


class Event(Schema):
    """One event of a timeline."""

    at: datetime
    kind: str
    text: str
    text_en: str


class Portrait(Schema):
    """A client, whole: classes with their reasons, value by criterion (points), every measure, money where it may be seen.

    `expected` is of individuals: what institutions and products bring is mostly business that its model doesn't know.
    """

    key: str
    name: str
    phone: str
    kind: str
    risk_level: str
    logic: str
    logic_reason: str
    logic_reason_en: str
    evidence: dict[str, float]
    stage: str
    stage_reason: str
    stage_reason_en: str
    grade: str
    score: float | None
    model_version: str
    criteria: dict[str, float]
    opted_out: bool
    measures: dict[str, float | None] = Field(description=_MEASURES)
    attribution: list[Attribution]
    expected: list[Expected]
    holdings: list[Holding]
    products: list[Product]


class Timeline(Schema):
    """A page of a timeline, newest first; `older` is the cursor for `after`, empty at the end."""

    events: list[Event]
    older: str


class Found(Schema):
    """A client that fits a search, and by what: name, pinyin, initials, number, pseudonym, phone."""

    key: str
    name: str
    phone: str
    why: str


class Measure(Schema):
    """A measure of the night: what it is called (with its window), its unit, what it says, its window, its group."""

    name: str
    title: str
    title_en: str
    unit: str
    unit_zh: str
    meaning: str
    meaning_en: str
    window: str
    window_en: str
    group: str


class Task(Schema):
    """A task; `version` must be given back to change it."""

    id: int
    version: int
    client_id: str
    kind: str
    title: str
    title_en: str
    due_on: date
    minutes: float
    must_do: bool
    staff_id: str
    state: str
    outcome: str


class Tasks(Schema):
    """One page of tasks."""

    rows: list[Task]
    newer: str
    older: str


class NewTask(Schema):
    """A task to be added."""

    title: str = Field(min_length=1, max_length=200)
    due_on: date
    client_id: str = Field("", max_length=40)
    minutes: float = Field(10, ge=0, le=1440)


class Ending(Schema):
    """How a task ends, and the version it was read at."""

    version: int = Field(ge=1, le=2_147_483_647)
    outcome: str = Field(max_length=80)


class NewContact(Schema):
    """A contact that took place; `happened_at` is now where it isn't given. An outcome such as 未接通 makes it an attempt."""

    client_id: str = Field(min_length=1, max_length=40)
    medium: Medium
    purpose: Purpose
    outcome: str = Field(min_length=1, max_length=80)
    minutes: float | None = Field(None, ge=0, le=1440)
    happened_at: datetime | None = None
    task_id: int | None = Field(None, ge=1, le=2_147_483_647)


class NewNote(Schema):
    """A note about a client."""

    client_id: str = Field(min_length=1, max_length=40)
    text: str = Field(min_length=1, max_length=2000)


class Done(Schema):
    """What an act did: the number of its record, its version, and a warning in two languages where there is one."""

    id: str
    version: int
    warning: str = ""
    warning_en: str = ""


class Problem(Schema):
    """Why nothing was done: 401 no valid token · 404 not there, or not for you · 429 too many requests."""

    detail: str


class Refusal(Schema):
    """Why an act was refused, in Chinese and in English; nothing was written."""

    detail: str
    detail_en: str


class Difference(Schema):
    """Somebody else changed the record: its version now, and by field what stands and what was asked for."""

    version: int
    theirs: dict[str, str]
    mine: dict[str, str]

"""Clients as the API gives them: a list's row, a client whole, the timeline, complaints, measures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Field, Schema

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
    """One event of a timeline: what happened, and what of it is told apart.

    `medium`, `outcome`, `minutes` are a contact's, `outcome` also a task's. Of an answer `medium` is its kind, `minutes` the mark,
    `outcome` the best one; of a complaint `minutes` is its severity, `outcome` whether it was upheld. `who` wrote it down; empty
    for what the night tells.
    """

    at: datetime
    kind: str
    text: str
    text_en: str
    medium: str
    outcome: str
    minutes: float | None
    who: str


class Server(Schema):
    """A member of staff who works with a client: in which role, with which share (a fraction), since when."""

    staff_id: str
    name: str
    role: str
    share: float
    since: date | None


class Link(Schema):
    """Another client of one's own scope that a client belongs with; `starts`: the link starts from this one."""

    key: str
    name: str
    kind: str
    starts: bool
    grade: str
    logic: str


class Peer(Schema):
    """A measure beside like clients: the middle half of them lies from `low` to `high` (null: too few to tell), `place` is where this one lies."""

    measure: str
    value: float | None
    place: Literal["below", "within", "above", ""]
    low: float | None
    middle: float | None
    high: float | None
    clients: int | None


class Duty(Schema):
    """Something due with a client: a proposal of the night (`proposal_id`), or a task (`task_id`, at `version`)."""

    kind: str
    title: str
    title_en: str
    suitability: str
    suitability_en: str
    due_on: date
    minutes: float
    must_do: bool
    proposal_id: str
    task_id: int | None
    version: int | None
    staff_id: str


class Portrait(Schema):
    """A client, whole: classes with their reasons, value by criterion (points), every measure, money where it may be seen.

    `tags`, `tasks`, `proposals`, `last_contact` and `attempts` (since then) are empty without the scope `care.read`. `expected` is of individuals: what institutions and products bring is mostly business that its model doesn't know.
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
    staff: list[Server]
    links: list[Link]
    peers: list[Peer]
    tags: list[str]
    tasks: list[Duty]
    proposals: list[Duty]
    last_contact: date | None
    attempts: int


class Timeline(Schema):
    """A page of a timeline, newest first; `older` is the cursor for `after`, empty at the end."""

    events: list[Event]
    older: str


class Complaint(Schema):
    """A complaint: about which member of staff, the days it is due, how it ended; `version` changes it.

    `id` is null, and `by` empty, for one that came with the files: it is closed where it came from.
    """

    id: int | None
    version: int
    state: Literal["open", "acknowledged", "closed"]
    category: str
    severity: int
    about: str
    by: str
    opened_on: date
    acknowledge_by: date
    acknowledged_on: date | None
    close_by: date
    last_by: date
    closed_on: date | None
    upheld: bool | None
    outcome: str


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

"""The branch as the API gives it: the day's list, the market, the segments."""

from __future__ import annotations

from datetime import date

from ninja import Schema


class Person(Schema):
    """The client of an entry: how they are named, their classes and figures, the day they were last reached, what was tried today."""

    key: str
    name: str
    logic: str
    stage: str
    grade: str
    risk_level: str
    score: float | None
    net_now: float | None
    last_contact: date | None
    opt_out: bool
    unassessed: bool
    attempts: int
    reached: bool


class Reason(Schema):
    """One reason of an entry: a proposal, or a task at `version`. `rule` is its code (empty for one's own task), `title` its words.

    `why_not` says why it may not be done today; empty where it may.
    """

    proposal_id: str
    task_id: int | None
    version: int
    kind: str
    rule: str
    title: str
    title_en: str
    suitability: str
    suitability_en: str
    minutes: float
    due_on: date
    must_do: bool
    expected_value: float | None
    why_not: str
    why_not_en: str


class Entry(Schema):
    """One entry of the day's list, with every reason: the first leads. `client` is null for a task of nobody's.

    `rank` is its place in the list; `beyond`: it is the first that the hours of the day have no room for.
    """

    rank: int
    client: Person | None
    reasons: list[Reason]
    minutes: float
    must_do: bool
    due_on: date
    staff_id: str
    beyond: bool


class Day(Schema):
    """A stretch of the day's list. `after`, `ranked` and `spent` ask for the next one; `after` is empty at the end.

    `room`: minutes that the working day has left (null: not told, a whole branch's list, or a narrowed one); `spent`: what the list takes up to here.
    """

    today: date
    room: float | None
    entries: list[Entry]
    after: str
    ranked: int
    spent: float


class MarketDay(Schema):
    """One trading day. Shares, returns and the drawdown are fractions, `money_effect` 0 to 100; null where it isn't known, classes empty.

    `regime_known` is what could be known on the day; `regime_dated` and `wave` are dated later.
    """

    date: date
    up_share: float | None
    above_ma20: float | None
    above_ma60: float | None
    median_return: float | None
    limit_up: float | None
    limit_down: float | None
    prev_limit_up_return: float | None
    broken_limit_share: float | None
    new_high_low: float | None
    turnover_pct: float | None
    dispersion: float | None
    drawdown: float | None
    money_effect: float | None
    client_money_effect: float | None
    state: str
    regime_known: str
    regime_dated: str
    wave: str


class Market(Schema):
    """The last trading days, the oldest first, and how many days its state and the regime known have lasted."""

    days: list[MarketDay]
    state_days: int
    regime_days: int


class Phase(Schema):
    """What clients of a logic did in a state and a wave: money in CNY, `turnover` in times of average assets.

    `days` are the trading days of the phase, `seen` those since the clients' ledger begins.
    """

    logic: str
    state: str
    wave: str
    days: int
    seen: int
    clients: int
    trades: int
    net_buy: float
    turnover: float
    pnl: float


class Group(Schema):
    """Some clients together: how many, net assets, revenue of 12 months in CNY; null where they are too few to be told."""

    clients: int | None
    assets: float | None
    revenue: float | None


class Cell(Group):
    """The clients of a logic at a stage, and how many of them have each grade."""

    logic: str
    stage: str
    grades: dict[str, int]


class Flow(Group):
    """Clients who went from one class to another (or stayed) between the last two nights; `none`: not there, or not classed."""

    before: str
    after: str


class Segments(Schema):
    """The map of segments. Sums leave out the `hidden` cells, so that nothing hidden follows from them.

    `transitions` by classification; null for whom they would hold clients that aren't theirs to see.
    """

    cells: list[Cell]
    logics: dict[str, Group]
    stages: dict[str, Group]
    quadrants: dict[str, Group]
    total: Group
    hidden: int
    transitions: dict[str, list[Flow]] | None

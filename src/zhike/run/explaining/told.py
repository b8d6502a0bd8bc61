"""What an explanation consists of: plain values, sentences in both languages, and for each delivered row where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from zhike.base.text import Said


@dataclass(frozen=True, slots=True)
class Origin:
    """The place of a delivered row: its drop, the file as it was named there, and the line (or row of a sheet)."""

    drop: int
    drop_name: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Delivered:
    """One delivered row as it is stored: its cells as text, those that name a person left out."""

    table: str
    cells: Mapping[str, str]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Row:
    """A row that a sum was made of: what identifies it, what it added (None: it was only read), the delivered rows beneath.

    `delivered` counts all of these, `shown` holds the first of them.
    """

    table: str
    key: Mapping[str, str]
    contribution: float | None
    shown: tuple[Delivered, ...]
    delivered: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What a measure asked for: which column of which table, taken how, over which days, and what came of it.

    `how`: sum, max, min, or as_is for a figure that no sum gives. `exact`: the rows' contributions add up to the value (or hold
    it, for max and min). `rows` counts the rows that had a part in it, `largest` holds those with the largest contributions.
    """

    table: str
    column: str
    meaning: Said
    how: str
    days: int | None
    first: date | None
    last: date
    value: float | None
    exact: bool
    rows: int
    largest: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class MeasureTold:
    """A measure of a client and the walk down from it. `recomputed` is the value found again from the delivered rows.

    `made_of`: for a measure that needs all clients, the client's measures it is made from. `notes`: what to know beside.
    """

    client: str
    generation: str
    as_of: date
    name: str
    unit: str
    meaning: Said
    window: Said
    source: Said
    value: float | None
    n: int | None
    low: float | None
    high: float | None
    null_reason: Said | None
    recomputed: float | None
    made_of: Mapping[str, float | None]
    notes: tuple[Said, ...]
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class TableTold:
    """A client's rows of a published table, what its columns mean, and the walk down where there is one."""

    client: str
    generation: str
    as_of: date
    table: str
    meaning: Said
    columns: Mapping[str, Said]
    rows: tuple[Mapping[str, object], ...]
    words: tuple[Said, ...]
    notes: tuple[Said, ...]
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Trait:
    """One trait of a client's decisions: what it adds to the score of the leading logic."""

    name: str
    words: Said
    contribution: float


@dataclass(frozen=True, slots=True)
class LogicTold:
    """The verdict of logic with its evidence; the traits add up to `score`, which speaks of `leading`."""

    logic: str
    words: Said
    leading: str | None
    probabilities: Mapping[str, float | None]
    overlay: str | None
    since: date
    reason: Said
    score: float
    evidence: tuple[Trait, ...]


@dataclass(frozen=True, slots=True)
class ClientTold:
    """A client in one view: card, logic, stage, value in words, attribution in words by window, proposals. A part that isn't published is None or empty."""

    client: str
    generation: str
    as_of: date
    card: Mapping[str, object]
    logic: LogicTold | None
    stage: Mapping[str, object] | None
    value: Said | None
    attribution: Mapping[int, Said]
    proposals: tuple[Mapping[str, object], ...]

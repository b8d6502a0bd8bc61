"""Jobs and uploaded files as the API gives them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from ninja import Field, Schema

JobState = Literal["waiting", "running", "done", "failed", "cancelled"]


class Left(Schema):
    """Whom or what a job left alone, and why."""

    id: str
    why: str
    why_en: str


class Result(Schema):
    """What came of a job: rows changed, exported or loaded, the generation and the day of a night; null where its kind has none."""

    rows: int | None = None
    generation: str | None = None
    as_of: date | None = None


class Job(Schema):
    """A job of one's own: how far, since when, what came of it. `error` says why nothing did; empty where something may yet."""

    id: int
    kind: str
    name: str
    name_en: str
    state: JobState
    step: str
    step_en: str
    done: int
    total: int | None
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    seconds: float | None
    error: str
    error_en: str
    result: Result


class JobWhole(Job):
    """A job with the first of those it left alone."""

    left: list[Left]


class Changes(Schema):
    """What an upload would bring to a table, in rows."""

    new: int
    changed: int
    unchanged: int
    quarantined: int


class Sample(Schema):
    """The first rows of a file in a table, as they were understood: each with its line and the cells of `columns`, identity masked."""

    table: str
    columns: list[str]
    rows: list[tuple[int, list[str]]]


class File(Schema):
    """One file as it was looked at, and why it was taken for what it is. `lines` = `accepted` + `quarantined` + `other`; `columns`: theirs → ours (null: not used).

    `unsure` columns are left out until the mapping says what they are; `proposals` says what each may be. `rejected` says why nothing of it goes in; empty otherwise.
    """

    file: str
    table: str | None
    why: str
    why_en: str
    kind: str
    encoding: str
    delimiter: str
    header_line: int
    confidence: float
    lines: int
    accepted: int
    quarantined: int
    other: int
    columns: dict[str, str | None]
    unsure: list[str]
    proposals: dict[str, list[str]]
    rejected: str
    rejected_en: str
    samples: list[Sample]


class Finding(Schema):
    """What is wrong with a row, or with a file (no line); `value` is masked where it names a person."""

    file: str
    table: str | None
    line: int | None
    column: str | None
    value: str | None
    severity: Literal["error", "warning", "info"]
    count: int
    why: str
    why_en: str


class Check(Schema):
    """What an upload was taken for and what it would do; nothing of it is stored.

    `already`: these very files were taken in before. Of the findings the first 500 are told; `counts` has all of them by severity.
    """

    files: list[File]
    tables: dict[str, Changes]
    counts: dict[str, int]
    findings: list[Finding]
    already: bool


class Upload(Schema):
    """An uploaded batch: the job that looks at it, the mapping it is looked at by, and what was found (null until it is `done`).

    `there`: its files are still kept; they go when it is thrown away or taken in.
    """

    job: Job
    there: bool
    mapping: str
    check: Check | None


class Mapping(Schema):
    """What columns, flags, constants and scales of an uploaded batch mean, as TOML."""

    mapping: str = Field(max_length=65_536)

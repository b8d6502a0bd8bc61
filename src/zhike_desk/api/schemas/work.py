"""What is done with clients through the API: tasks, contacts, notes, tags, answers, complaints, the ends of the day's entries."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from ninja import Field, Schema
from pydantic import AwareDatetime

from zhike_desk.records.actions.contacts import Medium, Purpose
from zhike_desk.records.actions.surveys import SURVEY, Question

Number = Annotated[int, Field(ge=1, le=2_147_483_647)]
"""A record's number, as addresses and bodies name it."""
Version = Annotated[int, Field(ge=1, le=2_147_483_647)]


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
    reason: str = Field("", max_length=2000)
    staff_id: str = Field(
        "", max_length=40, description="Empty: yourself. A head may name anybody of the branch."
    )


class Ending(Schema):
    """How a task ends, and the version it was read at."""

    version: Version
    outcome: str = Field(max_length=80)


class Change(Schema):
    """What of a task is to be another: its day, what is to be done, by whom (heads); what isn't given stays."""

    version: Version
    due_on: date | None = None
    title: str = Field("", max_length=200)
    staff_id: str = Field("", max_length=40)


class Dropping(Schema):
    """Why a task is given up, and the version it was read at. One that must be done can't be."""

    version: Version
    reason: str = Field(min_length=1, max_length=80)


class NewContact(Schema):
    """A contact that took place; `happened_at` is now where it isn't given. An outcome such as 未接通 makes it an attempt.

    The task, or the proposal, that is named is done by it.
    """

    client_id: str = Field(min_length=1, max_length=40)
    medium: Medium
    purpose: Purpose
    outcome: str = Field(min_length=1, max_length=80)
    minutes: float | None = Field(None, ge=0, le=1440)
    happened_at: AwareDatetime | None = None
    task_id: Number | None = None
    proposal_id: str = Field("", max_length=80)


class NewNote(Schema):
    """A note about a client."""

    client_id: str = Field(min_length=1, max_length=40)
    text: str = Field(min_length=1, max_length=2000)


class NewTag(Schema):
    """A word to be hung on a client."""

    client_id: str = Field(min_length=1, max_length=40)
    word: str = Field(min_length=1, max_length=20)


class NewAnswer(Schema):
    """What a client answered when asked how content they are: up to 10 for `nps`, 1 to 5 for the other kinds."""

    client_id: str = Field(min_length=1, max_length=40)
    kind: Question
    score: float = Field(ge=0, le=10)
    text: str = Field("", max_length=400)
    survey_id: str = Field(SURVEY, max_length=40)
    question_id: str = Field("", max_length=40, description="Empty: it is called after its kind.")


class NewComplaint(Schema):
    """A complaint of a client, from 1 (slight) to 3 (grave); `staff_id` is who it is about, `opened_at` when it was received (now)."""

    client_id: str = Field(min_length=1, max_length=40)
    category: str = Field(min_length=1, max_length=40)
    severity: int = Field(ge=1, le=3)
    staff_id: str = Field("", max_length=40)
    opened_at: AwareDatetime | None = None


class Seen(Schema):
    """The version that a record was read at."""

    version: Version


class Closing(Schema):
    """How a complaint ends: the client was right (`upheld`) or wasn't, and what came of it."""

    version: Version
    upheld: bool
    outcome: str = Field("", max_length=200)


class Line(Schema):
    """A reason of an entry of the day's list: a proposal, or a task at the version it was read at."""

    proposal_id: str = Field("", max_length=80)
    task_id: Number | None = None
    version: Version = 1


class Response(Schema):
    """How an entry of the day's list ends, for the reasons named: all of them or none.

    `reached` logs the contact and closes them, `missed` logs an attempt, `planned` makes tasks of proposals, `postponed` puts them
    off until `due_on`, `unsuited` gives them up.
    """

    how: Literal["reached", "missed", "planned", "postponed", "unsuited"]
    lines: list[Line] = Field(min_length=1, max_length=40)
    medium: Medium = "phone"
    due_on: date | None = None


class Undoing(Schema):
    """The code that an act of one's own was answered with, within half an hour of it."""

    code: str = Field(min_length=1, max_length=40)

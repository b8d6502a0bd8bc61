"""How acts are answered: what was done, or why nothing was."""

from __future__ import annotations

from ninja import Schema


class Done(Schema):
    """What an act did: the number of its record, its version, how many rows changed, and a warning in two languages where there is one.

    `undo` is the code by which `POST /api/undo` takes it back for half an hour; empty: it can't be.
    """

    id: str
    version: int
    rows: int
    undo: str
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

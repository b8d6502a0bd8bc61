"""Which night is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from zhike_desk.records import prepared
from zhike_desk.records.models import Pointer


@dataclass(frozen=True, slots=True)
class Shown:
    """The night readers see: its generation, the day its numbers hold for, when it was published."""

    generation_id: str
    as_of: date
    published_at: datetime


def shown() -> Shown | None:
    """Return the night that is published; None before the first.

    Every request asks, so it is read without the publication's documents: to parse them takes longer than the query.
    """
    found = prepared.rows(_pointed)
    return Shown(*found[0]) if found else None


def _pointed() -> QuerySet[Any, tuple[Any, ...]]:
    return Pointer.objects.values_list(
        "publication__generation_id", "publication__as_of", "publication__published_at"
    )[:1]

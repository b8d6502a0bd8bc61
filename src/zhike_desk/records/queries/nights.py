"""Which night is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from zhike_desk.records.models import Pointer


@dataclass(frozen=True, slots=True)
class Shown:
    """The night readers see: its generation, the day its numbers hold for, when it was published."""

    generation_id: str
    as_of: date
    published_at: datetime


def shown() -> Shown | None:
    """Return the night that is published; None before the first."""
    pointer = Pointer.objects.select_related("publication").first()
    if pointer is None:
        return None
    found = pointer.publication
    return Shown(found.generation_id, found.as_of, found.published_at)

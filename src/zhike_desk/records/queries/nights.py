"""Which night is shown."""

from __future__ import annotations

from zhike_desk.records import following
from zhike_desk.records.following import Shown as Shown


def shown() -> Shown | None:
    """Return the night that is published, the one whose book is read; None before the first."""
    return following.night()

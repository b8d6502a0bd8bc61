"""How the API says things: both languages side by side, null for what isn't known, the night that is shown, what an act did."""

from __future__ import annotations

from typing import Any

from zhike.base.text import Said, say
from zhike_desk.records.actions.writing import Done
from zhike_desk.records.book import UNKNOWN
from zhike_desk.records.queries import nights
from zhike_desk.records.viewer import Denied

_NOTHING = say("", "")


def shown() -> nights.Shown:
    """Return the night that is shown; raise Denied before the first."""
    found = nights.shown()
    if found is None:
        raise Denied("night")
    return found


def both(name: str, words: Said | None) -> dict[str, str]:
    """Return a sentence under `name` and `name_en`; empty where there is none."""
    words = words or _NOTHING
    return {name: words.zh, f"{name}_en": words.en}


def known(value: float) -> float | None:
    """Return a figure of a list's row; None where it isn't known."""
    return None if value == UNKNOWN else value


def did(done: Done) -> dict[str, Any]:
    """Return what an act did."""
    told = {"id": done.id, "version": done.version, "rows": done.rows, "undo": done.undo}
    return {**told, **both("warning", done.warning)}

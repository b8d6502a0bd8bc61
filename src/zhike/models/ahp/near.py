"""What was probably meant by a word that isn't known."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from zhike.base.text import Said, say

_SHOWN = 12


def suggestion(word: object, choices: Sequence[str]) -> Said:
    """Name the nearest of the choices, if any is near, and the choices (the first dozen)."""
    more = " …" if len(choices) > _SHOWN else ""
    near = get_close_matches(str(word), choices, n=1)
    zh, en = (f"是否想写“{near[0]}”？", f"Did you mean '{near[0]}'? ") if near else ("", "")
    return say(
        f"{zh}可选：{'、'.join(choices[:_SHOWN])}{more}。",
        f"{en}Choose from: {', '.join(choices[:_SHOWN])}{more}.",
    )

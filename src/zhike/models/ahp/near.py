"""What is meant by a word, and what was probably meant by one that isn't known."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from zhike.base.errors import UsageError
from zhike.base.text import Said, say

_SHOWN = 12


def canonical(word: object, names: Sequence[str], aliases: Mapping[str, str]) -> str | None:
    """Return the name that a word stands for, whatever its case, hyphens and spaces; None where it stands for none."""
    known = {_bare(name): name for name in names} | {_bare(alias): name for alias, name in aliases.items()}
    return known.get(_bare(word)) if isinstance(word, str) else None


def named(word: str, names: Sequence[str], aliases: Mapping[str, str], kind: Said) -> str:
    """Return the name that a word stands for. Raises UsageError where it stands for none; `kind` is what the names are of."""
    name = canonical(word, names, aliases)
    if name is None:
        raise UsageError(
            say(f"没有名为“{word}”的{kind.zh}。", f"There is no {kind.en} named '{word}'."),
            next_=suggestion(word, names),
        )
    return name


def _bare(word: str) -> str:
    return re.sub(r"[\s_-]+", "", unicodedata.normalize("NFKC", word).casefold())


def suggestion(word: object, choices: Sequence[str]) -> Said:
    """Name the nearest of the choices, if any is near, and the choices (the first dozen)."""
    more = " …" if len(choices) > _SHOWN else ""
    near = get_close_matches(str(word), choices, n=1)
    zh, en = (f"是否想写“{near[0]}”？", f"Did you mean '{near[0]}'? ") if near else ("", "")
    return say(
        f"{zh}可选：{'、'.join(choices[:_SHOWN])}{more}。",
        f"{en}Choose from: {', '.join(choices[:_SHOWN])}{more}.",
    )

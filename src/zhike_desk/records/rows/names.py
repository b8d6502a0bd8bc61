"""How names are read aloud: what lists sort by and what search finds them by."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pypinyin import Style, lazy_pinyin

_LONGEST = 160


@cache
def surnames() -> dict[str, str]:
    """Return surnames that are read otherwise than the character elsewhere: characters → syllables with blanks between."""
    table = tomllib.loads(Path(__file__).with_name("surnames.toml").read_text("utf-8"))
    return {str(k): str(v) for k, v in table["surnames"].items()}


@cache
def _syllable(character: str) -> str:
    return str(lazy_pinyin(character, style=Style.NORMAL, errors=lambda other: other.lower())[0])


def _surname(name: str) -> tuple[str, str]:
    """Return the surname of `name` that is read otherwise, and how; two empty texts where it isn't such a one."""
    table = surnames()
    for length in (2, 1):
        if name[:length] in table:
            return name[:length], table[name[:length]]
    return "", ""


def syllables(name: str) -> list[str]:
    """Return how a name is read, a syllable a character, without tones; what isn't Chinese stays, in small letters."""
    surname, read = _surname(name)
    return [*read.split(), *(_syllable(c) for c in name[len(surname) :])]


def readings(name: str) -> list[list[str]]:
    """Return the ways a name may be typed: as its surname is read, and as its characters are read elsewhere where that differs."""
    plain = [_syllable(c) for c in name]
    proper = syllables(name)
    return [proper] if proper == plain else [proper, plain]


def sort_key(name: str) -> str:
    """Return what a name is sorted by: its syllables, blanks between."""
    return " ".join(syllables(name))[:_LONGEST]

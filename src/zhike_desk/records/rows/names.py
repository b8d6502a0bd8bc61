"""How names are read aloud: what lists sort by and what search finds them by."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pypinyin import Style, lazy_pinyin

PERSON = 6
"""Characters of the longest person's name: a longer one is an institution's."""
_LONGEST = 160


@cache
def surnames() -> dict[str, str]:
    """Return surnames that are read otherwise than the character elsewhere: characters → syllables with blanks between."""
    table = tomllib.loads(Path(__file__).with_name("surnames.toml").read_text("utf-8"))
    return {str(k): str(v) for k, v in table["surnames"].items()}


@cache
def _syllable(character: str) -> str:
    return str(lazy_pinyin(character, style=Style.NORMAL, errors=str.lower)[0])


def readings(name: str) -> list[list[str]]:
    """Return the ways a name may be typed, a syllable a character, the most likely first; no two are equal.

    As its surname of two characters is read, of one, and as its characters are read elsewhere: who types 单 may mean shan, chan, dan.
    What isn't Chinese stays, in small letters.
    """
    table = surnames()
    heads = [name[:length] for length in (2, 1) if name[:length] in table]
    ways = [[*table[head].split(), *map(_syllable, name[len(head) :])] for head in heads]
    ways.append([_syllable(c) for c in name])
    return [way for place, way in enumerate(ways) if way not in ways[:place]]


def syllables(name: str) -> list[str]:
    """Return how a name is read most likely; an institution's by its words, so that 银行 is yinhang."""
    if len(name) > PERSON:
        return [str(s) for s in lazy_pinyin(name, style=Style.NORMAL, errors=str.lower)]
    return readings(name)[0]


def sort_key(name: str) -> str:
    """Return what a name is sorted by: its syllables, blanks between."""
    return " ".join(syllables(name))[:_LONGEST]

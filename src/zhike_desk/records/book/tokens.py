"""What kinds of tokens clients are found by, shared by who writes them and who searches."""

from __future__ import annotations

import unicodedata

NAME, PINYIN, INITIALS, NUMBER, PSEUDONYM, PHONE = 0, 2, 4, 6, 8, 9
"""Weights: what a token is. One more (WITHIN) where it isn't from the beginning of a name or a number."""
WITHIN = 1
LONGEST = 80
SHORTEST_END = 4
"""Characters of a number's end from which on it is looked for."""
_BACKWARDS = "~"
KINDS = {
    NAME: "name",
    NAME + WITHIN: "name",
    PINYIN: "pinyin",
    PINYIN + WITHIN: "pinyin",
    INITIALS: "initials",
    INITIALS + WITHIN: "initials",
    NUMBER: "number",
    NUMBER + WITHIN: "number",
    PSEUDONYM: "pseudonym",
    PHONE: "phone",
}


def ending(number: str) -> str:
    """Return the token that the end of a number begins: the number backwards, behind a sign that nothing else begins with."""
    return _BACKWARDS + number[::-1]


def folded(text: str) -> str:
    """Return text as tokens have it: full-width folded (NFKC), small letters, ü as v, no blanks."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).lower().replace("ü", "v")
    return "".join(text.lower().split())

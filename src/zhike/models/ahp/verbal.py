"""Saaty's scale in words, Chinese and English, for those who had rather say than count.

Nine words for 1 to 9; in front of one, `-`, "反之" or "less" turns it round: "反之稍微重要" and "-moderate" are 1/3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from zhike.base.text import Said, say

GRADES: Mapping[int, Said] = {
    1: say("同等重要", "equal"),
    2: say("同等与稍微之间", "equal to moderate"),
    3: say("稍微重要", "moderate"),
    4: say("稍微与明显之间", "moderate to strong"),
    5: say("明显重要", "strong"),
    6: say("明显与强烈之间", "strong to very strong"),
    7: say("强烈重要", "very strong"),
    8: say("强烈与极端之间", "very strong to extreme"),
    9: say("极端重要", "extreme"),
}
_ALSO: Mapping[int, tuple[str, ...]] = {
    1: ("同样重要", "equally important"),
    3: ("略微重要", "moderately more important"),
    5: ("较强重要", "strongly more important"),
    7: ("十分重要", "very strongly more important"),
    9: ("绝对重要", "extremely more important"),
}
_REVERSED = ("-", "−", "反之", "less ")
WORDS: Mapping[str, int] = {
    word: value for value, said in GRADES.items() for word in (said.zh, said.en, *_ALSO.get(value, ()))
}


def verbal(text: str) -> float | None:
    """Return the value of a word of the scale, None where it is none."""
    word = re.sub(r"\s+", " ", text.strip().lower())
    for sign in _REVERSED:
        if word.startswith(sign):
            value = WORDS.get(word[len(sign) :].strip(" ，,"))
            return None if value is None else 1 / value
    found = WORDS.get(word)
    return None if found is None else float(found)

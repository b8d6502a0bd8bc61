"""Read a column name by the words it is made of (words.toml), so that names nobody listed are understood."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from zhike.datacentre.mapping.names import normalise

Root = tuple[str, ...]
_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of names. `same`, `ends`, `starts`: word → its class; `longest` is the longest word."""

    same: Mapping[str, str]
    ends: Mapping[str, str]
    starts: Mapping[str, str]
    alike: Mapping[str, str]
    idle: frozenset[str]
    empty: frozenset[str]
    letters: Mapping[str, str]
    longest: int


@cache
def words() -> Words:
    """Return the words of words.toml."""
    data = tomllib.loads(files("zhike.datacentre.mapping").joinpath("words.toml").read_text(encoding="utf-8"))
    same = _classes(data["same"])
    idle = frozenset(same.get(w, w) for w in (*data["idle"], *data["empty"]))
    return Words(
        same={
            **{w: w for w in (*data["idle"], *data["empty"], *_flat(data["alike"])) if w not in same},
            **same,
        },
        ends=_classes(data["ends"]),
        starts=_classes(data["starts"]),
        alike=_joined(data["alike"]),
        idle=idle,
        empty=frozenset(same.get(w, w) for w in data["empty"]),
        letters={char: letter for letter, chars in data["pinyin"].items() for char in chars},
        longest=max(map(len, same)),
    )


def _flat(classes: Iterable[Sequence[str]]) -> list[str]:
    return [word for members in classes for word in members]


def _classes(classes: Iterable[Sequence[str]]) -> dict[str, str]:
    return {normalise(word): members[0] for members in classes for word in members}


def _joined(classes: Iterable[Sequence[str]]) -> dict[str, str]:
    """Return word → class where classes that share a word are one."""
    joined: dict[str, str] = {}
    for members in classes:
        head = next((joined[m] for m in members if m in joined), members[0])
        joined.update(dict.fromkeys(members, head))
    return joined


@lru_cache(maxsize=16384)
def strict(key: str) -> Root:
    """Return the words of a normalised name, synonyms taken together, in no order."""
    return tuple(sorted(_cut(key)))


@lru_cache(maxsize=16384)
def bare(key: str) -> Root:
    """Return the words of a normalised name without those that tell nothing apart (参考, 最新)."""
    return tuple(sorted(w for w in _cut(key) if w not in words().empty))


@lru_cache(maxsize=16384)
def loose(key: str) -> Root:
    """Return the words of a normalised name without idle ones and with near meanings taken together."""
    kept = [words().alike.get(w, w) for w in _cut(key) if w not in words().idle]
    return tuple(sorted(kept))


def _cut(key: str) -> list[str]:
    known = words()
    found: list[str] = []
    at = 0
    while at < len(key):
        size, word = _longest(known, key, at)
        found.append(word)
        at += size
    return found


def _longest(known: Words, key: str, at: int) -> tuple[int, str]:
    for size in range(min(known.longest, len(key) - at), 0, -1):
        piece = key[at : at + size]
        if piece in known.same:
            return size, known.same[piece]
        if at and at + size == len(key) and piece in known.ends:
            return size, known.ends[piece]
        if not at and size < len(key) and piece in known.starts:
            return size, known.starts[piece]
    return 1, key[at]


@lru_cache(maxsize=16384)
def initials(key: str) -> str:
    """Return the first letters of a Chinese name's reading; "" where a character is not known."""
    letters = [words().letters.get(char, "") for char in key]
    return "".join(letters) if all(letters) else ""


def is_latin(key: str) -> bool:
    """Tell whether the name is made of the letters a-z alone."""
    return key.isascii() and key.isalpha()


@lru_cache(maxsize=8192)
def languages(key: str) -> tuple[str, str]:
    """Split a name given in Chinese and then in English (日期Date); ("", "") where it is not."""
    last = max((m.end() for m in _HAN.finditer(key)), default=0)
    cut = re.match(r"[^a-z]*", key[last:])
    at = last + (cut.end() if cut else 0)
    chinese, english = key[:at], key[at:]
    if not last or len(re.sub(r"[^a-z]", "", english)) < 3:
        return "", ""
    return chinese, english

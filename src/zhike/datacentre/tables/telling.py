"""A published sentence as a code and its figures, and its words in both languages: what a night writes, whoever reads it in whichever.

A code and the order of its fields are final: books, generations and tasks hold them. What a sentence says may be put better.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from functools import cache
from string import Formatter
from typing import Any

from zhike.base.text import Language, Said, say
from zhike.datacentre.tables.words import LOGIC_WORDS, MEDIUM_WORDS, SERVICE_WORDS, STAGE_WORDS, TRAIT_WORDS

_Piece = tuple[str, int, str]  # what stands before a figure, the figure's place (-1: none follows), its form
_BEGINS = '["'
_SHARE_DIGITS = 4
_SURE, _UNLIKELY = 0.99, 0.01


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with places for figures: `{net:yuan}`; the forms are `FORMS` and what Python's format takes."""

    code: str
    fields: tuple[str, ...]
    said: Said

    def __post_init__(self) -> None:
        """Refuse a sentence whose figures aren't the same in both languages. Raises ValueError."""
        for text in (self.said.zh, self.said.en):
            asked = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
            if asked - set(self.fields):
                raise ValueError(f"the sentence {self.code} has no figure {asked - set(self.fields)}")


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence with its figures, as plain values in the order of its fields."""

    sentence: Sentence
    figures: tuple[Any, ...]

    @property
    def plain(self) -> list[Any]:
        """Return code and figures."""
        return [self.sentence.code, *self.figures]

    @property
    def stored(self) -> str:
        """Return code and figures as they are published: `in_words` reads them."""
        return json.dumps(self.plain, ensure_ascii=False, separators=(",", ":"))

    @property
    def zh(self) -> str:
        """Return the sentence in Chinese."""
        return _written(self.sentence, self.figures, "zh")

    @property
    def said(self) -> Said:
        """Return the sentence in both languages."""
        return say(self.zh, _written(self.sentence, self.figures, "en"))


SENTENCES: dict[str, Sentence] = {}


def sentence(code: str, zh: str, en: str, *fields: str) -> Sentence:
    """Add a sentence to those that may be published. Raises ValueError where its code is taken."""
    if code in SENTENCES:
        raise ValueError(f"two sentences are called {code}")
    SENTENCES[code] = Sentence(code, fields, say(zh, en))
    return SENTENCES[code]


def tell(code: str, **figures: object) -> Told:
    """Return a sentence with its figures; raise KeyError where there is no such sentence or a figure is lacking."""
    found = SENTENCES[code]
    forms = _forms(found)
    return Told(found, tuple(_plain(figures[name], forms.get(name, "")) for name in found.fields))


def plain(stored: str | None) -> Any:
    """Return what is stored as a figure of another sentence; a text that isn't code and figures stays as it is."""
    return json.loads(stored) if stored and stored.startswith(_BEGINS) else stored


def in_words(stored: str) -> Said:
    """Return what is stored in words; a text that isn't code and figures, as older nights wrote them, stays as it is."""
    if not stored.startswith(_BEGINS):
        return say(stored, stored)
    try:
        plain = json.loads(stored)
        zh, en = _nested(plain, "zh"), _nested(plain, "en")
        return say(zh, en[:1].upper() + en[1:])
    except (ValueError, TypeError, KeyError, IndexError):  # a text of somebody's that only begins like one
        return say(stored, stored)


def told_in(row: Mapping[str, Any], column: str) -> Said:
    """Return a row's sentence in words; what an older version published is in Chinese alone, and nothing where there is none."""
    return in_words(row.get(f"{column}_told") or row.get(column) or "")


def _nested(plain: Any, language: Language) -> str:
    if not isinstance(plain, list):
        return "" if plain is None else str(plain)
    return _written(SENTENCES[plain[0]], plain[1:], language)


def _written(found: Sentence, figures: Sequence[Any], language: Language) -> str:
    parts = []
    for literal, place, form in _pieces(found, language):
        parts.append(literal)
        if place >= 0:
            parts.append(_figure(figures[place], form, language))
    return "".join(parts)


@cache
def _pieces(found: Sentence, language: Language) -> tuple[_Piece, ...]:
    """Take a sentence apart once: nights write it for every client."""
    return tuple(
        (literal, -1 if name is None else found.fields.index(name), form or "")
        for literal, name, form, _ in Formatter().parse(found.said.in_language(language))
    )


@cache
def _forms(found: Sentence) -> Mapping[str, str]:
    return {name: form or "" for _, name, form, _ in Formatter().parse(found.said.zh) if name is not None}


def _plain(value: Any, form: str) -> Any:
    """Return a figure as it is stored, with no more digits than its form shows."""
    if isinstance(value, Told):
        return value.plain
    if isinstance(value, list | tuple):
        return [_plain(v, "") for v in value]
    if isinstance(value, Date):
        return value.isoformat()
    if value is None or isinstance(value, (str, bool, int)):
        return value
    number = float(value)
    if number != number or number in (float("inf"), float("-inf")):
        return None
    if form in ("percent", "chance"):
        return round(number, _SHARE_DIGITS)
    return round(number, 1) if form.endswith(".1f") else round(number)


def _figure(value: Any, form: str, language: Language) -> str:
    if form in FORMS:
        return FORMS[form](value, language)
    return format(value, form) if form else _nested(value, language)


def _percent(value: Any, _: Language) -> str:
    return "—" if value is None else f"{value:.0%}"


def _chance(value: Any, language: Language) -> str:
    """Write a probability: what isn't sure is never written as all or nothing."""
    if value is not None and value > _SURE:
        return ">99%"
    return "<1%" if value is not None and value < _UNLIKELY else _percent(value, language)


def _yuan(value: Any, _: Language) -> str:
    return "—" if value is None else f"{value:,.0f}"


def _named(words: Mapping[str, str]) -> Callable[[Any, Language], str]:
    """Name a class: in Chinese by its word, in English by its own name."""
    return lambda value, language: words[value] if language == "zh" else str(value)


def _listed(zh: str, en: str) -> Callable[[Any, Language], str]:
    def join(value: Any, language: Language) -> str:
        return (zh if language == "zh" else en).join(_nested(v, language) for v in value)

    return join


def _after(value: Any, language: Language) -> str:
    """Add a reason behind a colon, where there is one."""
    text = _nested(value, language)
    return text and f"{'：' if language == 'zh' else ': '}{text}"


def _traits(value: Any, language: Language) -> str:
    if not value:
        return say("各项特征接近", "all traits alike").in_language(language)
    return ("、" if language == "zh" else ", ").join(TRAIT_WORDS[v].in_language(language) for v in value)


def _pairs(value: Any, language: Language) -> str:
    """Join names that are given in both languages."""
    return ("、" if language == "zh" else ", ").join(v[language != "zh"] for v in value)


def _service(value: Any, language: Language) -> str:
    """Write what staff noted; English has the trade's own words, anything else stays as it was written."""
    return str(value) if language == "zh" else SERVICE_WORDS.get(str(value), str(value))


def _outcome(value: Any, language: Language) -> str:
    if not value:
        return ""
    return ("，结果：" if language == "zh" else ", outcome: ") + _service(value, language)


def _month_day(value: Any, language: Language) -> str:
    day = Date.fromisoformat(value)
    return f"{day.month} 月 {day.day} 日" if language == "zh" else value


FORMS: Mapping[str, Callable[[Any, Language], str]] = {
    "percent": _percent,
    "chance": _chance,
    "yuan": _yuan,
    "stage": _named(STAGE_WORDS),
    "logic": _named(LOGIC_WORDS),
    "medium": lambda value, language: MEDIUM_WORDS[value].in_language(language),
    "traits": _traits,
    "pairs": _pairs,
    "service": _service,
    "outcome": _outcome,
    "after": _after,
    "list": _listed("、", ", "),
    "both": _listed("与", " and "),
    "several": _listed("；", "; "),
    "monthday": _month_day,
}

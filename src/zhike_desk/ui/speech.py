"""Two languages: every sentence is written in both, side by side; the request's language chooses."""

from __future__ import annotations

from django.utils import translation

from zhike.base.text import Language, Said
from zhike.datacentre.tables.sentences import in_words
from zhike.datacentre.tables.words import INDUSTRY_WORDS, SERVICE_WORDS


def chinese() -> bool:
    """Tell whether this request is answered in Chinese."""
    return (translation.get_language() or "zh").startswith("zh")


def language() -> Language:
    """Return the language that this request is answered in."""
    return "zh" if chinese() else "en"


def told(zh: str, en: str) -> str:
    """Choose the sentence in the request's language."""
    return zh if chinese() else en


def said(sentence: Said) -> str:
    """Choose the language of a sentence that holds both."""
    return told(sentence.zh, sentence.en)


def retold(stored: str) -> str:
    """Say a sentence of the night, which is stored as a code and its figures."""
    return said(in_words(stored))


def noted(text: str) -> str:
    """Say what staff noted of a contact or a complaint: usual words in the request's language, others as they were written."""
    return told(text, SERVICE_WORDS.get(text, text))


def industry(name: str) -> str:
    """Name an industry: Shenwan's in the request's language, any other as it was delivered."""
    return told(name, INDUSTRY_WORDS.get(name, name))

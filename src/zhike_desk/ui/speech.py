"""Two languages: every sentence is written in both, side by side; the request's language chooses."""

from __future__ import annotations

from django.utils import translation

from zhike.base.text import Said


def chinese() -> bool:
    """Tell whether this request is answered in Chinese."""
    return (translation.get_language() or "zh").startswith("zh")


def told(zh: str, en: str) -> str:
    """Choose the sentence in the request's language."""
    return zh if chinese() else en


def said(sentence: Said) -> str:
    """Choose the language of a sentence that holds both."""
    return told(sentence.zh, sentence.en)

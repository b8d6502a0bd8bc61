"""One sentence in the two languages Zhike speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence for people, in Chinese and in English; which one is shown is the command line's choice."""

    zh: str
    en: str

    def __str__(self) -> str:
        """Return the English sentence, the one that logs and tracebacks show."""
        return self.en

    def in_language(self, language: Language) -> str:
        """Return the sentence in `language`."""
        return self.zh if language == "zh" else self.en


def say(zh: str, en: str) -> Said:
    """Pair a Chinese sentence with the same one in English."""
    return Said(zh, en)

"""In which language a run speaks, and where its home folder is: the command line's choice, else the environment's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from zhike.base.text import Language, Said

HOME = "~/zhike"
_SHANGHAI = timezone(timedelta(hours=8))
LANGUAGES: Mapping[str, Language] = {"zh": "zh", "en": "en"}
_LOCALE = ("ZHIKE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


@dataclass(frozen=True, slots=True)
class Session:
    """The language and the home folder of one run."""

    language: Language
    home: Path


_NOW: ContextVar[Session | None] = ContextVar("session", default=None)


@contextmanager
def begin(arguments: Sequence[str], environment: Mapping[str, str]) -> Iterator[Session]:
    """Hold a session for one run; a run inside another (`zhike up`) goes on as that one unless told otherwise."""
    outer = _NOW.get()
    spoken = LANGUAGES.get(_option(arguments, "--lang") or "")
    home = _option(arguments, "--home")
    session = Session(
        spoken or (outer.language if outer else _locale(environment)),
        Path(home).expanduser() if home else (outer.home if outer else _home(environment)),
    )
    token = _NOW.set(session)
    try:
        yield session
    finally:
        _NOW.reset(token)


def language() -> Language:
    """Return the language to speak."""
    session = _NOW.get()
    return session.language if session else "en"


def home() -> Path:
    """Return the home folder."""
    session = _NOW.get()
    return session.home if session else Path(HOME).expanduser()


def now() -> datetime:
    """Return what time it is, in Shanghai."""
    return datetime.now(_SHANGHAI)


def told(zh: str, en: str) -> str:
    """Choose the sentence in the language of this run."""
    return zh if language() == "zh" else en


def said(sentence: Said) -> str:
    """Say a sentence that holds both languages in that of this run."""
    return sentence.in_language(language())


def _option(arguments: Sequence[str], name: str) -> str | None:
    """Find an option's value before argparse does: its very messages depend on the language."""
    found = None
    for i, word in enumerate(arguments):
        if word == "--":
            break
        if word == name and i + 1 < len(arguments):
            found = arguments[i + 1]
        elif word.startswith(f"{name}="):
            found = word.partition("=")[2]
    return found


def _locale(environment: Mapping[str, str]) -> Language:
    said = next((environment[v] for v in _LOCALE if environment.get(v)), "")
    return "zh" if said.lower().startswith("zh") else "en"


def _home(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("ZHIKE_HOME") or HOME).expanduser()

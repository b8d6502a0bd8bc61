"""Where the notes lie: beside the sources, or where the wheel put them.

Each method has three: a page for whoever works with the numbers, in Chinese and in English (`methods/zh`, `methods/en`), and the full
note, in English, for whoever checks the method. The dictionaries are written from definitions, in the reader's language. The page on
the API is in English, and in Chinese under `zh`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from types import MappingProxyType

from zhike.base.text import Language
from zhike_desk.pages.help import dictionary, markdown, measures

_INSTALLED = "share/zhike/docs"
_SOURCES = Path(__file__).resolve().parents[4] / "docs"
_LANGUAGES = ("zh", "en")
_BESIDE = {"dictionary": "dictionary", "measures": "measures-list", "api": "api"}
"""What lies beside the folder of methods, and its name in addresses."""
_WRITTEN: Mapping[str, Callable[[Language], str]] = MappingProxyType({
    "dictionary": dictionary.written, "measures-list": measures.written,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Note:
    """A note: its name in addresses, its title, the language it is written in, its parts in order."""

    slug: str
    title: str
    language: Language
    parts: tuple[markdown.Part, ...]


@cache
def paths() -> dict[str, Path]:
    """Return where each full note lies, by its name in addresses; empty where the notes weren't installed."""
    found = {}
    for path in _files():
        if path.parent.name == "methods":
            found[path.stem] = path
        elif path.stem in _BESIDE and path.parent.name not in _LANGUAGES:
            found[_BESIDE[path.stem]] = path
    return dict(sorted(found.items()))


@cache
def pages(language: Language) -> dict[str, Path]:
    """Return where each page lies that is written for the desk's users in a language, by its name in addresses."""
    return {p.stem: p for p in _files() if p.parent.name == language}


def _files() -> list[Path]:
    if (_SOURCES / "methods").is_dir():
        return [*_SOURCES.glob("*.md"), *_SOURCES.glob("zh/*.md"), *_SOURCES.glob("methods/**/*.md")]
    try:
        listed = files("zhike") or []
    except PackageNotFoundError:
        return []
    return [
        Path(str(f.locate())).resolve() for f in listed if f.suffix == ".md" and _INSTALLED in f.as_posix()
    ]


@cache
def page(slug: str, language: Language) -> Note | None:
    """Read the page called `slug` in `language`: a dictionary, a method's page for its users; None where there is none."""
    lies = paths().get(slug)
    if lies is None:
        return None
    if slug in _WRITTEN:
        return _read(slug, _WRITTEN[slug](language), lies, language, long=0)
    path = pages(language).get(slug)
    return _read(slug, path.read_text(encoding="utf-8"), path, language) if path else note(slug)


@cache
def note(slug: str) -> Note | None:
    """Read the full note called `slug`, which is in English; None where there is none."""
    path = paths().get(slug)
    return _read(slug, path.read_text(encoding="utf-8"), path, "en") if path else None


def _read(slug: str, text: str, path: Path, language: Language, *, long: int = markdown.LONG) -> Note:
    title, parts = markdown.read(text, path, _names(), long=long)
    return Note(slug, title, language, parts)


@cache
def _names() -> Mapping[Path, str]:
    """Return the name in addresses of whatever a link may lead to."""
    shelves = (paths(), *(pages(language) for language in ("zh", "en")))
    return {path.resolve(): slug for shelf in shelves for slug, path in shelf.items()}

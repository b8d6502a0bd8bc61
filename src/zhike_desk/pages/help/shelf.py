"""Where the notes lie: beside the sources, or where the wheel put them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from zhike_desk.pages.help import markdown

_INSTALLED = "share/zhike/docs"
_SOURCES = Path(__file__).resolve().parents[4] / "docs"
_DICTIONARIES = {"dictionary": "dictionary", "measures": "measures-list"}


@dataclass(frozen=True, slots=True)
class Note:
    """A note: its name in addresses, its title, its parts in order."""

    slug: str
    title: str
    parts: tuple[markdown.Part, ...]


@cache
def paths() -> dict[str, Path]:
    """Return where each note lies, by its name in addresses; empty where the notes weren't installed."""
    found = {}
    for path in _files():
        if path.parent.name == "methods":
            found[path.stem] = path
        elif path.stem in _DICTIONARIES:
            found[_DICTIONARIES[path.stem]] = path
    return dict(sorted(found.items()))


def _files() -> list[Path]:
    if (_SOURCES / "methods").is_dir():
        return [*_SOURCES.glob("*.md"), *_SOURCES.glob("methods/*.md")]
    try:
        listed = files("zhike") or []
    except PackageNotFoundError:
        return []
    return [
        Path(str(f.locate())).resolve() for f in listed if f.suffix == ".md" and _INSTALLED in f.as_posix()
    ]


@cache
def note(slug: str) -> Note | None:
    """Read the note called `slug`; None where there is none."""
    path = paths().get(slug)
    if path is None:
        return None
    names = {found.resolve(): name for name, found in paths().items()}
    title, parts = markdown.read(path.read_text(encoding="utf-8"), path, names)
    return Note(slug, title, parts)

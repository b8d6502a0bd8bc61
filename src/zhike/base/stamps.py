"""What a source file's meaning rests on: the file itself and every file of this package that it imports, by content.

A compiled loop has the constants of other modules built in. Whoever keeps it must notice when one of those changes, not only when
the loop's own file does.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_OURS = rf"({_ROOT.name}(?:\.\w+)*)"
_IMPORT = re.compile(rf"^[ \t]*(?:from {_OURS} import (\([^)]*\)|[^\n]*)|import {_OURS})", re.MULTILINE)
_NAME = re.compile(r"(\w+)(?: as \w+)?")


def stamp_of(source: Path) -> str:
    """Return a digest of the contents of a module's file and of all files of the package it imports, straight or by others.

    An import counts wherever it stands. A package counts with its `__init__` where the import asks it for more than modules.
    """
    reached, ahead = set[Path](), [source.resolve()]
    while ahead:
        path = ahead.pop()
        if path not in reached:
            reached.add(path)
            ahead.extend(_read(path)[1])
    return hashlib.sha256("".join(sorted(_read(path)[0] for path in reached)).encode()).hexdigest()


@cache
def _read(path: Path) -> tuple[str, tuple[Path, ...]]:
    """Return the digest of a file, and the files it imports; a file changed later is not read again."""
    text = path.read_bytes()
    return hashlib.sha256(text).hexdigest(), tuple(sorted(imported(text.decode())))


def imported(text: str) -> set[Path]:
    """Return the files of the package that a module's text imports."""
    found: set[Path] = set()
    for package, names, module in _IMPORT.findall(text):
        found.update(_places(module) if module else ())
        for name in _NAME.findall(names):
            found.update(tuple(_places(f"{package}.{name}")) or _places(package))
    return found


def _places(module: str) -> Iterator[Path]:
    """Yield the file of a module or package of ours; none for a name that isn't one."""
    place = _ROOT.joinpath(*module.split(".")[1:])
    yield from (p for p in (place.with_suffix(".py"), place / "__init__.py") if p.is_file())

"""What a source file's meaning rests on: the file itself and every file of this package that it imports, by content.

A compiled loop has the constants of other modules built in. Whoever keeps it must notice when one of those changes, not only when
the loop's own file does.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_IMPORT = re.compile(
    rf"^(?:from|import) ({_ROOT.name}(?:\.\w+)*)(?: import (\(.*?\)|[^\n]*))?", re.MULTILINE | re.DOTALL
)
_NAME = re.compile(r"(\w+)(?: as \w+)?")


def stamp_of(source: Path) -> str:
    """Return a digest of the contents of a module's file and of all files of the package it imports, straight or by others."""
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
    found: list[Path] = []
    for module, names in _IMPORT.findall(text.decode()):
        folder = _ROOT.joinpath(*module.split(".")[1:])
        parts = [folder / f"{name}.py" for name in _NAME.findall(names)] if folder.is_dir() else []
        parts = [p for p in parts if p.is_file()]
        found += parts or [p for p in (folder.with_suffix(".py"), folder / "__init__.py") if p.is_file()][:1]
    return hashlib.sha256(text).hexdigest(), tuple(found)

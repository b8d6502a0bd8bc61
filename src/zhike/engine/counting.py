"""What reading costs, counted and not timed: queries run, files opened, rows decoded. A count travels where seconds don't.

Nothing is counted unless somebody asks (`bench/check.py` does), and only what this process does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sized
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TypeVar

Rows = TypeVar("Rows", bound=Sized)


@dataclass(slots=True, eq=False)
class Counts:
    """Lazy tables that were run; by stored file, how often it was opened and how many rows of it were decoded."""

    queries: int = 0
    opened: Counter[Path] = field(default_factory=Counter)
    rows: Counter[Path] = field(default_factory=Counter)


_OPEN: list[Counts] = []
_LOCK = Lock()


@contextmanager
def counting() -> Iterator[Counts]:
    """Count what the engine does in this process until the block ends; blocks may lie in one another."""
    counts = Counts()
    _OPEN.append(counts)
    try:
        yield counts
    finally:
        _OPEN.remove(counts)


def count_query() -> None:
    """Note that a lazy table is run."""
    with _LOCK:
        for counts in _OPEN:
            counts.queries += 1


def count_opened(path: Path) -> None:
    """Note that a stored file is opened."""
    with _LOCK:
        for counts in _OPEN:
            counts.opened[path] += 1


def decoded(path: Path, rows: Rows) -> Rows:
    """Note that rows of a stored file were decoded, whether or not they will be kept; return them."""
    with _LOCK:
        for counts in _OPEN:
            counts.rows[path] += len(rows)
    return rows

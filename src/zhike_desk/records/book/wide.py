"""How the wide table of measures is cut: a few narrow tables, and a view that puts them together again.

Who filters by a measure reads all clients' values of it: of a row of 240 columns that is a page of disk a client, of 40 columns a sixth.
Nothing else needs to know: `book_measure` is the view.
"""

from __future__ import annotations

from collections.abc import Sequence

MEASURES = "book_measure"
PART = 40
"""Columns of a part."""


def part_of(ordinal: int) -> str:
    """Return the table that holds the column at a place among all measures."""
    return f"{MEASURES}_{ordinal // PART}"


def parts(names: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Return each table and its columns, in their order; one without columns where the night has no measures."""
    starts = range(0, max(len(names), 1), PART)
    return [(part_of(start), list(names[start : start + PART])) for start in starts]

"""Masks: how a value is shown where its column names a person. What is masked follows from the column's level."""

from __future__ import annotations

from zhike.datacentre.tables.definition import Level

_LONGEST = 80


def masked(value: str, level: Level) -> str:
    """Show at most a hint of an IDENTITY value: first character of a name, last two of a number; others as they are."""
    if level is not Level.IDENTITY:
        return value if len(value) <= _LONGEST else value[:_LONGEST] + "…"
    if not value:
        return ""
    if value.isascii() and len(value) >= 6:
        return "*" * (min(len(value), 18) - 2) + value[-2:]
    return value[0] + "*" * (min(len(value), 18) - 1)

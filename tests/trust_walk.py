"""Walking the desk as a browser would: every address that can be read, with clients, tasks, staff that are really there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

ALONE = frozenset({"api"})
"""Namespaces with a gate of their own: proved where they are."""


def patterns(
    found: list[Any] | None = None,
    before: str = "",
    within: str = "",
    asked: Mapping[str, Any] | None = None,
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield every route of the desk: its name, its pattern, the converters of what the pattern asks for."""
    for entry in found if found is not None else get_resolver().url_patterns:
        way, asks = before + str(entry.pattern), {**(asked or {}), **entry.pattern.converters}
        if isinstance(entry, URLResolver):
            if entry.namespace not in ALONE:
                space = f"{entry.namespace}:" if entry.namespace else ""
                yield from patterns(entry.url_patterns, way, within + space, asks)
        elif isinstance(entry, URLPattern):
            yield within + (entry.name or ""), way, asks


def address(pattern: str, converters: Mapping[str, Any], values: Mapping[str, str]) -> str:
    """Fill a pattern in: by the name of what it asks for where `values` knows it, else by its kind."""
    text = pattern
    for name, converter in converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower()
        value = values.get(name, values.get(f"<{kind}>", "x"))
        for spelt in (f"<{kind}:{name}>", f"<str:{name}>", f"<{name}>"):
            text = text.replace(spelt, value)
    return f"/{text}"


def addresses(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield name and address of every route."""
    for name, pattern, converters in patterns():
        yield name, address(pattern, converters, values)

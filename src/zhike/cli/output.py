"""What a command prints: sentences, tables, JSON. Nothing that came from a file reaches the terminal unescaped."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Container, Iterable, Sequence

from zhike.cli.session import told


def tell(zh: str, en: str) -> None:
    """Print a sentence in the language of the run."""
    line(told(zh, en))


def warn(zh: str, en: str) -> None:
    """Print a sentence to standard error: what was asked for is done, and yet may not be what was meant."""
    print(safe(told(zh, en)), file=sys.stderr)


def line(text: str = "") -> None:
    """Print one line, with characters that could steer a terminal written out."""
    print(safe(text))


def safe(text: str) -> str:
    """Write out control, format and unassigned characters, line breaks among them, as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or unicodedata.category(c) == "Zs" else repr(c)[1:-1] for c in text)


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes; Chinese characters take two."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], figures: Container[int] = ()) -> None:
    """Print rows under headings in aligned columns; numbers to the right, with thousands apart.

    `figures`: the columns of words that are numbers, such as 12.3%.
    """
    values = list(rows)
    numeric = [i in figures or any(_is_number(r[i]) for r in values) for i in range(len(headings))]
    cells = [list(headings), *([safe(_shown(v)) for v in row] for row in values)]
    widths = [max(width(row[i]) for row in cells) for i in range(len(headings))]
    for row in cells:
        padded = [_padded(text, w, right) for text, w, right in zip(row, widths, numeric, strict=True)]
        print("  ".join(padded).rstrip())


def wrapped(label: str, words: Sequence[str], indent: int = 13, limit: int = 100) -> None:
    """Print a label and a list of words beside it, broken into lines of at most about `limit` columns."""
    current, head = "", "  " + _padded(label, indent - 2, False)
    for word in map(safe, words):
        if current and indent + width(current) + 2 + width(word) > limit:
            print(head + current + ",")
            current, head = "", " " * indent
        current = f"{current}, {word}" if current else word
    print(head + current)


def as_json(value: object) -> None:
    """Print one JSON value, always as UTF-8."""
    raw(json_text(value))


def json_text(value: object) -> str:
    """Return a value as JSON, as a file holds it."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n"


def raw(text: str | bytes) -> None:
    """Write to standard output, as UTF-8 whatever the locale."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text if isinstance(text, bytes) else text.encode())
    sys.stdout.buffer.flush()


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,}" if _is_number(value) else str(value)


def _padded(text: str, columns: int, right: bool) -> str:
    space = " " * max(columns - width(text), 0)
    return space + text if right else text + space

"""From Markdown of ours to HTML that the desk's policy lets through: no inline style, no raw HTML but line breaks and anchors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.urls import reverse
from django.utils.html import escape
from markdown_it import MarkdownIt
from markdown_it.token import Token

LONG = 40_000  # characters of Markdown; beyond that a note is read part by part
_ALLOWED = re.compile(r'<br>|<a id="[\w-]+">|</a>')
_ANCHOR = re.compile(r'<a id="([\w-]+)">')


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a note: its heading (empty for what stands before the first), and its HTML."""

    heading: str
    html: str


@dataclass(frozen=True, slots=True)
class Links:
    """Where links of a note lead: the folder it lies in, the notes that are shown, and the part each anchor stands in."""

    folder: Path
    notes: Mapping[Path, str]
    parts: Mapping[str, int]


def read(
    text: str, path: Path, notes: Mapping[Path, str], *, long: int = LONG
) -> tuple[str, tuple[Part, ...]]:
    """Turn a note into its title and its parts: one, or, above `long` characters, one for each second-level heading.

    Links to other notes lead to their pages; links to what isn't shown lead nowhere.
    """
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    rules = {"html_inline": _raw, "html_block": _raw, "table_open": _table, "table_close": _table_end}
    parser.renderer.rules.update(rules)  # type: ignore[attr-defined]
    tokens = parser.parse(text)
    title = _title(tokens)
    slices = _cut(tokens) if len(text) > long else [tokens]
    parts = {anchor: i for i, part in enumerate(slices) for anchor in _anchors(part)}
    for part in slices:
        _mend(part, Links(path.parent, notes, parts if len(slices) > 1 else {}))
    made = (Part(_heading(s), str(parser.renderer.render(s, parser.options, {}))) for s in slices)
    return title or path.stem, tuple(made)


def anchor(heading: str) -> str:
    """Return the anchor of a heading, as links to it write it."""
    return re.sub(r"[^\w-]", "", heading.strip().lower().replace(" ", "-"))


def _title(tokens: list[Token]) -> str:
    """Take the first heading out: the page has its own."""
    if len(tokens) < 3 or tokens[0].tag != "h1":
        return ""
    title = _plain(tokens[1])
    del tokens[:3]
    return title


def _cut(tokens: list[Token]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.type == "heading_open" and token.tag == "h2":
            parts.append([])
        parts[-1].append(token)
    return [part for part in parts if part]


def _heading(part: list[Token]) -> str:
    return _plain(part[1]) if part[0].type == "heading_open" and part[0].tag == "h2" else ""


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or ())


def _written(part: list[Token]) -> set[str]:
    """Return the anchors written out in the text."""
    inner = (c.content for token in part for c in token.children or () if c.type == "html_inline")
    return {name for text in inner for name in _ANCHOR.findall(text)}


def _anchors(part: list[Token]) -> set[str]:
    headings = {anchor(_plain(part[i + 1])) for i, t in enumerate(part) if t.type == "heading_open"}
    return headings | _written(part)


def _mend(part: list[Token], links: Links) -> None:
    written = _written(part)
    for i, token in enumerate(part):
        if token.type == "heading_open":
            name = anchor(_plain(part[i + 1]))
            if name not in written:  # one of the two is enough
                token.attrSet("id", name)
        if (
            token.type == "th_open" and not part[i + 1].content
        ):  # an empty heading tells a screen reader nothing
            token.tag = part[i + 2].tag = "td"
        style = token.attrs.pop("style", "")  # the desk's policy forbids styles in the text
        if "right" in str(style):
            token.attrSet("class", "n")
        for child in token.children or ():
            if child.type == "link_open":
                _lead(child, links)


def _lead(link: Token, links: Links) -> None:
    path, _, spot = str(link.attrs.get("href", "")).partition("#")
    note = links.notes.get((links.folder / path).resolve()) if path else None
    if note:
        link.attrSet("href", reverse("help_note", args=[note]))
    elif path.startswith(("https://", "http://")):
        link.attrSet("rel", "noreferrer")
    elif path:
        link.attrs.pop("href")
    elif spot in links.parts:
        link.attrSet("href", f"?part={links.parts[spot]}#{spot}")


def _raw(tokens: Sequence[Token], at: int, *_: Any) -> str:
    text = tokens[at].content
    return text if _ALLOWED.fullmatch(text.strip()) else escape(text)


def _table(*_: Any) -> str:
    return '<div class="table-box" tabindex="0"><table class="table wrap">'


def _table_end(*_: Any) -> str:
    return "</table></div>"

"""Pieces of a page: bars and tables as HTML that needs no script, no font and no file beside it. All text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

_STYLE = """
.zhike-ahp { font: 14px/1.5 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; max-width: 720px; }
.zhike-ahp h3 { font-size: 16px; margin: 12px 0 4px; } .zhike-ahp p { margin: 4px 0; }
.zhike-ahp table { border-collapse: collapse; margin: 4px 0; } .zhike-ahp td, .zhike-ahp th { padding: 2px 10px; text-align: left; }
.zhike-ahp td.n { text-align: right; font-variant-numeric: tabular-nums; }
.zhike-ahp svg text { fill: currentColor; font-size: 12px; } .zhike-ahp .bar { fill: #2c5f9e; } .zhike-ahp .bad { color: #c43d31; }
@media (prefers-color-scheme: dark) { .zhike-ahp .bar { fill: #4f86cc; } .zhike-ahp .bad { color: #e4645a; } }
"""
_ROW, _BAR, _AFTER, _WIDE, _NARROW = 22, 320, 70, 12.5, 7.0


def page(language: str, pieces: Iterable[str]) -> str:
    """Return pieces of HTML as one, with their style."""
    return f'<div class="zhike-ahp" lang="{escape(language)}"><style>{_STYLE}</style>{"".join(pieces)}</div>'


def heading(text: str) -> str:
    """Return a heading."""
    return f"<h3>{escape(text)}</h3>"


def paragraph(text: str, *, bad: bool = False) -> str:
    """Return a paragraph; one that says what is wrong stands out."""
    kind = ' class="bad"' if bad else ""
    return f"<p{kind}>{escape(text)}</p>"


def bars(shares: Sequence[tuple[str, float]], title: str) -> str:
    """Return names with their shares of 1 as horizontal bars, the widest filling the space; SVG with a title for screen readers."""
    left = 8 + max((_drawn(name) for name, _ in shares), default=0.0)
    most = max((share for _, share in shares), default=0.0) or 1.0
    width, height = left + 8 + _BAR + _AFTER, _ROW * len(shares) + 4
    rows = "".join(_bar(k, name, share, share / most, left) for k, (name, share) in enumerate(shares))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width:g} {height}" width="{width:g}" '
        f'height="{height}" style="max-width: 100%; height: auto"><title>{escape(title)}</title>{rows}</svg>'
    )


def table(headings: Sequence[str], rows: Iterable[Sequence[str | float | None]]) -> str:
    """Return a table; numbers to the right with four significant digits, None as a dash."""
    head = "".join(f"<th>{escape(h)}</th>" for h in headings)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _bar(row: int, name: str, share: float, part: float, left: float) -> str:
    y = _ROW * row + 2
    return (
        f'<text x="{left:g}" y="{y + 15}" text-anchor="end">{escape(name)}</text>'
        f'<rect class="bar" x="{left + 8:g}" y="{y + 3}" width="{max(part * _BAR, 1):.1f}" height="{_ROW - 8}" rx="2"/>'
        f'<text x="{left + 14 + part * _BAR:.1f}" y="{y + 15}">{share:.4f}</text>'
    )


def _drawn(name: str) -> float:
    return sum(_WIDE if ord(c) > 0x2E7F else _NARROW for c in name)


def _cell(value: str | float | None) -> str:
    if isinstance(value, str):
        return f"<td>{escape(value)}</td>"
    return f'<td class="n">{"–" if value is None else f"{value:.4g}"}</td>'

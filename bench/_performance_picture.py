"""A picture of measured seconds: a bar a contender, its length the logarithm; plain SVG, light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from xml.sax.saxutils import escape

_STYLE = """
  :root { color-scheme: light dark; }
  .back { fill: #ffffff; } text { fill: #1c2430; font: 13px system-ui, "Noto Sans CJK SC", sans-serif; }
  .title { font-size: 15px; font-weight: 600; } .quiet { fill: #5a6675; font-size: 12px; }
  .grid { stroke: #dfe4ea; } .bar { fill: #a3a9b1; } .ours { fill: #2c5f9e; }
  @media (prefers-color-scheme: dark) {
    .back { fill: #14181f; } text { fill: #e6eaf0; } .quiet { fill: #9ba7b5; }
    .grid { stroke: #2b333f; } .bar { fill: #6f7c8c; } .ours { fill: #4f86cc; }
  }
"""
_LEFT, _WIDE, _ROW, _TOP = 90, 520, 26, 62


@dataclass(frozen=True, slots=True)
class Bar:
    """A contender and its seconds; `ours` is drawn apart."""

    name: str
    seconds: float
    ours: bool


def picture(title: str, below: str, bars: Sequence[Bar]) -> str:
    """Return the picture as one SVG document; seconds are above zero."""
    low = min(log10(b.seconds) for b in bars)
    first, last = int(low // 1), int(-(-max(log10(b.seconds) for b in bars) // 1))
    height, width = _TOP + _ROW * len(bars) + 34, _LEFT + _WIDE + 80

    def x(seconds: float) -> float:
        return _LEFT + _WIDE * (log10(seconds) - first) / max(last - first, 1)

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">',
        f"<style>{_STYLE}</style>",
        f'<rect class="back" width="{width}" height="{height}"/>',
        f'<text class="title" x="16" y="26">{escape(title)}</text>',
        f'<text class="quiet" x="16" y="46">{escape(below)}</text>',
    ]
    for power in range(first, last + 1):
        at, foot = x(10.0**power), _TOP + _ROW * len(bars)
        lines.append(f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP - 6}" y2="{foot + 4}"/>')
        lines.append(
            f'<text class="quiet" x="{at:.1f}" y="{foot + 20}" text-anchor="middle">{10.0**power:g} s</text>'
        )
    for n, bar in enumerate(bars):
        y, kind = _TOP + _ROW * n, "ours" if bar.ours else "bar"
        lines += [
            f'<text x="{_LEFT - 10}" y="{y + 14}" text-anchor="end">{escape(bar.name)}</text>',
            f'<rect class="{kind}" x="{_LEFT}" y="{y}" width="{max(x(bar.seconds) - _LEFT, 2):.1f}" height="{_ROW - 8}" rx="2"/>',
            f'<text x="{max(x(bar.seconds), _LEFT + 2) + 6:.1f}" y="{y + 14}">{bar.seconds:.2f}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])

"""A chart of phases as plain SVG: a panel a profit logic, a group of bars a wave, a bar a market state.

It carries no script and no font, follows the reader's light or dark, and says its numbers to pointers and screen readers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

_LEFT, _TOP, _RIGHT, _FOOT = 112, 96, 20, 64
_PANEL, _GAP, _BAR, _BETWEEN = 116, 26, 14, 22
_STYLE = """
  :root { color-scheme: light dark; }
  .back { fill: #ffffff; } text { fill: #1c2430; font: 12px system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }
  .title { font-size: 16px; font-weight: 600; } .quiet { fill: #5a6675; font-size: 11px; }
  .grid { stroke: #dfe4ea; } .zero { stroke: #8793a1; }
  .s0 { fill: #2c5f9e; } .s1 { fill: #7fb0de; } .s2 { fill: #a3a9b1; } .s3 { fill: #f0a45d; } .s4 { fill: #c43d31; }
  @media (prefers-color-scheme: dark) {
    .back { fill: #14181f; } text { fill: #e6eaf0; } .quiet { fill: #9ba7b5; }
    .grid { stroke: #2b333f; } .zero { stroke: #6f7c8c; }
    .s0 { fill: #4f86cc; } .s1 { fill: #9cc6ee; } .s2 { fill: #8a929c; } .s3 { fill: #f3b67c; } .s4 { fill: #e4645a; }
  }
"""


@dataclass(frozen=True, slots=True)
class Panels:
    """What is drawn: a title, the axes' names, panels and groups and bars by name with their labels, and the values.

    `values` maps (panel, group, bar) to a number; what isn't there is not drawn. Each panel has a scale of its own.
    """

    language: str
    title: str
    subtitle: str
    x_name: str
    y_name: str
    panels: Mapping[str, str]
    groups: Mapping[str, tuple[str, str]]
    bars: Mapping[str, str]
    values: Mapping[tuple[str, str, str], float]


def svg(chart: Panels) -> str:
    """Return the chart as one SVG document."""
    group = _BAR * len(chart.bars) + _BETWEEN
    width = _LEFT + max(group * len(chart.groups), 660) + _RIGHT
    height = _TOP + (_PANEL + _GAP) * len(chart.panels) + _FOOT
    drawn = [*_head(chart, width, height), *_legend(chart)]
    for n, panel in enumerate(chart.panels):
        drawn += _panel(chart, panel, _TOP + n * (_PANEL + _GAP), group, width)
    drawn += _axis(chart, height, group, width)
    return "\n".join([*drawn, "</svg>", ""])


def _head(chart: Panels, width: int, height: int) -> list[str]:
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' style="max-width: 100%; height: auto"'
        f' role="img" lang={quoteattr(chart.language)} aria-labelledby="title desc">',
        f'<title id="title">{escape(chart.title)}</title>',
        f'<desc id="desc">{escape(chart.subtitle)}</desc>',
        f"<style>{_STYLE}</style>",
        f'<rect class="back" width="{width}" height="{height}"/>',
        text(_LEFT, 26, chart.title, "title"),
        text(_LEFT, 44, chart.subtitle, "quiet"),
    ]


def text(x: float, y: float, words: str, style: str = "", anchor: str = "start", turned: bool = False) -> str:
    """Return a line of text, escaped; `turned`: upwards."""
    kind = f' class="{style}"' if style else ""
    turn = f' transform="rotate(-90 {x:g} {y:g})"' if turned else ""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}"{kind}{turn}>{escape(words)}</text>'


def drawn(words: str) -> int:
    """Return about how many pixels a text of 12 pixels takes: no font is at hand to measure it by."""
    return sum(13 if ord(c) > 0x2E7F else 7 for c in words)


def _legend(chart: Panels) -> list[str]:
    out, x = [], float(_LEFT)
    for n, label in enumerate(chart.bars.values()):
        out.append(f'<rect class="s{n}" x="{x:g}" y="54" width="11" height="11" rx="2"/>')
        out.append(text(x + 16, 64, label))
        x += 34 + drawn(label)
    return out


def _panel(chart: Panels, panel: str, top: int, group: int, width: int) -> list[str]:
    values = {key[1:]: v for key, v in chart.values.items() if key[0] == panel}
    step, low, high = ticks(min(values.values(), default=0.0), max(values.values(), default=0.0))

    def y(value: float) -> float:
        return top + _PANEL * (high - value) / (high - low)

    out = [text(_LEFT, top - 6, chart.panels[panel], "")]
    for k in range(round((high - low) / step) + 1):
        value = low + k * step
        style = "zero" if abs(value) < step / 1e6 else "grid"
        out.append(
            f'<line class="{style}" x1="{_LEFT}" x2="{width - _RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
        )
        out.append(text(_LEFT - 8, y(value) + 4, _short(value, step), "quiet", "end"))
    for g, name in enumerate(chart.groups):
        for b, bar in enumerate(chart.bars):
            if (name, bar) in values:
                x = _LEFT + g * group + _BETWEEN / 2 + b * _BAR
                out.append(_bar(chart, panel, name, bar, b, x, y(values[name, bar]), y(0.0)))
    return out


def _bar(
    chart: Panels, panel: str, group: str, bar: str, style: int, x: float, end: float, zero: float
) -> str:
    top, size = min(end, zero), max(abs(end - zero), 0.5)
    value = f"{chart.values[panel, group, bar]:,.10g}"
    words = f"{chart.panels[panel]} · {' '.join(chart.groups[group])} · {chart.bars[bar]}: {value}"
    return (
        f'<rect class="s{style}" x="{x:g}" y="{top:.1f}" width="{_BAR - 2}" height="{size:.1f}">'
        f"<title>{escape(words)}</title></rect>"
    )


def _axis(chart: Panels, height: int, group: int, width: int) -> list[str]:
    out = []
    for g, lines in enumerate(chart.groups.values()):
        middle = _LEFT + g * group + group / 2
        out += [
            text(middle, height - _FOOT + n * 14, words, "quiet" if n else "", "middle")
            for n, words in enumerate(lines)
        ]
    out.append(text((_LEFT + width - _RIGHT) / 2, height - 12, chart.x_name, "quiet", "middle"))
    out.append(text(18, (_TOP + height - _FOOT) / 2, chart.y_name, "quiet", "middle", turned=True))
    return out


def ticks(low: float, high: float, most: int = 4) -> tuple[float, float, float]:
    """Return a round step, and the multiples of it that enclose nought and all values from `low` to `high`."""
    low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        return 1.0, 0.0, 1.0
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1.0, 2.0, 5.0, 10.0) if m * power >= rough * (1 - 1e-12))
    return step, math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step


def _short(value: float, step: float) -> str:
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value:,.{digits}f}" if abs(value) >= step / 1e6 else "0"


def bar_line(value: float, largest: float, cells: int = 12) -> str:
    """Return a bar for a terminal: nought in the middle, what is below it to the left; the largest fills `cells`."""
    n = min(round(abs(value) / largest * cells), cells) if largest > 0 else 0
    n = max(n, 1) if value else 0
    left = ("▓" * n).rjust(cells) if value < 0 else " " * cells
    right = ("█" * n).ljust(cells) if value > 0 else " " * cells
    return f"{left}│{right}"


def largest_of(values: Sequence[float]) -> float:
    """Return the largest size among values; 0 without any."""
    return max((abs(v) for v in values), default=0.0)

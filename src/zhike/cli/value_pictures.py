"""The pictures of the page of value as SVG within HTML, coloured by the page's style: 360 units wide, so that they read on a phone.

Each carries a title and a description for screen readers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from zhike.cli.charts import drawn, text, ticks
from zhike.cli.session import told
from zhike.cli.value_words import advice, grade, money, quadrant, share

if TYPE_CHECKING:
    from zhike.run.value_report import KindReport, Share

_WIDE = 360
_FAINT, _FULL = 0.05, 0.45  # how strongly a field is tinted: words on it stay readable


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a heat map: what it says, in a large and a small line; how strong (0…1) and which tint."""

    large: str
    small: str
    strength: float
    style: str = "heat"


def picture(key: str, title: str, description: str, height: float, parts: Sequence[str]) -> str:
    """Return an SVG; `key` is its own within the page."""
    return (
        f'<svg role="img" viewBox="0 0 {_WIDE} {height:g}" aria-labelledby="{key}-title {key}-desc">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(description)}</desc>'
        + "\n".join(parts)
        + "</svg>"
    )


def pyramid(key: str, each: KindReport) -> str:
    """Draw the grades one upon another: their share of clients to the left, of revenue to the right."""
    middle, half, row, top, longest = 180, 38, 58, 26, 84
    total = each.total
    sides = {
        n: (_part(s.clients, total.clients), _part(s.revenue, total.revenue)) for n, s in each.grades.items()
    }
    most = max((x for pair in sides.values() for x in pair), default=0.0) or 1.0
    parts = [
        text(middle - half, 14, told("户数占比", "share of clients"), "quiet", "end"),
        text(middle + half, 14, told("创收占比", "share of revenue"), "quiet"),
    ]
    for n, (name, sums) in enumerate(each.grades.items()):
        y, (left, right) = top + n * row, (x / most * longest for x in sides[name])
        parts += [
            text(middle, y + 29, grade(name), "name", "middle"),
            _rect("c2", middle - half - left, y, left, row - 8),
            _rect("c0", middle + half, y, right, row - 8),
            text(middle - half - left - 6, y + 23, share(sums.clients, total.clients), "", "end"),
            text(middle - half - left - 6, y + 38, f"{sums.clients:,}{told(' 户', '')}", "quiet", "end"),
            text(middle + half + right + 6, y + 23, share(sums.revenue, total.revenue)),
            text(middle + half + right + 6, y + 38, money(sums.revenue), "quiet"),
        ]
    words = [
        f"{grade(n)}: {share(s.clients, total.clients)} / {share(s.revenue, total.revenue)}"
        for n, s in each.grades.items()
    ]
    title = told("等级金字塔：户数与创收", "Pyramid of grades: clients and revenue")
    return picture(key, title, "; ".join(words), top + row * len(sides), parts)


def _part(part: float, whole: float) -> float:
    return max(part / whole, 0.0) if whole > 0 else 0.0


def _rect(style: str, x: float, y: float, width: float, height: float, strength: float | None = None) -> str:
    faint = "" if strength is None else f' fill-opacity="{_FAINT + (_FULL - _FAINT) * strength:.3f}"'
    return f'<rect class="{style}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="2"{faint}/>'


def curve(key: str, each: KindReport) -> str:
    """Draw what part the first clients make: by score of contribution, revenue and assets, and of contribution by itself."""
    lines = [
        (told("贡献（按得分排序）", "contribution, by score"), each.by_score.contribution, "l0"),
        (told("创收（按得分排序）", "revenue, by score"), each.by_score.revenue, "l1"),
        (told("资产（按得分排序）", "assets, by score"), each.by_score.assets, "l2"),
        (told("贡献（按贡献本身排序）", "contribution, by itself"), each.by_contribution.contribution, "l3"),
    ]
    known = [(name, own, style) for name, own, style in lines if own is not None]
    every = [x for _, own, _ in known for x in own.parts]
    step, low, _ = ticks(min(every, default=0.0), 1.0, 5)
    plot = _Plot(step, low, max([1.0, *every]))
    parts = [*plot.grid(), *(plot.line(own, style) for _, own, style in known), *plot.mark(each.top, known)]
    y = plot.bottom + 54
    for n, (name, own, style) in enumerate(known):
        parts.append(
            f'<line class="{style}" x1="42" x2="66" y1="{y + n * 18 - 4:g}" y2="{y + n * 18 - 4:g}"/>'
        )
        parts.append(text(74, y + n * 18, name))
        parts.append(text(352, y + n * 18, f"{own.top:.1%}", "name", "end"))
    first = f"{each.top:.0%}"
    title = told("贡献曲线：前多少客户占多少", "Contribution curve: what part the first clients make")
    words = "; ".join(f"{name}: {own.top:.1%}" for name, own, _ in known)
    return picture(key, title, told(f"前 {first} 的客户：", f"The first {first} of the clients: ") + words, y + 18 * len(known), parts)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Plot:
    """Where shares are drawn, from `low`, a line every `step`, to `high`."""

    step: float
    low: float
    high: float
    left: float = 42.0
    right: float = 352.0
    top: float = 10.0
    bottom: float = 210.0

    def x(self, part: float) -> float:
        return self.left + part * (self.right - self.left)

    def y(self, part: float) -> float:
        return self.top + (self.high - part) / (self.high - self.low) * (self.bottom - self.top)

    def grid(self) -> Iterator[str]:
        for k in range(math.floor((self.high - self.low) / self.step + 1e-9) + 1):
            value = self.low + k * self.step
            yield f'<line class="grid" x1="{self.left}" x2="{self.right}" y1="{self.y(value):.1f}" y2="{self.y(value):.1f}"/>'
            yield text(self.left - 6, self.y(value) + 4, f"{value:.0%}", "quiet", "end")
        for k in range(6):
            yield text(self.x(k / 5), self.bottom + 15, f"{k * 20}%", "quiet", "end" if k == 5 else "middle")
        words = told("客户（从高到低）", "clients, the highest first")
        yield text((self.left + self.right) / 2, self.bottom + 31, words, "quiet", "middle")

    def line(self, own: Share, style: str) -> str:
        n = len(own.parts) - 1
        points = " ".join(f"{self.x(k / n):.1f},{self.y(part):.1f}" for k, part in enumerate(own.parts))
        return f'<polyline class="{style}" points="{points}"/>'

    def mark(self, top: float, known: Sequence[tuple[str, Share, str]]) -> Iterator[str]:
        x = self.x(top)
        yield f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{self.top}" y2="{self.bottom}"/>'
        for _, own, style in known:
            yield f'<circle class="dot {style}" cx="{x:.1f}" cy="{self.y(own.top):.1f}" r="3.5"/>'
        yield text(
            x + 6, self.bottom - 8, told(f"前 {top:.0%} 的客户", f"first {top:.0%} of clients"), "name"
        )


def quadrants(key: str, each: KindReport) -> str:
    """Draw the four fields of current and potential value: their share of clients and revenue, and what to do."""
    left, wide, gap, line = 22, 165, 4, 17
    fields = {name: _quadrant(each, name, wide - 20) for name in ("develop", "keep", "reduce", "maintain")}
    high = 42 + line * max(len(lines) for lines in fields.values())
    parts = []
    for n, (name, lines) in enumerate(fields.items()):
        x, y = left + n % 2 * (wide + gap), n // 2 * (high + gap)
        part = _part(each.quadrants[name].revenue, each.total.revenue)
        parts.append(_rect("heat", x, y, wide, high, min(part, 1.0)))
        parts.append(text(x + 10, y + 24, quadrant(name), "head"))
        parts += [text(x + 10, y + 46 + line * k, words) for k, words in enumerate(lines)]
    across, bottom = left + wide + gap / 2, 2 * high + gap
    parts.append(text(across, bottom + 18, told("当前价值 →", "current value →"), "quiet", "middle"))
    parts.append(
        text(14, bottom / 2, told("潜在价值 →", "potential value →"), "quiet", "middle", turned=True)
    )
    title = told("象限：当前价值与潜在价值", "Quadrants: current and potential value")
    words = "; ".join(f"{quadrant(name)}: {', '.join(lines)}" for name, lines in fields.items())
    return picture(key, title, words, bottom + 24, parts)


def _quadrant(each: KindReport, name: str, most: float) -> list[str]:
    sums, total = each.quadrants[name], each.total
    return [
        told("户数", "clients") + f" {share(sums.clients, total.clients)} · {sums.clients:,}",
        told("创收", "revenue") + f" {share(sums.revenue, total.revenue)} · {money(sums.revenue)}",
        *_wrapped(advice(name), most),
    ]


def _wrapped(words: str, most: float) -> list[str]:
    """Break words at spaces, and Chinese after commas, into lines of at most about so many pixels."""
    lines = [""]
    for piece in re.findall(r"[^ ，；]+[ ，；]?", words):
        if lines[-1] and drawn((lines[-1] + piece).rstrip()) > most:
            lines.append("")
        lines[-1] += piece
    return lines


def heat(
    key: str,
    title: str,
    description: str,
    columns: Sequence[str],
    rows: Mapping[str, Sequence[Field | None]],
) -> str:
    """Draw a table of fields, each tinted by its strength; None is left empty."""
    left, top, row, gap = 82, 24, 38, 2
    wide = (_WIDE - left) / len(columns)
    parts = [text(left + (k + 0.5) * wide, 15, name, "quiet", "middle") for k, name in enumerate(columns)]
    for n, (name, fields) in enumerate(rows.items()):
        y = top + n * row
        parts.append(text(left - 8, y + row / 2 + 4, name, "", "end"))
        for k, field in enumerate(fields):
            x = left + k * wide
            if field is None:
                parts.append(_rect("empty", x + gap / 2, y, wide - gap, row - gap))
                continue
            parts += [
                _rect(field.style, x + gap / 2, y, wide - gap, row - gap, field.strength),
                text(x + wide / 2, y + 16, field.large, "", "middle"),
                text(x + wide / 2, y + 30, field.small, "small", "middle"),
            ]
    return picture(key, title, description, top + row * len(rows), parts)

"""What a client is worth, criterion by criterion, and what they will bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from zhike_desk.records.queries import reference
from zhike_desk.records.queries.client import Portrait
from zhike_desk.records.queries.client_money import Expected
from zhike_desk.records.queries.reference import Criterion
from zhike_desk.ui.figures import minus
from zhike_desk.ui.speech import retold, said, told
from zhike_desk.ui.why import Driver


@dataclass(frozen=True, slots=True)
class Part:
    """Points of a criterion: got, and at the most (None: the model can't be read); `known` is false where there are no data."""

    title: str
    points: float
    most: float | None
    known: bool = True

    @property
    def fill(self) -> str:
        """Return how much of what is possible was got, 0 … 100, for a bar."""
        return f"{100 * self.points / self.most:.1f}" if self.most else "0"


@dataclass(frozen=True, slots=True)
class Group:
    """A branch of the model's hierarchy: its points, and its criteria."""

    total: Part
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Range:
    """What a client will bring over a horizon, and where low, middle and high stand on a line common to all horizons (0 … 100)."""

    months: int
    low: float
    middle: float
    high: float
    neutral: float
    from_: str
    to: str
    width: str
    at: str
    zero: str


@dataclass(frozen=True, slots=True)
class ValueView:
    """The panel of a client's value."""

    score: float | None
    grade: str
    since: date | None
    rank: int | None
    quadrant: str
    current: float | None
    potential: float | None
    current_high: float | None
    potential_high: float | None
    groups: Sequence[Group]
    lacking: Sequence[str]
    note: str
    model: str
    readable: bool
    change: str
    drivers: Sequence[Driver]
    ranges: Sequence[Range]

    @property
    def dot(self) -> tuple[str, str] | None:
        """Return where the client stands on a square of 100, from the left and from the top; None where either score isn't known."""
        if self.current is None or self.potential is None:
            return None
        return f"{self.current:.1f}", f"{100 - self.potential:.1f}"

    @property
    def potential_line(self) -> str:
        """Return how far from the top high potential begins."""
        return f"{100 - (self.potential_high or 0.0):.1f}"


def value_view(found: Portrait) -> ValueView:
    """Return the panel of a client's value; without a score its groups are empty."""
    row = found.row
    model = reference.model(row.model_version) if row.model_version else None
    criteria = (
        reference.criteria(row.model_version, row.logic, tuple(found.points)) if row.model_version else ()
    )
    high = model.high if model else (None, None)
    return ValueView(
        score=found.figure("score"),
        grade=row.grade,
        since=row.grade_since,
        rank=row.rank,
        quadrant=row.quadrant,
        current=row.current,
        potential=row.potential,
        current_high=high[0],
        potential_high=high[1],
        groups=_groups(criteria, found),
        lacking=[said(c.title) for c in criteria if c.name not in found.points],
        note=retold(row.value_note),
        model=row.model_version,
        readable=model is not None,
        change=_change(criteria, found),
        drivers=_drivers(criteria, found),
        ranges=_ranges(found.expected),
    )


def _groups(criteria: Sequence[Criterion], found: Portrait) -> list[Group]:
    names = list(dict.fromkeys((c.group, said(c.group_title)) for c in criteria))
    groups = []
    for name, title in names:
        own = [c for c in criteria if c.group == name]
        parts = [
            Part(said(c.title), found.points.get(c.name, 0.0), c.most, c.name in found.points) for c in own
        ]
        most = [p.most for p in parts if p.most is not None]
        total = Part(
            title, sum(p.points for p in parts), sum(most) if most else None, any(p.known for p in parts)
        )
        groups.append(Group(total, parts))
    return groups


def _drivers(criteria: Sequence[Criterion], found: Portrait) -> list[Driver]:
    """Return the criteria that brought most, and the one that most is missing of, as signed bars."""
    known = [c for c in criteria if c.name in found.points]
    strongest = max((found.points[c.name] for c in known), default=0.0) or 1.0
    best = sorted(known, key=lambda c: -found.points[c.name])[:4]
    drivers = [
        Driver(said(c.title), found.points[c.name] / strongest, f"+{found.points[c.name]:.1f}") for c in best
    ]
    lost = _lost(known, found)
    if lost is not None:
        missing = found.points[lost.name] - (lost.most or 0.0)
        drivers.append(Driver(said(lost.title), missing / max(strongest, -missing), minus(f"{missing:.1f}")))
    return drivers


def _lost(known: Sequence[Criterion], found: Portrait) -> Criterion | None:
    gaps = [(c.most - found.points[c.name], c) for c in known if c.most is not None]
    return max(gaps, key=lambda pair: pair[0])[1] if gaps else None


def _change(criteria: Sequence[Criterion], found: Portrait) -> str:
    lost = _lost([c for c in criteria if c.name in found.points], found)
    if lost is None or lost.most is None:
        return ""
    gap = lost.most - found.points[lost.name]
    return told(
        f"「{said(lost.title)}」升到最高，得分可加 {gap:.1f} 分。",
        f"“{said(lost.title)}” at its best would add {gap:.1f} points.",
    )


def _ranges(expected: Sequence[Expected]) -> list[Range]:
    if not expected:
        return []
    low = min(0.0, *(e.low for e in expected))
    high = max(0.0, *(e.high for e in expected))
    span = (high - low) or 1.0

    def at(value: float) -> float:
        return 100 * (value - low) / span

    return [
        Range(
            e.months, e.low, e.middle, e.high, e.neutral,
            f"{at(e.low):.1f}", f"{at(e.high):.1f}", f"{max(at(e.high) - at(e.low), 0.8):.1f}", f"{at(e.middle):.1f}", f"{at(0.0):.1f}",
        )
        for e in expected
    ]  # fmt: skip

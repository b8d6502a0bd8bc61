"""What the page of segments shows, as plain values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from zhike.base.text import say
from zhike_desk.pages.segments import moves, whys
from zhike_desk.pages.segments.writing import class_name, figure, figure_name, money, text, unit, whole
from zhike_desk.records.policy import Cell
from zhike_desk.records.queries import clients, listing
from zhike_desk.records.queries.listing import Asked as Narrowed
from zhike_desk.records.queries.segments import NOBODY, NONE, Flow, Group, Member, SegmentMap
from zhike_desk.records.refusals import Refused
from zhike_desk.ui.speech import told
from zhike_desk.ui.why import Why
from zhike_desk.ui.words import word

FIGURES = ("clients", "assets", "revenue")
LOGICS = (*clients.CHOICES["logic"], "")
STAGES = (*clients.CHOICES["stage"], "")
GRADES = clients.CHOICES["grade"]
QUADRANTS = ("develop", "keep", "reduce", "maintain")
_SHADES = 5
_BAR = 100.0


@dataclass(frozen=True, slots=True)
class Asked:
    """The page as its URL asks for it: what it is narrowed to, the figure of the map, the moves shown."""

    narrowed: Narrowed
    show: str = "clients"
    flow: str = "stage"
    stay: bool = False

    def written(self, **changed: str | None) -> str:
        """Return the query of the URL, parts changed; None takes a part out."""
        parts: dict[str, str | None] = {n: ",".join(v) for n, v in self.narrowed.choices.items()}
        parts |= dict(self.narrowed.texts)
        parts |= {"show": self.show, "flow": self.flow, "stay": "1" if self.stay else None} | changed
        default = {"show": "clients", "flow": "stage"}
        return "?" + urlencode({n: v for n, v in parts.items() if v and default.get(n) != v})


@dataclass(frozen=True, slots=True)
class Link:
    """A choice of a switch."""

    name: str
    url: str
    here: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A class the map can be narrowed to: its options as (value, name, chosen)."""

    name: str
    title: str
    options: Sequence[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the bar of grades: its class, where it begins, how wide it is, of 100."""

    grade: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell of the map: whose, the figure, its share, where it leads (empty: nowhere), where its reason is asked for, its shade, its grades."""

    name: str
    text: str
    share: str
    url: str
    label: str
    asks: str
    shade: str
    slices: Sequence[Slice]
    grades: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the map."""

    logic: str
    spots: Sequence[Spot]
    total: Spot


@dataclass(frozen=True, slots=True)
class Quadrant:
    """One quadrant: its figures, where it leads, what it means."""

    name: str
    meaning: str
    clients: str
    share: str
    assets: str
    revenue: str
    url: str
    asks: str
    shade: str


@dataclass(frozen=True, slots=True)
class SegmentsPage:
    """The page."""

    sentence: str
    scope: str
    aggregate: bool
    hidden: int
    unit: str
    shown: Asked
    query: str
    figures: Sequence[Link]
    choices: Sequence[Choice]
    staff: Sequence[Member]
    whose: str
    clear: str
    stages: Sequence[str]
    lines: Sequence[Line]
    totals: Sequence[Spot]
    all: Spot
    quadrants: Sequence[Quadrant]
    unplaced: str
    moves: moves.Moves | None
    flows: Sequence[Link]
    stay: Link
    as_of: date
    why: Why
    grades: Sequence[str] = GRADES


def asked(query: Mapping[str, str], narrowed: Narrowed) -> Asked:
    """Read the page's state from its URL; raise Refused for what can't be shown."""
    state = Asked(
        narrowed, query.get("show") or "clients", query.get("flow") or "stage", query.get("stay") == "1"
    )
    if state.show not in FIGURES or state.flow not in moves.NAMES:
        raise Refused(say("没有这样的指标或分类。", "There is no such figure or classification."))
    return state


def build(
    state: Asked,
    found: SegmentMap,
    flows: Mapping[str, Sequence[Flow]] | None,
    *,
    staff: Sequence[Member],
    reach: Cell,
    night: date,
    listed: bool,
) -> SegmentsPage:
    """Turn the map and the moves into what the template writes; `listed`: cells lead to the list of clients."""
    stages = [s for s in STAGES if s in found.stages or any(of == s for _, of in found.cells)]
    logics = [name for name in LOGICS if any(of == name for of, _ in found.cells)]
    drawer = _Drawer(state, found, state.narrowed if listed else None)
    moved = moves.build(flows, state.flow, state.stay) if flows is not None else None
    return SegmentsPage(
        sentence=_sentence(found, None if state.narrowed.filtered else moved),
        scope=_scope(reach),
        aggregate="aggregate" in reach.limits,
        hidden=found.hidden,
        unit=unit(state.show),
        shown=state,
        query=state.written(),
        figures=[Link(figure_name(f), state.written(show=f), f == state.show) for f in FIGURES],
        choices=[_choice(name, state) for name in ("kind", "grade")],
        staff=staff,
        whose=state.narrowed.texts.get("staff_id", ""),
        clear=replace(state, narrowed=Narrowed()).written() if state.narrowed.filtered else "",
        stages=stages,
        lines=[Line(n, [drawer.cell(n, s) for s in stages], drawer.row(n)) for n in logics],
        totals=[drawer.column(s) for s in stages],
        all=drawer.whole(),
        quadrants=[_quadrant(name, state, found, drawer.narrowed) for name in QUADRANTS],
        unplaced=whole(found.quadrants[""].clients) if "" in found.quadrants else "",
        moves=moved,
        flows=[Link(moves.title(f), state.written(flow=f) + "#moves", f == state.flow) for f in moves.NAMES],
        stay=_stay(state),
        as_of=night,
        why=whys.whole(found, state.show, night),
    )


def _stay(state: Asked) -> Link:
    url = state.written(stay=None if state.stay else "1") + "#moves"
    return Link(told("含未变动", "With those who stayed"), url, state.stay)


def _choice(name: str, state: Asked) -> Choice:
    chosen = state.narrowed.choices.get(name, ())
    title = told("客户类别", "Kind") if name == "kind" else told("等级", "Grade")
    return Choice(name, title, [(v, word(name, v), v in chosen) for v in clients.CHOICES[name]])


def _scope(reach: Cell) -> str:
    return {
        "own": told("您服务的客户", "The clients you serve"),
        "branch": told("本营业部的客户", "The clients of your branch"),
        "all": told("全部客户", "All clients"),
    }.get(reach.scope, "")


def _sentence(found: SegmentMap, moved: moves.Moves | None) -> str:
    total = found.total.clients or 0
    if not total:
        return told("这个范围内没有客户。", "There are no clients here.")
    (logic, stage), most = max(found.cells.items(), key=lambda item: item[1].clients or 0)
    share = (most.clients or 0) / total
    words = told(
        f"{total:,} 位客户，净资产 {money(found.total.assets)}；最多的是{class_name('logic', logic)}·{class_name('stage', stage)}，{most.clients:,} 位，占 {share:.0%}。",
        f"{total:,} clients with net assets of {money(found.total.assets)}; most are {class_name('logic', logic)} · {class_name('stage', stage)}: {most.clients:,}, {share:.0%}.",
    )
    return words + (moved.sentence if moved and moved.sentence and not moved.first else "")


class _Drawer:
    """Draws cells of the map: shades compare with the largest cell, sums along rows and columns have none."""

    def __init__(self, state: Asked, found: SegmentMap, narrowed: Narrowed | None) -> None:
        self.state, self.show, self.found, self.narrowed = state, state.show, found, narrowed
        self.most = max((self._of(g) for g in found.cells.values()), default=0.0)
        self.total = self._of(found.total)

    def cell(self, logic: str, stage: str) -> Spot:
        """Draw the clients of a logic and stage."""
        group = self.found.cells.get((logic, stage), NOBODY)
        grades = self.found.grades.get((logic, stage), {})
        return self._spot(group, {"logic": logic, "stage": stage}, grades, shaded=True)

    def row(self, logic: str) -> Spot:
        """Draw the sum of a logic."""
        return self._spot(self.found.logics.get(logic, NOBODY), {"logic": logic}, {})

    def column(self, stage: str) -> Spot:
        """Draw the sum of a stage."""
        return self._spot(self.found.stages.get(stage, NOBODY), {"stage": stage}, {})

    def whole(self) -> Spot:
        """Draw the sum of all."""
        return self._spot(self.found.total, {}, {})

    def _of(self, group: Group) -> float:
        return float(getattr(group, self.show) or 0.0)

    def _spot(
        self, group: Group, classes: Mapping[str, str], grades: Mapping[str, int], shaded: bool = False
    ) -> Spot:
        value = self._of(group)
        depth = _depth(value, self.most) if shaded else 0
        share = "" if group.hidden or not group.clients or self.total <= 0 else f"{value / self.total:.1%}"
        names = "·".join(class_name(group_, v) for group_, v in classes.items()) or told("全部", "All")
        return Spot(
            name=names,
            text=text(group, self.show),
            share=share,
            url=_listed(self.narrowed, classes) if group.clients else "",
            label=told(f"{names}：看名单", f"{names}: see the clients"),
            asks=_asks(self.state, classes) if share and classes else "",
            shade=f"tone-{depth}" if depth else "",
            slices=_slices(grades),
            grades="，".join(f"{word('grade', g)} {n}" for g, n in _ordered(grades)),
        )


def _depth(value: float, most: float) -> int:
    """Return a shade by the root of the share: one large cell must not leave all others blank."""
    return max(1, round(math.sqrt(value / most) * _SHADES)) if value > 0 and most > 0 else 0


def _ordered(grades: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(g, grades[g]) for g in GRADES if g in grades]


def _slices(grades: Mapping[str, int]) -> list[Slice]:
    total, at, found = sum(n for _, n in _ordered(grades)), 0.0, []
    for grade, count in _ordered(grades):
        width = _BAR * count / total
        found.append(Slice(grade, f"{at:.1f}", f"{width:.1f}"))
        at += width
    return found


def _listed(narrowed: Narrowed | None, classes: Mapping[str, str]) -> str:
    """Return the address of the list of these clients; empty where the list can't be asked for them."""
    if narrowed is None or "" in classes.values():
        return ""
    wanted = {n: (v,) for n, v in classes.items()}
    state = replace(narrowed, choices={**narrowed.choices, **wanted})
    query = listing.written(state, clients.LISTED)
    return reverse("clients") + (f"?{query}" if query else "")


def _asks(state: Asked, classes: Mapping[str, str]) -> str:
    """Return where the reason of the figure of these classes is asked for."""
    return reverse("segments_why") + state.written(
        flow=None, stay=None, **{n: v or NONE for n, v in classes.items()}
    )


def _quadrant(name: str, state: Asked, found: SegmentMap, narrowed: Narrowed | None) -> Quadrant:
    group = found.quadrants.get(name, NOBODY)
    placed = sum(g.clients or 0 for n, g in found.quadrants.items() if n)
    share = (group.clients or 0) / placed if placed else 0.0
    meaning = {
        "develop": told("当前价值低、潜在价值高", "Low now, high potential"),
        "keep": told("当前价值高、潜在价值高", "High now, high potential"),
        "reduce": told("当前价值低、潜在价值低", "Low now, low potential"),
        "maintain": told("当前价值高、潜在价值低", "High now, low potential"),
    }[name]
    return Quadrant(
        name=name,
        meaning=meaning,
        clients="<5" if group.hidden else whole(group.clients),
        share="" if group.hidden else f"{share:.0%}",
        assets="—" if group.hidden else figure(group.assets),
        revenue="—" if group.hidden else figure(group.revenue),
        url=_listed(narrowed, {"quadrant": name}) if group.clients else "",
        asks=_asks(state, {"quadrant": name}) if group.clients else "",
        shade=f"tone-{_depth(share, 1.0)}",
    )

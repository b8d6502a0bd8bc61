"""Who moved between classes from one night to the next: a sankey, its table, the largest move in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhike_desk.pages.segments.writing import figure, money, whole
from zhike_desk.records.queries.clients import CHOICES
from zhike_desk.records.queries.segments import FLOWS, NONE, Flow
from zhike_desk.ui.speech import told
from zhike_desk.ui.words import word

NAMES = FLOWS
_AFTER = (
    "\u200b"  # a sankey's names are its nodes: the same class afterwards is another node that reads alike
)
_COLOURS = 8


@dataclass(frozen=True, slots=True)
class Moves:
    """The moves of one classification: `first` before there is a night to compare with; `nobody` where none moved."""

    sentence: str
    counts: str
    first: bool
    nobody: bool
    caption: str
    option: dict[str, Any]
    rows: Sequence[Sequence[str]]


def title(flow: str) -> str:
    """Name a classification."""
    return {"logic": told("逻辑", "Logic"), "stage": told("阶段", "Stage"), "grade": told("等级", "Grade")}[
        flow
    ]


def build(flows: Mapping[str, Sequence[Flow]], flow: str, stay: bool) -> Moves:
    """Compose the moves of the classification `flow`, with those who stayed where `stay`; the sentence looks at all classifications."""
    rows = flows.get(flow, ())
    drawn = [f for f in rows if stay or f.before != f.after]
    shown = [f for f in drawn if not f.group.hidden]
    return Moves(
        sentence=_largest(flows),
        counts=_counts(flows),
        first=all(f.before == NONE for each in flows.values() for f in each),
        nobody=not drawn,
        caption=_caption(flow, rows),
        option=_option(flow, shown) if shown else {},
        rows=[_row(flow, f, rows) for f in sorted(drawn, key=lambda f: -(f.group.clients or 0))],
    )


def _moved(flow: Flow) -> bool:
    return flow.before != flow.after and NONE not in (flow.before, flow.after)


def _largest(flows: Mapping[str, Sequence[Flow]]) -> str:
    """Say which move between two classes was the largest of all."""
    found = [(f.group.clients or 0, name, f) for name, rows in flows.items() for f in rows if _moved(f)]
    if not found:
        return told("与上一期相比，没有客户换类。", " Nobody changed class since the last night.")
    count, name, most = max(found, key=lambda item: item[0])
    if not count:
        return told(
            "与上一期相比，换类的都不足 5 位。",
            " Every move since the last night was of fewer than 5 clients.",
        )
    before, after = word(name, most.before), word(name, most.after)
    base = sum(f.group.clients or 0 for f in flows[name] if f.before == most.before)
    share = count / base if base else 0.0
    return told(
        f"与上一期相比，变化最大的是{title(name)}{before} → {after}：{count:,} 位，占原{before}的 {share:.1%}，净资产 {money(most.group.assets)}。",
        f" The largest change since the last night: {title(name).lower()} {before} → {after}, {count:,} clients, {share:.1%} of {before} before, net assets {money(most.group.assets)}.",
    )


def _counts(flows: Mapping[str, Sequence[Flow]]) -> str:
    """Count who moved, by classification."""
    parts = []
    for name, rows in flows.items():
        count = sum(f.group.clients or 0 for f in rows if _moved(f))
        parts.append(told(f"{title(name)} {count:,} 位", f"{title(name).lower()} {count:,}"))
    return told("换类：", "Changed class: ") + told("，", ", ").join(parts) + told("。", ".")


def _caption(flow: str, rows: Sequence[Flow]) -> str:
    moved = sum(f.group.clients or 0 for f in rows if _moved(f))
    new = sum(f.group.clients or 0 for f in rows if f.before == NONE)
    gone = sum(f.group.clients or 0 for f in rows if f.after == NONE)
    return told(
        f"{title(flow)}：{moved:,} 位换类，{new:,} 位新出现，{gone:,} 位不再出现。",
        f"{title(flow)}: {moved:,} moved, {new:,} appeared, {gone:,} are no longer there.",
    )


def _class(flow: str, value: str, after: bool) -> str:
    if value != NONE:
        return word(flow, value)
    return told("离开或未判定", "Gone or not told") if after else told("新增或未判定", "New or not told")


def _option(flow: str, rows: Sequence[Flow]) -> dict[str, Any]:
    order = (*CHOICES[flow], NONE)
    before, after = (
        [c for c in order if any(getattr(f, side) == c for f in rows)] for side in ("before", "after")
    )
    nodes = [_node(flow, c, False, rows) for c in before] + [_node(flow, c, True, rows) for c in after]
    names = {(c, False): n["name"] for c, n in zip(before, nodes, strict=False)}
    names |= {(c, True): n["name"] for c, n in zip(after, nodes[len(before) :], strict=True)}
    links = [
        {"source": names[f.before, False], "target": names[f.after, True], "value": f.group.clients}
        for f in rows
    ]
    return {
        "tooltip": {"trigger": "item"},
        "series": [
            {
                "type": "sankey",
                "left": 8,
                "right": 120,
                "top": 8,
                "bottom": 8,
                "nodeGap": 10,
                "nodeWidth": 12,
                "layoutIterations": 0,
                "draggable": False,
                "emphasis": {"focus": "adjacency"},
                "lineStyle": {"color": "source", "opacity": 0.3, "curveness": 0.5},
                "label": {"color": "token:ink", "fontSize": 12},
                "data": nodes,
                "links": links,
            }
        ],
    }


def _node(flow: str, name: str, after: bool, rows: Sequence[Flow]) -> dict[str, Any]:
    side = "after" if after else "before"
    count = sum(f.group.clients or 0 for f in rows if getattr(f, side) == name)
    order = CHOICES[flow]
    colour = f"token:c{order.index(name) % _COLOURS + 1}" if name in order else "token:edge"
    words = f"{_class(flow, name, after)} {count:,}{_AFTER if after else ''}"
    return {"name": words, "itemStyle": {"color": colour}, "depth": 1 if after else 0}


def _row(flow: str, move: Flow, rows: Sequence[Flow]) -> list[str]:
    base = sum(f.group.clients or 0 for f in rows if f.before == move.before)
    share = f"{(move.group.clients or 0) / base:.1%}" if base and not move.group.hidden else "—"
    return [
        _class(flow, move.before, False),
        _class(flow, move.after, True),
        whole(move.group.clients),
        share,
        figure(move.group.assets),
        figure(move.group.revenue),
    ]

"""What the overview and a version show, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from zhike_desk.records.queries import clients
from zhike_desk.records.queries.ahp import PanelRow
from zhike_desk.records.queries.value_models import Version, Weighed, WeighedNode
from zhike_desk.ui.figures import minus
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.templatetags import zhike as writing
from zhike_desk.ui.words import version, word

LIMIT = 0.10
_KINDS = ("individual", "institution")
_TABLES = {
    "simulated": ("本系统模拟得出", "simulated by Zhike"),
    "saaty1980": ("萨蒂 1980 年表", "Saaty 1980"),
    "saaty2005": ("萨蒂 2005 年表", "Saaty 2005"),
    "alonso_lamata": ("Alonso 与 Lamata 2006 年表", "Alonso and Lamata 2006"),
    "alonso_lamata_fit": ("Alonso 与 Lamata 拟合线", "Alonso and Lamata, fitted line"),
    "donegan_dodd": ("Donegan 与 Dodd 1991 年表", "Donegan and Dodd 1991"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One weight as a bar: its share among its siblings and under the goal, in per cent of the bar's width (0–100)."""

    name: str
    share: str
    overall: str
    width: str
    depth: int
    before: str = ""
    moved: str = ""
    before_width: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A node: its bars, its consistency in words, whether that keeps the limit."""

    title: str
    logic: str
    depth: int
    bars: Sequence[Bar]
    ratio: str
    table: str
    good: bool


@dataclass(frozen=True, slots=True)
class Model:
    """A version: where it leads, whom it is in force for, its nodes, those judged otherwise for some logics."""

    name: str
    url: str
    kinds: str
    in_force: str
    digest: str
    blocks: Sequence[Block]
    variants: Sequence[Block]
    leaves: Sequence[tuple[str, str, str, str]]
    panel: str
    published: str
    sentence: str
    still: str


@dataclass(frozen=True, slots=True)
class PanelLine:
    """A panel in the list: how far it is, where it leads, what is mine to do (empty: nothing)."""

    name: str
    url: str
    kind: str
    base: str
    state: str
    state_word: str
    by: str
    created: str
    published_as: str
    experts: int
    judged: int
    pairs: int
    mine_left: int | None
    mine_total: int


def model(found: Version, shown_by: Mapping[str, str] | None = None) -> Model:
    """Turn a version into what the template writes; `shown_by`: which version scored the clients on the screen."""
    blocks, called = [block(node) for node in found.nodes], clients.measures()
    leaves = [
        (
            said(leaf.label),
            writing.percent(leaf.weight),
            width(leaf.weight),
            told("、", "; ").join(said(called[m].label) if m in called else m for m in leaf.measures),
        )
        for leaf in found.leaves
    ]
    return Model(
        found.name,
        reverse("ahp_version", args=[found.name]),
        kinds(found.kinds),
        kinds(found.in_force),
        found.digest,
        [b for b in blocks if not b.logic],
        [b for b in blocks if b.logic],
        leaves,
        found.panel,
        writing.moment(found.published_at) if found.published_at else "",
        _sentence(found),
        _still(found, shown_by or {}),
    )


def _still(found: Version, shown_by: Mapping[str, str]) -> str:
    others = {shown_by[kind] for kind in found.in_force if shown_by.get(kind, found.name) != found.name}
    if not others:
        return ""
    names = told("、", ", ").join(sorted(map(version, others)))
    return told(
        f"自下一次夜间运行起用于评分；眼前的名单和等级仍由 {names} 得出。",
        f"It scores clients from the next night on; what is on the screen is still by {names}.",
    )


def _sentence(found: Version) -> str:
    top = sorted(found.nodes[0].rows, key=lambda r: -r.weight)
    first, last = top[0], top[-1]
    return told(
        f"“{said(first.label)}”最重，占 {first.weight:.0%}；“{said(last.label)}”最轻，占 {last.weight:.0%}。",
        f"'{said(first.label)}' weighs most, {first.weight:.0%}; '{said(last.label)}' least, {last.weight:.0%}.",
    )


def block(node: WeighedNode) -> Block:
    """Turn a node into bars with its consistency."""
    ratio = "—" if node.ratio is None else f"{node.ratio:.3f}"
    return Block(
        said(node.label),
        node.logic and word("logic", node.logic),
        node.depth,
        [_bar(row, node.depth) for row in node.rows],
        ratio,
        table(node.table),
        node.ratio is not None and node.ratio <= LIMIT,
    )


def _bar(row: Weighed, depth: int) -> Bar:
    before = row.before
    return Bar(
        said(row.label),
        writing.percent(row.weight),
        writing.percent(row.overall),
        width(row.weight),
        depth,
        "" if before is None else writing.percent(before),
        "" if before is None else _points(row.weight - before),
        "" if before is None else width(before),
    )


def _points(change: float) -> str:
    by = minus(f"{change * 100:+.1f}")
    return told(f"{by} 个百分点", f"{by} points")


def width(share: float) -> str:
    """Write a share as the width of a bar of 100."""
    return f"{100 * share:.2f}"


def table(name: str) -> str:
    """Name a table of random indices."""
    zh, en = _TABLES.get(name, (name, name))
    return told(zh, en)


def kinds(found: Iterable[str]) -> str:
    """Name kinds of client."""
    return told("、", ", ").join(word("kind", kind) for kind in found)


def kind_word(kind: str) -> str:
    """Name the kind of client a model is for."""
    return (
        told("个人客户", "Individuals")
        if kind == _KINDS[0]
        else told("机构与产品户", "Institutions and products")
    )


def state_word(state: str) -> str:
    """Name the state of a panel."""
    return {
        "judging": told("评议中", "Under way"),
        "asked": told("等待复核", "Waiting for approval"),
        "published": told("已发布", "Published"),
        "dropped": told("已放弃", "Dropped"),
    }[state]


def panel_line(row: PanelRow) -> PanelLine:
    """Turn a panel of the list into what the template writes."""
    left = None if row.mine is None or row.state != "judging" else row.pairs_each - row.mine
    return PanelLine(
        row.name, reverse("ahp_panel", args=[row.id]), kind_word(row.kind), row.base, row.state,
        state_word(row.state), row.by, writing.day(row.created_at), row.published_as, row.experts,
        row.judged, row.pairs, left, row.pairs_each,
    )  # fmt: skip

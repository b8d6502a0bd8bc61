"""Models of value: which versions there are, which are in force, what their weights are, and where two differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Subquery

from zhike.base.text import Said
from zhike.models.ahp import random_index
from zhike.models.value import ValueModel, Weights
from zhike.models.value.model import KINDS
from zhike.models.value.versions import versions
from zhike_desk.records.models import BookClient, Panel, Pointer
from zhike_desk.records.queries import nights
from zhike_desk.records.valuing import drafting
from zhike_desk.records.viewer import Denied, Viewer


@dataclass(frozen=True, slots=True)
class Weighed:
    """A criterion, its weight among its siblings and under the goal; `before`: its weight where two versions are compared."""

    name: str
    label: Said
    weight: float
    overall: float
    before: float | None = None


@dataclass(frozen=True, slots=True)
class WeighedNode:
    """A node's criteria with their weights, its consistency ratio (None beyond the table) and the table it is measured by.

    `logic` is empty for what holds for everybody. `depth` counts from the top.
    """

    key: str
    label: Said
    logic: str
    depth: int
    rows: tuple[Weighed, ...]
    ratio: float | None
    table: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """A criterion that is measured: its weight under the goal, and the measures it looks at."""

    label: Said
    weight: float
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """One version: the kinds of client it was made for and is in force for, who published it when (none: it came with Zhike)."""

    name: str
    kinds: tuple[str, ...]
    in_force: tuple[str, ...]
    digest: str
    nodes: tuple[WeighedNode, ...]
    leaves: tuple[Leaf, ...]
    panel: str
    published_at: datetime | None


def known(viewer: Viewer) -> tuple[Version, ...]:
    """Return every version, those in force first, then by name."""
    viewer.need("ahp.view")
    found = versions(home())
    panels = {p.published_as: p for p in Panel.objects.filter(state="published")}
    made = [
        _version(drafting.model(found.documents[name]), found.kinds(name), panels.get(name))
        for name in found.documents
    ]
    return tuple(sorted(made, key=lambda v: (not v.in_force, v.kinds, v.name)))


def version(viewer: Viewer, name: str) -> Version:
    """Return one version; raise Denied where there is none of that name."""
    viewer.need("ahp.view")
    found = versions(home())
    if name not in found.documents:
        raise Denied("ahp.view")
    panel = Panel.objects.filter(state="published", published_as=name).first()
    return _version(drafting.model(found.documents[name]), found.kinds(name), panel)


def difference(viewer: Viewer, before: str, after: str) -> tuple[WeighedNode, ...]:
    """Return the nodes whose weights differ between two versions, with the weight before; nodes of one version alone stand whole."""
    return _differing(version(viewer, before).nodes, version(viewer, after).nodes)


def change(viewer: Viewer, before: str, after: str) -> tuple[WeighedNode, ...]:
    """Return the nodes whose weights differ between two documents, as `difference` does between versions."""
    viewer.need("ahp.view")
    first, second = (_version(drafting.model(text), (), None).nodes for text in (before, after))
    return _differing(first, second)


def _differing(first: Sequence[WeighedNode], second: Sequence[WeighedNode]) -> tuple[WeighedNode, ...]:
    earlier = {node.key: node for node in first}
    return tuple(n for n in (_compared(node, earlier.get(node.key)) for node in second) if n is not None)


def text_of(name: str) -> str:
    """Return a version's document; raise Denied where there is none of that name."""
    found = versions(home())
    if name not in found.documents:
        raise Denied("ahp.view")
    return found.documents[name]


def names() -> frozenset[str]:
    """Return the names of all versions."""
    return frozenset(versions(home()).documents)


def in_force(kind: str) -> str:
    """Return the name of the version that values a kind of client."""
    return versions(home()).active[kind]


def shown_by() -> dict[str, str]:
    """Return, by kind of client, the version that scored those on the screen; empty before the first night.

    It differs from the version in force from a publication to the night after it.
    """
    if nights.shown() is None:
        return {}
    best = BookClient.objects.order_by("-score", "-client_id").values("model_version")
    scored = {f"{kind}_by": Subquery(best.filter(kind=kind)[:1]) for kind in KINDS}
    row = dict(Pointer.objects.values(**scored).first() or {})
    return {kind: str(row[f"{kind}_by"]) for kind in KINDS if row.get(f"{kind}_by")}


def home() -> Path:
    """Return the home folder whose models these are."""
    return Path(settings.HOME)


def _version(model: ValueModel, in_force: tuple[str, ...], panel: Panel | None) -> Version:
    document = drafting.tree(model.document)
    table = random_index(3, str(document.get("random_index", "simulated"))).name
    nodes = [*_nodes(model, model.weights, drafting.GOAL, model.goal, "", 0, 1.0, table)]
    for logic, weights in model.variants:
        changed = _nodes(model, weights, drafting.GOAL, model.goal, logic, 0, 1.0, table)
        plain = {n.key: [r.weight for r in n.rows] for n in nodes}
        nodes += [n for n in changed if [r.weight for r in n.rows] != plain[n.key.partition(":")[2]]]
    bound = dict(zip(model.leaves, model.bindings, strict=True))
    leaves = [Leaf(model.label(n), w, bound[n].measures) for n, w in drafting.leaves(model.weights)]
    return Version(
        model.version, model.kinds, in_force, model.sha256, tuple(nodes),
        tuple(sorted(leaves, key=lambda leaf: -leaf.weight)),
        panel.name if panel else "", panel.changed_at if panel else None,
    )  # fmt: skip


def _nodes(
    model: ValueModel, weights: Weights, key: str, name: str, logic: str, depth: int, share: float, table: str
) -> Iterator[WeighedNode]:
    rows = tuple(
        Weighed(item, model.label(item), weight, share * weight)
        for item, weight in zip(weights.items, weights.weights, strict=True)
    )
    full = f"{logic}:{key}" if logic else key
    yield WeighedNode(full, model.label(name), logic, depth, rows, weights.consistency_ratio, table)
    for row, below in zip(rows, weights.below, strict=True):
        if below is not None:
            yield from _nodes(model, below, row.name, row.name, logic, depth + 1, row.overall, table)


def _compared(node: WeighedNode, before: WeighedNode | None) -> WeighedNode | None:
    old: Mapping[str, float] = {} if before is None else {r.name: r.weight for r in before.rows}
    if before is not None and all(abs(old.get(r.name, -1.0) - r.weight) < 1e-12 for r in node.rows):
        return None
    rows = tuple(Weighed(r.name, r.label, r.weight, r.overall, old.get(r.name)) for r in node.rows)
    return WeighedNode(node.key, node.label, node.logic, node.depth, rows, node.ratio, node.table)

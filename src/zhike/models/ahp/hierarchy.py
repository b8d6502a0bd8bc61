"""Hierarchies of any depth: each item of a node may be split again; weights are multiplied downwards and summed by leaf."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.text import Said, say
from zhike.models.ahp.consistency import (
    METHODS,
    Consistency,
    ConsistencySettings,
    Mend,
    completed,
    consistency,
    mends,
    method_named,
)
from zhike.models.ahp.evaluation import Evaluation
from zhike.models.ahp.groups import Expert, GroupSettings, aij, aip, aitchison, consensus, spreads, sub_groups
from zhike.models.ahp.judgements import Judgements, components, require_connected
from zhike.models.ahp.random_index import DEFAULT
from zhike.models.ahp.voices import Group, Voice

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """Items, how they were judged against each other (by one matrix, or by experts), and what some of them are split into.

    `children` maps items to nodes. What a node doesn't say of method or table is as of the node above. `where` is told in errors.
    """

    name: str
    items: tuple[str, ...]
    judgements: Judgements | None = None
    experts: tuple[Expert, ...] = ()
    children: Mapping[str, Node] = field(default_factory=dict)
    method: str | None = None
    random_index: str | None = None
    remarks: tuple[Said, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class AhpSettings:
    """The method and the table of random indices, where a node says nothing of them, and the settings of the parts."""

    method: str = METHODS[0]
    random_index: str = DEFAULT
    consistency: ConsistencySettings = field(default_factory=ConsistencySettings)
    groups: GroupSettings = field(default_factory=GroupSettings)


def evaluate(node: Node, settings: AhpSettings | None = None) -> Evaluation:
    """Weigh a node and all below it. Experts' judgements are joined first (AIJ).

    Raises UsageError for an unknown method or table, and where comparisons don't connect all items of a node.
    """
    settings = settings or AhpSettings()
    settings = replace(
        settings,
        method=method_named(node.method or settings.method),
        random_index=node.random_index or settings.random_index,
    )
    given = _joined(node)
    require_connected(given, node.where)
    found = completed(given.matrix, settings.method)
    judged = consistency(given.matrix, found, settings.random_index, settings.consistency)
    return Evaluation(
        name=node.name,
        items=node.items,
        judgements=given,
        method=settings.method,
        matrix=found.matrix,
        weights=found.weights,
        consistency=judged,
        advice=mends(given.matrix, found, settings.method, settings.random_index, settings.consistency),
        group=_group(node.experts, found.weights, settings) if node.experts else None,
        children={item: evaluate(child, settings) for item, child in node.children.items()},
        remarks=(*node.remarks, *_remarks(given, judged)),
    )


def _joined(node: Node) -> Judgements:
    if node.experts:
        return aij(node.experts)
    if node.judgements is None:
        raise UsageError(
            say(
                f"“{node.name}”既没有判断矩阵，也没有专家。",
                f"'{node.name}' has neither a matrix nor experts.",
            ),
            where=node.where,
        )
    return node.judgements


def _remarks(given: Judgements, judged: Consistency) -> Iterator[Said]:
    if judged.remark is not None:
        yield judged.remark
    beyond = [
        f"{given.items[i]} / {given.items[j]} = {given.matrix[i, j]:.6g}" for i, j in given.beyond_scale
    ]
    if beyond:
        more = f" … ({len(beyond)})" if len(beyond) > 3 else ""
        shown = "; ".join(beyond[:3]) + more
        yield say(f"超出 1/9–9 标度的判断：{shown}。", f"Judgements beyond the scale of 1/9 to 9: {shown}.")
    if given.missing:
        n = len(given.items)
        yield say(
            f"{n * (n - 1) // 2} 对中有 {len(given.missing)} 对未判断，已补全；补全值不增加矛盾，所以 CR 偏低。",
            f"{len(given.missing)} of {n * (n - 1) // 2} pairs were not judged and were completed; completed entries add no "
            "contradiction, so the CR leans low.",
        )


def _group(experts: Sequence[Expert], joint: Floats, settings: AhpSettings) -> Group:
    voices = tuple(_voice(expert, joint, settings) for expert in experts)
    heard = [v for v in voices if v.weights is not None]
    pairs = spreads(experts)
    if not any(v.weight > 0 for v in heard):
        return Group(voices, None, None, None, pairs, None)
    weights = np.array([v.weights for v in heard])
    shares = np.array([v.weight for v in heard])
    found = sub_groups(weights, shares, settings.groups)
    place = [k for k, v in enumerate(voices) if v.weights is not None]
    named = tuple(replace(g, members=tuple(place[m] for m in g.members)) for g in found.groups)
    return Group(
        voices,
        aip(weights, shares),
        aip(weights, shares, "arithmetic"),
        consensus(weights, shares) if np.count_nonzero(shares) > 1 else None,
        pairs,
        replace(found, groups=named),
    )


def _voice(expert: Expert, joint: Floats, settings: AhpSettings) -> Voice:
    """Judge one expert alone. Who contradicts himself is told, with advice, and counts all the same."""
    given = expert.judgements
    if len(components(given.matrix)) > 1:
        return Voice(expert.name, expert.weight, None, None, None)
    found = completed(given.matrix, settings.method)
    judged = consistency(given.matrix, found, settings.random_index, settings.consistency)
    advice: tuple[Mend, ...] = ()
    if not judged.acceptable:
        advice = mends(given.matrix, found, settings.method, settings.random_index, settings.consistency)
    distance = float(aitchison(found.weights, joint))
    return Voice(expert.name, expert.weight, found.weights, judged, distance, advice)

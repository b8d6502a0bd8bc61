"""What an evaluation found: everything that a report, a page or another program needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.base.text import Language, Said, say
from zhike.models.ahp import page, telling
from zhike.models.ahp.consistency import Consistency, Mend
from zhike.models.ahp.judgements import Judgements
from zhike.models.ahp.voices import Group

Floats = npt.NDArray[np.float64]
_PAIRS = 3  # how many of the pairs that experts differ about a page tells


@dataclass(frozen=True, slots=True)
class Leaf:
    """One way down a hierarchy, and the weight of its end under the goal."""

    path: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """A node's weights (n,), in the order of `items` and summing to 1, with all that led to them, and its children's.

    `judgements` are the experts' joint ones where there are experts; `matrix` has what was missing filled. `advice` has the
    worst pairs, worst first.
    """

    name: str
    items: tuple[str, ...]
    judgements: Judgements
    method: str
    matrix: Floats
    weights: Floats
    consistency: Consistency
    advice: tuple[Mend, ...]
    group: Group | None
    children: Mapping[str, Evaluation]
    remarks: tuple[Said, ...]

    @property
    def by_name(self) -> dict[str, float]:
        """Return the weights by item."""
        return dict(zip(self.items, self.weights.tolist(), strict=True))

    @property
    def advice_to_tell(self) -> tuple[Mend, ...]:
        """Return the advice without what leaves nothing to do: pairs as near as the scale goes, where all is consistent enough."""
        return tuple(m for m in self.advice if not (self.consistency.acceptable and m.nearest))

    @property
    def completed(self) -> dict[tuple[int, int], float]:
        """Return the entries (i < j) that were not judged, as they were completed."""
        return {(i, j): float(self.matrix[i, j]) for i, j in self.judgements.missing}

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """Return every way down to a leaf."""
        return tuple(self._leaves((), 1.0))

    @property
    def global_weights(self) -> dict[str, float]:
        """Return the weight of every leaf under the goal, summed over the ways that end in that name."""
        out: dict[str, float] = {}
        for leaf in self.leaves:
            out[leaf.path[-1]] = out.get(leaf.path[-1], 0.0) + leaf.weight
        return out

    def nodes(self, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Evaluation]]:
        """Yield this node and all below it, each with the way to it."""
        yield path, self
        for item, child in self.children.items():
            yield from child.nodes((*path, item))

    def html(self, language: Language = "zh") -> str:
        """Return the evaluation as a piece of HTML that needs nothing else: bars, consistency, advice, experts."""
        pieces = [piece for path, node in self.nodes() for piece in _pieces(path, node, language)]
        if self.children:
            title = say("总目标下的权重", "Weights under the goal").in_language(language)
            pieces += [page.heading(title), page.bars(_sorted(self.global_weights), title)]
        return page.page(language, pieces)

    def _repr_html_(self) -> str:
        return self.html()

    def _leaves(self, path: tuple[str, ...], share: float) -> Iterator[Leaf]:
        for item, weight in self.by_name.items():
            if item in self.children:
                yield from self.children[item]._leaves((*path, item), share * weight)
            else:
                yield Leaf((*path, item), share * weight)


def _sorted(weights: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(weights.items(), key=lambda each: -each[1])


def _pieces(path: tuple[str, ...], node: Evaluation, language: Language) -> Iterator[str]:
    title = " › ".join(path) or node.name
    yield page.heading(title)
    yield page.bars(_sorted(node.by_name), title)
    yield page.paragraph(
        telling.verdict(node.consistency).in_language(language), bad=not node.consistency.acceptable
    )
    for each in node.remarks:
        yield page.paragraph(each.in_language(language))
    for (i, j), value in node.completed.items():
        yield page.paragraph(f"{node.items[i]} / {node.items[j]} = {telling.value(value)}")
    for found in node.advice_to_tell:
        yield page.paragraph(telling.mend(node.items, found).in_language(language))
    if node.group is not None:
        yield from _voices(node.items, node.group, language)


def _voices(items: tuple[str, ...], group: Group, language: Language) -> Iterator[str]:
    zh = language == "zh"
    headings = (
        ("专家", "话语权", "CR", "与合议之距") if zh else ("expert", "voice", "CR", "distance from the group")
    )
    rows = [
        (v.name, v.weight, v.consistency.ratio if v.consistency is not None else None, v.distance)
        for v in group.voices
    ]
    yield page.table(headings, rows)
    for said in (*telling.group(group), *(telling.differing(items, each) for each in group.spreads[:_PAIRS])):
        yield page.paragraph(said.in_language(language))

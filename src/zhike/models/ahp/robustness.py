"""How firm an evaluation stands: how far weights can move, which mode of synthesis is asked, how sure the judgements are.

What is ranked are the leaves of the hierarchy (the items themselves where nothing is split): a leaf below several criteria is an
alternative, and the question is who is first; else it is a criterion, and the question is which matters most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from zhike.models.ahp.evaluation import Evaluation
from zhike.models.ahp.fuzzy import FuzzyWeights, fuzzy_weights, triangles
from zhike.models.ahp.priorities import eigenvector, geometric
from zhike.models.ahp.sensitivity import TIE, Stability, stability
from zhike.models.ahp.synthesis import Synthesis, synthesis
from zhike.models.ahp.uncertainty import Uncertainty, UncertaintySettings, uncertainty

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RobustnessSettings:
    """How judgements are drawn; fewer draws where all matrices together would hold more than `most_entries` numbers, but `least_draws`."""

    uncertainty: UncertaintySettings = field(default_factory=lambda: UncertaintySettings(draws=1_000))
    seed: int = 1
    most_entries: int = 4_000_000
    least_draws: int = 100


@dataclass(frozen=True, slots=True, eq=False)
class Robustness:
    """What may change, and when.

    `ranked` (n) are the leaves, `criteria` (k) the goal's items whose weights move. `any_place` and `first_place`: the first change
    among all of the leaves, and at the top. `uncertain`: the leaves' weights over draws of all judgements. `modes`: both
    ways of synthesis, where the leaves are alternatives.
    """

    criteria: tuple[str, ...]
    ranked: tuple[str, ...]
    weights: Floats
    any_place: Stability
    first_place: Stability
    uncertain: Uncertainty
    modes: Synthesis | None

    @property
    def ties(self) -> tuple[tuple[str, ...], ...]:
        """Return the groups of leaves whose weights are equal now, the heaviest first."""
        order = np.argsort(-self.weights, kind="stable")
        steps = -np.diff(self.weights[order]) > TIE * float(self.weights.max())
        groups = np.split(order, np.nonzero(steps)[0] + 1)
        return tuple(tuple(self.ranked[i] for i in group.tolist()) for group in groups if len(group) > 1)


def robustness(found: Evaluation, settings: RobustnessSettings | None = None) -> Robustness:
    """Work out how firm the weights under the goal stand."""
    settings = settings or RobustnessSettings()
    ranked = tuple(found.global_weights)
    below = _below(found, ranked)
    return Robustness(
        criteria=found.items,
        ranked=ranked,
        weights=below @ found.weights,
        any_place=stability(found.weights, below),
        first_place=stability(found.weights, below, places=1),
        uncertain=_uncertain(found, ranked, settings),
        modes=_modes(found),
    )


def fuzzy_views(found: Evaluation, method: str) -> dict[tuple[str, ...], FuzzyWeights]:
    """Return the fuzzy weights of every node by the way to it, each judgement one step of the scale wide.

    Raises UsageError as `fuzzy_weights`, for `method="chang"` with the reason.
    """
    return {path: fuzzy_weights(triangles(node.matrix), method) for path, node in found.nodes()}


def plain(given: Robustness) -> dict[str, Any]:
    """Return it as plain data, ready for JSON: `sensitivity`, `uncertainty`, and `synthesis` where there are alternatives."""
    low, median, high = given.uncertain.low, given.uncertain.median, given.uncertain.high
    out: dict[str, Any] = {
        "sensitivity": {
            "any_place": _movements(given, given.any_place),
            "first_place": _movements(given, given.first_place),
            "tied": {"any_place": given.any_place.tied, "first_place": given.first_place.tied},
        },
        "uncertainty": {
            "draws": given.uncertain.draws,
            "seed": given.uncertain.seed,
            "items": {
                name: {"p5": float(low[i]), "p50": float(median[i]), "p95": float(high[i]),
                       "rank_acceptability": given.uncertain.acceptability[i].tolist()}
                for i, name in enumerate(given.ranked)
            },
        },
    }  # fmt: skip
    if given.modes is not None:
        names = given.modes.alternatives
        out["synthesis"] = {
            "distributive": dict(zip(names, given.modes.distributive.tolist(), strict=True)),
            "ideal": dict(zip(names, given.modes.ideal.tolist(), strict=True)),
            "disagreements": [list(pair) for pair in given.modes.disagreements],
        }
    return out


def _movements(given: Robustness, firm: Stability) -> dict[str, Any]:
    return {
        name: {
            "weight": float(firm.weights[j]),
            "down": _number(firm.down[j]), "down_swap": _swap(given, firm.down_swap[j]),
            "up": _number(firm.up[j]), "up_swap": _swap(given, firm.up_swap[j]),
        }
        for j, name in enumerate(given.criteria)
    }  # fmt: skip


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _swap(given: Robustness, pair: npt.NDArray[np.int64]) -> list[str] | None:
    return None if pair[0] < 0 else [given.ranked[k] for k in pair.tolist()]


def _below(found: Evaluation, ranked: Sequence[str]) -> Floats:
    """Return the share (leaves × criteria) that each leaf has of each of the goal's items."""
    row, below = {name: i for i, name in enumerate(ranked)}, np.zeros((len(ranked), len(found.items)))
    for j, item in enumerate(found.items):
        child = found.children.get(item)
        shares: Mapping[str, float] = {item: 1.0} if child is None else child.global_weights
        for name, share in shares.items():
            below[row[name], j] += share
    return below


def _modes(found: Evaluation) -> Synthesis | None:
    """Bring alternatives together in both modes, where all lowest nodes compare the same items; else None."""
    lowest = [(path, node) for path, node in found.nodes() if not node.children]
    same = {frozenset(node.items) for _, node in lowest}
    if len(lowest) < 2 or len(same) > 1 or len(found.global_weights) != len(lowest[0][1].items):
        return None
    names = lowest[0][1].items
    local = np.column_stack([[node.by_name[name] for name in names] for _, node in lowest])
    weight = {path: share for path, share in _reaching(found, (), 1.0)}
    return synthesis(names, local, [weight[path] for path, _ in lowest])


def _reaching(
    found: Evaluation, path: tuple[str, ...], share: float
) -> Iterator[tuple[tuple[str, ...], float]]:
    """Yield every node with its own weight under the goal."""
    yield path, share
    for item, child in found.children.items():
        yield from _reaching(child, (*path, item), share * found.by_name[item])


def _uncertain(found: Evaluation, ranked: Sequence[str], settings: RobustnessSettings) -> Uncertainty:
    nodes = [node for _, node in found.nodes()]
    entries = sum(len(node.items) ** 2 for node in nodes)
    draws = max(min(settings.uncertainty.draws, settings.most_entries // entries), settings.least_draws)
    method: Callable[[Floats], Any] = geometric if found.method == "geometric" else eigenvector
    column = {name: i for i, name in enumerate(ranked)}

    def combine(weights: Sequence[Floats]) -> Floats:
        out, left = np.zeros((len(weights[0]), len(ranked))), iter(weights)

        def follow(node: Evaluation, share: Floats) -> None:
            own = next(left) * share[:, None]  # nodes come as `Evaluation.nodes` yields them: parents first
            for i, item in enumerate(node.items):
                if item not in node.children:
                    out[:, column[item]] += own[:, i]
            for item, child in node.children.items():
                follow(child, own[:, node.items.index(item)])

        follow(found, np.ones(len(out)))
        return out

    return uncertainty(
        [node.matrix for node in nodes],
        settings.seed,
        combine=combine,
        priority=lambda matrices: method(matrices).weights,
        settings=replace(settings.uncertainty, draws=draws),
    )

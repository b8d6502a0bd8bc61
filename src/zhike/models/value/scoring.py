"""Scores: from measures through value functions and weights to 0…100 points, each criterion's part told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.models.value.functions import Percentile
from zhike.models.value.model import ValueModel, Weights

Floats = npt.NDArray[np.float64]
Measures = Mapping[str, Floats]
"""Measures by name, (n,) each, NaN where not known."""
POINTS = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """What n clients score: `score`, `current`, `potential` (n,) of 100 points, `parts` (n, leaves), which add up to `score`.

    NaN where nothing is known of them; a part is NaN where its criterion isn't, whose weight then goes to those beside it.
    """

    score: Floats
    current: Floats
    potential: Floats
    parts: Floats


def values_of(model: ValueModel, measures: Measures) -> Floats:
    """Return what each criterion is measured by, (n, leaves): the sum of its measures, NaN where none is known."""
    columns = []
    for binding in model.bindings:
        found = np.stack([measures[name] for name in binding.measures])
        columns.append(np.where(np.isnan(found).all(axis=0), np.nan, np.nansum(found, axis=0)))
    return np.stack(columns, axis=1)


def ordered_of(model: ValueModel, values: Floats) -> dict[int, Floats]:
    """Return for each criterion that holds clients against each other their values in order (`values` (n, leaves): all of a kind)."""
    return {k: _percentile(model, k).ordered(values[:, k]) for k in model.compared}


def scored(
    model: ValueModel, values: Floats, logics: Sequence[str | None], ordered: Mapping[int, Floats]
) -> Scored:
    """Score clients of a kind: `values` as `values_of` gives them, each client's profit logic, `ordered` of all of the kind."""
    scores = np.stack(
        [
            _percentile(model, k).among(values[:, k], ordered[k])
            if k in ordered
            else b.function(values[:, k])
            for k, b in enumerate(model.bindings)
        ],
        axis=1,
    )
    variants, own = dict(model.variants), np.array([logic or "" for logic in logics], np.str_)
    none = np.full(len(scores), np.nan)
    found = Scored(none, none.copy(), none.copy(), np.full(scores.shape, np.nan))
    rest = np.ones(len(scores), np.bool_)
    for logic, weights in variants.items():
        mine = own == logic
        rest &= ~mine
        _put(found, mine, model, weights, scores)
    _put(found, rest, model, model.weights, scores)
    return found


def most_points(model: ValueModel, logic: str | None, known: Sequence[str]) -> dict[str, float]:
    """Return how many points each of the known criteria could bring a client of a logic of whom nothing else is known."""
    weights = dict(model.variants).get(logic or "", model.weights)
    scores = np.array([[1.0 if leaf in known else np.nan for leaf in model.leaves]])
    _, shares = _weighed(weights, scores, {leaf: k for k, leaf in enumerate(model.leaves)})
    points = dict(zip(model.leaves, (shares[0] * POINTS).tolist(), strict=True))
    return {leaf: points[leaf] for leaf in known}


def _percentile(model: ValueModel, k: int) -> Percentile:
    function = model.bindings[k].function
    assert isinstance(function, Percentile)
    return function


def _put(
    found: Scored, who: npt.NDArray[np.bool_], model: ValueModel, weights: Weights, scores: Floats
) -> None:
    """Score some of the clients by these weights."""
    if not who.any():
        return
    some, columns = scores[who], {leaf: k for k, leaf in enumerate(model.leaves)}
    found.score[who], shares = _weighed(weights, some, columns)
    found.parts[who] = np.where(np.isnan(some), np.nan, shares * some * POINTS)
    for name, into in ((model.current, found.current), (model.potential, found.potential)):
        node = weights.node(name)
        assert node is not None  # a model without it isn't read
        into[who], _ = _weighed(node, some, columns)


def _weighed(weights: Weights, scores: Floats, columns: Mapping[str, int]) -> tuple[Floats, Floats]:
    """Return the points of a node (n,), and what share of its weight each leaf has (n, leaves).

    What isn't known takes no part: its weight goes to the criteria beside it, in proportion. One criterion after another, so
    that a client's points don't depend on who else is scored.
    """
    total, points = np.zeros(len(scores)), np.zeros(len(scores))
    shares = np.zeros(scores.shape)
    for item, weight, below in zip(weights.items, weights.weights, weights.below, strict=True):
        if below is None:
            own, own_shares = scores[:, columns[item]] * POINTS, np.zeros(scores.shape)
            own_shares[:, columns[item]] = 1.0
        else:
            own, own_shares = _weighed(below, scores, columns)
        known = np.where(np.isnan(own), 0.0, weight)
        total += known
        points += known * np.where(np.isnan(own), 0.0, own)
        shares += known[:, None] * own_shares
    with np.errstate(invalid="ignore"):
        found = np.minimum(
            points / np.where(total > 0, total, np.nan), POINTS
        )  # sums of rounded weights may pass it by a bit
        return found, shares / np.where(total > 0, total, 1.0)[:, None]

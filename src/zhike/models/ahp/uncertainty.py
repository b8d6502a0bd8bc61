"""What becomes of weights and ranks when each judgement is only about right: Monte-Carlo over the judgements.

A judgement stands at a place on the scale … 1/3 1/2 1 2 3 …; a step to either side is the uncertainty of one grade. It is drawn
on the logarithmic scale, so that a and 1/a are treated alike, and its reciprocal follows. Rank acceptability is the share of draws in
which an item has a rank (Lahdelma, Hokkanen and Salminen 1998, SMAA).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.models.ahp.priorities import FARTHEST, eigenvector

Floats = npt.NDArray[np.float64]
Law = Literal["triangular", "normal"]
Priority = Callable[[Floats], Floats]  # matrices (draws, n, n) → weights (draws, n)
Combine = Callable[[Sequence[Floats]], Floats]  # weights of each node (draws, n_i) → outcome (draws, m)
_Z95 = 1.6448536269514722  # 95 % of a normal law lie below


@dataclass(frozen=True, slots=True)
class UncertaintySettings:
    """How judgements are drawn.

    `steps` of the scale to either side. `law`: `triangular` reaches exactly that far, with its peak at the judgement;
    `normal` stays within it in 90 % of draws. `percentiles` are those of the intervals.
    """

    draws: int = 2_000
    steps: float = 1.0
    law: Law = "triangular"
    percentiles: tuple[float, float, float] = (5.0, 50.0, 95.0)


DEFAULTS = UncertaintySettings()


@dataclass(frozen=True, slots=True, eq=False)
class Uncertainty:
    """Outcomes of m items over many draws.

    `low`, `median`, `high` (m,): percentiles of the outcome, by default P5, P50, P95. `acceptability` (m, m): [i, r] is the share
    of draws in which item i has rank r + 1; ranks that equal items share are divided among them, so each row and column sums to 1.
    """

    mean: Floats
    low: Floats
    median: Floats
    high: Floats
    acceptability: Floats
    draws: int
    seed: int


def step(value: Floats, steps: float) -> Floats:
    """Move judgements along the scale … 1/3 1/2 1 2 3 …, between its marks too: 3 and one step give 4, 1/3 gives 1/2, 1/1.5 gives 1.5."""
    place = np.where(value >= 1, value - 1, 1 - 1 / value) + steps
    moved: Floats = np.where(place >= 0, 1 + place, 1 / (1 - np.minimum(place, 0)))
    return moved


def perturbed(matrix: Floats, seed: int, settings: UncertaintySettings = DEFAULTS) -> Floats:
    """Draw matrices (draws, n, n) around one of judgements (n, n); reciprocal, and what is missing stays missing.

    Raises UsageError for a matrix that isn't square or holds a judgement that isn't positive and finite, and for settings
    that mean nothing.
    """
    _require(settings)
    given = np.asarray(matrix, dtype=np.float64)
    if given.ndim != 2 or given.shape[0] != given.shape[1]:
        raise UsageError(
            say(
                f"矩阵须为方阵，却是 {given.shape}。", f"A matrix must be square, not of shape {given.shape}."
            )
        )
    upper = np.triu_indices(len(given), 1)
    judged = given[upper]
    if not (np.isnan(judged) | (np.isfinite(judged) & (judged > 0))).all():
        raise UsageError(say("判断须为正的有限数。", "Judgements must be positive, finite numbers."))
    moved = np.exp(_logarithms(judged, np.random.default_rng(seed), settings))
    drawn = np.clip(moved, 1 / FARTHEST, FARTHEST)  # rounding mustn't carry what was allowed beyond it
    out = np.ones((settings.draws, *given.shape))
    out[:, upper[0], upper[1]] = drawn
    out[:, upper[1], upper[0]] = 1 / drawn
    return out


def uncertainty(
    nodes: Sequence[Floats],
    seed: int,
    *,
    combine: Combine | None = None,
    priority: Priority | None = None,
    settings: UncertaintySettings = DEFAULTS,
) -> Uncertainty:
    """Perturb each node's judgements and follow them to the outcome, whose rows needn't be weights: scores serve too.

    `combine` takes the weights of all nodes (one array (draws, n_i) a node, in order) to the outcome (draws, m); without it the
    outcome is the only node's weights. `priority` takes matrices to weights, by default the eigenvector; where judgements are missing
    give one that completes them. The same seed gives the same numbers. Raises UsageError for no nodes, several without `combine`, and as `perturbed`.
    """
    if not nodes or (combine is None and len(nodes) > 1):
        raise UsageError(
            say(
                "需要至少一个矩阵；多个矩阵须说明如何合成。",
                "It takes one matrix, or several and how they combine.",
            )
        )
    weigh = priority or (lambda matrices: eigenvector(matrices).weights)
    seeds = np.random.SeedSequence(seed).generate_state(len(nodes)).tolist()
    weights = [weigh(perturbed(node, s, settings)) for node, s in zip(nodes, seeds, strict=True)]
    outcome = weights[0] if combine is None else combine(weights)
    low, median, high = np.percentile(outcome, settings.percentiles, axis=0)
    return Uncertainty(
        outcome.mean(axis=0), low, median, high, rank_acceptability(outcome), settings.draws, seed
    )


def rank_acceptability(outcomes: Floats) -> Floats:
    """Return the share of draws (m, m) in which item i has rank r + 1, from outcomes (draws, m), the highest first."""
    draws, m = outcomes.shape
    shares = np.zeros((m, m + 1))
    for i in range(m):
        own = outcomes[:, i : i + 1]
        above, level = (outcomes > own).sum(axis=1), (outcomes == own).sum(axis=1)
        shares[i] += np.bincount(above, 1 / level, m + 1) - np.bincount(above + level, 1 / level, m + 1)
    accepted: Floats = np.clip(np.cumsum(shares[:, :m], axis=1) / draws, 0, 1)
    return accepted


def _logarithms(judged: Floats, dice: np.random.Generator, settings: UncertaintySettings) -> Floats:
    middle = np.log(judged)
    down, up = middle - np.log(step(judged, -settings.steps)), np.log(step(judged, settings.steps)) - middle
    if settings.law == "normal":
        drawn = dice.standard_normal((settings.draws, len(judged))) / _Z95
        return middle + np.where(drawn < 0, down, up) * drawn
    # inverse of the triangular law's distribution function, whose peak divides it at down / (down + up)
    u, wide = dice.random((settings.draws, len(judged))), down + up
    left = -down + np.sqrt(u * wide * down)
    right = up - np.sqrt((1 - u) * wide * up)
    moved: Floats = middle + np.where(u * wide < down, left, right)
    return moved


def _require(settings: UncertaintySettings) -> None:
    low, middle, high = settings.percentiles
    if settings.draws < 1 or not 0 <= settings.steps < np.inf or not 0 <= low <= middle <= high <= 100:
        raise UsageError(
            say(
                f"不确定性设置无法理解：{settings}。",
                f"The settings of uncertainty can't be understood: {settings}.",
            ),
            next_=say(
                "draws 至少为 1，steps 不得为负。",
                "Let `draws` be 1 or more and `steps` not negative.",
            ),
        )
    if settings.law not in ("triangular", "normal"):
        raise UsageError(
            say(f"没有分布“{settings.law}”。", f"There is no law '{settings.law}'."),
            next_=say("可选：triangular、normal。", "There are: triangular, normal."),
        )

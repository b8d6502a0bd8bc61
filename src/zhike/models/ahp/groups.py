"""Several experts as one: their judgements joined (AIJ), their priorities joined (AIP), and how far they agree.

AIJ: each pair is the weighted geometric mean over those who judged it, the only mean that keeps reciprocals (Aczél and Saaty 1983).
AIP: weighted geometric or arithmetic means of the experts' priorities (Forman and Peniwati 1998).
Consensus: Goepel's S* (2013; with H_γ,max = ln n as he simplified it later and as AHP-OS computes it), from Shannon's diversity of
priorities within experts (α), of their mean (γ) and between them (β = γ − α):

    S* = (1 / e^β − e^α_min / n) / (1 − e^α_min / n)

α_min is the least entropy that the scale allows: one item judged M = 9 times as important as each other, weights M / (n + M − 1)
and 1 / (n + M − 1). 1 is full agreement, 0 none at all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.models.ahp.judgements import SCALE_TOP, Judgements, reciprocal

Floats = npt.NDArray[np.float64]
_SAME = 1e-9  # priorities this near, in logarithms, are the same


@dataclass(frozen=True, slots=True, eq=False)
class Expert:
    """One expert: a name, how much the voice counts (0: heard, without a say), and what was judged; comparisons needn't reach all items."""

    name: str
    weight: float
    judgements: Judgements


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """How sub-groups are looked for, and Goepel's words for the consensus index (2022), each from its lower end on.

    Sub-groups are told where the mean silhouette is at least `least_silhouette` (above 0.5 Kaufman and Rousseeuw call
    the structure reasonable); at most `most_groups` of them, among at least `least_experts` experts.
    """

    least_silhouette: float = 0.5
    most_groups: int = 6
    least_experts: int = 4
    levels: tuple[tuple[float, str, str], ...] = (
        (0.875, "很高", "very high"),
        (0.75, "高", "high"),
        (0.625, "中等", "moderate"),
        (0.5, "低", "low"),
        (-math.inf, "很低", "very low"),
    )


@dataclass(frozen=True, slots=True)
class Consensus:
    """Shannon entropies (natural logarithms) of priorities, and S*; None of one item, whose weight nobody can dispute."""

    alpha: float
    beta: float
    gamma: float
    index: float | None


@dataclass(frozen=True, slots=True)
class Spread:
    """How far judgements of a pair (i, j) lie apart: the group's value, a geometric standard deviation, both ends and who said so.

    `opposed` where some hold i, others j for more important.
    """

    i: int
    j: int
    group: float
    factor: float
    lowest: float
    lowest_by: str
    highest: float
    highest_by: str
    opposed: bool


@dataclass(frozen=True, slots=True, eq=False)
class SubGroup:
    """Experts who think alike: where they stand in the list, and their joint priorities (AIP, geometric)."""

    members: tuple[int, ...]
    weights: Floats


@dataclass(frozen=True, slots=True)
class SubGroups:
    """Sub-groups, the largest first, and the mean silhouette; one of all where nothing speaks for more (silhouette None)."""

    groups: tuple[SubGroup, ...]
    silhouette: float | None


def aij(experts: Sequence[Expert]) -> Judgements:
    """Join the judgements of experts over the same items; a pair that nobody judged stays missing.

    Raises UsageError without experts, or where their items differ.
    """
    if not experts:
        raise UsageError(say("没有专家。", "There are no experts."))
    items = experts[0].judgements.items
    for other in experts[1:]:
        if other.judgements.items != items:
            raise UsageError(
                say(
                    f"专家“{experts[0].name}”与“{other.name}”判断的不是相同的项。",
                    f"The experts '{experts[0].name}' and '{other.name}' judged different items.",
                )
            )
    matrices = np.stack([e.judgements.matrix for e in experts])
    judged = ~np.isnan(matrices)
    shares = np.array([e.weight for e in experts])[:, None, None] * judged
    logs = np.log(np.where(judged, matrices, 1.0))
    total = shares.sum(axis=0)
    mean = np.exp((shares * logs).sum(axis=0) / np.where(total > 0, total, 1.0))
    return Judgements(items, reciprocal(np.where(total > 0, mean, np.nan)))


def aip(weights: Floats, voices: Floats, mean: str = "geometric") -> Floats:
    """Join priorities (experts, n) by the experts' voices (experts,): "geometric" or "arithmetic" mean, summing to 1."""
    share = _shares(voices)
    joined = np.exp(share @ np.log(weights)) if mean == "geometric" else share @ weights
    out: Floats = joined / joined.sum()
    return out


def consensus(weights: Floats, voices: Floats, top: float = SCALE_TOP) -> Consensus:
    """Return Goepel's consensus index S* of priorities (experts, n), the experts having `voices` (experts,).

    `top` is the largest value of the scale. With judgements beyond it S* can fall below 0.
    """
    n = weights.shape[1]
    share = _shares(voices)
    alpha = float(share @ _entropy(weights))
    gamma = float(_entropy(share @ weights))
    if n == 1:
        return Consensus(alpha, gamma - alpha, gamma, None)
    lone = np.array([top, *np.ones(n - 1)]) / (n + top - 1)
    least = math.exp(float(_entropy(lone))) / n
    return Consensus(alpha, gamma - alpha, gamma, (math.exp(alpha - gamma) - least) / (1 - least))


def _shares(voices: Floats) -> Floats:
    """Return voices as shares of 1, equal ones where none of them has a say."""
    whole = float(voices.sum())
    out: Floats = voices / whole if whole > 0 else np.full(len(voices), 1 / len(voices))
    return out


def _entropy(weights: Floats) -> Floats:
    out: Floats = -np.asarray((weights * np.log(weights)).sum(axis=-1))
    return out


def aitchison(weights: Floats, centre: Floats) -> Floats:
    """Return the Aitchison distances of priorities (…, n) from others (…, n): Euclid's, of logarithms freed of their mean."""
    apart = np.log(weights) - np.log(centre)
    out: Floats = np.sqrt(((apart - apart.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1))
    return out


def spreads(experts: Sequence[Expert]) -> tuple[Spread, ...]:
    """Return the pairs that at least two experts judged differently, the one they differ about most first."""
    matrices = np.stack([e.judgements.matrix for e in experts])
    voices = np.array([e.weight for e in experts])
    out = []
    for i, j in zip(*np.triu_indices(matrices.shape[1], 1), strict=True):
        there = np.nonzero(~np.isnan(matrices[:, i, j]))[0]
        logs = np.log(matrices[there, i, j])
        if len(there) < 2 or np.ptp(logs) < _SAME:
            continue
        share = _shares(voices[there])
        mean = float(share @ logs)
        low, high = there[logs.argmin()], there[logs.argmax()]
        out.append(
            Spread(
                int(i), int(j), math.exp(mean), math.exp(math.sqrt(float(share @ (logs - mean) ** 2))),
                float(matrices[low, i, j]), experts[low].name, float(matrices[high, i, j]), experts[high].name,
                bool(logs.min() < -_SAME and logs.max() > _SAME),
            )
        )  # fmt: skip
    return tuple(sorted(out, key=lambda s: -s.factor))


def sub_groups(weights: Floats, voices: Floats, settings: GroupSettings | None = None) -> SubGroups:
    """Find experts who think alike: average linkage on Aitchison distances, cut where the mean silhouette is highest."""
    settings = settings or GroupSettings()
    count = len(weights)
    best: tuple[float, npt.NDArray[np.int64]] | None = None
    if count >= settings.least_experts:
        apart = aitchison(weights[:, None], weights[None])
        cuts = _linked(apart, min(settings.most_groups, count - 1))
        scored = [(_silhouette(apart, cut), cut) for cut in cuts] if apart.max() > _SAME else []
        best = max(scored, key=lambda each: each[0], default=None)
    if best is None or best[0] < settings.least_silhouette:
        return SubGroups((SubGroup(tuple(range(count)), aip(weights, voices)),), None)
    members = [np.nonzero(best[1] == label)[0] for label in np.unique(best[1])]
    groups = [SubGroup(tuple(m.tolist()), aip(weights[m], voices[m])) for m in members]
    return SubGroups(tuple(sorted(groups, key=lambda g: (-len(g.members), g.members))), best[0])


def _linked(apart: Floats, most: int) -> list[npt.NDArray[np.int64]]:
    """Merge the nearest two clusters, by the mean distance of their members, again and again; return the last cuts, two to `most`."""
    labels, size = np.arange(len(apart)), np.ones(len(apart))
    between = apart + np.diag(np.full(len(apart), np.inf))
    cuts = []
    for left in range(len(apart) - 1, 1, -1):
        a, b = sorted(divmod(int(between.argmin()), len(apart)))
        between[a] = (size[a] * between[a] + size[b] * between[b]) / (size[a] + size[b])
        between[:, a] = between[a]
        between[a, a] = between[b] = between[:, b] = np.inf
        size[a] += size[b]
        labels[labels == b] = a
        if left <= most:
            cuts.append(labels.copy())
    return cuts[::-1]


def _silhouette(apart: Floats, labels: npt.NDArray[np.int64]) -> float:
    """Return the mean silhouette (Rousseeuw 1987): how much nearer to its own cluster than to the next; 0 for one alone."""
    names, own = np.unique(labels, return_inverse=True)
    member = own[:, None] == np.arange(len(names))
    size = member.sum(axis=0)
    rows = np.arange(len(labels))
    sums = apart @ member
    inner = sums[rows, own] / np.maximum(size[own] - 1, 1)
    means = sums / size
    means[rows, own] = np.inf
    outer = means.min(axis=1)
    value = np.where(size[own] > 1, (outer - inner) / np.maximum(np.maximum(outer, inner), _SAME), 0.0)
    return float(value.mean())

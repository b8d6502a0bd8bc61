"""Alternatives judged in pairs under each criterion: their overall priorities, in two modes, and where the modes disagree.

Distributive: local priorities sum to 1 under each criterion, so each alternative takes from the others; a copy of one can turn
the order of the rest (Belton and Gear 1983). Ideal: the best alternative under a criterion has 1 there (Saaty 1990), so one that
leads nowhere changes nothing. Both are normed to sum to 1 at the end. Which differs, and where, is told as data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.text import Said, say
from zhike.models.ahp.priorities import eigenvector

Floats = npt.NDArray[np.float64]
Pair = tuple[str, str]
TIE = 1e-9  # priorities nearer than this are equal: judgements are never that fine, rounding is


@dataclass(frozen=True, slots=True, eq=False)
class Synthesis:
    """Overall priorities (n,) of the alternatives in both modes.

    `disagreements`: the pairs (a, b) where a is ahead in distributive mode and b in ideal mode.
    """

    alternatives: tuple[str, ...]
    distributive: Floats
    ideal: Floats
    disagreements: tuple[Pair, ...]

    @property
    def warning(self) -> Said | None:
        """Return a sentence where the two orders differ, else None."""
        if not self.disagreements:
            return None
        zh = "；".join(f"分配式 {a} 在前，理想式 {b} 在前" for a, b in self.disagreements)
        en = "; ".join(f"{a} by the distributive mode, {b} by the ideal" for a, b in self.disagreements)
        return say(
            f"两种综合方式的名次不同：{zh}。", f"The two modes of synthesis differ in who is ahead: {en}."
        )


@dataclass(frozen=True, slots=True)
class Reversal:
    """Two alternatives whose order depends on whether a third one is there.

    With `present` among the alternatives `ahead` is before `behind`; without it the other way round.
    """

    present: str
    ahead: str
    behind: str


@dataclass(frozen=True, slots=True)
class Reversals:
    """What leaving one alternative out changes in the order of the others, in each mode; nothing where a mode keeps the order."""

    distributive: tuple[Reversal, ...]
    ideal: tuple[Reversal, ...]


def synthesis(alternatives: Sequence[str], local: Floats, weights: Sequence[float] | Floats) -> Synthesis:
    """Bring local priorities (alternatives × criteria) together under the criteria's weights.

    Raises UsageError where shapes or names don't fit, a priority isn't positive, or the weights aren't.
    """
    names, priorities, share = _checked(alternatives, local, weights)
    distributive = (priorities / priorities.sum(axis=0)) @ share
    best = (priorities / priorities.max(axis=0)) @ share
    ideal: Floats = best / best.sum()
    return Synthesis(names, distributive, ideal, _turned(names, distributive, ideal))


def local_priorities(matrices: Sequence[Floats]) -> Floats:
    """Return the eigenvectors of complete matrices of judgements, one a criterion, as (alternatives × criteria).

    Raises UsageError where they aren't complete, positive and of one size.
    """
    if len({np.shape(matrix) for matrix in matrices}) != 1:
        raise UsageError(
            say("各准则下的判断矩阵须同样大小。", "The matrices under the criteria must be of one size.")
        )
    return eigenvector(np.stack(list(matrices))).weights.T


def reversals(
    alternatives: Sequence[str], matrices: Sequence[Floats], weights: Sequence[float] | Floats
) -> Reversals:
    """Leave out each alternative in turn, and tell which others change their order, in either mode.

    `matrices`: complete judgements of the alternatives, one matrix (n × n) a criterion. Read the other way round it tells
    what adding that alternative would change. Raises UsageError as `synthesis` and `local_priorities`.
    """
    whole = synthesis(alternatives, local_priorities(matrices), weights)
    distributive, ideal = list[Reversal](), list[Reversal]()
    for k, gone in enumerate(whole.alternatives if len(whole.alternatives) > 2 else ()):
        stay = np.delete(np.arange(len(whole.alternatives)), k)
        rest = synthesis(
            [whole.alternatives[i] for i in stay],
            local_priorities([np.asarray(matrix)[np.ix_(stay, stay)] for matrix in matrices]),
            weights,
        )
        for found, mode in ((distributive, "distributive"), (ideal, "ideal")):
            before, after = getattr(whole, mode)[stay], getattr(rest, mode)
            found += [Reversal(gone, a, b) for a, b in _turned(rest.alternatives, before, after)]
    return Reversals(tuple(distributive), tuple(ideal))


def _turned(names: tuple[str, ...], one: Floats, other: Floats) -> tuple[Pair, ...]:
    """Return the pairs (a, b) with a ahead by `one` and b by `other`."""
    ahead, behind = one[:, None] - one > TIE, other[:, None] - other < -TIE
    return tuple((names[i], names[j]) for i, j in np.argwhere(ahead & behind).tolist())


def _checked(
    alternatives: Sequence[str], local: Floats, weights: Sequence[float] | Floats
) -> tuple[tuple[str, ...], Floats, Floats]:
    names, priorities = tuple(alternatives), np.asarray(local, dtype=np.float64)
    share = np.asarray(weights, dtype=np.float64)
    if priorities.shape != (len(names), len(share)) or share.ndim != 1 or not priorities.size:
        raise UsageError(
            say(
                f"{len(names)} 个方案、{share.size} 个权重，局部优先级却是 {priorities.shape}。",
                f"{len(names)} alternatives and {share.size} weights, but local priorities of shape {priorities.shape}.",
            )
        )
    if len(set(names)) < len(names):
        raise UsageError(say("方案名称重复。", "Two alternatives have the same name."))
    if not (np.isfinite(priorities) & (priorities > 0)).all():
        raise UsageError(
            say("局部优先级须为正的有限数。", "Local priorities must be positive, finite numbers.")
        )
    if not (np.isfinite(share) & (share >= 0)).all() or not share.sum() > 0:
        raise UsageError(
            say("权重不得为负，且至少一个为正。", "Weights can't be negative, and one must be positive.")
        )
    return names, priorities, share / share.sum()

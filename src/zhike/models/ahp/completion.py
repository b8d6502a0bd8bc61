"""Priorities where judgements are missing. Each way needs comparisons that connect all items.

*Optimal* (Bozóki, Fülöp and Rónyai 2010): the missing entries that make λmax smallest. λmax is convex in their logarithms.
Where it is smallest, v_i x_ij w_j = v_j x_ji w_i with the right and left eigenvectors w and v, so x_ij = u_i / u_j with
u = √(w / v): the search needs one number an item, not one a missing pair, and Newton's method with the exact second derivatives
of a simple eigenvalue (from its group inverse) ends it in a few steps.
*Harker* (1987): the missing entries are w_i / w_j of the very eigenvector that results.
*Least squares*: Σ (ln a_ij − ln w_i + ln w_j)² over what was judged, by the Laplacian of the graph of comparisons; the method
of geometric means where nothing is missing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.models.ahp.judgements import Judgements, require_connected
from zhike.models.ahp.priorities import FARTHEST, eigenvector, geometric, perron

Floats = npt.NDArray[np.float64]
_ROUNDS, _HALVINGS = 60, 40
_LONGEST = 3.0  # of one step, in natural logarithms: further out the parabola says nothing
_ARRIVED, _NEAR = (
    1e-16,
    1e-9,
)  # what Newton still promises to gain, as a share of λ: enough; too little to see in λ


@dataclass(frozen=True, slots=True, eq=False)
class Completion:
    """A matrix (n, n) with its missing entries filled, its weights (n,) summing to 1, and its λmax."""

    matrix: Floats
    weights: Floats
    lambda_max: float


def optimal(matrix: Floats) -> Completion:
    """Return the completion of a reciprocal matrix (n, n; NaN where not judged) with the smallest λmax.

    Raises UsageError where comparisons don't connect all items.
    """
    start = least_squares(matrix)
    if not np.isnan(matrix).any():
        return _completed(matrix, start.weights)
    here = _slope(matrix, np.log(start.weights))
    for _ in range(_ROUNDS):
        step = -np.linalg.pinv(here.hessian, hermitian=True) @ here.gradient
        gain = -float(here.gradient @ step)
        here = _descended(matrix, here, step, gain)
        if not gain > _ARRIVED * here.value:
            break
    return _completed(matrix, np.exp(here.logs - here.logs.mean()))


def harker(matrix: Floats) -> Completion:
    """Return Harker's weights of a reciprocal matrix (n, n; NaN where not judged), its missing entries being w_i / w_j.

    They are the principal eigenvector of the matrix with 0 for what is missing, and 1 + the number of missing entries of the row
    on the diagonal. Raises UsageError where comparisons don't connect all items.
    """
    start = least_squares(matrix)
    missing = np.isnan(matrix)
    reduced = np.where(missing, 0.0, matrix) + np.diag(missing.sum(axis=1))
    weights, largest = perron(reduced, start.weights)
    return Completion(_filled(matrix, weights), weights, largest)


def least_squares(matrix: Floats) -> Completion:
    """Return logarithmic least squares weights of a reciprocal matrix (n, n; NaN where not judged).

    Missing entries become w_i / w_j; λmax is the mean of (A w)_i / w_i, as of `geometric`. Raises UsageError where comparisons
    don't connect all items, or put weights more than 1e100 times apart.
    """
    _require_square(matrix)
    n, judged = len(matrix), ~np.isnan(matrix)
    require_connected(Judgements(tuple(str(i + 1) for i in range(n)), matrix))
    laplacian = np.diag(judged.sum(axis=1)) - judged
    sums = np.log(matrix, where=judged, out=np.zeros_like(matrix)).sum(axis=1)
    logs = np.linalg.solve(laplacian + np.full((n, n), 1 / n), sums - sums.mean())
    if np.ptp(logs) > math.log(FARTHEST):
        raise UsageError(
            say(
                f"各项权重相差超过 {FARTHEST:g} 倍，无法计算。",
                f"The weights would be more than {FARTHEST:g} times apart, which can't be computed.",
            )
        )
    weights = np.exp(logs - logs.max())
    filled = _filled(matrix, weights)
    return Completion(filled, weights / weights.sum(), float(geometric(filled).lambda_max))


def _require_square(matrix: Floats) -> None:
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size:
        raise UsageError(
            say(f"矩阵须为方阵，却是 {matrix.shape}。", f"The matrix must be square, not {matrix.shape}.")
        )


def _filled(matrix: Floats, potential: Floats) -> Floats:
    return np.where(np.isnan(matrix), potential[:, None] / potential, matrix)


def _completed(matrix: Floats, potential: Floats) -> Completion:
    filled = _filled(matrix, potential)
    found = eigenvector(filled)
    return Completion(filled, found.weights, float(found.lambda_max))


@dataclass(frozen=True, slots=True, eq=False)
class _Slope:
    """A potential's logarithms (n,), and λmax there with its derivatives by them."""

    logs: Floats
    value: float
    gradient: Floats
    hessian: Floats


def _slope(matrix: Floats, logs: Floats) -> _Slope:
    """Differentiate λmax twice: λ_k = v'A_k w and λ_kl = v'A_kl w + v'A_k R A_l w + v'A_l R A_k w, R the group inverse."""
    filled = _filled(matrix, np.exp(logs - logs.mean()))
    both = eigenvector(np.stack([filled, filled.T]))
    value, w = float(both.lambda_max[0]), both.weights[0]
    v = both.weights[1] / (both.weights[1] @ w)
    open_ = np.where(np.isnan(matrix), filled, 0.0)
    after, before = open_ @ w, v @ open_
    flow = v[:, None] * open_ * w
    projection = np.outer(w, v)
    inverse = np.linalg.inv(value * np.eye(len(w)) - filled + projection) - projection
    bent = (v[:, None] * open_ - np.diag(before)) @ inverse @ (np.diag(after) - open_ * w)
    straight = np.diag(v * after + before * w) - flow - flow.T
    return _Slope(logs, value, v * after - before * w, straight + bent + bent.T)


def _descended(matrix: Floats, here: _Slope, step: Floats, gain: float) -> _Slope:
    """Go a step, halved until λmax falls by at least a fourth of what the slope promises (Armijo)."""
    size = _LONGEST / max(_LONGEST, float(np.abs(step).max()))
    for _ in range(_HALVINGS):
        there = _slope(matrix, here.logs + size * step)
        if gain < _NEAR * here.value or there.value <= here.value - size * gain / 4:
            break
        size /= 2
    return there

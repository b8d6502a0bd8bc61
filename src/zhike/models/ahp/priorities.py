"""Priorities of complete reciprocal matrices, any number of them at once.

Eigenvector: A w = λ w with the largest λ (Saaty 1977). Power steps from the row geometric means; each step encloses λ
between the smallest and the largest (A w)_i / w_i (Collatz 1942, Wielandt 1950), which is also when to stop. All terms are
positive, so nothing cancels and small weights are as exact as large ones. What power steps reach too slowly (contradictions
of many orders of magnitude) is finished by Noda's iteration (1971), which converges quadratically for every positive matrix.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.text import say

Floats = npt.NDArray[np.float64]
_STEPS, _STRIDE = 32, 8  # power steps at most; how many between two looks at who has arrived
_NODA = 60  # Noda's iterations at most: quadratic convergence needs a handful
_APART = 1e-10  # how far apart, as a share, the bounds of λ may be left
FARTHEST = 1e100  # entries from 1 / this to this: beyond, products of some leave the range of numbers
_EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, eq=False)
class Priorities:
    """Weights (…, n), positive and summing to 1, and λmax (…) of the matrices they were taken from (…, n, n)."""

    weights: Floats
    lambda_max: Floats


def eigenvector(matrices: Floats) -> Priorities:
    """Return principal eigenvectors and eigenvalues of complete positive matrices (…, n, n), to machine precision.

    Raises UsageError where a matrix isn't square, holds anything but numbers from 1e-100 to 1e100, or contradicts itself by
    forty orders of magnitude.
    """
    whole = _flat(matrices)
    count, n, _ = whole.shape
    weights, largest = np.empty((count, n)), np.empty(count)
    left = np.arange(count)
    A = np.ascontiguousarray(whole.transpose(1, 2, 0))  # the batch innermost: each step is a few long loops
    w = _normed(np.exp(np.log(A).mean(axis=1)))
    for _ in range(0, _STEPS, _STRIDE):
        for _ in range(_STRIDE - 1):
            w = _normed(np.einsum("ijb,jb->ib", A, w))
        after = np.einsum("ijb,jb->ib", A, w)
        low, high = _enclosed(after, w)
        there = high - low <= 2 * n * _EPS * high
        weights[left[there]] = _normed(after[:, there]).T
        largest[left[there]] = ((low + high) / 2)[there]
        left, w = left[~there], _normed(after[:, ~there])
        if not len(left):
            break
        if there.any():
            A = A[:, :, ~there]
    if len(left):
        weights[left], largest[left] = _noda(whole[left], w.T)
    shape = np.shape(matrices)[:-2]
    return Priorities(weights.reshape(*shape, n), largest.reshape(shape))


def geometric(matrices: Floats) -> Priorities:
    """Return the row geometric means of complete positive matrices (…, n, n), normed: logarithmic least squares.

    w_i ∝ (Π_j a_ij)^(1/n), which minimises Σ (ln a_ij − ln w_i + ln w_j)² (Crawford and Williams 1985). As `lambda_max`
    stands the mean of (A w)_i / w_i, at least n, and equal to λmax where the matrix is consistent; λmax itself belongs to
    the eigenvector. Raises UsageError where a matrix isn't square or holds anything but numbers from 1e-100 to 1e100.
    """
    whole = _flat(matrices)
    logs = np.log(whole).mean(axis=2)
    w = np.exp(logs - logs.max(axis=1, keepdims=True))
    w /= w.sum(axis=1, keepdims=True)
    ratio = (np.einsum("bij,bj->bi", whole, w) / w).mean(axis=1)
    shape, n = np.shape(matrices)[:-2], whole.shape[-1]
    return Priorities(w.reshape(*shape, n), ratio.reshape(shape))


def perron(matrix: Floats, start: Floats) -> tuple[Floats, float]:
    """Return the positive eigenvector, summing to 1, and eigenvalue of one irreducible matrix (n, n) without negative entries.

    Noda's iteration from a positive vector `start` (n,). Raises UsageError as `eigenvector`.
    """
    weights, largest = _noda(matrix[None], start[None])
    return weights[0], float(largest[0])


def _noda(matrices: Floats, starts: Floats) -> tuple[Floats, Floats]:
    """Return eigenvectors and eigenvalues: inverse iteration with the upper bound of λ as shift (Noda 1971).

    λI − A is an M-matrix while λ is above the eigenvalue, so its solution stays positive. Each matrix is scaled by its vector so
    far, which makes all components of one size, and rests once its bounds meet or the upper one, which must fall, no longer does.
    Raises UsageError where they are apart then: contradictions of forty orders of magnitude leave nothing to compute with.
    """
    w = starts / starts.sum(axis=1, keepdims=True)
    count, n = w.shape
    lows, highs, going = np.zeros(count), np.full(count, np.inf), np.arange(count)
    for _ in range(_NODA):
        scaled = matrices[going] * w[going, None, :] / w[going, :, None]
        sums = scaled.sum(axis=2)
        low, high = sums.min(axis=1), sums.max(axis=1)
        on = (high < highs[going]) & (high - low > 2 * n * _EPS * high)
        lows[going], highs[going] = low, high
        going, scaled, high = going[on], scaled[on], high[on]
        if not len(going):
            break
        shifted = high[:, None, None] * (1 + n * _EPS) * np.eye(n) - scaled
        step = np.abs(np.linalg.solve(shifted, np.ones((len(going), n, 1)))[:, :, 0])
        stepped = w[going] * step / step.max(axis=1, keepdims=True)
        w[going] = stepped / stepped.sum(axis=1, keepdims=True)
    if not bool((highs - lows <= _APART * highs).all()):
        raise UsageError(
            say(
                "判断之间的矛盾太大，无法计算权重。",
                "The judgements contradict each other too much to be computed with.",
            )
        )
    return w, (lows + highs) / 2


def _flat(matrices: Floats) -> Floats:
    whole = np.asarray(matrices, dtype=np.float64)
    if whole.ndim < 2 or whole.shape[-1] != whole.shape[-2] or not whole.shape[-1]:
        raise UsageError(
            say(
                f"矩阵须为方阵，却是 {whole.shape}。", f"Matrices must be square, not of shape {whole.shape}."
            )
        )
    if not bool(((whole >= 1 / FARTHEST) & (whole <= FARTHEST)).all()):
        raise UsageError(
            say(
                f"矩阵须全为 {1 / FARTHEST:g} 到 {FARTHEST:g} 之间的数。",
                f"A complete matrix holds numbers from {1 / FARTHEST:g} to {FARTHEST:g} only.",
            ),
            next_=say("有缺项时先补全。", "Complete it first where judgements are missing."),
        )
    return whole.reshape(-1, *whole.shape[-2:])


def _normed(w: Floats) -> Floats:
    out: Floats = w / w.sum(axis=0)
    return out


def _enclosed(after: Floats, w: Floats) -> tuple[Floats, Floats]:
    ratio = after / w
    return ratio.min(axis=0), ratio.max(axis=0)

"""How probable it is that each source leads among a client's decisions, given how many there were."""

from __future__ import annotations

from math import lgamma

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_POINTS = 320
_AT_ONCE = 4096
_log_gamma = np.frompyfunc(lgamma, 1, 1)


def leading(counts: Floats) -> Floats:
    """Return for each client and source the probability that its share is the largest; shapes (n, m).

    Shares are Dirichlet distributed with the pseudo-counts `counts` (> 0): they are independent Gamma variates over their
    sum, so P(k leads) = ∫ f_k Π_{j≠k} F_j, taken by the trapezoid rule on a grid of each client's own.
    """
    parts = [_some(counts[i : i + _AT_ONCE]) for i in range(0, len(counts), _AT_ONCE)]
    return np.concatenate(parts) if parts else np.empty_like(counts)


def _some(counts: Floats) -> Floats:
    top = counts.max(1)
    far = top + 9 * np.sqrt(top) + 9
    x = np.linspace(0, 1, _POINTS + 1)[1:] ** 2 * far[:, None]  # finer where small shapes have their mass
    step = np.diff(np.concatenate([np.zeros((len(x), 1)), x], axis=1))
    density, below = [], []
    for a in counts.T:
        logs = (a[:, None] - 1) * np.log(x) - x - _log_gamma(a).astype(np.float64)[:, None]
        f = np.exp(logs)
        mass = f * step
        total = np.cumsum(mass, axis=1)
        density.append(mass / total[:, -1:])
        below.append((total - mass / 2) / total[:, -1:])
    out = np.empty(counts.shape)
    for k in range(counts.shape[1]):
        others = np.prod([b for j, b in enumerate(below) if j != k], axis=0)
        out[:, k] = (density[k] * others).sum(1)
    return np.asarray(out / out.sum(1, keepdims=True), np.float64)

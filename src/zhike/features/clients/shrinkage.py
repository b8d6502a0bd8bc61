"""Rates of few observations, drawn towards the branch's by how little they rest on (beta-binomial, empirical Bayes).

Two steps, for the clients come bucket by bucket: first mergeable sums of all (`RateSums`), from them the prior; then each
client's posterior. Prior by moments (Kleinman 1973, weights = trials); interval: the posterior's 2.5 % and 97.5 % quantiles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import compiled

Floats = npt.NDArray[np.float64]
_LEAST, _MOST = 1e-3, 0.5  # bounds of the correlation within a client: a prior worth 999 observations … 1
_TAIL = 0.025
_HIGH, _LOW = 20, 32  # binary digits behind the point that are summed apart, so that neither sum overflows


@dataclass(frozen=True, slots=True)
class RateSums:
    """What the prior of a rate needs of clients with at least one trial; `a + b` merges two buckets', exactly.

    `parts`: the sum of hits² ÷ trials in units of 2⁻⁵², a whole number, so that it is the same however clients are divided.
    """

    clients: int = 0
    trials: float = 0.0
    hits: float = 0.0
    trials2: float = 0.0
    parts: int = 0

    @classmethod
    def of(cls, hits: Floats, trials: Floats) -> RateSums:
        """Return the sums of some clients' hits and trials; NaN counts as no trial."""
        some = (trials > 0) & ~np.isnan(hits)
        k, n = hits[some], trials[some]
        scaled = k * k / n * 2.0**_HIGH
        high = np.floor(scaled)
        low = np.rint((scaled - high) * 2.0**_LOW)
        parts = (int(high.astype(np.int64).sum()) << _LOW) + int(low.astype(np.int64).sum())
        return cls(int(some.sum()), float(n.sum()), float(k.sum()), float((n * n).sum()), parts)

    @property
    def hits2_per_trial(self) -> float:
        """The sum of hits² ÷ trials."""
        return float(self.parts / (1 << _HIGH + _LOW))

    def __add__(self, other: RateSums) -> RateSums:
        """Return the sums of both."""
        return RateSums(
            self.clients + other.clients, self.trials + other.trials, self.hits + other.hits,
            self.trials2 + other.trials2, self.parts + other.parts,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prior:
    """The branch's rates as a beta distribution: mean alpha / (alpha + beta), worth alpha + beta observations."""

    alpha: float
    beta: float


def prior_of(sums: RateSums) -> Prior:
    """Return the branch's prior by moments.

    With p = Σk/Σn and S = Σ n(k/n − p)², the correlation within a client is
    ρ = (S/(p(1−p)) − (m−1)) / (N − Σn²/N − (m−1)), m clients, N = Σn; α + β = 1/ρ − 1. Rates all 0 or all 1, or too
    few clients to tell, give the widest prior around p; without any trial, a uniform one.
    """
    if sums.trials <= 0:
        return Prior(1.0, 1.0)
    p = (
        (sums.hits + 0.5) / (sums.trials + 1.0)
        if sums.hits in (0.0, sums.trials)
        else sums.hits / sums.trials
    )
    spread = sums.hits2_per_trial - 2 * p * sums.hits + p * p * sums.trials
    room = sums.trials - sums.trials2 / sums.trials - (sums.clients - 1)
    rho = (spread / (p * (1 - p)) - (sums.clients - 1)) / room if room > 1e-9 else _MOST
    worth = 1.0 / min(max(rho, _LEAST), _MOST) - 1.0
    return Prior(p * worth, (1 - p) * worth)


@dataclass(frozen=True, slots=True)
class Shrunk:
    """Rates drawn towards the branch, shape (clients,): value, trials, 95 % interval, variance of the posterior."""

    value: Floats
    n: npt.NDArray[np.int64]
    low: Floats
    high: Floats
    variance: Floats


def shrunk(hits: Floats, trials: Floats, prior: Prior) -> Shrunk:
    """Return the posterior of each client's rate: mean (k + α)/(n + α + β) and its interval. NaN stays NaN."""
    a, b = hits + prior.alpha, trials - hits + prior.beta
    mean = a / (a + b)
    low, high = _quantiles(a, b, _TAIL), _quantiles(a, b, 1.0 - _TAIL)
    return Shrunk(mean, np.nan_to_num(trials).astype(np.int64), low, high, mean * (1 - mean) / (a + b + 1))


def difference(a: Shrunk, b: Shrunk) -> Shrunk:
    """Return a − b of two independent rates; the interval by the normal approximation."""
    value, variance = a.value - b.value, a.variance + b.variance
    reach = 1.959963984540054 * np.sqrt(variance)
    return Shrunk(value, a.n + b.n, value - reach, value + reach, variance)


@compiled
def _quantiles(a: Floats, b: Floats, share: float) -> Floats:
    """Return the quantile of beta distributions by halving; NaN where a parameter is."""
    out = np.empty(len(a))
    for i in range(len(a)):
        low, high = 0.0, 1.0
        for _ in range(48):
            middle = 0.5 * (low + high)
            if beta_share(a[i], b[i], middle) < share:
                low = middle
            else:
                high = middle
        out[i] = 0.5 * (low + high) if a[i] == a[i] and b[i] == b[i] else np.nan
    return out


@compiled
def beta_share(a: float, b: float, x: float) -> float:
    """Return the share of a beta(a, b) distribution up to x: the regularised incomplete beta function.

    By its continued fraction (Lentz), on the side of the mean where it converges fast.
    """
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - beta_share(b, a, 1.0 - x)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0))
    fraction = d
    for m in range(1, 500):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1.0 / (1.0 + even * d), 1.0 + even / c
        fraction *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1.0 / (1.0 + odd * d), 1.0 + odd / c
        fraction *= d * c
        if abs(d * c - 1.0) < 1e-14:
            break
    return front * fraction / a

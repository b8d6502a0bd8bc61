"""Purchase models for clients who leave unseen, BG/NBD and MBG/NBD, and Gamma-Gamma for what they spend: rows to be measured against.

Sources: Fader, Hardie & Lee, *"Counting your customers" the easy way*, Marketing Science 24 (2005), for BG/NBD; Batislam, Denizel &
Filiztekin, *Empirical validation and comparison of models for customer base analysis*, IJRM 24 (2007), for MBG/NBD; Fader, Hardie &
Lee, *RFM and CLV*, JMR 42 (2005), for Gamma-Gamma.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, gammaln, hyp2f1, psi

from zhike.base.errors import UsageError
from zhike.base.text import say

Floats = npt.NDArray[np.float64]
_Objective = Callable[[Floats], tuple[float, Floats]]
_AT_ONE = 1e-7  # so near to a = 1 the expectation is 0 ÷ 0: take it beside it
_LARGEST = 30.0  # of a parameter's logarithm: beyond it the data don't hold it


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """What purchase models know of clients, (n,) each; times in one unit, from the client's first purchase on.

    repeats: purchases after the first (x); last: time of the last of them, 0 without any (t_x); observed: time until now (T).
    Raises UsageError where x, t_x, T can't belong together.
    """

    repeats: Floats
    last: Floats
    observed: Floats

    def __post_init__(self) -> None:
        for name in ("repeats", "last", "observed"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), np.float64))
        x, t, whole = self.repeats, self.last, self.observed
        if x.ndim != 1 or not x.shape == t.shape == whole.shape:
            raise _refused("次数与时间的长度不一", "Counts and times differ in length", "Histories")
        good = np.isfinite(x) & np.isfinite(whole) & (x >= 0) & (x == np.floor(x)) & (t >= 0) & (t <= whole)
        good &= (x > 0) | (t == 0)
        if not good.all():
            raise _refused("购买次数与时间不相符", "Counts and times don't fit", f"row {np.argmin(good)}")

    def __len__(self) -> int:
        """Return how many clients there are."""
        return len(self.repeats)


@dataclass(frozen=True, slots=True)
class Purchasing:
    """A fitted model: rates over clients are gamma(r, α), chances to leave after a purchase beta(a, b).

    modified: MBG/NBD, in which one may also leave right after the first purchase. `converged`: False where the likelihood has no
    highest point within reach (nobody ever came again, say); then the parameters mean nothing.
    """

    modified: bool
    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    converged: bool

    def alive(self, h: Histories) -> Floats:
        """Return P(has not left | x, t_x, T), (n,)."""
        here, gone = _branches(self._parameters(), h, self.modified)
        return np.asarray(expit(here - gone), np.float64)

    def expected(self, h: Histories, horizon: float) -> Floats:
        """Return the purchases expected in the `horizon` after now, (n,).

        P(alive) · (a+b+k−1)/(a−1) · [1 − (1−z)^(a−1) · ₂F₁(a+b+k−1−r−x, a−1; a+b+k−1; z)], z = t/(α+T+t), with k = x chances to
        have left (x + 1 if modified): equation (10) of the paper after Euler's transformation, which stays exact for large x.
        """
        if not (np.isfinite(horizon) and horizon >= 0):
            raise _refused("预测期须为不小于零的数", "A horizon is a number of at least zero", str(horizon))
        a = self.a if abs(self.a - 1) > _AT_ONE else 1 + _AT_ONE
        whole = a + self.b + h.repeats + self.modified - 1
        z = horizon / (self.alpha + h.observed + horizon)
        left = (1 - z) ** (a - 1) * hyp2f1(whole - self.r - h.repeats, a - 1, whole, z)
        return np.asarray(self.alive(h) * whole / (a - 1) * (1 - left), np.float64)

    def _parameters(self) -> Floats:
        return np.array([self.r, self.alpha, self.a, self.b])


@dataclass(frozen=True, slots=True)
class Spending:
    """A fitted Gamma-Gamma model: each purchase is gamma(p, ν), ν over clients gamma(q, v)."""

    p: float
    q: float
    v: float
    log_likelihood: float
    converged: bool

    def expected(self, times: npt.ArrayLike, mean: npt.ArrayLike) -> Floats:
        """Return the mean spending to expect of clients who spent `mean` on average over `times` purchases (0: the whole's), (n,).

        p·(v + x·z̄) / (p·x + q − 1); infinite where q ≤ 1 and nothing is known of the client.
        """
        x, z = np.asarray(times, np.float64), np.asarray(mean, np.float64)
        with np.errstate(divide="ignore"):
            found = self.p * (self.v + x * np.where(x > 0, z, 0.0)) / np.maximum(self.p * x + self.q - 1, 0)
        return np.asarray(found, np.float64)


def fit_purchasing(h: Histories, *, modified: bool = False) -> Purchasing:
    """Fit BG/NBD (or MBG/NBD) by maximum likelihood; equal (x, t_x, T) are counted once. Raises UsageError without clients."""
    if not len(h):
        raise _refused("没有客户", "There are no clients", "fit_purchasing")
    rows, count = np.unique(np.stack([h.repeats, h.last, h.observed], 1), axis=0, return_counts=True)
    unit = max(float(h.observed.mean()), np.finfo(np.float64).tiny)
    scaled = Histories(rows[:, 0], rows[:, 1] / unit, rows[:, 2] / unit)
    (r, alpha, a, b), likelihood, good = _highest(lambda q: _purchases(q, scaled, count, modified), 4)
    likelihood -= float(h.repeats.sum() * np.log(unit))
    return Purchasing(modified, r, alpha * unit, a, b, likelihood, good)


def fit_spending(times: npt.ArrayLike, mean: npt.ArrayLike) -> Spending:
    """Fit Gamma-Gamma to clients who spent `mean` on average over `times` purchases; those without any are left out.

    Raises UsageError where nobody is left, or a mean isn't above zero.
    """
    x, z = np.asarray(times, np.float64), np.asarray(mean, np.float64)
    if x.shape != z.shape or not (np.isfinite(x) & (x >= 0)).all():
        raise _refused("购买次数须为不小于零的数", "Purchases are counts of at least zero", "fit_spending")
    x, z = x[x > 0], z[x > 0]
    if not (len(z) and (np.isfinite(z) & (z > 0)).all()):
        raise _refused("平均金额须大于零", "Mean spending is above zero", "fit_spending")
    unit = float(z.mean())
    (p, q, v), likelihood, good = _highest(lambda w: _spendings(w, x, z / unit), 3)
    return Spending(p, q, v * unit, likelihood - float(len(z) * np.log(unit)), good)


def _highest(objective: _Objective, size: int) -> tuple[list[float], float, bool]:
    """Return the parameters (all above zero) with the highest likelihood, the likelihood, and whether it is a real peak."""

    def turned(logs: Floats) -> tuple[float, Floats]:
        value, slope = objective(np.exp(logs))
        return -value, -slope * np.exp(logs)

    bounds = [(-_LARGEST, _LARGEST)] * size
    found = minimize(turned, np.zeros(size), jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-14, "gtol": 1e-8, "maxiter": 2000})  # fmt: skip
    inside = bool(np.abs(found.x).max() < _LARGEST / 3)
    flat = bool(np.abs(found.jac).max() <= 1e-6 * max(1.0, abs(found.fun)))
    return [float(x) for x in np.exp(found.x)], -float(found.fun), inside and flat


def _branches(q: Floats, h: Histories, modified: bool) -> tuple[Floats, Floats]:
    """Return the logarithms of both ways to have come here, (n,) each: still here, or gone since the last purchase.

    Less what they have in common, ln Γ(r+x) and less; −∞ where one can't be gone (BG/NBD without a repeat).
    """
    r, alpha, a, b = q
    k = h.repeats + modified
    here = gammaln(b + k) - (r + h.repeats) * np.log(alpha + h.observed)
    before = np.maximum(k, 1)  # nobody leaves before a chance to
    gone = np.log(a) + gammaln(b + before - 1) - (r + h.repeats) * np.log(alpha + h.last)
    return here, np.where(k > 0, gone, -np.inf)


def _purchases(q: Floats, h: Histories, count: npt.NDArray[np.int64], modified: bool) -> tuple[float, Floats]:
    """Return the log-likelihood of all clients and its slopes by r, α, a, b."""
    r, alpha, a, b = q
    x, k = h.repeats, h.repeats + modified
    here, gone = _branches(q, h, modified)
    # ln of Γ(r+x)/Γ(r) · α^r · Γ(a+b)/Γ(b) / Γ(a+b+k), the part that both ways share
    shared = (
        gammaln(r + x) - gammaln(r) + r * np.log(alpha) + gammaln(a + b) - gammaln(b) - gammaln(a + b + k)
    )
    w = expit(here - gone)
    before = np.maximum(k, 1)
    slopes = (
        psi(r + x)
        - psi(r)
        + np.log(alpha)
        - w * np.log(alpha + h.observed)
        - (1 - w) * np.log(alpha + h.last),
        r / alpha - (r + x) * (w / (alpha + h.observed) + (1 - w) / (alpha + h.last)),
        psi(a + b) - psi(a + b + k) + (1 - w) / a,
        psi(a + b) - psi(b) - psi(a + b + k) + w * psi(b + k) + (1 - w) * psi(b + before - 1),
    )
    return float(count @ (shared + np.logaddexp(here, gone))), np.array([count @ s for s in slopes])


def _spendings(q: Floats, x: Floats, z: Floats) -> tuple[float, Floats]:
    """Return the log-likelihood of mean spendings z over x purchases and its slopes by p, q, v."""
    p, shape, v = q
    whole, total = p * x + shape, v + x * z
    each = gammaln(whole) - gammaln(p * x) - gammaln(shape) + shape * np.log(v / total) + p * x * np.log(x * z / total) - np.log(z)  # fmt: skip
    slopes = (
        x * (psi(whole) - psi(p * x) + np.log(x * z / total)),
        psi(whole) - psi(shape) + np.log(v / total),
        shape / v - whole / total,
    )
    return float(each.sum()), np.array([s.sum() for s in slopes])


def _refused(zh: str, en: str, where: str) -> UsageError:
    return UsageError(
        say(zh, en), where=where, next_=say("请检查传入的数据", "Check the data that were passed in")
    )

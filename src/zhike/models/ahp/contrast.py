"""Weights from the data alone, to stand beside the experts': where they differ much, somebody should say why.

Entropy (Shannon 1948; as weights Zeleny 1982, Hwang and Yoon 1981): a criterion on which all are alike tells nobody apart.
p_ij = x_ij / Σ_i x_ij, e_j = −Σ_i p_ij ln p_ij / ln m, w_j ∝ 1 − e_j.
CRITIC (Diakoulaki, Mavrotas and Papayannakis 1995): C_j = σ_j Σ_k (1 − r_jk) of columns scaled to [0, 1], w_j ∝ C_j: what
varies, and isn't said already by other criteria, weighs.
They know nothing of what matters, only of what varies; never do they replace the experts'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.text import Said, say

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Scaling = Literal["share", "range"]
LEVEL = 1e-12  # a column whose range is below this share of its size is constant


@dataclass(frozen=True, slots=True, eq=False)
class Contrast:
    """Experts' weights (k,) beside those of the data, each summing to 1; differences are data − experts."""

    criteria: tuple[str, ...]
    experts: Floats
    entropy: Floats
    critic: Floats

    @property
    def entropy_difference(self) -> Floats:
        """Return entropy weights − experts' weights (k,)."""
        return self.entropy - self.experts

    @property
    def critic_difference(self) -> Floats:
        """Return CRITIC weights − experts' weights (k,)."""
        return self.critic - self.experts


def contrast(
    criteria: Sequence[str],
    experts: Sequence[float] | Floats,
    data: Floats,
    cost: Sequence[bool] | None = None,
    scaling: Scaling = "range",
) -> Contrast:
    """Put the experts' weights (k,) beside those that `data` (m, k) gives by itself.

    `cost` marks the criteria of which less is better. Raises UsageError as `entropy_weights`, and where names or
    weights don't fit.
    """
    share = np.asarray(experts, dtype=np.float64)
    if share.shape != (len(criteria),) or not (share >= 0).all() or not 0 < share.sum() < np.inf:
        raise _refused(
            say("每个准则须有一个不为负的专家权重", "Each criterion needs an experts' weight, not negative")
        )
    given = entropy_weights(data, cost, scaling), critic_weights(data, cost)
    if given[0].shape != share.shape:
        raise _refused(
            say(f"数据有 {len(given[0])} 列，准则有 {len(share)} 个", f"{len(given[0])} columns of data for {len(share)} criteria")
        )  # fmt: skip
    return Contrast(tuple(criteria), share / share.sum(), *given)


def entropy_weights(data: Floats, cost: Sequence[bool] | None = None, scaling: Scaling = "share") -> Floats:
    """Return the entropy weights (k,) of `data` (m, k); NaN is left out of its column; a constant column weighs 0.

    `scaling="share"`, as published, takes the values as they are, which mustn't be negative; whether less is better
    plays no part. `"range"` first scales each column to [0, 1], turned round for `cost`; any values will do.
    Raises UsageError for no rows or columns, infinite or (by share) negative values, and where every column is constant.
    """
    if scaling not in ("share", "range"):
        raise _refused(
            say(f"没有缩放方式“{scaling}”（可选 share、range）", f"There is no scaling '{scaling}' (share, range)")
        )  # fmt: skip
    values, constant = _checked(data)
    if scaling == "range":
        values = _scaled(values, cost)
    elif bool((values < 0).any()):
        raise _refused(
            say(
                "有负值时不能按占比计算熵，请改用 range",
                "Shares can't be taken of negative values: use range",
            )
        )
    known = (~np.isnan(values)).sum(axis=0)
    whole = np.nansum(values, axis=0)
    p = np.where(np.isnan(values), 0, values) / np.where(whole > 0, whole, 1)
    terms = -(p * np.log(np.where(p > 0, p, 1))).sum(axis=0)
    entropy = terms / np.log(np.maximum(known, 2))
    return _shares(np.where(constant, 0, np.maximum(1 - entropy, 0)))


def critic_weights(data: Floats, cost: Sequence[bool] | None = None) -> Floats:
    """Return the CRITIC weights (k,) of `data` (m, k); a constant column weighs 0 and conflicts with none.

    Where a value is NaN the row is left out for that column, and for its correlations. Raises UsageError as `entropy_weights`.
    """
    values, constant = _checked(data)
    scaled = _scaled(values, cost)
    if len(constant) == 1 or bool((~constant).sum() == 1):
        return _shares((~constant).astype(np.float64))  # nothing to conflict with: it has all the weight
    conflict = np.where(constant | constant[:, None], 0, 1 - _correlations(scaled)).sum(axis=0)
    spread = np.where(constant, 0, _spread(scaled))
    return _shares(spread * conflict)


def _spread(scaled: Floats) -> Floats:
    known = np.maximum((~np.isnan(scaled)).sum(axis=0), 2)
    off = scaled - np.nansum(scaled, axis=0) / known
    spread: Floats = np.sqrt(np.nansum(off**2, axis=0) / (known - 1))
    return spread


def _correlations(scaled: Floats) -> Floats:
    """Return Pearson's correlations (k, k) over the rows where both are known; 0 where one doesn't vary there."""
    k = scaled.shape[1]
    out = np.eye(k)
    for i in range(k):
        for j in range(i):
            both = ~np.isnan(scaled[:, i] + scaled[:, j])
            x, y = scaled[both, i], scaled[both, j]
            if len(x) < 2:
                continue
            x, y = x - x.mean(), y - y.mean()
            size = float(np.sqrt((x @ x) * (y @ y)))
            out[i, j] = out[j, i] = float(np.clip((x @ y) / size, -1, 1)) if size > LEVEL else 0.0
    return out


def _scaled(values: Floats, cost: Sequence[bool] | None) -> Floats:
    turned = np.zeros(values.shape[1], dtype=bool) if cost is None else np.asarray(cost)
    if turned.shape != (values.shape[1],) or turned.dtype != bool:
        raise _refused(
            say("须逐列说明是否越小越好", "Say of every column whether less is better, true or false")
        )
    low, high = _ends(values)
    scaled = (values - low) / np.where(high > low, high - low, 1)
    return np.where(turned, 1 - scaled, scaled)


def _ends(values: Floats) -> tuple[Floats, Floats]:
    low = np.where(np.isnan(values), np.inf, values).min(axis=0)
    high = np.where(np.isnan(values), -np.inf, values).max(axis=0)
    empty = low > high
    return np.where(empty, 0, low), np.where(empty, 0, high)


def _checked(data: Floats) -> tuple[Floats, Flags]:
    """Return the values, and which columns are constant (or empty)."""
    values = np.asarray(data, dtype=np.float64)
    if values.ndim != 2 or not values.size:
        raise _refused(
            say(
                "数据须为非空的二维表：对象 × 准则", "Data must be a table with rows: alternatives × criteria"
            )
        )
    if np.isinf(values).any():
        raise _refused(say("数据不得含无穷大", "Data can't be infinite"))
    low, high = _ends(values)
    constant: Flags = high - low <= LEVEL * np.maximum(np.abs(low), np.abs(high))
    if constant.all():
        raise _refused(say("每一列都没有差异，数据不给出权重", "No column varies: the data give no weights"))
    return values, constant


def _shares(raw: Floats) -> Floats:
    if not raw.sum() > 0:
        raise _refused(
            say("各列完全同步，数据不给出权重", "The columns all say the same: the data give no weights")
        )
    shares: Floats = raw / raw.sum()
    return shares


def _refused(what: Said) -> UsageError:
    return UsageError(
        say(f"{what.zh}。", f"{what.en}."), next_=say("请检查所给的数据。", "See to the data given.")
    )

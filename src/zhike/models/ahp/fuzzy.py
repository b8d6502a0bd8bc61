"""Fuzzy weights, as a view of robustness only: how wide weights become when each judgement is a triangle.

Buckley (1985), Fuzzy Sets and Systems 17: geometric means of the rows, r_i = (Π_j a_ij)^(1/n), taken for lower, middle and upper
ends; w_i = r_i ⊗ (Σ r)^-1. Saaty and Tran (2007) reject fuzzifying judgements at all, so nothing in Zhike is decided by these.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.models.ahp.uncertainty import step

Floats = npt.NDArray[np.float64]
SAME = 1e-6  # how far from 1 the product of reciprocal ends may be, relative


@dataclass(frozen=True, slots=True, eq=False)
class FuzzyWeights:
    """Triangular weights (n,) `low` ≤ `middle` ≤ `high`, and their centroids scaled to sum to 1 (`crisp`)."""

    low: Floats
    middle: Floats
    high: Floats
    crisp: Floats


def triangles(matrix: Floats, steps: float = 1.0) -> Floats:
    """Widen judgements (n, n) by steps of the scale to triangles (n, n, 3) of lower end, judgement and upper end; the diagonal stays 1."""
    given = np.asarray(matrix, dtype=np.float64)
    if given.ndim != 2 or not (np.isfinite(given) & (given > 0)).all():
        raise UsageError(
            say("矩阵须全为正的有限数。", "The matrix must hold positive, finite numbers only."),
            next_=say("有缺项时先补全。", "Complete it first where judgements are missing."),
        )
    wide = np.stack([step(given, -steps), given, step(given, steps)], axis=-1)
    wide[np.eye(len(given), given.shape[1], dtype=bool)] = 1
    return wide


def fuzzy_weights(judged: Floats, method: str = "buckley") -> FuzzyWeights:
    """Return Buckley's weights of triangular judgements (n, n, 3), reciprocal: a_ji = (1/u, 1/m, 1/l).

    Raises UsageError for `method="chang"`, with the reason; for any other unknown method; for triangles that aren't positive,
    ordered, reciprocal.
    """
    if method != "buckley":
        raise _refused(method)
    given = np.asarray(judged, dtype=np.float64)
    _require_triangles(given)
    low, middle, high = np.exp(np.log(given).mean(axis=1)).T
    wide = np.stack([low / high.sum(), middle / middle.sum(), high / low.sum()])
    centre = wide.mean(axis=0)
    return FuzzyWeights(wide[0], wide[1], wide[2], centre / centre.sum())


def _require_triangles(given: Floats) -> None:
    square = given.ndim == 3 and given.shape[0] == given.shape[1] > 0 and given.shape[2] == 3
    if not square or not (np.isfinite(given) & (given > 0)).all():
        raise UsageError(
            say(
                "模糊判断须为 n × n × 3 的正数。",
                "Fuzzy judgements must be n × n × 3 positive, finite numbers.",
            )
        )
    product = given * given.transpose(1, 0, 2)[:, :, ::-1]
    if (np.diff(given, axis=2) < 0).any() or (np.abs(product - 1) > SAME).any():
        raise UsageError(
            say(
                "三角数须为下限 ≤ 中值 ≤ 上限，且互为倒数。",
                "Triangles must be low ≤ middle ≤ high, and a_ji = (1/u, 1/m, 1/l).",
            )
        )


def _refused(method: str) -> UsageError:
    if method == "chang":
        return UsageError(
            say(
                "不提供 Chang 的程度分析法：它会给本应有权重的准则以零权重，得到的也不是相对重要性（Wang、Luo 与 Hua，2008，EJOR）。",
                "Chang's extent analysis isn't offered: it gives zero weight to criteria that have some, and what it "
                "computes isn't relative importance (Wang, Luo and Hua 2008, EJOR).",
            ),
            next_=say(
                "请用特征向量法；稳健性请看 buckley 或蒙特卡罗。",
                "Take the eigenvector; for robustness look at buckley or the Monte-Carlo view.",
            ),
        )
    return UsageError(
        say(f"没有模糊方法“{method}”。", f"There is no fuzzy method '{method}'."),
        next_=say("可选：buckley。", "There is: buckley."),
    )

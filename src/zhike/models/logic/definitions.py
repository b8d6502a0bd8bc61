"""The three logics by their definitions: what a decision of each looks like before the branch's own data are looked at.

Places are in normal scores (0: as if chosen at random, 1: one standard deviation above), so they say nothing of any one market.
Sources: reference definitions of 价值型, 趋势型, 情绪型 (docs/methods/logic.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.models.logic.decisions import BUY_NAMES, SELL_NAMES

Floats = npt.NDArray[np.float64]
LOGICS = ("value", "trend", "sentiment")
COMPONENTS = (*LOGICS, "chance")  # decisions that follow none of them

_BUYS = {
    "value": {"mom5": -0.3, "mom20": -0.5, "mom60": -0.5, "ma20": -0.5, "cheap": 0.9, "attention": -0.3, "lottery": -0.5,
              "low": 0.5, "more_below": 0.3, "more_above": 0.1},
    "trend": {"mom5": 0.4, "mom20": 0.9, "mom60": 0.9, "ma20": 0.9, "attention": 0.2, "low": -0.9, "more_below": 0.1, "more_above": 0.3},
    "sentiment": {"mom5": 0.8, "mom20": 0.4, "ma20": 0.4, "cheap": -0.3, "attention": 1.1, "lottery": 0.5, "hot": 0.4,
                  "after_limit": 0.3},
}  # fmt: skip
_SELLS = {
    "value": {"mom20": 0.4, "mom60": 0.4, "ma20": 0.3, "cheap": -0.3, "gain": 0.1, "held": np.log1p(90), "from_peak": 0.1},
    "trend": {"mom5": -0.5, "mom20": -0.2, "ma20": -0.5, "gain": 0.0, "held": np.log1p(25), "from_peak": 0.12},
    "sentiment": {"mom5": 0.3, "attention": 0.5, "lottery": 0.3, "gain": 0.02, "held": np.log1p(5), "from_peak": 0.05,
                  "hot": 0.2, "after_limit": 0.15},
    "chance": {"gain": 0.0, "held": np.log1p(20), "from_peak": 0.08},
}  # fmt: skip
_SPREAD = {"gain": 0.2, "held": 0.9, "from_peak": 0.1}
_USUAL = {
    "hot": 0.06,
    "after_limit": 0.03,
    "more_below": 0.15,
    "more_above": 0.15,
}  # of flags, where nothing is said


@dataclass(frozen=True, slots=True)
class Shape:
    """What decisions of one side look like: `means` (4, D) of the components (of flags: shares), `spread` (D,) deviations."""

    means: Floats
    spread: Floats


def buys() -> Shape:
    """Return what buys look like by definition."""
    return _shape(BUY_NAMES, _BUYS)


def sells() -> Shape:
    """Return what sales look like by definition."""
    return _shape(SELL_NAMES, _SELLS)


def _shape(names: tuple[str, ...], said: dict[str, dict[str, float]]) -> Shape:
    means = np.array([[said.get(c, {}).get(n, _USUAL.get(n, 0.0)) for n in names] for c in COMPONENTS])
    return Shape(means, np.array([_SPREAD.get(n, 1.0) for n in names]))

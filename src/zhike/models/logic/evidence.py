"""Why a client is held to follow a logic: what each trait of the decisions adds to it, and the words for that.

The score of a logic is the mean over a client's decisions, by how much each still speaks, of what they say for it less what they
say for the two others (their mean). The mixture says a log density, a sum over traits; a scorecard says points, a sum over traits
too: so the traits' parts add up to the score exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.models.logic.decisions import BUY_NAMES, SELL_NAMES, Decisions
from zhike.models.logic.definitions import LOGICS
from zhike.models.logic.rows import across, add_grouped

Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
_N = len(LOGICS)
_AT_ONCE = 8_192

# A trait: the columns of buys and of sales that make it up.
_TRAITS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "buy_trend": (("mom20", "mom60", "ma20", "low"), ()),
    "buy_week": (("mom5",), ()),
    "buy_cheap": (("cheap",), ()),
    "buy_attention": (("attention", "hot", "after_limit"), ()),
    "buy_lottery": (("lottery",), ()),
    "buy_more": (("more_below", "more_above"), ()),
    "sell_trend": ((), ("mom5", "mom20", "mom60", "ma20", "low")),
    "sell_cheap": ((), ("cheap",)),
    "sell_attention": ((), ("attention", "hot", "after_limit", "lottery")),
    "sell_gain": ((), ("gain", "from_peak")),
    "sell_held": ((), ("held",)),
}  # fmt: skip
# Of each side, the columns of each trait, the level last.
_GROUPS = (
    [*([BUY_NAMES.index(n) for n in bought] for bought, _ in _TRAITS.values()), [len(BUY_NAMES)]],
    [*([SELL_NAMES.index(n) for n in sold] for _, sold in _TRAITS.values()), [len(SELL_NAMES)]],
)
Reader = Callable[[Floats32], Floats]
"""Vectors (n, D) → what each column says of each logic, and the level; (n, 3, D + 1)."""
TRAITS = (*_TRAITS, "level")  # `level`: what all decisions of a side have in common, whatever their traits


@dataclass(frozen=True, slots=True)
class Evidence:
    """Contributions (clients, logics, traits) in nats a decision; summed over traits they are the score."""

    parts: Floats

    @property
    def score(self) -> Floats:
        """Return the score of each logic; shape (clients, 3)."""
        return np.asarray(self.parts.sum(2), np.float64)


def said(readers: Sequence[Reader], sides: Sequence[Decisions], clients: int) -> Floats:
    """Return what clients' buys and sales say together, each side by its reader, by traits; (clients, 3, traits), in nats."""
    total = np.zeros((clients, _N, len(TRAITS)))
    for reader, decisions, groups in zip(readers, sides, _GROUPS, strict=True):
        columns, ends = np.array([c for group in groups for c in group]), np.cumsum([len(g) for g in groups])
        for begin in range(0, len(decisions.client), _AT_ONCE):
            some = decisions.only(np.s_[begin : begin + _AT_ONCE])
            add_grouped(total, some.client, reader(some.vectors), some.weight, columns, ends)
    return total


def evidence_of(total: Floats, spoken: Floats) -> Evidence:
    """Return the evidence in what decisions say together, `total` (clients, 3, traits), where they speak `spoken` (clients,)."""
    against = (across(total.transpose(0, 2, 1))[:, None] - total) / (_N - 1)
    return Evidence((total - against) / np.where(spoken > 0, spoken, 1.0)[:, None, None])

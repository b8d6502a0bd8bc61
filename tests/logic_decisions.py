"""Decisions made by clients whose logic is known: drawn around the definitions, some of them by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.models.logic.decisions import BUY_FLAGS, SELL_FLAGS, Decisions
from zhike.models.logic.definitions import Shape, buys, sells

CHANCE = 3


@dataclass(frozen=True, slots=True)
class Made:
    """The decisions of both sides, and the logic each client follows (0 value, 1 trend, 2 sentiment)."""

    bought: Decisions
    sold: Decisions
    truth: npt.NDArray[np.int64]


def decisions(clients: int, each: int, purity: float, seed: int = 1, shift: float = 0.0) -> Made:
    """Let clients decide `each` times a side, in a share `purity` by their own logic and else by chance.

    `shift` moves every trait away from the definitions, as a branch of other habits would.
    """
    rng = np.random.default_rng(seed)
    truth = np.arange(clients) % 3
    client = np.repeat(np.arange(clients), each)
    own = np.where(rng.random(len(client)) < purity, truth[client], CHANCE)
    sides = []
    for shape, flags in ((buys(), BUY_FLAGS), (sells(), SELL_FLAGS)):
        sides.append(Decisions(client, np.ones(len(client)), _drawn(shape, flags, own, rng, shift), flags))
    return Made(sides[0], sides[1], truth)


def _drawn(
    shape: Shape, flags: int, source: npt.NDArray[np.int64], rng: np.random.Generator, shift: float
) -> npt.NDArray[np.float32]:
    d = len(shape.spread) - flags
    traits = shape.means[source, :d] + shift + shape.spread[:d] * rng.standard_normal((len(source), d)) * 0.8
    yes = rng.random((len(source), flags)) < shape.means[source, d:]
    return np.column_stack([traits, yes]).astype(np.float32)

"""Where a client stands among all clients of the branch, on days when the market was alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FEWEST = 5
"""Days of a market state with a return that a client needs to be compared in it."""


@dataclass(frozen=True, slots=True)
class Peers:
    """All clients' returns in each market state, ascending: 4 bytes a client and state, for those with enough days in it."""

    ordered: tuple[npt.NDArray[np.float32], ...]

    @classmethod
    def of(cls, comparable: Sequence[npt.NDArray[np.float32]]) -> Peers:
        """Return the peers whose `comparable` returns these are, state by state."""
        return cls(tuple(np.sort(values) for values in comparable))

    def places(
        self, returns: npt.NDArray[np.float32], days: npt.NDArray[np.uint16]
    ) -> npt.NDArray[np.float64]:
        """Return the place of some of these clients among all, 0 (lowest) … 1 (highest); see `peer_percentile`."""
        top, weight = np.zeros(len(returns)), np.zeros(len(returns))
        for state, ordered in enumerate(self.ordered):
            who = _enough(returns, days, state)
            if len(ordered) > 1:
                top[who] += days[who, state] * _places(returns[who, state], ordered)
                weight[who] += days[who, state]
        places: npt.NDArray[np.float64] = np.full(len(returns), np.nan)
        np.divide(top, weight, out=places, where=weight > 0)
        return places


def comparable(
    returns: npt.NDArray[np.float32], days: npt.NDArray[np.uint16]
) -> tuple[npt.NDArray[np.float32], ...]:
    """Return of each state the returns of the clients with enough days in it; those of several ranges are put together."""
    return tuple(returns[_enough(returns, days, state), state] for state in range(returns.shape[1]))


def peer_percentile(
    returns: npt.NDArray[np.float32], days: npt.NDArray[np.uint16]
) -> npt.NDArray[np.float64]:
    """Return each client's place among peers in the same market states, 0 (lowest) … 1 (highest), shape (clients,).

    `returns`: mean daily log return by state, shape (clients, states), NaN where there is none; `days`: how many days it
    rests on. In each state the clients with at least FEWEST days are ranked, p = (below + ½ (equal − 1)) / (m − 1), m of
    them; the place is the mean of p weighted by days. NaN where no state compares.
    """
    return Peers.of(comparable(returns, days)).places(returns, days)


def _enough(
    returns: npt.NDArray[np.float32], days: npt.NDArray[np.uint16], state: int
) -> npt.NDArray[np.int64]:
    return np.flatnonzero((days[:, state] >= FEWEST) & ~np.isnan(returns[:, state]))


def _places(values: npt.NDArray[np.float32], ordered: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    below = np.searchsorted(ordered, values, "left")
    equal = np.searchsorted(ordered, values, "right") - below
    return np.asarray((below + 0.5 * (equal - 1)) / (len(ordered) - 1), np.float64)

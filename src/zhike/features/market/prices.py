"""The price book: what every security closed at on every day, what that is measured against, what was locked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from zhike.base.period import Days
from zhike.features.market.jumps import Jump
from zhike.features.market.kernels.walk import LIMIT_DOWN, LIMIT_UP, ST, SUSPENDED, TOUCHED_UP, TRADED

__all__ = ["LIMIT_DOWN", "LIMIT_UP", "ST", "SUSPENDED", "TOUCHED_UP", "TRADED", "Prices"]

Wide = npt.NDArray[np.float64]
Narrow = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Prices of S securities on T trading days; grids have shape (S, T), a security's days lie side by side.

    `close`: not adjusted; carried over days without trading, with the rights that went off. `previous`: what the
    day's return is measured against, the close before less the rights going off. `returns`: close / previous − 1;
    0 when suspended. `adjusted`: the first close chained with the returns (total return, 后复权), so that no later
    day changes it. All NaN before the first quote; the returns also on the first day where nothing came before it.
    `amount` (currency), `volume` (shares), `float_cap`, `eps`, `bps`, `dividend` (a share): NaN unknown, as delivered,
    carried over days without a row (amount and volume: 0 on suspended days).
    `flags`: bits TRADED, SUSPENDED (listed but not traded), LIMIT_UP and LIMIT_DOWN (closed at it), TOUCHED_UP (the
    day's high was it; never where the high is unknown), ST.
    `limited`: securities whose rule of price limits is known, shape (S,); empty: none.
    `jumps`: closes that jump with nothing delivered to explain it, by security and day (docs/methods/market.md §1).
    `kinds`: kind of each security, "" unknown. `left_out`: rows of quotes without id or on no trading day.
    The arrays are read-only.
    """

    days: Days
    securities: tuple[str, ...]
    kinds: tuple[str, ...]
    close: Wide
    previous: Wide
    returns: Wide
    adjusted: Wide
    amount: Narrow
    volume: Narrow
    float_cap: Narrow
    eps: Narrow
    bps: Narrow
    dividend: Narrow
    flags: npt.NDArray[np.uint8]
    left_out: int = 0
    limited: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    jumps: tuple[Jump, ...] = ()

    def rows_of(self, ids: Iterable[str | None]) -> npt.NDArray[np.int32]:
        """Return the row of each security; −1 where there are no prices of it."""
        row = {name: s for s, name in enumerate(self.securities)}
        return np.fromiter((row.get(name or "", -1) for name in ids), np.int32)

    def days_of(self, days: npt.ArrayLike) -> npt.NDArray[np.int32]:
        """Return the place of each day number among the days; −1 where it is no trading day of the book."""
        asked = np.asarray(days, np.int32)
        if not len(self.days):
            return np.full(asked.shape, -1, np.int32)
        at = np.minimum(np.searchsorted(self.days, asked), len(self.days) - 1)
        return np.where(self.days[at] == asked, at, -1).astype(np.int32)

    def are(self, *kinds: str) -> npt.NDArray[np.bool_]:
        """Tell for each security whether it is of one of these kinds; shape (S,)."""
        return np.array([kind in kinds for kind in self.kinds], np.bool_)

"""Sums of events over windows: each row is added once, per client and band; a window is the sum of its bands.

A band is the stretch between two windows' lengths (0–20, 20–60, …). Stored money is added as the whole numbers it is stored as; what is made
of it, as floating-point numbers in the order of the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.base.compiling import compiled
from zhike.datacentre.hashes import whole, whole_numbers
from zhike.features.clients.walk import Floats, Ints, coded
from zhike.features.market.gathering import floats

Numbers = npt.NDArray[Any]

_MOST = 1 << 62


@dataclass(frozen=True, slots=True, eq=False)
class Banded:
    """Rows of some clients in any order: whose each is (a place among `clients`), in which of `n` bands."""

    clients: pa.Array
    codes: Ints
    bands: Ints
    n: int

    @classmethod
    def of(cls, rows: pa.Table, edges: Sequence[int]) -> Banded:
        """Band rows with `client_id` and `age` by the lengths of windows, ascending; the last band is of what is older."""
        bands = np.searchsorted(edges, rows["age"].to_numpy(), "right")
        return cls(*coded(rows["client_id"]), bands.astype(np.int64), len(edges) + 1)

    def total(self, values: Numbers) -> Numbers:
        """Return the sums of values up to each band, shape (n, clients); whole numbers stay whole."""
        return np.cumsum(_summed(self.codes, self.bands, values, len(self.clients), self.n), axis=0)

    def _sound(self, values: Numbers, total: Numbers) -> Floats:
        """Return sums as floating-point numbers; a client's that whole numbers can't hold (nine hundred trillion yuan) are added as such."""
        sums = total.astype(np.float64)
        if values.dtype.kind != "i" or not len(values) or np.abs(values).max() < _MOST // len(values):
            return sums
        rough = self.total(np.abs(values).astype(np.float64))[-1] >= _MOST
        sums[:, rough] = self.total(values.astype(np.float64))[:, rough]
        return sums

    def most(self, values: Floats) -> Floats:
        """Return the largest of values up to each band, shape (n, clients); NaN where there is none."""
        found = _largest(self.codes, self.bands, values, len(self.clients), self.n)
        return np.asarray(np.fmax.accumulate(found, axis=0))

    def taken(self, column: pa.ChunkedArray, how: str) -> Floats:
        """Return the "sum", "max" or "min" of a column up to each band, shape (n, clients); what is absent is left out."""
        if how == "sum":
            values, unit = numbers(column)
            return self._sound(values, self.total(values)) / unit
        values = floats(whole(column))
        return self.most(values) if how == "max" else -self.most(-values)


def numbers(column: pa.ChunkedArray) -> tuple[Numbers, float]:
    """Return a column's numbers, 0 where absent, and how many of their units make 1: decimals are whole numbers of units."""
    cells = whole(column)
    cells = cells.fill_null(0) if cells.null_count else cells
    if pa.types.is_floating(cells.type):
        return np.array(cells.to_numpy(zero_copy_only=False), np.float64), 1.0
    return whole_numbers(cells), 10.0 ** (cells.type.scale if pa.types.is_decimal(cells.type) else 0)


@compiled
def _summed(codes: Ints, bands: Ints, values: Numbers, clients: int, n: int) -> Numbers:
    found = np.zeros((n, clients), values.dtype)
    for r in range(len(codes)):
        found[bands[r], codes[r]] += values[r]
    return found


@compiled
def _largest(codes: Ints, bands: Ints, values: Floats, clients: int, n: int) -> Floats:
    found = np.full((n, clients), np.nan)
    for r in range(len(codes)):
        if not np.isnan(values[r]) and not values[r] <= found[bands[r], codes[r]]:
            found[bands[r], codes[r]] = values[r]
    return found

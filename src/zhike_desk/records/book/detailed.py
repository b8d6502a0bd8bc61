"""How sure the measures are that a client's page shows, packed: one row a client in the book instead of ninety.

The packing: of each measure in `DETAILED`, three 32-bit floats: observations, lower and upper end of its 95 % interval; NaN: unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

DETAILED = (
    "holding_days_restricted_12m",
    "win_rate_drawn_12m",
    "payoff_12m",
    "disposition_drawn_12m",
    "buy_mom20_12m",
    "buy_cheap_12m",
    "after_limit_share_12m",
    "timing_gap_12m",
    "twr_12m",
    "peer_percentile_12m",
)
PARTS = ("n", "low", "high")


@dataclass(frozen=True, slots=True)
class Detail:
    """How sure an estimate is: how many observations it rests on, its 95 % interval (None where it has none)."""

    n: int
    low: float | None
    high: float | None


def pack(details: npt.NDArray[np.float32]) -> bytes:
    """Pack one client's details: an array of (measures of `DETAILED`, `PARTS`)."""
    return np.ascontiguousarray(details, np.dtype("<f4")).tobytes()


def unpack(packed: bytes) -> Mapping[str, Detail]:
    """Return one client's details by measure; those that aren't known are left out."""
    rows = np.frombuffer(packed, np.dtype("<f4")).reshape(-1, len(PARTS)).astype(np.float64).tolist()
    return {
        name: Detail(int(n), None if low != low else low, None if high != high else high)
        for name, (n, low, high) in zip(DETAILED, rows, strict=False)
        if n == n
    }

"""A client's assets day by day, packed: one row a client in the book instead of 250.

A million clients have a quarter of a billion days; nothing asks for one of them alone. Packed they are a twentieth of
the room, and a page reads them in one go. The packing: five rows of 64-bit whole numbers (days since 1970, then cash, securities,
funds and debt in cents), each as differences along the days, compressed.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

_ROWS = 5
_BEGIN = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class AssetDay:
    """What a client had at the end of a day, CNY; `net` is cash + securities + funds − debt."""

    date: date
    cash: float
    securities: float
    funds: float
    debt: float
    net: float


def pack(days: npt.NDArray[np.int64]) -> bytes:
    """Pack one client's days: an array of 5 rows (day number, cash, securities, funds, debt in cents) in order of days."""
    return zlib.compress(np.diff(days, axis=1, prepend=0).tobytes(), 1)


def unpack(packed: bytes) -> list[AssetDay]:
    """Return one client's days, the oldest first."""
    rows = np.frombuffer(zlib.decompress(packed), np.int64).reshape(_ROWS, -1).cumsum(axis=1)
    net = rows[1] + rows[2] + rows[3] - rows[4]
    return [
        AssetDay(_BEGIN + timedelta(days=day), *(cents / 100 for cents in money))
        for day, *money in zip(*rows.tolist(), net.tolist(), strict=True)
    ]

"""A client's assets day by day, packed: one row a client in the book instead of 250.

A million clients have a quarter of a billion days; nothing asks for one of them alone. Packed they are a twentieth of
the room, and a page reads them in one go. The packing: five rows of 64-bit whole numbers (days since 1970, then cash, securities,
funds and debt in cents), each as differences along the days, compressed.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
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


def pack(days: npt.NDArray[np.int64], starts: Sequence[int]) -> list[bytes]:
    """Pack clients who lie one after another, each from one of `starts` on: 5 rows (day number, cash, securities, funds, debt in cents).

    A client's days are in order. Differences are taken of all of them at once: a client's own are too few to be worth a call.
    """
    moved = days.copy()
    moved[:, 1:] -= days[:, :-1]
    moved[:, starts] = days[:, starts]
    ends = [*starts[1:], days.shape[1]]
    return [zlib.compress(moved[:, a:b].tobytes(), 1) for a, b in zip(starts, ends, strict=True)]


def unpack(packed: bytes) -> list[AssetDay]:
    """Return one client's days, the oldest first."""
    rows = np.frombuffer(zlib.decompress(packed), np.int64).reshape(_ROWS, -1).cumsum(axis=1)
    net = rows[1] + rows[2] + rows[3] - rows[4]
    return [
        AssetDay(_BEGIN + timedelta(days=day), *(cents / 100 for cents in money))
        for day, *money in zip(*rows.tolist(), net.tolist(), strict=True)
    ]

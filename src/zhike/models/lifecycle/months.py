"""What the life cycle looks at: what clients did, month by month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

QUARTER, HALF, YEAR = 3, 6, 12


@dataclass(frozen=True, slots=True)
class Months:
    """What clients did, as arrays of clients × months; `net` is NaN all along where no assets are known."""

    net: Floats
    flow: Floats
    trading_days: Floats
    login_days: Floats
    """Days with a login, NaN where no logins were delivered."""
    revenue: Floats
    group: Ints
    """Like clients: of shape (clients,)."""
    start: Ints
    """The first month each client was there, of shape (clients,)."""
    end: Ints
    """The month each client's closing falls in; behind the last month where none does."""

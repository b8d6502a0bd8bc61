"""The events of some clients in order of time, as plain arrays for the fold."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# What an event is; within a day they happen in this order.
(
    CUSTODY_IN, CUSTODY_OUT, LISTING_IN,
    BANK, DIVIDEND, INTEREST, TAX, FEE, OTHER,
    BUY, SELL,
) = range(11)  # fmt: skip
# What sort of trade it was.
ORDINARY, SHORT, IPO, RIGHTS, REPO, EXCHANGED = range(6)


class Events(NamedTuple):
    """The events of n clients: those of client c from `start[c]` to `start[c + 1]`, in order of time.

    `day` columns of the book's days, `kind` and `sort` as above, `security` rows of the book (−1: none). Quantities
    and money in units of 0.0001; `amount` of a flow is signed, of a trade and of custody not (custody without a value: −1).
    """

    start: Ints
    day: Ints
    kind: Ints
    sort: Ints
    security: Ints
    quantity: Ints
    amount: Ints
    fees: Ints
    commission: Ints
    exchange_fee: Ints


class Openings(NamedTuple):
    """What clients held before their events: from `start[c]` to `start[c + 1]`; `cost` −1 where unknown."""

    start: Ints
    security: Ints
    quantity: Ints
    cost: Ints


class Assets(NamedTuple):
    """Assets at the end of days (columns of the book), of client c from `start[c]` to `start[c + 1]`, in units of 0.0001."""

    start: Ints
    day: Ints
    cash: Ints
    funds: Ints
    debt: Ints
    net: Ints

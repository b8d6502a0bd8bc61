"""The events of some clients in order of time, as plain arrays for the fold."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ABSENT = np.iinfo(np.int64).min

# What an event is. Within a day custody comes first, then cash flows, then trades.
(
    CUSTODY_IN, CUSTODY_OUT, LISTING_IN, IGNORED,
    BANK, DIVIDEND, INTEREST, TAX, FEE, OTHER,
    BUY, SELL,
) = range(12)  # fmt: skip
# What sort of trade it was.
ORDINARY, SHORT, IPO, RIGHTS, REPO, EXCHANGED = range(6)


class Events(NamedTuple):
    """The events of n clients: those of client c from `start[c]` to `start[c + 1]`, in order of time.

    `day` columns of the book's days, `date` the events' own day numbers, `kind` and `sort` as above, `security` rows of
    the book (−1: none). Quantities and money in units of 0.0001; `amount` of a flow is signed, of a trade and of custody
    not (custody without a value: ABSENT).
    """

    start: Ints
    day: Ints
    date: Ints
    kind: Ints
    sort: Ints
    security: Ints
    quantity: Ints
    amount: Ints
    fees: Ints
    commission: Ints
    exchange_fee: Ints


class Holdings(NamedTuple):
    """What clients held on the first day that holdings show: from `start[c]` to `start[c + 1]`.

    `date` (n,) that day's number, of each client; `day` (n,) the last of the book's days up to it, −1 where there are no
    holdings. `cost` ABSENT where unknown.
    """

    start: Ints
    date: Ints
    day: Ints
    security: Ints
    quantity: Ints
    cost: Ints


class Assets(NamedTuple):
    """Assets at the end of days (columns of the book), of client c from `start[c]` to `start[c + 1]`, in units of 0.0001.

    `some`: whether any of them isn't zero, securities too.
    """

    start: Ints
    day: Ints
    cash: Ints
    funds: Ints
    debt: Ints
    net: Ints
    some: Bools

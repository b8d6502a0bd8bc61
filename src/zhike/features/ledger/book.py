"""What the fold needs to know of the market, as plain arrays: rows are securities, columns trading days."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Ints32 = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]


class Book(NamedTuple):
    """Prices and standings of S securities on T trading days (docs/methods/ledger.md §2, docs/methods/market.md).

    `days` (T,) day numbers. `close`, `previous` (S, T) money per share, NaN before the first quote. `chain` (S, T) total
    return index of each security, `index_chain` (T,) that of the index, `index_return` (T,) its return (NaN: unknown).
    `eps` (S, T) earnings per share, NaN unknown. `locked`: could not be sold. `standing` (8, S, T) places 0…1 in the
    order of STANDINGS, NaN unknown; `after_limit`, `hot`, `followed` (S, T). Corporate actions of security s are
    `action_day` (columns of T) and `action_factor` from `action_from[s]` to `action_from[s + 1]`; so are its jumps: what a
    unit may have become on days whose price jumps with nothing delivered to explain it (below 1 after a rise). `turns` (S, T):
    what `quiet.turns_of` makes of all this; without rows where it wasn't worked out: a book that is changed has none.
    """

    days: Ints
    close: Floats
    previous: Floats
    chain: Floats
    index_chain: Floats
    index_return: Floats
    eps: Floats32
    locked: Bools
    standing: Floats32
    after_limit: Bools
    hot: Bools
    followed: Bools
    action_from: Ints
    action_day: Ints
    action_factor: Floats
    jump_from: Ints
    jump_day: Ints
    jump_factor: Floats
    turns: Ints32 = np.empty((0, 0), np.int32)


def sealed(book: Book) -> Book:
    """Forbid writing to the book's arrays; the fold is compiled for such, mapped from files or not."""
    for array in book:
        array.setflags(write=False)
    return book

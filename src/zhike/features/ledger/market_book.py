"""Make the fold's book of the price book, the standings, an index and the corporate actions; keep it for other processes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.features.ledger.book import Book
from zhike.features.ledger.quiet import turned
from zhike.features.market import LIMIT_DOWN, TRADED, Prices, Standing
from zhike.features.market.folders import load_arrays, save_arrays

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_HOT = 0.95  # the 5 % of securities that Barber and Odean (2008) call attention-grabbing
_FOLLOWED = 50


def book_of(prices: Prices, standing: Standing, index: Floats, actions: pa.Table | None) -> Book:
    """Return the book of S securities on T days; `index` (T,) closes of the index, NaN where unknown."""
    attention = np.where(
        np.isnan(standing.large_move),
        standing.turnover_jump,
        np.fmax(standing.turnover_jump, standing.large_move),
    )
    places = (
        standing.momentum_5, standing.momentum_20, standing.momentum_60, standing.above_ma20, standing.cheapness,
        attention, standing.lottery, standing.drawdown_60,
    )  # fmt: skip
    first, day, factor = unit_changes(actions, prices)
    returns = np.full(len(index), np.nan)
    returns[1:] = index[1:] / index[:-1] - 1.0
    book = Book(
        prices.days.astype(np.int64), prices.close, prices.previous, prices.adjusted, carried(index), returns, prices.eps,
        (prices.flags & TRADED == 0) | (prices.flags & LIMIT_DOWN != 0), np.stack(places), standing.limit_up_recent,
        np.nan_to_num(attention, nan=0.0) >= _HOT, _most_traded(prices), first, day, factor,
        *_jumps(prices),
    )  # fmt: skip
    return turned(book)


def carried(values: Floats) -> Floats:
    """Fill what is unknown with the last value known."""
    known = np.where(np.isnan(values), 0, np.arange(len(values)))
    return np.asarray(values[np.maximum.accumulate(known)] if len(values) else values, np.float64)


def _most_traded(prices: Prices) -> npt.NDArray[np.bool_]:
    """Mark the securities with the largest amounts traded, day by day."""
    amount = np.nan_to_num(np.asarray(prices.amount), nan=0.0)
    n = amount.shape[0]
    if n <= _FOLLOWED:
        return amount > 0
    bound = np.partition(amount, n - _FOLLOWED, axis=0)[n - _FOLLOWED]
    return np.asarray((amount >= bound) & (amount > 0), np.bool_)


def unit_changes(actions: pa.Table | None, prices: Prices) -> tuple[Ints, Ints, Floats]:
    """Return by how much units change (bonus: 1 + ratio; split: ratio), security by security: first, day, factor."""
    nothing = np.zeros(len(prices.securities) + 1, np.int64), np.zeros(0, np.int64), np.zeros(0)
    if actions is None or not actions.num_rows or not len(prices.days):
        return nothing
    rows = prices.rows_of(actions["security_id"].to_pylist()).astype(np.int64)
    dates = actions["ex_date"].cast(pa.int32()).to_numpy()
    days = np.searchsorted(prices.days, dates)
    kinds = actions["kind"].to_pylist()
    ratio = np.array([float(r) if r is not None else np.nan for r in actions["ratio"].to_pylist()])
    factor = np.array([1 + r if k == "bonus" else r for k, r in zip(kinds, ratio, strict=True)])
    counts = np.array([k in ("bonus", "split") for k in kinds]) & (factor > 0) & (rows >= 0)
    counts &= (days < len(prices.days)) & (dates >= prices.days[0])
    order = np.flatnonzero(counts)[np.lexsort((days[counts], rows[counts]))]
    first = np.searchsorted(rows[order], np.arange(len(prices.securities) + 1))
    return first.astype(np.int64), days[order].astype(np.int64), factor[order]


def _jumps(prices: Prices) -> tuple[Ints, Ints, Floats]:
    """Return the jumps that units may have changed on, security by security: first, day, factor."""
    found = [j for j in prices.jumps if j.units != 1.0]
    first = np.searchsorted([j.security for j in found], np.arange(len(prices.securities) + 1))
    return (
        first.astype(np.int64),
        np.array([j.day for j in found], np.int64),
        np.array([j.units for j in found], np.float64),
    )


def save_book(folder: Path, book: Book) -> None:
    """Write the book into a folder, for `load_book` in other processes; what was there is replaced."""
    save_arrays(folder, book._asdict())


def load_book(folder: Path) -> Book:
    """Open a saved book, memory-mapped; raise DamagedStore where a file of it is missing."""
    return Book(**load_arrays(folder, Book._fields))

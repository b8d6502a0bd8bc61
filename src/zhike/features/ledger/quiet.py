"""Days on which a client does nothing and the positions only follow their closes: taken position by position.

Most of a client's days are such. A position's closes lie together in the book, so that its values on all the days of a
stretch take one pass over them; day by day, each position would be looked up anew.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import compiled, compiled_lean
from zhike.features.ledger import columns as col
from zhike.features.ledger import positions as pos
from zhike.features.ledger import rows as rw
from zhike.features.ledger.acts import CHEAP, LOTTERY
from zhike.features.ledger.book import Book, sealed
from zhike.features.ledger.bookings import MOVES
from zhike.features.ledger.events import Assets
from zhike.features.ledger.positions import State
from zhike.features.ledger.pricing import jump_of
from zhike.features.ledger.rows import Rows

Ints = npt.NDArray[np.int64]
Ints32 = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
SAME = 1e-9
MOST_GROWTH = 100.0  # earnings that grew or shrank more from one day to the next say nothing
# What the days of a stretch sum up over positions: values at the close; of long ones their squares; the parts of the moves.
VALUES, LONG, SQUARES, LARGEST, GROWTH, VALUATION, KNOWN, HELD_CHEAP, VALUED, HELD_LOTTERY, FOLLOWED = range(
    11
)


class Stretch(NamedTuple):
    """Room for the days of a stretch: `over` (11, T), sums over positions as above; `ends` (S, T) as `turns_of` gives them."""

    over: Floats
    ends: Ints32


def turned(book: Book) -> Book:
    """Return a book with its turns, forbidden to be written to."""
    if len(book.turns) < len(book.close):
        book = book._replace(turns=turns_of(sealed(book)))
    return sealed(book)


@compiled
def turns_of(book: Book) -> Ints32:
    """Return for each security and day the first day from it on, (S, T), on which a position may do more than follow the close.

    That is one with a corporate action, a jump, or something going off, without a quote, and the first; T where there is none.
    """
    securities, days = book.close.shape
    turns = np.empty((securities, days), np.int32)
    for s in range(securities):
        for t in range(days):
            close, earlier = book.close[s, t], book.close[s, t - 1] if t else np.nan
            goes_off = abs(book.previous[s, t] - earlier) > SAME * earlier  # never where one isn't known
            turns[s, t] = t if t == 0 or np.isnan(close) or goes_off else days
        for k in range(book.action_from[s], book.action_from[s + 1]):
            turns[s, book.action_day[k]] = book.action_day[k]
        for k in range(book.jump_from[s], book.jump_from[s + 1]):
            if jump_of(book, s, book.jump_day[k]) != 1.0:
                turns[s, book.jump_day[k]] = book.jump_day[k]
        for t in range(days - 2, -1, -1):
            turns[s, t] = min(turns[s, t], turns[s, t + 1])
    return turns


@compiled_lean
def next_turn(state: State, ends: Ints32, at: int, until: int) -> int:
    """Return the first day from `at` on, at most `until`, on which a position may do more than follow its close."""
    whole = state.whole
    for slot in range(state.of_client[pos.USED]):
        turn, security = whole[slot, pos.TURN], whole[slot, pos.SECURITY]
        if turn < at:
            turn = ends[security, at] if security < ends.shape[0] else at
            whole[slot, pos.TURN] = turn
        until = min(until, turn)
    return int(until)


@compiled_lean
def pass_days(
    state: State, book: Book, assets: Assets, client: int, a: int, at: int, until: int, stretch: Stretch, out: Rows,
    before: float, rich_before: bool,
) -> tuple[int, float, bool]:  # fmt: skip
    """Write the days from `at` to before `until`; `before`, `rich_before`: net assets of the day before, whether there were some.

    Returns where the next assets are (they are at `a` now), and what stands for `before` and `rich_before` next.
    """
    n, row, sums, used = until - at, out.row, out.sums, state.of_client[pos.USED]
    opening, shorts, costs = _sum_over(state, book, stretch, at, n)
    row[:] = 0.0
    sums[:] = 0.0
    for i in range(n):
        a, rich = rw.take_assets(assets, client, a, at + i, row)
        if used > 0 or rich or rich_before:
            paper = stretch.over[VALUES, i] - costs
            _fill(stretch.over, i, opening, row)
            row[col.POSITIONS] = used - shorts
            row[col.PNL_UNREALISED] = paper - state.of_client[pos.PAPER]
            state.of_client[pos.PAPER] = int(paper)
            sums[MOVES] = stretch.over[VALUES, i] - opening
            _forget_return(row)
            rw.settle_day(book.index_return[at + i], before, row, sums)
            rw.write(out, client, at + i, out.quiet)
        opening, before, rich_before = stretch.over[VALUES, i], row[col.NET], rich
    return a, before, rich_before


@compiled_lean
def _fill(over: Floats, i: int, opening: float, row: Floats) -> None:
    """Put a day's sums over positions into its row."""
    row[col.STOCKS_BEFORE], row[col.STOCKS] = opening, over[VALUES, i]
    row[col.LARGEST] = over[LARGEST, i]
    row[col.HERFINDAHL] = over[SQUARES, i] / (over[LONG, i] * over[LONG, i]) if over[LONG, i] > 0 else 0.0
    row[col.GROWTH], row[col.VALUATION], row[col.EPS_KNOWN] = (
        over[GROWTH, i],
        over[VALUATION, i],
        over[KNOWN, i],
    )
    row[col.HELD_CHEAP], row[col.HELD_VALUED] = over[HELD_CHEAP, i], over[VALUED, i]
    row[col.HELD_LOTTERY], row[col.HELD_FOLLOWED] = over[HELD_LOTTERY, i], over[FOLLOWED, i]


@compiled_lean
def _forget_return(row: Floats) -> None:
    """Forget what only some days have: exposure, return."""
    row[col.EXPOSURE] = row[col.EXPOSURE_DAYS] = row[col.LOG_RETURN] = row[col.RETURN_DAYS] = 0.0
    row[col.DAYS] = row[col.SUM_X] = row[col.SUM_X2] = row[col.SUM_Y] = row[col.SUM_Y2] = row[col.SUM_XY] = (
        0.0
    )


@compiled_lean
def _sum_over(state: State, book: Book, stretch: Stretch, at: int, n: int) -> tuple[float, int, int]:
    """Sum up n days over positions; return what they were worth before, shorts beside longs, and what all have cost."""
    over, whole, opening, shorts, costs = stretch.over, state.whole, 0, 0, 0
    for k in range(over.shape[0]):
        over[k, :n] = 0.0
    for slot in range(state.of_client[pos.USED]):
        security, cost = whole[slot, pos.SECURITY], whole[slot, pos.COST]
        opening += whole[slot, pos.VALUE]
        costs += cost
        close = book.close[security, at : at + n]
        _explain(book, over, security, at, float(whole[slot, pos.UNITS]), float(whole[slot, pos.VALUE]), n)
        if whole[slot, pos.KEY] != security:  # sold short
            shorts += state.slot_of[security] >= 0
            for i in range(n):
                over[VALUES, i] += np.rint(whole[slot, pos.UNITS] * close[i])
        else:
            _add_long(book, over, security, at, float(whole[slot, pos.UNITS]), n)
            _note_closes(whole, state.real, slot, close)
        whole[slot, pos.VALUE] = int(np.rint(whole[slot, pos.UNITS] * close[n - 1]))
    return float(opening), shorts, costs


@compiled_lean
def _explain(book: Book, over: Floats, security: int, at: int, units: float, value: float, n: int) -> None:
    """Add where the moves of a position came from, worth `value` the day before."""
    close, eps = book.close[security], book.eps[security]
    old = np.float64(eps[at - 1])
    for i in range(n):
        worth, new = np.rint(units * close[at + i]), np.float64(eps[at + i])
        if old > 0 and new > 0 and new <= MOST_GROWTH * old and old <= MOST_GROWTH * new:
            growth = np.rint(value * (new / old - 1.0))
            over[GROWTH, i] += growth
            over[VALUATION, i] += worth - value - growth
            over[KNOWN, i] += value
        value, old = worth, new


@compiled_lean
def _add_long(book: Book, over: Floats, security: int, at: int, units: float, n: int) -> None:
    """Add a position held long: its value, and what it is value of."""
    close, followed = book.close[security], book.followed[security]
    cheap, lottery = book.standing[CHEAP, security], book.standing[LOTTERY, security]
    for i in range(n):
        value = np.rint(units * close[at + i])
        over[VALUES, i] += value
        over[LONG, i] += value
        over[SQUARES, i] += value * value
        over[LARGEST, i] = max(over[LARGEST, i], value)
        if not np.isnan(cheap[at + i]):
            over[HELD_CHEAP, i] += value * 1e-4 * (cheap[at + i] - 0.5)
            over[VALUED, i] += value
        if not np.isnan(lottery[at + i]):
            over[HELD_LOTTERY, i] += value * 1e-4 * (lottery[at + i] - 0.5)
        if followed[at + i]:
            over[FOLLOWED, i] += value


@compiled_lean
def _note_closes(whole: Ints, real: Floats, slot: int, close: Floats) -> None:
    """Remember the highest close, and how far the closes lie from the average cost; the extremes are those of the closes."""
    low, high = close[0], close[0]
    for price in close:
        low, high = min(low, price), max(high, price)
    pos.note_close(whole, real, slot, high)
    pos.note_close(whole, real, slot, low)

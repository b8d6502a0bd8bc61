"""The fold: one pass over each client's days, and on each day over positions and events (docs/methods/ledger.md)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import compiled_lean
from zhike.features.ledger import columns as col
from zhike.features.ledger import events as ev
from zhike.features.ledger import positions as pos
from zhike.features.ledger import rows as rw
from zhike.features.ledger.acts import CHEAP, LOTTERY, count_gains
from zhike.features.ledger.book import Book
from zhike.features.ledger.bookings import (
    INCOME,
    MOVES,
    OWED_CHANGE,
    book_custody,
    book_flow,
)
from zhike.features.ledger.events import Assets, Events, Holdings
from zhike.features.ledger.jumps import take_jump
from zhike.features.ledger.openings import KEEP, open_positions
from zhike.features.ledger.positions import State
from zhike.features.ledger.pricing import (
    factor_of,
    forget_securities,
    jump_of,
    mark_trades,
    price_of,
    worth_at,
)
from zhike.features.ledger.quiet import MOST_GROWTH, SAME, Stretch, next_turn, pass_days
from zhike.features.ledger.rows import Rows
from zhike.features.ledger.trading import book_trade

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]


@compiled_lean
def fold(
    state: State, book: Book, events: Events, holdings: Holdings, assets: Assets, first: Ints, last: int, closes: bool,
    stretch: Stretch, out: Rows,
) -> None:  # fmt: skip
    """Go through the days of every client, from `first[c]` to `last` (columns of the book), and write `out`.

    Without `closes` positions aren't valued from day to day: no decisions are noted, and only days with events or assets
    leave a row, whose columns that rest on closes say nothing.
    """
    for client in range(len(first)):
        state.of_client[: pos.TRIPS] = 0
        state.of_client[pos.OWED :] = 0
        state.of_client[pos.FIRST_AT] = first[client]
        acts = state.of_client[pos.ACTS]
        if first[client] <= last:
            open_positions(state, book, events, holdings, client, first[client], last)
        _fold_client(state, book, events, assets, client, first[client], last, closes, stretch, out)
        state.acts[acts : state.of_client[pos.ACTS], col.ACT_CLIENT] = client
        _close(state, book, client, last, closes, out)
        forget_securities(state, events, events.start[client], events.start[client + 1])


@compiled_lean
def _fold_client(
    state: State, book: Book, events: Events, assets: Assets, client: int, first: int, last: int, closes: bool,
    stretch: Stretch, out: Rows,
) -> None:  # fmt: skip
    e, stop, a = events.start[client], events.start[client + 1], assets.start[client]
    at, before, rich = first, np.nan, False
    while at <= last:
        until = last + 1 if e == stop else min(events.day[e], last + 1)
        until = min(until, _due(state.of_client, last + 1))
        until = next_turn(state, stretch.ends, at, until)
        if until > at and closes:
            a, before, rich = pass_days(state, book, assets, client, a, at, until, stretch, out, before, rich)
        elif until > at:
            a = _note_assets(assets, client, a, until, out)
        if until <= last:
            e, a, before, rich = _live(
                state, book, events, assets, client, e, stop, a, until, closes, out, before, rich
            )
        at = until + 1


@compiled_lean
def _due(of_client: Ints, otherwise: int) -> int:
    """Return the day on which an open entitlement is given up."""
    return int(of_client[pos.OWED_AT] + KEEP) if of_client[pos.OWED] else otherwise


@compiled_lean
def _note_assets(assets: Assets, client: int, a: int, until: int, out: Rows) -> int:
    """Write the days before `until` on which there are some assets, and nothing but those; return where the next are."""
    out.row[:] = 0.0
    while a < assets.start[client + 1] and assets.day[a] < until:
        at = assets.day[a]
        a, rich = rw.take_assets(assets, client, a, at, out.row)
        if rich:
            rw.write(out, client, at, out.quiet)
    return a


@compiled_lean
def _live(
    state: State, book: Book, events: Events, assets: Assets, client: int, e: int, stop: int, a: int, at: int, closes: bool,
    out: Rows, before: float, rich_before: bool,
) -> tuple[int, int, float, bool]:  # fmt: skip
    """Live through a day on which something happens, or may; its events begin at `e`, its assets are at `a`.

    Returns where the next day's are, the day's net assets, and whether there were some.
    """
    row, sums, end = out.row, out.sums, e
    row[:] = 0.0
    sums[:] = 0.0
    while end < stop and events.day[end] == at:
        end += 1
    held = state.of_client[pos.USED] > 0
    if end > e:
        mark_trades(state, book, events, e, end, at)
    _morning(state, book, events, events.start[client], e, stop, at, closes, row, sums)
    for k in range(e, end):
        _apply(state, book, events, k, client, events.start[client], closes, row, sums)
    given_up = _write_off(state.of_client, at, sums)
    a, rich = rw.take_assets(assets, client, a, at, row)
    if end > e:
        count_gains(state, book, at, row)
        pos.drop_empty(state)
    if closes:
        _evening(state, book, at, row)
        rw.settle_day(book.index_return[at], before, row, sums)
        held |= state.of_client[pos.USED] > 0 or rich_before
    else:
        held = False
    if end > e or given_up or held or rich:
        rw.write(out, client, at, out.every)
    return end, a, row[col.NET], rich


@compiled_lean
def _apply(
    state: State, book: Book, events: Events, e: int, client: int, begin: int, closes: bool, row: Floats, sums: Floats
) -> None:  # fmt: skip
    """Let one event happen; `begin` is the client's first, `row` the day, `sums` what it gathers beside its row."""
    if events.kind[e] >= ev.BUY:
        book_trade(state, book, events, e, client, closes, row, sums)
    elif events.kind[e] >= ev.BANK:
        book_flow(state, events, e, row, sums)
    else:
        book_custody(state, book, events, e, begin, row, sums)


@compiled_lean
def _morning(
    state: State, book: Book, events: Events, begin: int, e: int, stop: int, at: int, closes: bool, row: Floats, sums: Floats
) -> None:  # fmt: skip
    """Take the positions through the night: corporate actions, jumps, the move to today's close, entitlements.

    The client's events begin with `begin` and end before `stop`, those of the day begin with `e`.
    """
    whole, entitled, gone = state.whole, 0, False
    for slot in range(state.of_client[pos.USED]):
        security, factor = whole[slot, pos.SECURITY], 1.0
        quoted = security < book.close.shape[0]
        if quoted and whole[slot, pos.TURN] <= at:
            factor = factor_of(book, security, at)
            if factor != 1.0:
                pos.scale(state, slot, factor)
            if not np.isnan(book.close[security, at]) and jump_of(book, security, at) != 1.0:
                take_jump(state, book, events, begin, e, stop, slot, at)
                factor = np.nan
            gone |= whole[slot, pos.UNITS] == 0
        if closes and quoted and not np.isnan(book.close[security, at]):
            entitled += _move_quoted(whole, book.close, book.previous, book.eps, slot, at, factor, row, sums)
        elif closes:
            _add_move(whole, slot, price_of(state, book, security, at), 0, row, sums)
    if gone:
        pos.drop_empty(state)
    if entitled:
        state.of_client[pos.OWED] += entitled
        state.of_client[pos.OWED_AT] = at
        sums[OWED_CHANGE] += entitled


@compiled_lean
def _move_quoted(
    whole: Ints, close: Floats, previous: Floats, eps: Floats32, slot: int, at: int, factor: float, row: Floats, sums: Floats
) -> int:  # fmt: skip
    """Add the move of a position that has a quote, and where it came from; return what went off today.

    `factor` is what a unit became by corporate actions; NaN on a day whose price jumps: nothing goes off then.
    """
    security, value, entitled = whole[slot, pos.SECURITY], whole[slot, pos.VALUE], 0
    if at == 0:
        _add_move(whole, slot, close[security, at], 0, row, sums)
        return 0
    adjusted, earlier = previous[security, at], close[security, at - 1]
    if abs(adjusted * factor - earlier) > SAME * earlier:  # never where one isn't known
        entitled = value - int(np.rint(whole[slot, pos.UNITS] * adjusted))
    move = _add_move(whole, slot, close[security, at], entitled, row, sums)
    old, new = np.float64(eps[security, at - 1]), np.float64(eps[security, at])
    if old > 0 and new > 0 and new <= MOST_GROWTH * old and old <= MOST_GROWTH * new:
        growth = np.rint(value * (new / old - 1.0)) + entitled
        row[col.GROWTH] += growth
        row[col.VALUATION] += move - growth
        row[col.EPS_KNOWN] += value
    return entitled


@compiled_lean
def _add_move(whole: Ints, slot: int, price: float, entitled: int, row: Floats, sums: Floats) -> int:
    """Add a position's move from its opening value to the close; return it."""
    value = whole[slot, pos.VALUE]
    move = worth_at(whole[slot, pos.UNITS], whole[slot, pos.COST], price) - value + entitled
    row[col.STOCKS_BEFORE] += value
    sums[MOVES] += move
    return int(move)


@compiled_lean
def _write_off(of_client: Ints, at: int, sums: Floats) -> bool:
    """Give up an entitlement that nothing has come of for too long; return whether there was one."""
    owed = of_client[pos.OWED]
    if not owed or at - of_client[pos.OWED_AT] < KEEP:
        return False
    sums[OWED_CHANGE] -= owed
    sums[INCOME] -= owed
    of_client[pos.OWED] = 0
    return True


@compiled_lean
def _evening(state: State, book: Book, at: int, row: Floats) -> None:
    """Value the positions at the close."""
    whole, paper, long, squares = state.whole, 0, 0.0, 0.0
    for slot in range(state.of_client[pos.USED]):
        security, price = whole[slot, pos.SECURITY], np.nan
        quoted = security < book.close.shape[0]
        if quoted:
            price = book.close[security, at]
        if np.isnan(price):
            price = price_of(state, book, security, at)
        value = worth_at(whole[slot, pos.UNITS], whole[slot, pos.COST], price)
        whole[slot, pos.VALUE] = value
        paper += value - whole[slot, pos.COST]
        row[col.STOCKS] += value
        if whole[slot, pos.KEY] != security:  # sold short
            row[col.POSITIONS] += state.slot_of[security] < 0
            continue
        row[col.POSITIONS] += 1
        row[col.LARGEST] = max(row[col.LARGEST], float(value))
        long += value
        squares += float(value) * float(value)
        pos.note_close(whole, state.real, slot, price)
        if quoted:
            _tilt(book.standing, book.followed, security, at, value, row)
    if long > 0:
        row[col.HERFINDAHL] = squares / (long * long)
    row[col.PNL_UNREALISED] = paper - state.of_client[pos.PAPER]
    state.of_client[pos.PAPER] = paper


@compiled_lean
def _tilt(standing: Floats32, followed: Bools, security: int, at: int, value: int, row: Floats) -> None:
    cheap, lottery = standing[CHEAP, security, at], standing[LOTTERY, security, at]
    if not np.isnan(cheap):
        row[col.HELD_CHEAP] += value * 1e-4 * (cheap - 0.5)
        row[col.HELD_VALUED] += value
    if not np.isnan(lottery):
        row[col.HELD_LOTTERY] += value * 1e-4 * (lottery - 0.5)
    if followed[security, at]:
        row[col.HELD_FOLLOWED] += value


@compiled_lean
def _close(state: State, book: Book, client: int, last: int, closes: bool, out: Rows) -> None:
    """Write the positions that are left, long and short of a security together, and forget them."""
    whole = state.whole
    if not closes:
        for slot in range(state.of_client[pos.USED]):
            price = price_of(state, book, whole[slot, pos.SECURITY], last)
            whole[slot, pos.VALUE] = worth_at(whole[slot, pos.UNITS], whole[slot, pos.COST], price)
    for slot in range(state.of_client[pos.USED]):
        security, n = whole[slot, pos.SECURITY], out.counts[1]
        if pos.is_short(state, slot) and state.slot_of[security] >= 0:
            continue
        _write_position(state, slot, out)
        short = state.slot_of[security + len(state.mark)]
        if short >= 0 and short != slot:
            out.held_whole[n, 0] += whole[short, pos.UNITS]
            out.held_whole[n, 1] += whole[short, pos.COST]
            out.held_whole[n, 3] |= whole[short, pos.SEEDED]
            out.held_value[n] += whole[short, pos.VALUE]
        out.held[n, 0], out.held[n, 1] = client, security
        out.counts[1] += 1
    for slot in range(state.of_client[pos.USED]):
        state.slot_of[whole[slot, pos.KEY]] = -1


@compiled_lean
def _write_position(state: State, slot: int, out: Rows) -> None:
    whole, n = state.whole[slot], out.counts[1]
    out.held_whole[n, 0], out.held_whole[n, 1] = whole[pos.UNITS], whole[pos.COST]
    out.held_whole[n, 2], out.held_whole[n, 3] = whole[pos.OPENED], whole[pos.SEEDED]
    out.held_value[n] = whole[pos.VALUE]

"""The fold: one pass over each client's days, and on each day over positions and events (docs/methods/ledger.md)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import compiled
from zhike.features.ledger import columns as col
from zhike.features.ledger import events as ev
from zhike.features.ledger import positions as pos
from zhike.features.ledger.acts import CHEAP, LOTTERY, count_gains
from zhike.features.ledger.book import Book
from zhike.features.ledger.bookings import (
    INCOME,
    INTRADAY,
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
from zhike.features.ledger.trading import book_trade

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
_LEAST_BASE = 100 * 10_000  # a return is taken on 100 yuan or more
_WORST = -0.999999
_SAME = 1e-9
_MOST_GROWTH = 100.0  # earnings that grew or shrank more from one day to the next say nothing


class Rows(NamedTuple):
    """What the fold writes: a row a client and day (`client`, `day`: a column of the book), and positions at the end.

    `held` (n, 2): client, security; `held_whole` (n, 4): units, cost, opened on, seeded; `held_value` (n,) at the last close.
    """

    client: Ints
    day: Ints
    values: Floats
    held: Ints
    held_whole: Ints
    held_value: Ints
    counts: Ints  # rows written, positions written
    sums: Floats  # of the day under way


@compiled
def fold(
    state: State, book: Book, events: Events, holdings: Holdings, assets: Assets, first: Ints, last: int, out: Rows
) -> None:  # fmt: skip
    """Go through the days of every client, from `first[c]` to `last` (columns of the book), and write `out`."""
    for client in range(len(first)):
        state.of_client[: pos.TRIPS] = 0
        state.of_client[pos.OWED :] = 0
        state.of_client[pos.FIRST_AT] = first[client]
        acts = state.of_client[pos.ACTS]
        if first[client] <= last:
            open_positions(state, book, events, holdings, client, first[client], last)
        _fold_client(state, book, events, assets, client, first[client], last, out)
        state.acts[acts : state.of_client[pos.ACTS], col.ACT_CLIENT] = client
        _close(state, client, out)
        forget_securities(state, events, events.start[client], events.start[client + 1])


@compiled
def _fold_client(
    state: State, book: Book, events: Events, assets: Assets, client: int, first: int, last: int, out: Rows
) -> None:
    sums = out.sums
    begin, end, stop, a = (
        events.start[client],
        events.start[client],
        events.start[client + 1],
        assets.start[client],
    )
    before, rich_before = np.nan, False
    for at in range(first, last + 1):
        row = out.values[out.counts[0]]
        row[:] = 0.0
        sums[:] = 0.0
        e = end
        while end < stop and events.day[end] == at:
            end += 1
        held = state.of_client[pos.USED] > 0
        _morning(state, book, events, events.start[client], e, end, stop, at, row, sums)
        for k in range(e, end):
            _apply(state, book, events, k, client, begin, row, sums)
        given_up = _write_off(state.of_client, at, sums)
        a, rich = _take_assets(assets, client, a, at, row)
        if end > e:
            count_gains(state, book, at, row)
            pos.drop_empty(state)
        _evening(state, book, at, row)
        _settle(book.index_return[at], before, row, sums)
        if end > e or given_up or held or rich or rich_before or state.of_client[pos.USED] > 0:
            out.client[out.counts[0]], out.day[out.counts[0]] = client, at
            out.counts[0] += 1
        before, rich_before = row[col.NET], rich


@compiled
def _apply(
    state: State, book: Book, events: Events, e: int, client: int, begin: int, row: Floats, sums: Floats
) -> None:
    """Let one event happen; `begin` is the client's first, `row` the day, `sums` what it gathers beside its row."""
    if events.kind[e] >= ev.BUY:
        book_trade(state, book, events, e, client, row, sums)
    elif events.kind[e] >= ev.BANK:
        book_flow(state, events, e, row, sums)
    else:
        book_custody(state, book, events, e, begin, row, sums)


@compiled
def _morning(
    state: State, book: Book, events: Events, begin: int, e: int, end: int, stop: int, at: int, row: Floats, sums: Floats
) -> None:  # fmt: skip
    """Take the positions through the night: corporate actions, jumps, the move to today's close, entitlements.

    The client's events begin with `begin`, those of the day with `e`; they end before `stop` and `end`.
    """
    whole, entitled, gone = state.whole, 0, False
    if end > e:
        mark_trades(state, book, events, e, end, at)
    for slot in range(state.of_client[pos.USED]):
        security, factor = whole[slot, pos.SECURITY], 1.0
        if security < book.close.shape[0] and book.action_from[security] < book.action_from[security + 1]:
            factor = factor_of(book, security, at)
            if factor != 1.0:
                pos.scale(state, slot, factor)
        if security < book.close.shape[0] and not np.isnan(book.close[security, at]):
            if jump_of(book, security, at) != 1.0:
                take_jump(state, book, events, begin, e, stop, slot, at)
                factor = np.nan
            entitled += _move_quoted(whole, book.close, book.previous, book.eps, slot, at, factor, row, sums)
        else:
            _add_move(whole, slot, price_of(state, book, security, at), 0, row, sums)
        whole[slot, pos.MORNING_UNITS], whole[slot, pos.MORNING_COST] = (
            whole[slot, pos.UNITS],
            whole[slot, pos.COST],
        )
        whole[slot, pos.UNSURE] = whole[slot, pos.SEEDED]
        for field in range(pos.SOLD, pos.DECIDED + 1):
            whole[slot, field] = 0
        gone |= whole[slot, pos.UNITS] == 0
    if gone:
        pos.drop_empty(state)
    if entitled:
        state.of_client[pos.OWED] += entitled
        state.of_client[pos.OWED_AT] = at
        sums[OWED_CHANGE] += entitled


@compiled
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
    if abs(adjusted * factor - earlier) > _SAME * earlier:  # never where one isn't known
        entitled = value - int(np.rint(whole[slot, pos.UNITS] * adjusted))
    move = _add_move(whole, slot, close[security, at], entitled, row, sums)
    old, new = np.float64(eps[security, at - 1]), np.float64(eps[security, at])
    if old > 0 and new > 0 and new <= _MOST_GROWTH * old and old <= _MOST_GROWTH * new:
        growth = np.rint(value * (new / old - 1.0)) + entitled
        row[col.GROWTH] += growth
        row[col.VALUATION] += move - growth
        row[col.EPS_KNOWN] += value
    return entitled


@compiled
def _add_move(whole: Ints, slot: int, price: float, entitled: int, row: Floats, sums: Floats) -> int:
    """Add a position's move from its opening value to the close; return it."""
    value = whole[slot, pos.VALUE]
    move = worth_at(whole[slot, pos.UNITS], whole[slot, pos.COST], price) - value + entitled
    row[col.STOCKS_BEFORE] += value
    sums[MOVES] += move
    return int(move)


@compiled
def _write_off(of_client: Ints, at: int, sums: Floats) -> bool:
    """Give up an entitlement that nothing has come of for too long; return whether there was one."""
    owed = of_client[pos.OWED]
    if not owed or at - of_client[pos.OWED_AT] < KEEP:
        return False
    sums[OWED_CHANGE] -= owed
    sums[INCOME] -= owed
    of_client[pos.OWED] = 0
    return True


@compiled
def _take_assets(assets: Assets, client: int, a: int, at: int, row: Floats) -> tuple[int, bool]:
    """Put the day's assets into the row (NaN where none are said); return where the next are, whether there were some."""
    row[col.NET] = row[col.CASH] = row[col.FUNDS] = row[col.DEBT] = np.nan
    if a >= assets.start[client + 1] or assets.day[a] != at:
        return a, False
    row[col.NET], row[col.CASH] = assets.net[a], assets.cash[a]
    row[col.FUNDS], row[col.DEBT] = assets.funds[a], assets.debt[a]
    return a + 1, bool(assets.some[a])


@compiled
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


@compiled
def _tilt(standing: Floats32, followed: Bools, security: int, at: int, value: int, row: Floats) -> None:
    cheap, lottery = standing[CHEAP, security, at], standing[LOTTERY, security, at]
    if not np.isnan(cheap):
        row[col.HELD_CHEAP] += value * 1e-4 * (cheap - 0.5)
        row[col.HELD_VALUED] += value
    if not np.isnan(lottery):
        row[col.HELD_LOTTERY] += value * 1e-4 * (lottery - 0.5)
    if followed[security, at]:
        row[col.HELD_FOLLOWED] += value


@compiled
def _settle(market: float, before: float, row: Floats, sums: Floats) -> None:
    """Work out the day's profit and its parts, exact to the last unit; then the return."""
    own = sums[MOVES] + sums[INTRADAY] + row[col.INTEREST] + sums[INCOME] + row[col.COST]
    assets = before
    row[col.PNL] = own
    if np.isnan(before):
        assets = row[col.STOCKS_BEFORE]
    elif not np.isnan(row[col.NET]):
        row[col.PNL] = row[col.NET] - before - row[col.FLOW_IN] + row[col.FLOW_OUT] + sums[OWED_CHANGE]
    row[col.UNEXPLAINED] = row[col.PNL] - own
    row[col.ASSETS_BEFORE] = assets
    moved = 0.0 if np.isnan(market) else market
    row[col.MARKET] = np.rint(row[col.STOCKS_BEFORE] * moved)
    row[col.ASSETS_MARKET] = np.rint(assets * moved)
    row[col.SELECTION] = sums[MOVES] - row[col.MARKET]
    row[col.TRADING] = row[col.PNL] - row[col.MARKET] - row[col.SELECTION] - row[col.INTEREST] - row[col.COST]
    if assets > 0:
        row[col.EXPOSURE] = row[col.STOCKS_BEFORE] / assets
        row[col.EXPOSURE_DAYS] = 1
    base = row[col.STOCKS_BEFORE] + row[col.BUY_AMOUNT] if np.isnan(before) else before + row[col.FLOW_IN]
    if base >= _LEAST_BASE:
        _add_return(row[col.PNL] / base, market, row)


@compiled
def _add_return(own: float, market: float, row: Floats) -> None:
    row[col.LOG_RETURN], row[col.RETURN_DAYS] = np.log1p(max(own, _WORST)), 1
    if not np.isnan(market):
        row[col.DAYS] = 1
        row[col.SUM_X], row[col.SUM_X2] = market, market * market
        row[col.SUM_Y], row[col.SUM_Y2], row[col.SUM_XY] = own, own * own, market * own


@compiled
def _close(state: State, client: int, out: Rows) -> None:
    """Write the positions that are left, long and short of a security together, and forget them."""
    whole = state.whole
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


@compiled
def _write_position(state: State, slot: int, out: Rows) -> None:
    whole, n = state.whole[slot], out.counts[1]
    out.held_whole[n, 0], out.held_whole[n, 1] = whole[pos.UNITS], whole[pos.COST]
    out.held_whole[n, 2], out.held_whole[n, 3] = whole[pos.OPENED], whole[pos.SEEDED]
    out.held_value[n] = whole[pos.VALUE]

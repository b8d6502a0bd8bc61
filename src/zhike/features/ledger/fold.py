"""The fold: one pass over each client's days, and on each day over positions and events (docs/methods/ledger.md)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import compiled
from zhike.features.ledger import columns as col
from zhike.features.ledger import positions as pos
from zhike.features.ledger.acts import CHEAP, LOTTERY, count_gains
from zhike.features.ledger.book import Book
from zhike.features.ledger.events import Assets, Events, Openings
from zhike.features.ledger.positions import State
from zhike.features.ledger.trading import (
    BOUGHT_BASE,
    INCOME,
    INTRADAY,
    KEEP,
    MOVES,
    OWED_CHANGE,
    apply,
    price_at,
    worth,
)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_LEAST_BASE = 100 * 10_000  # a return is taken on 100 yuan or more
_WORST = -0.999999
_SAME = 1e-9


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


@compiled
def fold(
    state: State,
    book: Book,
    events: Events,
    openings: Openings,
    assets: Assets,
    first: Ints,
    last: int,
    out: Rows,
) -> None:
    """Go through the days of every client, from `first[c]` to `last` (columns of the book), and write `out`."""
    sums = np.zeros(BOUGHT_BASE + 1)
    for client in range(len(first)):
        state.of_client[: pos.TRIPS] = 0
        state.of_client[pos.OWED :] = 0
        acts = state.of_client[pos.ACTS]
        e, a = events.start[client], assets.start[client]
        before = np.nan
        for at in range(first[client], last + 1):
            row = out.values[out.counts[0]]
            row[:] = 0.0
            sums[:] = 0.0
            if at == first[client]:
                _open(state, book, openings, client, at)
            busy = _morning(state, book, at, row, sums)
            _write_off(state, at, sums)
            while e < events.start[client + 1] and events.day[e] == at:
                apply(state, book, events, e, client, book.days[at], row, sums)
                e += 1
                busy = True
            a = _take_assets(assets, client, a, at, row)
            _evening(state, book, at, row)
            _settle(state, book, at, before, row, sums)
            if busy or _anything(before) or _anything(row[col.NET]) or state.of_client[pos.USED] > 0:
                out.client[out.counts[0]], out.day[out.counts[0]] = client, at
                out.counts[0] += 1
            before = row[col.NET]
        state.acts[acts : state.of_client[pos.ACTS], col.ACT_CLIENT] = client
        _close(state, book, client, last, out)


@compiled
def _anything(net: float) -> bool:
    return not np.isnan(net) and net != 0.0


@compiled
def _open(state: State, book: Book, openings: Openings, client: int, at: int) -> None:
    """Put in what the client held before the events began, at the counter's cost, else at the adjusted close before."""
    for o in range(openings.start[client], openings.start[client + 1]):
        security, units, cost = openings.security[o], openings.quantity[o], openings.cost[o]
        slot = pos.slot_for(state, security, book.days[at], at)
        if cost < 0:
            price = np.nan
            if security < book.previous.shape[0]:
                price = book.previous[security, at]
            cost = 0 if np.isnan(price) else int(np.rint(units * price))
        pos.acquire(state, slot, units, cost, book.days[at])
        state.whole[slot, pos.SEEDED] = 1
        earlier = price_at(book, security, at - 1)
        if np.isnan(earlier):
            earlier = price_at(book, security, at)
        state.whole[slot, pos.VALUE] = worth(state, slot, earlier)
        state.of_client[pos.PAPER] += state.whole[slot, pos.VALUE] - state.whole[slot, pos.COST]


@compiled
def _morning(state: State, book: Book, at: int, row: Floats, sums: Floats) -> bool:
    """Take the positions through the night: corporate actions, the move to today's close, entitlements."""
    whole = state.whole
    for slot in range(state.of_client[pos.USED]):
        security, value = whole[slot, pos.SECURITY], whole[slot, pos.VALUE]
        row[col.STOCKS_BEFORE] += value
        factor = _act(state, book, slot, security, at)
        whole[slot, pos.MORNING_UNITS], whole[slot, pos.MORNING_COST] = (
            whole[slot, pos.UNITS],
            whole[slot, pos.COST],
        )
        whole[slot, pos.SOLD_UNITS] = whole[slot, pos.SOLD_AMOUNT] = whole[slot, pos.DECIDED] = 0
        now, entitled = worth(state, slot, price_at(book, security, at)), 0
        if security < book.close.shape[0] and at > 0:
            previous, earlier = book.previous[security, at], book.close[security, at - 1]
            if not np.isnan(earlier) and abs(previous * factor - earlier) > _SAME * earlier:
                entitled = value - int(np.rint(whole[slot, pos.UNITS] * previous))
        move = now - value + entitled
        whole[slot, pos.VALUE] = now
        sums[MOVES] += move
        if entitled:
            state.of_client[pos.OWED] += entitled
            state.of_client[pos.OWED_AT] = at
            sums[OWED_CHANGE] += entitled
        _split_move(book, security, at, value, move, entitled, row)
    return bool(state.of_client[pos.USED] > 0)


@compiled
def _act(state: State, book: Book, slot: int, security: int, at: int) -> float:
    """Apply the day's corporate actions to a position; return by how much its units grew."""
    if security >= book.close.shape[0]:
        return 1.0
    whole, factor = state.whole, 1.0
    for k in range(book.action_from[security], book.action_from[security + 1]):
        if book.action_day[k] == at:
            factor *= book.action_factor[k]
    if factor != 1.0:
        whole[slot, pos.UNITS] = int(np.rint(whole[slot, pos.UNITS] * factor))
        whole[slot, pos.T_UNITS] = int(np.rint(whole[slot, pos.T_UNITS] * factor))
        state.real[slot, pos.HIGHEST] /= factor
        state.real[slot, pos.T_HELD] *= factor
        lot = whole[slot, pos.FIRST_LOT]
        while lot >= 0:
            state.lot_units[lot] = int(np.rint(state.lot_units[lot] * factor))
            lot = state.lot_next[lot]
    return factor


@compiled
def _split_move(
    book: Book, security: int, at: int, value: int, move: int, entitled: int, row: Floats
) -> None:
    """Split a position's move into growth of earnings and change of valuation, where earnings are known."""
    if security >= book.close.shape[0] or at == 0:
        return
    old, new = book.eps[security, at - 1], book.eps[security, at]
    if old > 0 and new > 0:
        growth = np.rint(value * (float(new) / float(old) - 1.0)) + entitled
        row[col.GROWTH] += growth
        row[col.VALUATION] += move - growth
        row[col.EPS_KNOWN] += value


@compiled
def _write_off(state: State, at: int, sums: Floats) -> None:
    """Give up an entitlement that nothing has come of for too long."""
    owed = state.of_client[pos.OWED]
    if owed and at - state.of_client[pos.OWED_AT] >= KEEP:
        sums[OWED_CHANGE] -= owed
        sums[INCOME] -= owed
        state.of_client[pos.OWED] = 0


@compiled
def _take_assets(assets: Assets, client: int, a: int, at: int, row: Floats) -> int:
    """Put the day's assets into the row (NaN where none are said); return where the next day's are looked for."""
    row[col.NET] = row[col.CASH] = row[col.FUNDS] = row[col.DEBT] = np.nan
    end = assets.start[client + 1]
    while a < end and assets.day[a] < at:
        a += 1
    while a < end and assets.day[a] == at:
        row[col.NET], row[col.CASH] = assets.net[a], assets.cash[a]
        row[col.FUNDS], row[col.DEBT] = assets.funds[a], assets.debt[a]
        a += 1
    return int(a)


@compiled
def _evening(state: State, book: Book, at: int, row: Floats) -> None:
    """Value the positions at the close; count gains taken and kept; free what is empty."""
    count_gains(state, book, at, row)
    pos.drop_empty(state)
    paper, squares = 0, 0.0
    for slot in range(state.of_client[pos.USED]):
        security = state.whole[slot, pos.SECURITY]
        price = price_at(book, security, at)
        value = worth(state, slot, price)
        state.whole[slot, pos.VALUE] = value
        paper += value - state.whole[slot, pos.COST]
        row[col.STOCKS] += value
        row[col.POSITIONS] += 1
        row[col.LARGEST] = max(row[col.LARGEST], float(value))
        squares += float(value) * float(value)
        if not np.isnan(price):
            pos.note_price(state, slot, price)
            state.real[slot, pos.HIGHEST] = max(state.real[slot, pos.HIGHEST], price)
            _tilt(book, security, at, value, row)
    if row[col.STOCKS] > 0:
        row[col.HERFINDAHL] = squares / (row[col.STOCKS] * row[col.STOCKS])
    row[col.PNL_UNREALISED] = paper - state.of_client[pos.PAPER]
    state.of_client[pos.PAPER] = paper


@compiled
def _tilt(book: Book, security: int, at: int, value: int, row: Floats) -> None:
    cheap, lottery = book.standing[CHEAP, security, at], book.standing[LOTTERY, security, at]
    if not np.isnan(cheap):
        row[col.HELD_CHEAP] += value * 1e-4 * (cheap - 0.5)
        row[col.HELD_VALUED] += value
    if not np.isnan(lottery):
        row[col.HELD_LOTTERY] += value * 1e-4 * (lottery - 0.5)
    if book.followed[security, at]:
        row[col.HELD_FOLLOWED] += value


@compiled
def _settle(state: State, book: Book, at: int, before: float, row: Floats, sums: Floats) -> None:
    """Work out the day's profit and its parts, exact to the last unit; then the return."""
    own = sums[MOVES] + sums[INTRADAY] + row[col.INTEREST] + sums[INCOME] + row[col.COST]
    assets, market = before, book.index_return[at]
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
    base = row[col.STOCKS_BEFORE] + sums[BOUGHT_BASE] if np.isnan(before) else before + row[col.FLOW_IN]
    if base >= _LEAST_BASE:
        _add_return(max(row[col.PNL] / base, _WORST), market, row)


@compiled
def _add_return(own: float, market: float, row: Floats) -> None:
    row[col.LOG_RETURN], row[col.RETURN_DAYS] = np.log1p(own), 1
    if not np.isnan(market):
        row[col.DAYS] = 1
        row[col.SUM_X], row[col.SUM_X2] = market, market * market
        row[col.SUM_Y], row[col.SUM_Y2], row[col.SUM_XY] = own, own * own, market * own


@compiled
def _close(state: State, book: Book, client: int, last: int, out: Rows) -> None:
    """Write the positions that are left, and forget them."""
    for slot in range(state.of_client[pos.USED]):
        n = out.counts[1]
        out.held[n, 0], out.held[n, 1] = client, state.whole[slot, pos.SECURITY]
        out.held_whole[n, 0], out.held_whole[n, 1] = state.whole[slot, pos.UNITS], state.whole[slot, pos.COST]
        out.held_whole[n, 2], out.held_whole[n, 3] = (
            state.whole[slot, pos.OPENED],
            state.whole[slot, pos.SEEDED],
        )
        out.held_value[n] = state.whole[slot, pos.VALUE]
        out.counts[1] += 1
        state.slot_of[state.whole[slot, pos.SECURITY]] = -1

"""What one event does to a client's positions and to the day's row."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import compiled
from zhike.features.ledger import columns as col
from zhike.features.ledger import events as ev
from zhike.features.ledger import positions as pos
from zhike.features.ledger.acts import note_buy, note_sale
from zhike.features.ledger.book import Book
from zhike.features.ledger.events import Events
from zhike.features.ledger.positions import State

Floats = npt.NDArray[np.float64]

# What a day gathers beside its row, in units of 0.0001.
MOVES, INTRADAY, INCOME, OWED_CHANGE, BOUGHT_BASE = range(5)
KEEP = 60  # trading days that an entitlement waits for what it entitles to


@compiled
def price_at(book: Book, security: int, at: int) -> float:
    """Return the close of a day; NaN where the security has no quote so far."""
    if security < 0 or security >= book.close.shape[0] or at < 0:
        return float(np.nan)
    return float(book.close[security, at])


@compiled
def worth(state: State, slot: int, price: float) -> int:
    """Value a position at a price, else at its mark, else at cost."""
    units = state.whole[slot, pos.UNITS]
    if not np.isnan(price):
        return int(np.rint(units * price))
    mark = state.real[slot, pos.MARK]
    return int(state.whole[slot, pos.COST]) if np.isnan(mark) else int(np.rint(units * mark))


@compiled
def apply(
    state: State, book: Book, events: Events, e: int, client: int, day: int, row: Floats, sums: Floats
) -> None:
    """Let one event happen; `row` is the client's day, `sums` what the day gathers beside it."""
    kind = events.kind[e]
    if kind == ev.BUY or kind == ev.SELL:
        _trade(state, book, events, e, client, day, row, sums)
    elif kind <= ev.LISTING_IN:
        _custody(state, book, events, e, day, row, sums)
    else:
        _flow(state, events, e, row, sums)


@compiled
def _flow(state: State, events: Events, e: int, row: Floats, sums: Floats) -> None:
    kind, amount = events.kind[e], events.amount[e]
    if kind == ev.BANK:
        if amount > 0:
            row[col.FLOW_IN] += amount
            row[col.BANK_IN] += amount
        else:
            row[col.FLOW_OUT] -= amount
            row[col.BANK_OUT] -= amount
    elif kind == ev.DIVIDEND:
        used = min(amount, max(state.of_client[pos.OWED], 0))
        _owe(state, -used, events.day[e], sums)
        sums[INCOME] += amount - used
        row[col.PNL_INCOME] += amount
        slot = state.slot_of[events.security[e]] if events.security[e] >= 0 else -1
        if slot >= 0:
            state.whole[slot, pos.T_PROCEEDS] += amount
    elif kind == ev.INTEREST:
        row[col.INTEREST] += amount
        row[col.PNL_INCOME] += amount
    elif kind == ev.OTHER:
        sums[INCOME] += amount
    else:
        row[col.COST] += amount
        if kind == ev.TAX:
            row[col.PNL_INCOME] += amount


@compiled
def _owe(state: State, change: int, at: int, sums: Floats) -> None:
    """Change what securities are about to bring the client."""
    if change:
        state.of_client[pos.OWED] += change
        state.of_client[pos.OWED_AT] = at
        sums[OWED_CHANGE] += change


@compiled
def _custody(state: State, book: Book, events: Events, e: int, day: int, row: Floats, sums: Floats) -> None:
    kind, security, units, at = events.kind[e], events.security[e], events.quantity[e], events.day[e]
    price = price_at(book, security, at)
    if kind == ev.CUSTODY_OUT:
        slot = state.slot_of[security]
        if slot < 0 or state.whole[slot, pos.UNITS] <= 0:
            return
        units = min(units, state.whole[slot, pos.UNITS])
        value = _market_value(state, slot, units, price, events.amount[e])
        before = state.whole[slot, pos.UNITS]
        pos.give_up(state, slot, units, day)
        _forget(state, slot, units, before)
        row[col.FLOW_OUT] += value
        sums[INTRADAY] += value - _at_close(state, slot, units, price, value)
        return
    slot = pos.slot_for(state, security, day, at)
    if kind == ev.LISTING_IN:
        value = int(np.rint(units * price)) if not np.isnan(price) else 0
        pos.acquire(state, slot, units, 0, day)
        used = min(value, max(state.of_client[pos.OWED], 0))
        _owe(state, -used, at, sums)
        sums[INCOME] += value - used
        return
    value = _market_value(state, slot, units, price, events.amount[e])
    pos.acquire(state, slot, units, value, day)
    if np.isnan(price) and units:
        state.real[slot, pos.MARK] = value / units
    row[col.FLOW_IN] += value
    sums[INTRADAY] += _at_close(state, slot, units, price, value) - value


@compiled
def _market_value(state: State, slot: int, units: int, price: float, booked: int) -> int:
    if booked >= 0:
        return int(booked)
    if not np.isnan(price):
        return int(np.rint(units * price))
    mark = state.real[slot, pos.MARK]
    return 0 if np.isnan(mark) else int(np.rint(units * mark))


@compiled
def _at_close(state: State, slot: int, units: int, price: float, otherwise: int) -> int:
    """Return what units are worth at the close; `otherwise` where there is neither price nor mark."""
    if not np.isnan(price):
        return int(np.rint(units * price))
    mark = state.real[slot, pos.MARK]
    return otherwise if np.isnan(mark) else int(np.rint(units * mark))


@compiled
def _forget(state: State, slot: int, units: int, before: int) -> None:
    """Take units that left without a sale out of the round trip."""
    whole = state.whole
    whole[slot, pos.T_PAID] -= pos.share_of(whole[slot, pos.T_PAID], units, before)
    whole[slot, pos.T_UNITS] -= min(units, whole[slot, pos.T_UNITS])


@compiled
def _trade(
    state: State, book: Book, events: Events, e: int, client: int, day: int, row: Floats, sums: Floats
) -> None:
    units, amount, fees, sort = events.quantity[e], events.amount[e], events.fees[e], events.sort[e]
    if sort == ev.REPO:
        _repo(state, events, e, row)
        row[col.COST] -= fees
        return
    row[col.TRADES] += 1
    row[col.FEES] += fees
    row[col.COST] -= fees
    row[col.COMMISSION] += events.commission[e]
    row[col.EXCHANGE_FEE] += events.exchange_fee[e]
    if units <= 0:
        return
    slot = pos.slot_for(state, events.security[e], day, events.day[e])
    if events.kind[e] == ev.BUY:
        row[col.BUY_AMOUNT] += amount
        sums[BOUGHT_BASE] += amount
        _buy(state, book, events, e, slot, day, row, sums)
    else:
        row[col.SELL_AMOUNT] += amount
        _sell(state, book, events, e, slot, client, day, row, sums)


@compiled
def _repo(state: State, events: Events, e: int, row: Floats) -> None:
    """Lend or borrow cash against bonds; what the legs differ by is interest when the last one is closed."""
    sign = 1 if events.kind[e] == ev.BUY else -1
    state.of_client[pos.LENT] += sign * events.amount[e]
    state.of_client[pos.LENT_UNITS] += sign * events.quantity[e]
    if state.of_client[pos.LENT_UNITS] == 0:
        row[col.INTEREST] += state.of_client[pos.LENT]
        row[col.PNL_INCOME] += state.of_client[pos.LENT]
        state.of_client[pos.LENT] = 0


@compiled
def _buy(
    state: State, book: Book, events: Events, e: int, slot: int, day: int, row: Floats, sums: Floats
) -> None:
    units, amount, fees, sort, at = (
        events.quantity[e], events.amount[e], events.fees[e], events.sort[e], events.day[e],
    )  # fmt: skip
    whole, price = state.whole, price_at(book, events.security[e], at)
    if np.isnan(price):
        state.real[slot, pos.MARK] = amount / units if amount else state.real[slot, pos.MARK]
    close = _at_close(state, slot, units, price, amount)
    if sort == ev.EXCHANGED and amount == 0:
        amount = close
    sums[INTRADAY] += close - amount
    if sort == ev.RIGHTS:
        used = min(max(close - amount, 0), max(state.of_client[pos.OWED], 0))
        _owe(state, -used, at, sums)
    if whole[slot, pos.UNITS] < 0:
        back = min(units, -whole[slot, pos.UNITS])
        paid, charged = pos.share_of(amount, back, units), pos.share_of(fees, back, units)
        received = pos.share_of(-whole[slot, pos.COST], back, -whole[slot, pos.UNITS])
        whole[slot, pos.COST] += received
        whole[slot, pos.UNITS] += back
        row[col.PNL_REALISED] += received - paid
        units, amount, fees = units - back, amount - paid, fees - charged
        if units == 0:
            return
    if sort == ev.ORDINARY:
        note_buy(state, book, events, e, slot, row)
    pos.acquire(state, slot, units, amount + fees, day)
    whole[slot, pos.T_UNITS] += units
    whole[slot, pos.T_PAID] += amount
    whole[slot, pos.T_FEES] += fees
    whole[slot, pos.T_BUYS] += 1 if sort != ev.ORDINARY else 0  # an ordinary one is counted by its decision


@compiled
def _sell(
    state: State,
    book: Book,
    events: Events,
    e: int,
    slot: int,
    client: int,
    day: int,
    row: Floats,
    sums: Floats,
) -> None:
    units, amount, at, sort = events.quantity[e], events.amount[e], events.day[e], events.sort[e]
    whole, price = state.whole, price_at(book, events.security[e], at)
    if np.isnan(price):
        state.real[slot, pos.MARK] = amount / units if amount else state.real[slot, pos.MARK]
    close = _at_close(state, slot, units, price, amount)
    if sort == ev.SHORT and whole[slot, pos.UNITS] <= 0:
        sums[INTRADAY] += amount - close
        whole[slot, pos.UNITS] -= units
        whole[slot, pos.COST] -= amount - events.fees[e]
        return
    _make_room(state, book, slot, units, amount, day, at)
    if sort == ev.EXCHANGED and amount == 0:
        before = whole[slot, pos.UNITS]
        pos.give_up(state, slot, units, day)
        _forget(state, slot, units, before)
        return
    sums[INTRADAY] += amount - close
    if sort == ev.ORDINARY:
        note_sale(state, book, events, e, slot, row)
    _book_sale(state, events, e, slot, day, row)
    if whole[slot, pos.UNITS] == 0:
        pos.end_trip(state, slot, client, day)


@compiled
def _book_sale(state: State, events: Events, e: int, slot: int, day: int, row: Floats) -> None:
    """Take what is sold out of the position, and note it in the trip and the day."""
    units, amount, whole = events.quantity[e], events.amount[e], state.whole
    pos.note_price(state, slot, amount / units)
    cost, held = pos.give_up(state, slot, units, day)
    row[col.PNL_REALISED] += amount - cost
    state.real[slot, pos.T_HELD] += held
    whole[slot, pos.T_PROCEEDS] += amount
    whole[slot, pos.T_FEES] += events.fees[e]
    whole[slot, pos.T_SELLS] += 1 if events.sort[e] != ev.ORDINARY else 0  # as with buys
    whole[slot, pos.SOLD_UNITS] += units
    whole[slot, pos.SOLD_AMOUNT] += amount


@compiled
def _make_room(state: State, book: Book, slot: int, units: int, amount: int, day: int, at: int) -> None:
    """Put into the position what must have been held before the events began, for more is sold than it has."""
    missing = units - max(state.whole[slot, pos.UNITS], 0)
    if missing <= 0:
        return
    security = state.whole[slot, pos.SECURITY]
    price = np.nan
    if security < book.previous.shape[0]:
        price = book.previous[security, at]
    if np.isnan(price):
        price = amount / units
    pos.acquire(state, slot, missing, int(np.rint(missing * price)), day)
    state.whole[slot, pos.SEEDED] = 1

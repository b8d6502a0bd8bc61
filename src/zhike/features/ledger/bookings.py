"""What a booking without a trade does to a client's positions and to the day: custody in and out, money in and out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import compiled_lean
from zhike.features.ledger import columns as col
from zhike.features.ledger import events as ev
from zhike.features.ledger import positions as pos
from zhike.features.ledger.book import Book
from zhike.features.ledger.events import ABSENT, Events
from zhike.features.ledger.openings import given_before
from zhike.features.ledger.positions import State
from zhike.features.ledger.pricing import previous_of, price_of, worth

Floats = npt.NDArray[np.float64]

# What a day gathers beside its row, in units of 0.0001.
MOVES, INTRADAY, INCOME, OWED_CHANGE, N_SUMS = range(5)


@compiled_lean
def book_flow(state: State, events: Events, e: int, row: Floats, sums: Floats) -> None:
    """Book money that moved without a trade."""
    kind, amount, security = events.kind[e], events.amount[e], events.security[e]
    if kind == ev.BANK:
        row[col.FLOW_IN] += max(amount, 0)
        row[col.BANK_IN] += max(amount, 0)
        row[col.FLOW_OUT] -= min(amount, 0)
        row[col.BANK_OUT] -= min(amount, 0)
    elif kind == ev.DIVIDEND:
        if not settle(state, amount, events.day[e], sums):
            sums[INCOME] += amount
        slot = state.slot_of[security] if security >= 0 else -1
        if slot >= 0 and state.whole[slot, pos.UNITS] != 0:
            state.whole[slot, pos.T_PROCEEDS] += amount
    elif kind == ev.INTEREST:
        row[col.INTEREST] += amount
    elif kind == ev.OTHER:
        sums[INCOME] += amount
    else:
        row[col.COST] += amount
    if kind == ev.DIVIDEND or kind == ev.INTEREST or kind == ev.TAX:
        row[col.PNL_INCOME] += amount


@compiled_lean
def settle(state: State, amount: int, at: int, sums: Floats) -> bool:
    """Take what came out of the open entitlement; return False where none is open."""
    if state.of_client[pos.OWED] == 0:
        return False
    state.of_client[pos.OWED] -= amount
    state.of_client[pos.OWED_AT] = at
    sums[OWED_CHANGE] -= amount
    return True


@compiled_lean
def book_custody(
    state: State, book: Book, events: Events, e: int, begin: int, row: Floats, sums: Floats
) -> None:
    """Book securities that came or went without a trade; `begin` is the client's first event."""
    kind, security, units, at = events.kind[e], events.security[e], events.quantity[e], events.day[e]
    if kind == ev.IGNORED or units <= 0:
        return
    if kind == ev.LISTING_IN:
        if not given_before(book, events, begin, e):
            _list(state, book, security, units, at, sums)
    elif kind == ev.CUSTODY_IN:
        _take_in(state, book, security, units, events.amount[e], at, row, sums)
    else:
        _hand_over(state, book, security, units, events.amount[e], at, row, sums)


@compiled_lean
def _list(state: State, book: Book, security: int, units: int, at: int, sums: Floats) -> None:
    """Add shares that came at no cost: what they are worth was owed to the client."""
    slot = pos.slot_for(state, security, False, book.days[at], at)
    pos.acquire(state, slot, units, 0, book.days[at])
    value = worth(state, book, security, units, at)
    if not settle(state, value, at, sums):
        sums[INCOME] += value


@compiled_lean
def _take_in(
    state: State, book: Book, security: int, units: int, booked: int, at: int, row: Floats, sums: Floats
) -> None:
    """Add shares that came from elsewhere, at the booking's value, else at the close."""
    at_close = worth(state, book, security, units, at)
    value = at_close if booked == ABSENT else booked
    slot = pos.slot_for(state, security, False, book.days[at], at)
    pos.acquire(state, slot, units, value, book.days[at])
    state.whole[slot, pos.T_UNITS] += units
    state.whole[slot, pos.T_PAID] += value
    row[col.FLOW_IN] += value
    if not np.isnan(price_of(state, book, security, at)):
        sums[INTRADAY] += at_close - value


@compiled_lean
def _hand_over(
    state: State, book: Book, security: int, units: int, booked: int, at: int, row: Floats, sums: Floats
) -> None:
    """Take out shares that went elsewhere, at the booking's value, else at the close, else at what they cost."""
    priced, value = not np.isnan(price_of(state, book, security, at)), booked
    if value == ABSENT:
        value = worth(state, book, security, units, at)
    slot = pos.slot_for(state, security, False, book.days[at], at)
    seed_missing(state, book, slot, units, value, at, sums)
    cost, _ = pos.give_up(state, slot, units, book.days[at])
    state.whole[slot, pos.T_FORGOTTEN] = 1
    if booked == ABSENT and not priced:
        value = cost
    row[col.FLOW_OUT] += value
    sums[INTRADAY] += value - (worth(state, book, security, units, at) if priced else cost)


@compiled_lean
def seed_missing(state: State, book: Book, slot: int, units: int, amount: int, at: int, sums: Floats) -> None:
    """Put into a position what must have been held before the events began, for more leaves it, for `amount`."""
    missing = units - state.whole[slot, pos.UNITS]
    if missing <= 0:
        return
    security = state.whole[slot, pos.SECURITY]
    price = previous_of(book, security, at)
    if np.isnan(price):
        price = amount / units
    cost = int(np.rint(missing * price))
    pos.seed(state, slot, missing, cost, book.days[state.of_client[pos.FIRST_AT]])
    if not np.isnan(price_of(state, book, security, at)):
        sums[INTRADAY] += worth(state, book, security, missing, at) - cost

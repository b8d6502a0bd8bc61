"""What a trade does to a client's positions and to the day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import compiled_lean
from zhike.features.ledger import columns as col
from zhike.features.ledger import events as ev
from zhike.features.ledger import positions as pos
from zhike.features.ledger.acts import note_buy, note_sale
from zhike.features.ledger.book import Book
from zhike.features.ledger.bookings import INTRADAY, seed_missing, settle
from zhike.features.ledger.events import Events
from zhike.features.ledger.positions import State
from zhike.features.ledger.pricing import previous_of, worth

Floats = npt.NDArray[np.float64]


@compiled_lean
def book_trade(
    state: State, book: Book, events: Events, e: int, client: int, closes: bool, row: Floats, sums: Floats
) -> None:
    """Book one execution."""
    kind, sort, amount, at = events.kind[e], events.sort[e], events.amount[e], events.day[e]
    row[col.FEES] += events.fees[e]
    row[col.COST] -= events.fees[e]
    row[col.COMMISSION] += events.commission[e]
    row[col.EXCHANGE_FEE] += events.exchange_fee[e]
    if sort == ev.REPO:
        _repo(state, events, e, row)
        return
    row[col.TRADES] += 1
    row[col.BUY_AMOUNT if kind == ev.BUY else col.SELL_AMOUNT] += amount
    slot = pos.slot_for(state, events.security[e], sort == ev.SHORT, book.days[at], at)
    if sort == ev.SHORT:
        if kind == ev.BUY:
            _cover(state, book, events, e, slot, row, sums)
        else:
            _short(state, book, events, e, slot, sums)
    elif kind == ev.BUY:
        _buy(state, book, events, e, slot, closes, row, sums)
    else:
        _sell(state, book, events, e, slot, client, closes, row, sums)


@compiled_lean
def _repo(state: State, events: Events, e: int, row: Floats) -> None:
    """Lend or borrow cash; what the legs in a security differ by is interest when as much was sold as bought."""
    sign, lent = 1 if events.kind[e] == ev.BUY else -1, state.of_security[events.security[e]]
    lent[pos.LENT_UNITS] += sign * events.quantity[e]
    lent[pos.LENT] -= sign * events.amount[e]
    if lent[pos.LENT_UNITS] == 0:
        row[col.INTEREST] += lent[pos.LENT]
        row[col.PNL_INCOME] += lent[pos.LENT]
        lent[pos.LENT] = 0


@compiled_lean
def _buy(
    state: State, book: Book, events: Events, e: int, slot: int, closes: bool, row: Floats, sums: Floats
) -> None:
    units, amount, fees, sort, at = (
        events.quantity[e], events.amount[e], events.fees[e], events.sort[e], events.day[e],
    )  # fmt: skip
    whole, value = state.whole, worth(state, book, events.security[e], units, at)
    decides = sort == ev.ORDINARY and note_buy(state, book, events, e, slot, closes, row)
    if sort == ev.EXCHANGED and amount == 0:
        amount = value
    if not (sort == ev.RIGHTS and settle(state, value - amount, at, sums)):
        sums[INTRADAY] += value - amount
    pos.acquire(state, slot, units, amount + fees, book.days[at])
    whole[slot, pos.T_UNITS] += units
    whole[slot, pos.T_PAID] += amount
    whole[slot, pos.T_FEES] += fees
    whole[slot, pos.T_BUYS] += decides


@compiled_lean
def _sell(
    state: State,
    book: Book,
    events: Events,
    e: int,
    slot: int,
    client: int,
    closes: bool,
    row: Floats,
    sums: Floats,
) -> None:
    units, amount, sort, at = events.quantity[e], events.amount[e], events.sort[e], events.day[e]
    whole = state.whole
    seed_missing(state, book, slot, units, amount, at, sums)
    decides = sort == ev.ORDINARY and note_sale(state, book, events, e, slot, closes, row)
    cost, held = pos.give_up(state, slot, units, book.days[at])
    if sort == ev.EXCHANGED and amount == 0:
        amount = cost
    else:
        sums[INTRADAY] += amount - worth(state, book, events.security[e], units, at)
        whole[slot, pos.SOLD] = 1
        whole[slot, pos.SOLD_UNITS] += units
        whole[slot, pos.SOLD_AMOUNT] += amount
    row[col.PNL_REALISED] += amount - cost
    state.real[slot, pos.T_HELD] += held
    whole[slot, pos.T_PROCEEDS] += amount
    whole[slot, pos.T_FEES] += events.fees[e]
    whole[slot, pos.T_SELLS] += decides
    whole[slot, pos.T_SOLD] += units
    if whole[slot, pos.UNITS] == 0 and units > 0:
        pos.end_trip(state, slot, client, book.days[at])


@compiled_lean
def _short(state: State, book: Book, events: Events, e: int, slot: int, sums: Floats) -> None:
    """Sell what was borrowed: units below zero, whose cost is minus what they brought."""
    units, amount, at = events.quantity[e], events.amount[e], events.day[e]
    state.whole[slot, pos.UNITS] -= units
    state.whole[slot, pos.COST] -= amount
    sums[INTRADAY] += amount - worth(state, book, events.security[e], units, at)


@compiled_lean
def _cover(state: State, book: Book, events: Events, e: int, slot: int, row: Floats, sums: Floats) -> None:
    """Buy back what was sold short; what was never seen to be sold was sold at P⁻, before the events began."""
    units, amount, security, at = events.quantity[e], events.amount[e], events.security[e], events.day[e]
    whole, missing = state.whole, units + state.whole[slot, pos.UNITS]
    if missing > 0:
        price = previous_of(book, security, at)
        proceeds = int(np.rint(missing * (amount / units if np.isnan(price) else price)))
        pos.seed(state, slot, -missing, -proceeds, book.days[state.of_client[pos.FIRST_AT]])
        sums[INTRADAY] += proceeds - worth(state, book, security, missing, at)
    if whole[slot, pos.UNITS] == 0:
        received = 0
    else:
        received = -pos.share_of(whole[slot, pos.COST], units, -whole[slot, pos.UNITS])
    whole[slot, pos.COST] += received
    whole[slot, pos.UNITS] += units
    row[col.PNL_REALISED] += received - amount
    sums[INTRADAY] += worth(state, book, security, units, at) - amount

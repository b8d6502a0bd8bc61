"""What a decision to buy or sell says: where the security stood, what the position had brought."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import compiled_lean
from zhike.datacentre.tables.ledger import MOMENTA, STANDINGS
from zhike.features.ledger import columns as col
from zhike.features.ledger import positions as pos
from zhike.features.ledger.book import Book
from zhike.features.ledger.events import Events
from zhike.features.ledger.positions import State

Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
_PLACES = [name for name, *_ in STANDINGS]
MOM20, CHEAP, LOTTERY = (_PLACES.index(name) for name in ("mom20", "cheap", "lottery"))
_BOUGHT, _SOLD = 1, 2  # bits of DECIDED
_QUICK = 5
_SAME = 1e-9
_YUAN = 1e-4
_LOOK_BACK = np.array(MOMENTA)


@compiled_lean
def note_buy(state: State, book: Book, events: Events, e: int, slot: int, full: bool, row: Floats) -> bool:
    """Add an ordinary buy to the day's acts, before it happens to the position; return whether it is a decision.

    Unless `full`, only its momentum is added.
    """
    security, at, units, amount = events.security[e], events.day[e], events.quantity[e], events.amount[e]
    _add_momentum(book, security, at, amount * _YUAN, row, col.MOMENTUM)
    whole = state.whole
    if whole[slot, pos.DECIDED] & _BOUGHT:
        return False
    whole[slot, pos.DECIDED] |= _BOUGHT
    if not full:
        return True
    row[col.BUYS] += 1
    act = _noted(state, book, events, e, 0.0)
    if security < book.close.shape[0]:
        ranked, valued = _add_standing(book, security, at, row, col.STANDING)
        row[col.BUYS_RANKED] += ranked
        row[col.BUYS_VALUED] += valued
        row[col.BUYS_HOT] += book.hot[security, at]
        row[col.BUYS_AFTER_LIMIT] += book.after_limit[security, at]
    if units > 0 and whole[slot, pos.MORNING_UNITS] > 0 and whole[slot, pos.UNITS] > 0:
        way = _against(amount / units, whole[slot, pos.MORNING_COST] / whole[slot, pos.MORNING_UNITS])
        row[col.BUYS_MORE_BELOW] += way < 0
        row[col.BUYS_MORE_ABOVE] += way > 0
        state.acts[act, col.ACT_MORE] = way
    return True


@compiled_lean
def _against(price: float, cost: float) -> int:
    """Tell a gain (1) from a loss (−1); 0 where price and cost are the same."""
    if abs(price - cost) <= _SAME * abs(cost):
        return 0
    return 1 if price > cost else -1


@compiled_lean
def note_sale(state: State, book: Book, events: Events, e: int, slot: int, full: bool, row: Floats) -> bool:
    """Add an ordinary sale to the day's acts, before it happens to the position; return whether it is a decision.

    Unless `full`, only its momentum is added.
    """
    security, at, amount = events.security[e], events.day[e], events.amount[e]
    _add_momentum(book, security, at, amount * _YUAN, row, col.MOMENTUM + col.N_MOMENTA)
    whole = state.whole
    if whole[slot, pos.DECIDED] & _SOLD:
        return False
    whole[slot, pos.DECIDED] |= _SOLD
    if not full:
        return True
    row[col.SELLS] += 1
    act = _noted(state, book, events, e, 1.0)
    if security < book.close.shape[0]:
        ranked, valued = _add_standing(book, security, at, row, col.STANDING + col.N_STANDINGS)
        row[col.SELLS_RANKED] += ranked
        row[col.SELLS_VALUED] += valued
    if not whole[slot, pos.SEEDED] and whole[slot, pos.COST] > 0 and events.quantity[e] > 0:
        _add_known(state, slot, amount / events.quantity[e], at, act, row)
    return True


@compiled_lean
def _add_known(state: State, slot: int, price: float, at: int, act: int, row: Floats) -> None:
    """Add what a sale brings on a position whose cost is known."""
    whole, highest, fall = state.whole, state.real[slot, pos.HIGHEST], 0.0
    held = at - whole[slot, pos.OPENED_AT]
    gain = price / (whole[slot, pos.COST] / whole[slot, pos.UNITS]) - 1.0
    if highest > 0:
        fall = max(0.0, 1.0 - price / highest)
        state.acts[act, col.ACT_FROM_PEAK] = fall
    state.acts[act, col.ACT_GAIN], state.acts[act, col.ACT_HELD] = gain, held
    row[col.SELLS_KNOWN] += 1
    row[col.SELLS_GAIN] += gain
    row[col.SELLS_HELD] += held
    row[col.SELLS_QUICK] += held <= _QUICK
    row[col.SELLS_FROM_PEAK] += fall


@compiled_lean
def _noted(state: State, book: Book, events: Events, e: int, sells: float) -> int:
    """Begin the row of a decision: whose it is, when, which way, and where the security stood; return its place."""
    acts, act = state.acts, state.of_client[pos.ACTS]
    state.of_client[pos.ACTS] += 1
    security, at = events.security[e], events.day[e]
    acts[act, col.ACT_DAY], acts[act, col.ACT_SELLS] = at, sells
    if security < book.close.shape[0]:
        for k in range(book.standing.shape[0]):
            acts[act, col.ACT_STANDING + k] = book.standing[k, security, at]
        acts[act, col.ACT_HOT] = book.hot[security, at]
        acts[act, col.ACT_AFTER_LIMIT] = book.after_limit[security, at]
    return int(act)


@compiled_lean
def _add_standing(book: Book, security: int, at: int, row: Floats, first: int) -> tuple[bool, bool]:
    """Add the security's places of the day; return whether the 20-day one and the cheapness are known."""
    for k in range(book.standing.shape[0]):
        place = book.standing[k, security, at]
        if not np.isnan(place):
            row[first + k] += place - 0.5
    ranked = not np.isnan(book.standing[MOM20, security, at])
    return ranked, not np.isnan(book.standing[CHEAP, security, at])


@compiled_lean
def _add_momentum(book: Book, security: int, at: int, yuan: float, row: Floats, first: int) -> None:
    """Add the amount times the security's return beyond the index over 5, 20 and 60 days before."""
    if security >= book.close.shape[0]:
        return
    for k in range(len(_LOOK_BACK)):
        begin = at - 1 - _LOOK_BACK[k]
        if begin >= 0:
            own = book.chain[security, at - 1] / book.chain[security, begin] - 1.0
            market = book.index_chain[at - 1] / book.index_chain[begin] - 1.0
            if not (np.isnan(own) or np.isnan(market)):
                row[first + k] += yuan * (own - market)


@compiled_lean
def count_gains(state: State, book: Book, at: int, row: Floats) -> None:
    """Count gains and losses taken and kept on a day with a sale (Odean 1998)."""
    whole, sale = state.whole, False
    for slot in range(state.of_client[pos.USED]):
        sale |= _sold(whole, slot, at) and _counts(whole, slot, at)
    if not sale:
        return
    for slot in range(state.of_client[pos.USED]):
        security, touched = whole[slot, pos.SECURITY], whole[slot, pos.TOUCHED] == at
        if not _counts(whole, slot, at):
            continue
        cost = whole[slot, pos.COST] / whole[slot, pos.UNITS] if not touched else 0.0
        if touched:
            cost = whole[slot, pos.MORNING_COST] / whole[slot, pos.MORNING_UNITS]
        if _sold(whole, slot, at):
            way = _against(whole[slot, pos.SOLD_AMOUNT] / whole[slot, pos.SOLD_UNITS], cost)
            row[col.REALISED_GAINS] += way > 0
            row[col.REALISED_LOSSES] += way < 0
        elif not (touched and whole[slot, pos.SOLD]) and _kept(book, whole[slot, pos.UNITS], security, at):
            way = _against(book.close[security, at], cost)
            row[col.PAPER_GAINS] += way > 0
            row[col.PAPER_LOSSES] += way < 0


@compiled_lean
def _sold(whole: Ints, slot: int, at: int) -> bool:
    """Tell whether some of a position was sold today."""
    return bool(whole[slot, pos.TOUCHED] == at and whole[slot, pos.SOLD_UNITS] > 0)


@compiled_lean
def _counts(whole: Ints, slot: int, at: int) -> bool:
    """Tell whether a position was held long in the morning, at a cost that is known."""
    if whole[slot, pos.TOUCHED] == at:
        return bool(whole[slot, pos.MORNING_UNITS] > 0 and not whole[slot, pos.UNSURE])
    return bool(whole[slot, pos.UNITS] > 0 and not whole[slot, pos.SEEDED])


@compiled_lean
def _kept(book: Book, units: int, security: int, at: int) -> bool:
    """Tell whether a position that could have been sold is still held."""
    if units == 0 or security >= book.close.shape[0]:
        return False
    return not book.locked[security, at] and not np.isnan(book.close[security, at])

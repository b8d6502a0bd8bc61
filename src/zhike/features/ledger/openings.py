"""What a client held before the events began, by the first holdings that were delivered (docs/methods/ledger.md §3)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import compiled_lean
from zhike.features.ledger import events as ev
from zhike.features.ledger import positions as pos
from zhike.features.ledger.book import Book
from zhike.features.ledger.events import ABSENT, Events, Holdings
from zhike.features.ledger.positions import State
from zhike.features.ledger.pricing import close_of, factor_of, jump_of, previous_of, worth_at

Ints = npt.NDArray[np.int64]
KEEP = 60  # trading days within which a booking belongs to what entitled to it


@compiled_lean
def given_before(book: Book, events: Events, begin: int, e: int) -> bool:
    """Tell whether an action, a rise by a jump or a subscription (the client's, from event `begin` on) gave listed shares before."""
    security, at = events.security[e], events.day[e]
    if security < book.close.shape[0]:
        for k in range(book.action_from[security], book.action_from[security + 1]):
            if at - KEEP <= book.action_day[k] <= at:
                return True
        for k in range(book.jump_from[security], book.jump_from[security + 1]):
            if at - KEEP <= book.jump_day[k] <= at and book.jump_factor[k] < 1.0:
                return True
    while e > begin and events.day[e - 1] >= at - KEEP:
        e -= 1
        subscribed = events.sort[e] == ev.IPO or events.sort[e] == ev.RIGHTS
        if subscribed and events.security[e] == security and events.day[e] < at:
            return True
    return False


@compiled_lean
def open_positions(
    state: State, book: Book, events: Events, holdings: Holdings, client: int, at: int, last: int
) -> None:
    """Put in what the client held on the morning of the first day, `at`."""
    for h in range(holdings.start[client], holdings.start[client + 1]):
        security, held = holdings.security[h], holdings.quantity[h]
        units, became = _unwound(book, events, holdings, client, h, at, last)
        if units <= 0:
            continue
        price = previous_of(book, security, at)
        if np.isnan(price):
            price = close_of(book, security, at)
        price *= factor_of(book, security, at) * min(jump_of(book, security, at), 1.0)
        slot = pos.slot_for(state, security, False, book.days[at], at)
        pos.seed(
            state, slot, units, _opening_cost(holdings.cost[h], units, held, became, price), book.days[at]
        )
        earlier = close_of(book, security, at - 1)
        value = worth_at(units, state.whole[slot, pos.COST], price if np.isnan(earlier) else earlier)
        state.whole[slot, pos.VALUE], state.whole[slot, pos.TOUCHED] = value, -1
        state.of_client[pos.PAPER] += value - state.whole[slot, pos.COST]


@compiled_lean
def _opening_cost(cost: int, units: int, held: int, became: float, price: float) -> int:
    """Return the counter's cost of the opening units, else their value in the morning; 0 where neither is known."""
    if cost != ABSENT and held > 0:
        share = pos.share_of(cost, units, held)
        return share if became == 1.0 else int(np.rint(share * became))
    return 0 if np.isnan(price) else int(np.rint(units * price))


@compiled_lean
def _unwound(
    book: Book, events: Events, holdings: Holdings, client: int, h: int, first: int, last: int
) -> tuple[int, float]:
    """Go back from a holding to the first morning; return the units then, and what one of them became since."""
    security, counted, units, became = holdings.security[h], holdings.date[client], holdings.quantity[h], 1.0
    begin, e = events.start[client], events.start[client + 1] - 1
    for t in range(last, first - 1, -1):
        while e >= begin and events.day[e] >= t:
            if events.security[e] == security and events.date[e] <= counted:
                units -= added(book, events, begin, e)
            e -= 1
        jump = jump_of(book, security, t) if book.days[t] <= counted else 1.0
        if jump < 1.0:  # a fall has changed no units, for all that is known here
            units, became = int(np.rint(units / jump)), became * jump
        factor = factor_of(book, security, t) if book.days[t] <= counted else 1.0
        if factor != 1.0:
            units, became = int(np.rint(units / factor)), became * factor
    return units, became


@compiled_lean
def added(book: Book, events: Events, begin: int, e: int) -> int:
    """Return by how much an event changes what is held long; `begin` is the client's first."""
    kind, sort, units = events.kind[e], events.sort[e], events.quantity[e]
    if kind >= ev.BUY:
        if sort == ev.REPO or sort == ev.SHORT:
            return 0
        return int(units if kind == ev.BUY else -units)
    if kind == ev.LISTING_IN:
        return 0 if given_before(book, events, begin, e) else int(units)
    if kind == ev.CUSTODY_IN or kind == ev.CUSTODY_OUT:
        return int(units if kind == ev.CUSTODY_IN else -units)
    return 0

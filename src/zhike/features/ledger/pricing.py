"""What a security is worth to a client on a day: its close, before its first quote the client's own latest price."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import compiled_lean
from zhike.features.ledger import events as ev
from zhike.features.ledger import positions as pos
from zhike.features.ledger.book import Book
from zhike.features.ledger.events import Events
from zhike.features.ledger.positions import State

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@compiled_lean
def close_of(book: Book, security: int, at: int) -> float:
    """Return the close of a day; NaN where the security has no quote so far."""
    if security >= book.close.shape[0] or at < 0:
        return float(np.nan)
    return float(book.close[security, at])


@compiled_lean
def previous_of(book: Book, security: int, at: int) -> float:
    """Return what the day's close is measured against (P⁻); NaN where nothing was quoted before."""
    if security >= book.previous.shape[0]:
        return float(np.nan)
    return float(book.previous[security, at])


@compiled_lean
def factor_of(book: Book, security: int, at: int) -> float:
    """Return what one share becomes on a day by its corporate actions."""
    if security < book.close.shape[0]:
        return _product(book.action_from, book.action_day, book.action_factor, security, at)
    return 1.0


@compiled_lean
def jump_of(book: Book, security: int, at: int) -> float:
    """Return what one unit may have become on a day whose price jumps; 1 where it doesn't, or there is nothing to infer."""
    if security < book.close.shape[0]:
        return _product(book.jump_from, book.jump_day, book.jump_factor, security, at)
    return 1.0


@compiled_lean
def _product(first: Ints, day: Ints, factor: Floats, security: int, at: int) -> float:
    """Return the product of a security's factors on a day; 1 without any."""
    product = 1.0
    for k in range(first[security], first[security + 1]):
        if day[k] == at:
            product *= factor[k]
    return product


@compiled_lean
def price_of(state: State, book: Book, security: int, at: int) -> float:
    """Return the close, else the client's mark divided by the corporate actions since, else NaN."""
    price = close_of(book, security, at)
    if not np.isnan(price):
        return price
    mark = state.mark[security]
    if not np.isnan(mark) and security < book.close.shape[0]:
        since, end = state.of_security[security, pos.MARKED_AT], book.action_from[security + 1]
        for k in range(book.action_from[security], end):
            day = book.action_day[k]
            if since < day <= at and (k + 1 == end or book.action_day[k + 1] != day):
                mark /= factor_of(book, security, day)
    return float(mark)


@compiled_lean
def worth(state: State, book: Book, security: int, units: int, at: int) -> int:
    """Value units at the day's price; 0 where there is none."""
    price = price_of(state, book, security, at)
    return 0 if np.isnan(price) else int(np.rint(units * price))


@compiled_lean
def worth_at(units: int, cost: int, price: float) -> int:
    """Value a position's units at a price; at their cost where there is none."""
    return int(cost) if np.isnan(price) else int(np.rint(units * price))


@compiled_lean
def mark_trades(state: State, book: Book, events: Events, begin: int, end: int, at: int) -> None:
    """Remember the prices of the day's trades in securities that have no quote so far."""
    for e in range(begin, end):
        security, units, amount = events.security[e], events.quantity[e], events.amount[e]
        priced = events.kind[e] >= ev.BUY and events.sort[e] != ev.REPO and units > 0 and amount > 0
        if priced and np.isnan(close_of(book, security, at)):
            state.mark[security] = amount / units
            state.of_security[security, pos.MARKED_AT] = at


@compiled_lean
def forget_securities(state: State, events: Events, begin: int, end: int) -> None:
    """Forget what a client's events left behind of single securities."""
    for e in range(begin, end):
        security = events.security[e]
        if security >= 0:
            state.mark[security] = np.nan
            state.of_security[security] = 0

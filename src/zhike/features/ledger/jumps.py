"""Whether a client's units changed on a day whose price jumps: the client's own events say so (docs/methods/ledger.md §3)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import compiled_lean
from zhike.features.ledger import positions as pos
from zhike.features.ledger.book import Book
from zhike.features.ledger.events import Events
from zhike.features.ledger.openings import added
from zhike.features.ledger.positions import State
from zhike.features.ledger.pricing import jump_of

Ints = npt.NDArray[np.int64]
_SHARE = 10_000  # one, in units of 0.0001: rounding, and a fraction paid out in cash, may leave less


@compiled_lean
def take_jump(
    state: State, book: Book, events: Events, begin: int, e: int, stop: int, slot: int, at: int
) -> None:
    """Let a position's units change on a day whose price jumps, where they did; unsure and short ones as it is assumed.

    The client's events begin with `begin`, those of the day with `e`, and end before `stop`.
    """
    whole = state.whole[slot]
    security, kept = whole[pos.SECURITY], whole[pos.UNITS]
    jump = jump_of(book, security, at)
    changes = jump < 1.0
    if not whole[pos.SEEDED] and not pos.is_short(state, slot):
        changed = int(np.rint(kept * jump))
        changes = _changed(book, events, begin, e, stop, security, at, changed, kept, changes)
    if changes:
        pos.scale(state, slot, jump)


@compiled_lean
def _changed(
    book: Book, events: Events, begin: int, e: int, stop: int, security: int, at: int, changed: int, kept: int, rises: bool
) -> bool:  # fmt: skip
    """Tell whether `changed` units were held after a jump on day `at`, or `kept`, by what is bought and sold from then on.

    `begin`, `e`, `stop`: the client's first event, the first from that day on, and the end. A count that runs short by
    more than it began with (it may be roughly known only), and a share, is wrong; one that `changed` units explain to the
    share is right. Where neither or both are wrong, what `rises` has changed units, what fell hasn't.
    """
    least, least_kept = -changed - _SHARE, -kept - _SHARE
    end = _next_change(book, security, at)
    while e < stop and (end < 0 or events.day[e] < end):
        units = added(book, events, begin, e) if events.security[e] == security else 0
        if units:
            changed, kept = changed + units, kept + units
            if (changed < least) != (kept < least_kept):
                return kept < least_kept
            if changed < least:
                return rises
            if abs(changed) < _SHARE:
                return True
        e += 1
    return rises


@compiled_lean
def _next_change(book: Book, security: int, at: int) -> int:
    """Return the day of the next corporate action or jump, −1 where there is none."""
    action = _next(book.action_from, book.action_day, security, at)
    jump = _next(book.jump_from, book.jump_day, security, at)
    return max(action, jump) if action < 0 or jump < 0 else min(action, jump)


@compiled_lean
def _next(first: Ints, day: Ints, security: int, at: int) -> int:
    """Return the first of a security's days after one; −1 where there is none."""
    found = -1
    for k in range(first[security], first[security + 1]):
        if day[k] > at and (found < 0 or day[k] < found):
            found = day[k]
    return int(found)

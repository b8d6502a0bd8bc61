"""One client's positions while the fold goes through the days: quantity, cost, lots, and the round trip under way."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import compiled_lean
from zhike.features.ledger import columns as col

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]

# Of a position, whole numbers; those from MORNING_UNITS to DECIDED are of the day that TOUCHED names, on which an event last
# named it: before its events, and so far. TURN: the next day on which it may do more than follow its close. …
(
    SECURITY, KEY, UNITS, COST, OPENED, OPENED_AT, VALUE, SEEDED, FIRST_LOT, LAST_LOT,
    T_UNITS, T_PAID, T_PROCEEDS, T_FEES, T_BUYS, T_SELLS, T_SOLD, T_FORGOTTEN,
    MORNING_UNITS, MORNING_COST, UNSURE, SOLD, SOLD_UNITS, SOLD_AMOUNT, DECIDED, TOUCHED, TURN,
) = range(27)  # fmt: skip
# … and others: share-days of the trip, highest close, best and worst close over cost.
T_HELD, HIGHEST, BEST, WORST = range(4)
# Of a client; finished trips and acts are counted through all clients.
USED, LOTS, TRIPS, ACTS, OWED, OWED_AT, PAPER, FIRST_AT = range(8)
# Of a client's securities, whole numbers: the day of the mark; what is lent against it, and the cash that came in for it.
MARKED_AT, LENT_UNITS, LENT = range(3)
_NONE = -1
_WIDE = 3_000_000_000  # its square still fits into 63 bits


class State(NamedTuple):
    """One client's positions (one a row, the first `of_client[USED]` in use), and lots of those held long.

    `slot_of` (2 S,): the row of each of S securities held long, then of each sold short (−1: none). `mark` (S,): price
    of the client's latest trade where there was no quote, NaN: none; `of_security` (S, 3) as above. `trips`: finished
    round trips, `acts`: decisions, a row each in the columns of `columns`.
    """

    whole: Ints
    real: Floats
    slot_of: Ints
    lot_day: Ints
    lot_units: Ints
    lot_next: Ints
    of_client: Ints
    mark: Floats
    of_security: Ints
    trips: Floats
    acts: Floats32


def fresh_state(positions: int, securities: int, lots: int, trips: int, acts: int) -> State:
    """Return room for one client at a time: at most so many positions, securities, lots; `trips`, `acts` for all clients."""
    return State(
        np.zeros((positions, TURN + 1), np.int64),
        np.zeros((positions, WORST + 1)),
        np.full(2 * securities, _NONE, np.int64),
        np.zeros(lots, np.int64),
        np.zeros(lots, np.int64),
        np.zeros(lots, np.int64),
        np.zeros(FIRST_AT + 1, np.int64),
        np.full(securities, np.nan),
        np.zeros((securities, LENT + 1), np.int64),
        np.zeros((trips, col.N_TRIP + 2)),
        np.full((acts, col.N_ACT), np.nan, np.float32),
    )


@compiled_lean
def share_of(cost: int, units: int, of: int) -> int:
    """Return cost × units ÷ of, rounded half to even, exact; units and `of` are above zero, or units 0."""
    if units == of:
        return cost
    a, b = units, of
    while b:
        a, b = b, a % b
    n, q = units // a, of // a
    whole, rest = cost // q, cost % q
    if q <= _WIDE and n <= _WIDE:
        part, left = rest * n // q, rest * n % q
    else:
        part, left = _wide_share(rest, n, q)
    if 2 * left > q or (2 * left == q and (whole * n + part) % 2 != 0):
        part += 1
    return whole * n + part


@compiled_lean
def _wide_share(rest: int, n: int, q: int) -> tuple[int, int]:
    """Divide rest × n by q bit by bit, where the product may not fit; 0 ≤ rest < q < 2^61."""
    part, left = 0, 0
    for k in range(62, -1, -1):
        part, left = 2 * part, 2 * left
        if (n >> k) & 1:
            left += rest
        while left >= q:
            left -= q
            part += 1
    return part, left


@compiled_lean
def slot_for(state: State, security: int, short: bool, day: int, at: int) -> int:
    """Return the slot of a security's long or short position, a fresh one where there is none; an empty one begins anew."""
    key = security + len(state.mark) if short else security
    slot = state.slot_of[key]
    if slot >= 0:
        touch(state, slot, at)
        if state.whole[slot, UNITS] == 0:
            begin_trip(state, slot, day, at)
        return int(slot)
    slot = state.of_client[USED]
    state.of_client[USED] += 1
    state.slot_of[key] = slot
    state.whole[slot] = 0
    state.whole[slot, SECURITY], state.whole[slot, KEY], state.whole[slot, TOUCHED] = security, key, at
    begin_trip(state, slot, day, at)
    return int(slot)


@compiled_lean
def touch(state: State, slot: int, at: int) -> None:
    """Remember how a position stood on the morning of a day, before the first of its events."""
    whole = state.whole
    if whole[slot, TOUCHED] == at:
        return
    whole[slot, TOUCHED] = at
    whole[slot, MORNING_UNITS], whole[slot, MORNING_COST] = whole[slot, UNITS], whole[slot, COST]
    whole[slot, UNSURE] = whole[slot, SEEDED]
    whole[slot, SOLD : DECIDED + 1] = 0


@compiled_lean
def is_short(state: State, slot: int) -> bool:
    """Tell whether a position is one sold short."""
    return bool(state.whole[slot, KEY] != state.whole[slot, SECURITY])


@compiled_lean
def begin_trip(state: State, slot: int, day: int, at: int) -> None:
    """Begin a round trip: nothing bought, nothing sold so far."""
    whole, real = state.whole, state.real
    whole[slot, UNITS] = whole[slot, COST] = whole[slot, SEEDED] = 0
    whole[slot, OPENED], whole[slot, OPENED_AT] = day, at
    whole[slot, FIRST_LOT] = whole[slot, LAST_LOT] = _NONE
    whole[slot, T_UNITS : T_FORGOTTEN + 1] = 0
    real[slot, T_HELD] = 0.0
    real[slot, HIGHEST] = real[slot, BEST] = -np.inf
    real[slot, WORST] = np.inf


@compiled_lean
def _new_lot(state: State, units: int, day: int, follows: int) -> int:
    """Make a lot in front of another one; return its place."""
    lot = state.of_client[LOTS]
    state.of_client[LOTS] += 1
    state.lot_day[lot], state.lot_units[lot], state.lot_next[lot] = day, units, follows
    return int(lot)


@compiled_lean
def acquire(state: State, slot: int, units: int, cost: int, day: int) -> None:
    """Add units to a position for a cost, as its latest lot."""
    whole = state.whole
    whole[slot, UNITS] += units
    whole[slot, COST] += cost
    lot = _new_lot(state, units, day, _NONE)
    if whole[slot, FIRST_LOT] == _NONE:
        whole[slot, FIRST_LOT] = lot
    else:
        state.lot_next[whole[slot, LAST_LOT]] = lot
    whole[slot, LAST_LOT] = lot


@compiled_lean
def seed(state: State, slot: int, units: int, cost: int, day: int) -> None:
    """Add units that must have been held (below zero: sold short) before the client's first day, `day`."""
    whole = state.whole
    whole[slot, UNITS] += units
    whole[slot, COST] += cost
    whole[slot, OPENED], whole[slot, OPENED_AT] = day, state.of_client[FIRST_AT]
    whole[slot, SEEDED] = whole[slot, UNSURE] = 1
    lot = _new_lot(state, abs(units), day, whole[slot, FIRST_LOT])
    if whole[slot, FIRST_LOT] == _NONE:
        whole[slot, LAST_LOT] = lot
    whole[slot, FIRST_LOT] = lot


@compiled_lean
def take_lots(state: State, slot: int, units: int, day: int) -> float:
    """Take units out of the oldest lots; return units × days they were held."""
    held = 0.0
    lot = state.whole[slot, FIRST_LOT]
    while units != 0 and lot != _NONE:
        taken = min(units, state.lot_units[lot])
        held += float(taken) * float(day - state.lot_day[lot])
        units -= taken
        state.lot_units[lot] -= taken
        if state.lot_units[lot] == 0:
            lot = state.lot_next[lot]
    state.whole[slot, FIRST_LOT] = lot
    return held


@compiled_lean
def give_up(state: State, slot: int, units: int, day: int) -> tuple[int, float]:
    """Take units out of a position; return the cost that leaves with them and their unit-days."""
    whole = state.whole
    cost = share_of(whole[slot, COST], units, whole[slot, UNITS]) if whole[slot, UNITS] else 0
    whole[slot, COST] -= cost
    whole[slot, UNITS] -= units
    return cost, take_lots(state, slot, units, day)


@compiled_lean
def scale(state: State, slot: int, factor: float) -> None:
    """Let a position's units become `factor` times as many; what rounding the lots leaves over goes to the last."""
    whole, real, left = state.whole, state.real, 0
    whole[slot, UNITS] = int(np.rint(whole[slot, UNITS] * factor))
    real[slot, HIGHEST] /= factor
    lot = whole[slot, FIRST_LOT]
    while lot != _NONE:
        state.lot_units[lot] = int(np.rint(state.lot_units[lot] * factor))
        left += state.lot_units[lot]
        lot = state.lot_next[lot]
    if whole[slot, FIRST_LOT] != _NONE:
        state.lot_units[whole[slot, LAST_LOT]] += abs(whole[slot, UNITS]) - left


@compiled_lean
def end_trip(state: State, slot: int, client: int, day: int) -> None:
    """Write the round trip that sales have brought to its end, unless part of it isn't known or went another way."""
    whole, real = state.whole, state.real
    if whole[slot, SEEDED] or whole[slot, T_FORGOTTEN]:
        return
    row = state.trips[state.of_client[TRIPS]]
    state.of_client[TRIPS] += 1
    row[col.OPENED_ON], row[col.CLOSED_ON] = whole[slot, OPENED], day
    row[col.QUANTITY], row[col.PAID] = whole[slot, T_UNITS], whole[slot, T_PAID]
    row[col.PROCEEDS], row[col.TRIP_FEES] = whole[slot, T_PROCEEDS], whole[slot, T_FEES]
    row[col.HOLDING_DAYS] = real[slot, T_HELD] / whole[slot, T_SOLD]
    row[col.TRIP_BUYS], row[col.TRIP_SELLS] = whole[slot, T_BUYS], whole[slot, T_SELLS]
    if real[slot, BEST] >= real[slot, WORST]:
        row[col.PEAK], row[col.TROUGH] = real[slot, BEST], real[slot, WORST]
    row[col.TRIP_CLIENT], row[col.TRIP_SECURITY] = client, whole[slot, SECURITY]


@compiled_lean
def drop_empty(state: State) -> None:
    """Free the slots of positions that are no more."""
    slot = 0
    while slot < state.of_client[USED]:
        if state.whole[slot, UNITS] != 0:
            slot += 1
            continue
        state.slot_of[state.whole[slot, KEY]] = _NONE
        last = state.of_client[USED] - 1
        if slot != last:
            for k in range(state.whole.shape[1]):
                state.whole[slot, k] = state.whole[last, k]
            for k in range(state.real.shape[1]):
                state.real[slot, k] = state.real[last, k]
            state.slot_of[state.whole[slot, KEY]] = slot
        state.of_client[USED] = last


@compiled_lean
def note_close(whole: Ints, real: Floats, slot: int, price: float) -> None:
    """Remember how far a close lies from the average cost of a long position (no price: 0), and the highest one."""
    units, cost = whole[slot, UNITS], whole[slot, COST]
    if not np.isnan(price):
        real[slot, HIGHEST] = max(real[slot, HIGHEST], price)
    if cost > 0:
        ratio = 0.0 if np.isnan(price) else price / (cost / units) - 1.0
        real[slot, BEST] = max(real[slot, BEST], ratio)
        real[slot, WORST] = min(real[slot, WORST], ratio)

"""One client's positions while the fold goes through the days: quantity, cost, lots, and the round trip under way."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import compiled
from zhike.features.ledger import columns as col

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]

# Of a position, whole numbers …
(
    SECURITY, UNITS, COST, OPENED, OPENED_AT, VALUE, SEEDED, FIRST_LOT, LAST_LOT,
    T_UNITS, T_PAID, T_PROCEEDS, T_FEES, T_BUYS, T_SELLS,
    MORNING_UNITS, MORNING_COST, SOLD_UNITS, SOLD_AMOUNT, DECIDED, ACTION,
) = range(21)  # fmt: skip
# … and others: share-days of the trip, highest close, best and worst over cost, the mark where there is no price.
T_HELD, HIGHEST, BEST, WORST, MARK = range(5)
# Of a client; finished trips and acts are counted through all clients.
USED, LOTS, TRIPS, ACTS, OWED, OWED_AT, LENT, LENT_UNITS, PAPER = range(9)
_NONE = -1
_WIDE = 3_000_000_000  # its square still fits into 63 bits


class State(NamedTuple):
    """Positions (one a row, the first `of_client[USED]` in use), the slot of each security (−1: none), lots.

    `trips`: finished round trips, `acts`: decisions, a row each in the columns of `columns`.
    """

    whole: Ints
    real: Floats
    slot_of: Ints
    lot_day: Ints
    lot_units: Ints
    lot_next: Ints
    of_client: Ints
    trips: Floats
    acts: Floats32


def fresh_state(positions: int, securities: int, lots: int, trips: int, acts: int) -> State:
    """Return room for one client at a time: at most so many positions, securities, lots; `trips`, `acts` for all clients."""
    return State(
        np.zeros((positions, ACTION + 1), np.int64),
        np.zeros((positions, MARK + 1)),
        np.full(securities, _NONE, np.int64),
        np.zeros(lots, np.int64),
        np.zeros(lots, np.int64),
        np.zeros(lots, np.int64),
        np.zeros(PAPER + 1, np.int64),
        np.zeros((trips, col.N_TRIP + 2)),
        np.full((acts, col.N_ACT), np.nan, np.float32),
    )


@compiled
def share_of(cost: int, units: int, of: int) -> int:
    """Return cost × units ÷ of, rounded half to even, exact where the reduced quantities fit."""
    if units == of:
        return cost
    a, b = units, of
    while b:
        a, b = b, a % b
    n, q = units // a, of // a
    if q > _WIDE:
        return int(np.rint(float(cost) * (float(n) / float(q))))
    whole, rest = cost // q, cost % q
    product = rest * n
    part, left = product // q, product % q
    if 2 * left > q or (2 * left == q and (whole * n + part) % 2 != 0):
        part += 1
    return whole * n + part


@compiled
def slot_for(state: State, security: int, day: int, at: int) -> int:
    """Return the slot of a security's position, a fresh one where there is none; an empty position begins anew."""
    slot = state.slot_of[security]
    if slot >= 0:
        if state.whole[slot, UNITS] == 0:
            begin_trip(state, slot, day, at)
        return int(slot)
    slot = state.of_client[USED]
    state.of_client[USED] += 1
    state.slot_of[security] = slot
    state.whole[slot] = 0
    state.whole[slot, SECURITY] = security
    state.whole[slot, FIRST_LOT] = state.whole[slot, LAST_LOT] = _NONE
    state.real[slot, MARK] = np.nan
    begin_trip(state, slot, day, at)
    return int(slot)


@compiled
def begin_trip(state: State, slot: int, day: int, at: int) -> None:
    """Begin a round trip: nothing bought, nothing sold so far."""
    whole, real = state.whole, state.real
    whole[slot, OPENED], whole[slot, OPENED_AT], whole[slot, SEEDED] = day, at, 0
    whole[slot, T_UNITS : T_SELLS + 1] = 0
    real[slot, T_HELD] = 0.0
    real[slot, HIGHEST] = real[slot, BEST] = -np.inf
    real[slot, WORST] = np.inf


@compiled
def add_lot(state: State, slot: int, units: int, day: int) -> None:
    """Put a lot at the end of a position's lots."""
    lot = state.of_client[LOTS]
    state.of_client[LOTS] += 1
    state.lot_day[lot], state.lot_units[lot], state.lot_next[lot] = day, units, _NONE
    if state.whole[slot, FIRST_LOT] == _NONE:
        state.whole[slot, FIRST_LOT] = lot
    else:
        state.lot_next[state.whole[slot, LAST_LOT]] = lot
    state.whole[slot, LAST_LOT] = lot


@compiled
def take_lots(state: State, slot: int, units: int, day: int) -> float:
    """Take units out of the oldest lots; return units × days they were held."""
    held = 0.0
    lot = state.whole[slot, FIRST_LOT]
    while units > 0 and lot != _NONE:
        taken = min(units, state.lot_units[lot])
        held += float(taken) * float(day - state.lot_day[lot])
        units -= taken
        state.lot_units[lot] -= taken
        if state.lot_units[lot] == 0:
            lot = state.lot_next[lot]
    state.whole[slot, FIRST_LOT] = lot
    return held


@compiled
def acquire(state: State, slot: int, units: int, cost: int, day: int) -> None:
    """Add units to a position for a cost."""
    state.whole[slot, UNITS] += units
    state.whole[slot, COST] += cost
    add_lot(state, slot, units, day)


@compiled
def give_up(state: State, slot: int, units: int, day: int) -> tuple[int, float]:
    """Take units out of a position; return the cost that leaves with them and their unit-days."""
    whole = state.whole
    cost = share_of(whole[slot, COST], units, whole[slot, UNITS])
    whole[slot, COST] -= cost
    whole[slot, UNITS] -= units
    return cost, take_lots(state, slot, units, day)


@compiled
def end_trip(state: State, slot: int, client: int, day: int) -> None:
    """Write the round trip that has come to its end, unless its beginning isn't known."""
    whole, real = state.whole, state.real
    if whole[slot, SEEDED] or whole[slot, T_UNITS] <= 0:
        return
    row = state.trips[state.of_client[TRIPS]]
    state.of_client[TRIPS] += 1
    row[col.OPENED_ON], row[col.CLOSED_ON] = whole[slot, OPENED], day
    row[col.QUANTITY], row[col.PAID] = whole[slot, T_UNITS], whole[slot, T_PAID]
    row[col.PROCEEDS], row[col.TRIP_FEES] = whole[slot, T_PROCEEDS], whole[slot, T_FEES]
    row[col.HOLDING_DAYS] = real[slot, T_HELD] / whole[slot, T_UNITS]
    row[col.TRIP_BUYS], row[col.TRIP_SELLS] = whole[slot, T_BUYS], whole[slot, T_SELLS]
    row[col.PEAK], row[col.TROUGH] = real[slot, BEST], real[slot, WORST]
    row[col.TRIP_CLIENT], row[col.TRIP_SECURITY] = client, whole[slot, SECURITY]


@compiled
def drop_empty(state: State) -> None:
    """Free the slots of positions that are no more."""
    slot = 0
    while slot < state.of_client[USED]:
        if state.whole[slot, UNITS] != 0:
            slot += 1
            continue
        state.slot_of[state.whole[slot, SECURITY]] = _NONE
        last = state.of_client[USED] - 1
        if slot != last:
            state.whole[slot], state.real[slot] = state.whole[last], state.real[last]
            state.slot_of[state.whole[slot, SECURITY]] = slot
        state.of_client[USED] = last


@compiled
def note_price(state: State, slot: int, price: float) -> None:
    """Remember how far a price (close, or own sale) lies from the average cost."""
    units, cost = state.whole[slot, UNITS], state.whole[slot, COST]
    if units > 0 and cost > 0 and not state.whole[slot, SEEDED]:
        ratio = price * units / cost - 1.0
        state.real[slot, BEST] = max(state.real[slot, BEST], ratio)
        state.real[slot, WORST] = min(state.real[slot, WORST], ratio)

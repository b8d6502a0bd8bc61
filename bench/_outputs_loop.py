"""The compiled loop of bench/_outputs_fold.py: one client's trades in order of time, with positions and lots."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import compiled

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

SUMS = (
    "recency", "first_age", "trades", "trading_days", "monetary", "fees", "decay", "net_buy_bull", "net_buy_bear",
    "buy_beyond", "bought", "sell_beyond", "sold", "profit", "won", "closed", "rg", "rl", "pg", "pl",
    "fifo_profit", "unit_days", "units_sold", "worth", "squares",
)  # fmt: skip
(
    RECENCY, FIRST_AGE, TRADES, TRADING_DAYS, MONETARY, FEES, DECAY, BULL, BEAR, BUY_BEYOND, BOUGHT, SELL_BEYOND, SOLD, PROFIT,
    WON, CLOSED, RG, RL, PG, PL, FIFO_PROFIT, UNIT_DAYS, UNITS_SOLD, WORTH, SQUARES,
) = range(len(SUMS))  # fmt: skip
# Of a position: units, cost, paid and brought in this episode; as of the morning; sold today.
UNITS, COST, PAID, BROUGHT, MORNING_UNITS, MORNING_COST, TODAY_UNITS, TODAY_AMOUNT = range(8)
_NONE = -1


@compiled
def fold(
    sums: Floats, start: Ints, day: Ints, security: Ints, buys: Bools, quantity: Ints, amount: Floats, fee: Floats,
    days: Ints, close: Floats, suspended: Bools, beyond: Floats, mood: Ints, age: Floats, same: float,
) -> None:  # fmt: skip
    """Walk through the trades of each client; `sums` (n, SUMS) takes what they add up to."""
    most = np.max(np.diff(start)) + 1
    slot_of = np.full(len(close), _NONE, np.int64)
    of_slot, held = np.empty(most, np.int64), np.zeros((most, TODAY_AMOUNT + 1))
    lots = np.zeros((most, 2), np.int64)  # oldest and newest lot of each slot
    lot_next, lot_cost = np.zeros(most, np.int64), np.zeros(most)
    lot_units, lot_day = lot_next.copy(), lot_next.copy()
    for c in range(len(start) - 1):
        row, used, first, i, end = sums[c], 0, start[c], start[c], start[c + 1]
        if i == end:
            continue
        row[RECENCY], row[FIRST_AGE] = days[-1] - days[day[end - 1]], days[-1] - days[day[i]]
        while i < end:
            today = day[i]
            row[TRADING_DAYS] += 1
            _wake(held, used)
            while i < end and day[i] == today:
                s = security[i]
                _add(row, buys[i], amount[i], fee[i], beyond[s, today], mood[today], age[today])
                slot = slot_of[s]
                if slot == _NONE:
                    slot = used
                    slot_of[s], of_slot[slot], used = slot, s, used + 1
                    held[slot] = 0.0
                    lots[slot] = _NONE
                if buys[i]:
                    lot = i - first
                    lot_next[lot], lot_units[lot], lot_day[lot] = _NONE, quantity[i], days[today]
                    lot_cost[lot] = (amount[i] + fee[i]) / quantity[i]
                    _buy(held[slot], lots[slot], lot_next, lot, quantity[i], amount[i] + fee[i])
                else:
                    _sell(held[slot], row, quantity[i], amount[i], fee[i], same)
                    _take(row, lots[slot], lot_next, lot_units, lot_cost, lot_day, quantity[i], amount[i], days[today])  # fmt: skip
                i += 1
            _count_gains(row, held, of_slot, used, close, suspended, today, same)
        _value(row, held, of_slot, used, close, slot_of)


@compiled
def _value(row: Floats, held: Floats, of_slot: Ints, used: int, close: Floats, slot_of: Ints) -> None:
    """Value what is left at the last close, and forget the client's slots."""
    for slot in range(used):
        worth = held[slot, UNITS] * close[of_slot[slot], -1]
        row[WORTH] += worth
        row[SQUARES] += worth * worth
        slot_of[of_slot[slot]] = _NONE


@compiled
def _wake(held: Floats, used: int) -> None:
    for slot in range(used):
        held[slot, MORNING_UNITS], held[slot, MORNING_COST] = held[slot, UNITS], held[slot, COST]
        held[slot, TODAY_UNITS] = held[slot, TODAY_AMOUNT] = 0.0


@compiled
def _add(row: Floats, buys: bool, amount: float, fee: float, beyond: float, mood: int, age: float) -> None:
    signed = amount if buys else -amount
    row[TRADES] += 1
    row[MONETARY] += amount
    row[FEES] += fee
    row[DECAY] += age
    row[BULL] += signed if mood > 0 else 0.0
    row[BEAR] += signed if mood < 0 else 0.0
    row[BUY_BEYOND if buys else SELL_BEYOND] += amount * beyond
    row[BOUGHT if buys else SOLD] += amount


@compiled
def _buy(position: Floats, ends: Ints, lot_next: Ints, lot: int, units: int, paid: float) -> None:
    position[UNITS] += units
    position[COST] += paid
    position[PAID] += paid
    if ends[0] == _NONE:
        ends[0] = lot
    else:
        lot_next[ends[1]] = lot
    ends[1] = lot


@compiled
def _sell(position: Floats, row: Floats, units: int, amount: float, fee: float, same: float) -> None:
    left = position[COST] * (units / position[UNITS])
    row[PROFIT] += amount - left
    position[UNITS] -= units
    position[COST] -= left
    position[TODAY_UNITS] += units
    position[TODAY_AMOUNT] += amount
    position[BROUGHT] += amount - fee
    if position[UNITS] == 0:
        row[CLOSED] += 1
        row[WON] += position[BROUGHT] - position[PAID] > same * position[PAID]
        position[COST] = position[PAID] = position[BROUGHT] = 0.0


@compiled
def _take(
    row: Floats, ends: Ints, lot_next: Ints, lot_units: Ints, lot_cost: Floats, lot_day: Ints, units: int, amount: float, today: int
) -> None:  # fmt: skip
    """Take units out of the oldest lots."""
    row[FIFO_PROFIT] += amount
    row[UNITS_SOLD] += units
    lot = ends[0]
    while units > 0:
        n = min(units, lot_units[lot])
        row[FIFO_PROFIT] -= n * lot_cost[lot]
        row[UNIT_DAYS] += n * (today - lot_day[lot])
        lot_units[lot] -= n
        units -= n
        if lot_units[lot] == 0:
            lot = lot_next[lot]
    ends[0] = lot


@compiled
def _count_gains(
    row: Floats, held: Floats, of_slot: Ints, used: int, close: Floats, suspended: Bools, today: int, same: float
) -> None:  # fmt: skip
    """Count gains and losses taken and kept, where some of what was held in the morning was sold."""
    sale = False
    for slot in range(used):
        sale |= held[slot, TODAY_UNITS] > 0 and held[slot, MORNING_UNITS] > 0
    if not sale:
        return
    for slot in range(used):
        if held[slot, MORNING_UNITS] == 0:
            continue
        cost, s = held[slot, MORNING_COST] / held[slot, MORNING_UNITS], of_slot[slot]
        if held[slot, TODAY_UNITS] > 0:
            price = held[slot, TODAY_AMOUNT] / held[slot, TODAY_UNITS]
            row[RG] += price - cost > same * cost
            row[RL] += cost - price > same * cost
        elif not suspended[s, today]:
            row[PG] += close[s, today] - cost > same * cost
            row[PL] += cost - close[s, today] > same * cost


@compiled
def first_in_first_out(
    start: Ints, date: Ints, security: Ints, buys: Bools, quantity: Ints, amount: Floats, fee: Floats, securities: int
) -> tuple[Floats, Floats]:  # fmt: skip
    """Return each client's profit, the oldest shares sold first, and the mean days of a sold share (NaN: none sold).

    A buy that has shares left is the first of its security (`oldest`) or follows the one before it (`follows`).
    """
    profit, days = np.zeros(len(start) - 1), np.full(len(start) - 1, np.nan)
    oldest, newest = np.full(securities, _NONE, np.int64), np.full(securities, _NONE, np.int64)
    follows, left = np.full(len(date), _NONE, np.int64), quantity.copy()
    for c in range(len(profit)):
        sold, unit_days = 0, 0.0
        for i in range(start[c], start[c + 1]):
            s, units = security[i], quantity[i]
            if buys[i]:
                if oldest[s] == _NONE:
                    oldest[s] = i
                else:
                    follows[newest[s]] = i
                newest[s] = i
                continue
            sold, profit[c], lot = sold + units, profit[c] + amount[i], oldest[s]
            while units > 0:
                n = min(units, left[lot])
                profit[c] -= n * ((amount[lot] + fee[lot]) / quantity[lot])
                unit_days += n * (date[i] - date[lot])
                left[lot] -= n
                units -= n
                lot = lot if left[lot] else follows[lot]
            oldest[s] = lot
        for i in range(start[c], start[c + 1]):
            oldest[security[i]] = _NONE
        if sold:
            days[c] = unit_days / sold
    return profit, days

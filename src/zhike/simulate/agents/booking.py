"""Book what happens to money and securities: to the fen, never below zero, no share sold on the day it was bought."""

from __future__ import annotations

from zhike.base.compiling import compiled_part
from zhike.simulate.agents.layout import (
    BANK_IN,
    BANK_OUT,
    BY,
    CASH,
    CLOSE,
    COST,
    DEBT,
    DOWN,
    EARNED,
    FAMILY,
    FLOWS,
    HALTED,
    HIGH,
    KIND,
    LAST_TRADE,
    LISTED_ON,
    LOAN,
    LOCKED,
    LOW,
    NUMBER,
    ON_LOAN,
    ON_MARGIN,
    OPENED,
    ORDINAL,
    ORDINARY,
    PUT_IN,
    QTY,
    RATE,
    REPAY,
    REVENUE,
    SEC,
    SLOTS,
    STAR,
    TAX,
    TAX_DUE,
    TOP,
    TRADES,
    UNTAXED,
    UP,
    Clients,
    Ground,
    Ints,
    Pages,
    line_on,
    note,
)
from zhike.simulate.chance import uniform


@compiled_part
def move_money(c: Clients, out: Pages, i: int, t: int, kind: int, sec: int, amount: int) -> None:
    """Book money into (positive) or out of (negative) the client's account."""
    if amount == 0:
        return
    c.book[i, CASH] += amount
    if kind in (BANK_IN, BANK_OUT):
        c.mood[i, PUT_IN] += amount
    note(out, FLOWS, c.wholes[i, NUMBER], t, (kind, sec, amount, c.book[i, CASH], c.book[i, ON_MARGIN]))


@compiled_part
def commission(c: Clients, i: int, amount: int) -> int:
    """Charge the client's rate, five yuan at least."""
    return max(int(c.reals[i, RATE] * amount + 0.5), 500)


@compiled_part
def dues(g: Ground, t: int, sec: int, side: int, amount: int, qty: int) -> tuple[int, int]:
    """Return stamp duty and transfer fee in fen by the tariff of the day."""
    of = g.fee[t, g.sec_i[sec, FAMILY], side]
    transfer = max(of[1] * amount + of[2] * qty * 100.0, of[3] * 100.0)
    return int(of[0] * amount + 0.5), int(transfer + 0.5)


@compiled_part
def price_today(g: Ground, c: Clients, t: int, sec: int) -> int:
    """Meet the market somewhere within the day's range, at a whole tick."""
    tick = 1 if sec >= g.stocks_end else 10
    where = 0.5 * (uniform(c.dice) + uniform(c.dice))
    price = g.px[t, sec, LOW] + int((g.px[t, sec, HIGH] - g.px[t, sec, LOW]) * where / tick + 0.5) * tick
    return int(min(max(price, g.px[t, sec, LOW]), g.px[t, sec, HIGH]))


@compiled_part
def write_trade(
    c: Clients, out: Pages, i: int, t: int, what: tuple[int, int, int, int, int], money: tuple[int, int, int, int, int],
    after: int, by: int,
) -> None:  # fmt: skip
    """Write a trade: (security, side, kind, quantity, price), (amount, commission, stamp, transfer, net)."""
    at = line_on(out, TRADES)
    c.book[i, LAST_TRADE] = t
    if at < 0:
        return
    row = out.rows[at]
    row[0], row[1] = c.wholes[i, NUMBER], t
    for k in range(5):
        row[2 + k] = what[k]
        row[7 + k] = money[k]
    row[12], row[13], row[14], row[15] = c.book[i, CASH], after, int(uniform(c.dice) * 14100), by


@compiled_part
def earn(g: Ground, c: Clients, i: int, t: int, kept: float) -> None:
    """Credit the branch with net revenue in fen: as it is, and as it is worth on the last day of the drop, at 8 % a year."""
    discount = (1.0 + 0.08) ** (-(t - g.last) / 245.0) if t > g.last else 1.0
    c.mood[i, EARNED] += kept
    c.mood[i, REVENUE] += kept * discount


@compiled_part
def slot_of(c: Clients, i: int, sec: int) -> int:
    """Find the client's position in a security; −1 for none."""
    for k in range(SLOTS):
        if c.held[i, k, SEC] == sec + 1:
            return k
    return -1


@compiled_part
def free_slot(c: Clients, i: int) -> int:
    """Find a place for a new position; −1 where all are taken."""
    for k in range(SLOTS):
        if c.held[i, k, SEC] == 0:
            return k
    return -1


@compiled_part
def take_in(c: Clients, i: int, t: int, sec: int, qty: int, cost: int, by: int, price: int) -> int:
    """Add shares to a position or open one; return its quantity, −1 where there is no place."""
    k = slot_of(c, i, sec)
    if k < 0:
        k = free_slot(c, i)
        if k < 0:
            return -1
        c.held[i, k] = 0
        c.held[i, k, SEC], c.held[i, k, OPENED], c.held[i, k, BY] = sec + 1, t, by
        c.held[i, k, TOP] = price
    c.held[i, k, QTY] += qty
    c.held[i, k, COST] += cost
    return int(c.held[i, k, QTY])


@compiled_part
def buy(
    g: Ground, c: Clients, out: Pages, i: int, t: int, sec: int, budget: int, loan: bool, by: int
) -> bool:
    """Spend up to `budget` fen on whole lots; False where nothing could be had."""
    if g.px[t, sec, HALTED] or g.px[t, sec, CLOSE] == 0 or (slot_of(c, i, sec) < 0 and free_slot(c, i) < 0):
        return False
    price = price_today(g, c, t, sec)
    if price >= g.px[t, sec, UP]:
        return False
    lot = 200 if g.sec_i[sec, STAR] else 100
    money = budget if loan else min(budget, c.book[i, CASH])
    qty = (money - 500) * 10 // price // 100 * 100
    amount = cost = stamp = transfer = fee = 0
    while qty >= lot:
        amount = price * qty // 10
        fee = commission(c, i, amount)
        stamp, transfer = dues(g, t, sec, 0, amount, qty)
        cost = amount + fee + stamp + transfer
        if cost <= money:
            break
        qty -= 100
    if qty < lot:
        return False
    if loan:
        borrow(c, out, i, t, cost - c.book[i, CASH])
    c.book[i, CASH] -= cost
    after = take_in(c, i, t, sec, qty, cost, by, price)
    c.held[i, slot_of(c, i, sec), LOCKED] += qty
    kind = ON_LOAN if loan else ORDINARY
    write_trade(c, out, i, t, (sec, 0, kind, qty, price), (amount, fee, stamp, transfer, -cost), after, by)
    earn(g, c, i, t, fee - 0.00006 * amount)
    return True


@compiled_part
def borrow(c: Clients, out: Pages, i: int, t: int, amount: int) -> None:
    """Lend what the client's cash lacks."""
    if amount > 0:
        c.book[i, DEBT] += amount
        move_money(c, out, i, t, LOAN, -1, amount)


@compiled_part
def repay(c: Clients, out: Pages, i: int, t: int, most: int) -> None:
    """Pay debt back from cash."""
    paid = min(c.book[i, DEBT], c.book[i, CASH], most)
    if paid > 0:
        c.book[i, DEBT] -= paid
        move_money(c, out, i, t, REPAY, -1, -paid)


@compiled_part
def can_sell(g: Ground, position: Ints, t: int) -> bool:
    """Tell whether a position could be sold today: T+1, trading, not sealed at the lower limit."""
    sec = position[SEC] - 1
    return bool(
        sec >= 0
        and position[QTY] > position[LOCKED]
        and not g.px[t, sec, HALTED]
        and t >= g.sec_i[sec, LISTED_ON]
        and g.px[t, sec, HIGH] > g.px[t, sec, DOWN]
    )


@compiled_part
def sell(g: Ground, c: Clients, out: Pages, i: int, t: int, k: int, share: float, by: int) -> bool:
    """Sell a share of a position in whole lots, odd shares only with the rest; False where it can't be sold."""
    p = c.held[i, k]
    if not can_sell(g, p, t):
        return False
    sec, free = p[SEC] - 1, p[QTY] - p[LOCKED]
    lot = 200 if g.sec_i[sec, STAR] else 100
    qty = int(free * share) // 100 * 100
    if share >= 0.999 or qty < lot or (p[QTY] - qty < lot and free == p[QTY]):
        qty = free
    if qty < p[QTY] and qty % 100 != 0:
        qty -= qty % 100
    price = price_today(g, c, t, sec)
    if qty <= 0 or price <= g.px[t, sec, DOWN]:
        return False
    amount = price * qty // 10
    fee = min(commission(c, i, amount), max(amount - 1, 0))
    stamp, transfer = dues(g, t, sec, 1, amount, qty)
    net = amount - fee - stamp - transfer
    if net <= 0:
        return False
    kind = ON_LOAN if c.book[i, DEBT] > 0 else ORDINARY
    settle_sale(g, c, out, i, t, k, qty)
    c.book[i, CASH] += net
    left = c.held[i, k, QTY]
    write_trade(c, out, i, t, (sec, 1, kind, qty, price), (amount, fee, stamp, transfer, net), left, by)
    earn(g, c, i, t, fee - 0.00006 * amount)
    pay_tax(c, out, i, t, sec)
    return True


@compiled_part
def pay_tax(c: Clients, out: Pages, i: int, t: int, sec: int) -> None:
    """Book the tax on dividends that a sale made due, as far as there is cash."""
    due = min(c.book[i, TAX_DUE], c.book[i, CASH])
    c.book[i, TAX_DUE] = 0
    move_money(c, out, i, t, TAX, sec, -due)


@compiled_part
def settle_sale(g: Ground, c: Clients, out: Pages, i: int, t: int, k: int, qty: int) -> None:
    """Take shares out of a position: cost falls by average, tax on dividends by how long it was held."""
    p = c.held[i, k]
    whole = p[QTY]
    days = g.days_i[t, ORDINAL] - g.days_i[p[OPENED], ORDINAL]
    rate = 0.2 if days <= 31 else (0.1 if days <= 365 else 0.0)
    part = p[UNTAXED] * qty // whole
    p[COST] -= p[COST] * qty // whole
    p[UNTAXED] -= part
    p[QTY] -= qty
    if p[QTY] == 0:
        c.held[i, k] = 0
    if c.wholes[i, KIND] == 0 and part > 0 and rate > 0.0:
        c.book[i, TAX_DUE] += int(part * rate + 0.5)

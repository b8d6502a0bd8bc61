"""What comes by itself: rights and dividends, interest, new shares, overnight repo, products, money from and to the bank."""

from __future__ import annotations

from zhike.base.compiling import compiled_part
from zhike.simulate.agents.booking import (
    borrow,
    earn,
    move_money,
    repay,
    sell,
    take_in,
    write_trade,
)
from zhike.simulate.agents.layout import (
    ACCRUED,
    ASLEEP,
    BANK_IN,
    BANK_OUT,
    BOUGHT,
    CASH,
    CLOSE,
    COLLATERAL,
    CUSTODY,
    DEBT,
    DECLINING,
    DIVIDEND,
    DORMANT,
    FUNDED,
    INTEREST,
    IPO,
    IPO_COST,
    IPO_ONLY,
    IPO_PRICE,
    IPO_QTY,
    IPO_SHARE,
    IPO_TRADE,
    KEY,
    LATE,
    LISTED_ON,
    LISTING,
    LOAN_INTEREST,
    LOCKED,
    MONTH_END,
    MOVED_IN,
    MOVED_OUT,
    NET,
    NEVER_FUNDED,
    NOISE,
    NUMBER,
    ON_MARGIN,
    ON_SALE,
    ORDERS,
    ORDINAL,
    OWED,
    P_CATEGORY,
    P_FEE,
    P_MINIMUM,
    P_RISK,
    P_TERM,
    PAID,
    PREV,
    PRODUCT_IN,
    PRODUCT_OUT,
    QTY,
    QUARTER_END,
    RATIO,
    REALS,
    REPO,
    REPO_SEC,
    REPO_TRADE,
    REPO_USER,
    RISK,
    SEC,
    SLOTS,
    STAGE,
    TOP,
    UNITS,
    UNTAXED,
    WEALTH,
    WORTH,
    Clients,
    Ground,
    Pages,
    note,
)
from zhike.simulate.chance import uniform


@compiled_part
def write_custody(
    g: Ground, c: Clients, out: Pages, i: int, t: int, sec: int, qty: int, side: int, kind: int
) -> None:
    """Write that securities moved without a trade; side 0 is in, 1 out."""
    note(out, CUSTODY, c.wholes[i, NUMBER], t, (sec, qty, g.px[t, sec, CLOSE] * qty // 10, side, kind))


@compiled_part
def rights(g: Ground, c: Clients, out: Pages, i: int, t: int) -> None:
    """Begin the day: yesterday's purchases can be sold, dividends are paid, new shares arrive."""
    for k in range(SLOTS):
        sec = c.held[i, k, SEC] - 1
        if sec < 0:
            continue
        p = c.held[i, k]
        p[LOCKED] = 0
        if g.px[t, sec, PAID] > 0:
            paid = g.px[t, sec, PAID] * p[QTY] // 10
            p[UNTAXED] += paid
            move_money(c, out, i, t, DIVIDEND, sec, paid)
        if g.sg[t, sec, RATIO] > 0.0:
            more = int(p[QTY] * g.sg[t, sec, RATIO] + 1e-6)
            p[QTY] += more
            if more > 0:
                write_custody(g, c, out, i, t, sec, more, 0, LISTING)
        if g.px[t, sec, PREV] != g.px[t - 1, sec, CLOSE] and g.px[t - 1, sec, CLOSE] > 0:
            p[TOP] = p[TOP] * g.px[t, sec, PREV] // g.px[t - 1, sec, CLOSE]
        p[TOP] = max(p[TOP], g.px[t, sec, PREV])


@compiled_part
def new_shares(g: Ground, c: Clients, out: Pages, i: int, t: int) -> None:
    """Receive subscribed shares on the day they list; win and pay for others."""
    if c.book[i, IPO] > 0 and g.sec_i[c.book[i, IPO] - 1, LISTED_ON] == t:
        sec, qty = c.book[i, IPO] - 1, c.book[i, IPO_QTY]
        take_in(c, i, t, sec, qty, c.book[i, IPO_COST], NOISE, g.px[t, sec, PREV])
        write_custody(g, c, out, i, t, sec, qty, 0, LISTING)
        c.book[i, IPO] = c.book[i, IPO_QTY] = c.book[i, IPO_COST] = 0
    sec = g.days_i[t, IPO_SHARE]
    if sec < 0 or c.book[i, IPO] > 0 or c.book[i, STAGE] == DORMANT:
        return
    rich = min(c.mood[i, NET] / 100_000_000.0, 1.0)
    if uniform(c.dice) > (0.08 if c.wholes[i, IPO_ONLY] else 0.001 + 0.01 * rich):
        return
    price, qty = g.days_i[t, IPO_PRICE], 500
    amount = price * qty // 10
    if c.book[i, CASH] < amount:
        return
    c.book[i, CASH] -= amount
    c.book[i, IPO], c.book[i, IPO_QTY], c.book[i, IPO_COST] = sec + 1, qty, amount
    write_trade(c, out, i, t, (sec, 0, IPO_TRADE, qty, price), (amount, 0, 0, 0, -amount), qty, NOISE)


@compiled_part
def interest(g: Ground, c: Clients, out: Pages, i: int, t: int) -> None:
    """Accrue interest by calendar days; pay it on cash by quarter, take it on debt by month."""
    days = g.days_i[t, ORDINAL] - g.days_i[t - 1, ORDINAL]
    c.mood[i, ACCRUED] += c.book[i, CASH] * 0.002 / 365.0 * days
    if g.days_i[t, QUARTER_END] and c.mood[i, ACCRUED] >= 1.0:
        paid = int(c.mood[i, ACCRUED])
        c.mood[i, ACCRUED] -= paid
        move_money(c, out, i, t, INTEREST, -1, paid)
    if c.book[i, DEBT] > 0:
        c.mood[i, OWED] += c.book[i, DEBT] * 0.065 / 365.0 * days
    if g.days_i[t, MONTH_END] and c.mood[i, OWED] >= 1.0:
        due = int(c.mood[i, OWED])
        c.mood[i, OWED] -= due
        borrow(c, out, i, t, due - c.book[i, CASH])
        move_money(c, out, i, t, LOAN_INTEREST, -1, -due)
        earn(g, c, i, t, 0.5 * due)


@compiled_part
def repo_back(g: Ground, c: Clients, out: Pages, i: int, t: int) -> None:
    """Receive last night's repo with interest."""
    lent = c.book[i, REPO]
    if lent > 0:
        rate = _repo_rate(c, i)
        got = lent + int(lent * rate / 100_000.0 / 365.0 * (g.days_i[t, ORDINAL] - g.days_i[t - 1, ORDINAL]))
        c.book[i, REPO] = 0
        c.book[i, CASH] += got
        money = (got, 0, 0, 0, got)
        write_trade(c, out, i, t, (REPO_SEC, 1, REPO_TRADE, lent // 10_000, rate), money, 0, NOISE)


@compiled_part
def _repo_rate(c: Clients, i: int) -> int:
    """Return a client's rate for repos, in thousandths of a per cent."""
    return 1200 + int(c.wholes[i, KEY] % 900)


@compiled_part
def repo_out(c: Clients, out: Pages, i: int, t: int) -> None:
    """Lend idle cash overnight, in thousands of yuan."""
    if not c.wholes[i, REPO_USER] or c.book[i, ON_MARGIN] or uniform(c.dice) > 0.12:
        return
    lent = int(c.book[i, CASH] * 0.95) // 100_000 * 100_000
    fee = max(lent // 100_000, 1)
    if lent >= 1_000_000 and lent + fee <= c.book[i, CASH]:
        rate = _repo_rate(c, i)
        c.book[i, REPO] = lent
        c.book[i, CASH] -= lent + fee
        money = (lent, fee, 0, 0, -lent - fee)
        write_trade(
            c, out, i, t, (REPO_SEC, 0, REPO_TRADE, lent // 10_000, rate), money, lent // 10_000, NOISE
        )


@compiled_part
def bank(g: Ground, c: Clients, out: Pages, i: int, t: int) -> None:
    """Bring money in when the market is lively, take it out when it is needed elsewhere."""
    wealth = c.reals[i, WEALTH]
    if c.book[i, FUNDED] == 0:
        if c.wholes[i, ASLEEP] != NEVER_FUNDED and uniform(c.dice) < 0.06:
            c.book[i, FUNDED] = t
            move_money(
                c, out, i, t, BANK_IN, -1, int(wealth * (0.35 + 0.5 * uniform(c.dice))) // 10_000 * 10_000
            )
        return
    lively = g.days_f[t, LATE]
    leaving = c.book[i, STAGE] == DECLINING
    if not leaving and uniform(c.dice) < 0.005 * lively * lively:
        more = wealth * (0.02 + 0.14 * uniform(c.dice)) * lively
        move_money(c, out, i, t, BANK_IN, -1, int(more) // 10_000 * 10_000)
    if uniform(c.dice) < (0.02 if leaving else 0.007 / max(lively, 0.6)):
        part = 0.3 + 0.6 * uniform(c.dice)
        move_money(c, out, i, t, BANK_OUT, -1, -(int(c.book[i, CASH] * part) // 10_000 * 10_000))


@compiled_part
def subscribe(g: Ground, c: Clients, out: Pages, i: int, t: int, p: int) -> None:
    """Put part of the cash into a product."""
    cash = c.book[i, CASH]
    amount = max(
        int(c.mood[i, NET] * (0.05 + 0.2 * uniform(c.dice))) // 10_000 * 10_000, g.shelf[p, P_MINIMUM]
    )
    if amount > cash:
        return
    fee = int(amount * g.nav[0, p, P_FEE] + 0.5)
    c.units[i, p, UNITS] += (amount - fee) / g.nav[t, p, WORTH]
    c.units[i, p, BOUGHT] = t
    move_money(c, out, i, t, PRODUCT_OUT, -1, -amount)
    note(out, ORDERS, c.wholes[i, NUMBER], t, (p, 0, amount, fee, 0))
    earn(g, c, i, t, 0.6 * fee + 0.002 * amount)


@compiled_part
def redeem(g: Ground, c: Clients, out: Pages, i: int, t: int, p: int) -> None:
    """Turn a product back into cash."""
    amount = int(c.units[i, p, UNITS] * g.nav[t, p, WORTH])
    c.units[i, p, UNITS] = 0.0
    if amount > 0:
        move_money(c, out, i, t, PRODUCT_IN, -1, amount)
        note(out, ORDERS, c.wholes[i, NUMBER], t, (p, 1, amount, 0, 0))


@compiled_part
def products(g: Ground, c: Clients, out: Pages, i: int, t: int, urge: float) -> None:
    """Buy and redeem products: by one's own propensity a year for each category, times `urge`."""
    count = g.nav.shape[1]
    for p in range(count):
        if c.units[i, p, UNITS] > 0.0:
            ripe = t - c.units[i, p, BOUGHT] >= g.shelf[p, P_TERM]
            if ripe and uniform(c.dice) < (0.02 if c.book[i, STAGE] == DECLINING else 0.005):
                redeem(g, c, out, i, t, p)
    if c.book[i, CASH] < 100_000:
        return
    p = int(uniform(c.dice) * count)
    fits = g.shelf[p, P_RISK] <= c.wholes[i, RISK] or uniform(c.dice) < 0.04
    chance = c.reals[i, REALS + g.shelf[p, P_CATEGORY]] / 245.0 * urge * count / 7.0
    if fits and g.nav[t, p, ON_SALE] > 0.0 and uniform(c.dice) < chance:
        subscribe(g, c, out, i, t, p)


@compiled_part
def to_margin(g: Ground, c: Clients, out: Pages, i: int, t: int) -> None:
    """Move everything from the cash account to the margin account: no money and no share leaves the client."""
    cash = c.book[i, CASH]
    move_money(c, out, i, t, MOVED_OUT, -1, -cash)
    c.book[i, ON_MARGIN] = 1
    move_money(c, out, i, t, MOVED_IN, -1, cash)
    for k in range(SLOTS):
        if c.held[i, k, SEC] > 0:
            sec, qty = c.held[i, k, SEC] - 1, c.held[i, k, QTY]
            write_custody(g, c, out, i, t, sec, qty, 1, COLLATERAL)
            write_custody(g, c, out, i, t, sec, qty, 0, COLLATERAL)


@compiled_part
def margin_call(g: Ground, c: Clients, out: Pages, i: int, t: int) -> None:
    """Sell the largest positions while collateral is below 130 % of debt, then pay back."""
    for _ in range(SLOTS):
        whole, best, most = c.book[i, CASH], -1, 0
        for k in range(SLOTS):
            sec = c.held[i, k, SEC] - 1
            if sec >= 0:
                worth = g.px[t, sec, PREV] * c.held[i, k, QTY] // 10
                whole += worth
                if worth > most:
                    best, most = k, worth
        if c.book[i, DEBT] == 0 or whole >= 1.3 * c.book[i, DEBT] or best < 0:
            return
        sold = sell(g, c, out, i, t, best, 1.0, NOISE)
        repay(c, out, i, t, c.book[i, DEBT])
        if not sold:
            return

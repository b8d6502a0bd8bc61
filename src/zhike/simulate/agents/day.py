"""One pass over the days of each client: what comes by itself, what the client decides, what is left at the close."""

from __future__ import annotations

from zhike.base.compiling import compiled, compiled_part
from zhike.simulate.agents.booking import buy, repay, sell
from zhike.simulate.agents.layout import (
    ASLEEP,
    AWAKE,
    BY,
    CASH,
    CLOSE,
    CLOSED,
    COST,
    DEBT,
    DEVELOPING,
    DORMANT,
    ENGAGED,
    EVENTS,
    EXPOSURE,
    FELT,
    FORTUNE,
    FUNDED,
    HEAT,
    HOLDS,
    IPO,
    IPO_COST,
    IPO_ONLY,
    IPO_QTY,
    KEY,
    LIVELY,
    LOGIC,
    LOGINS,
    LOST,
    MARGIN,
    MATURE,
    MONTH_END,
    NET,
    NEVER_FUNDED,
    NEW,
    NEXT,
    NEXT_SINCE,
    NOISE,
    NUMBER,
    ON_MARGIN,
    OPENED,
    OPENS,
    PLACES,
    PREV,
    PURITY,
    PUT_IN,
    QTY,
    REPO,
    REPO_SEC,
    SEC,
    SENTIMENT,
    SINCE,
    SLOTS,
    STAGE,
    TOP,
    TRADE_SIZE,
    TREND,
    UNITS,
    VALUE,
    WEALTH,
    WITH_SHARES,
    WORTH,
    Clients,
    Ground,
    Pages,
    line_on,
    note,
)
from zhike.simulate.agents.life import enter, grow_older, leave, serve
from zhike.simulate.agents.money import (
    bank,
    interest,
    margin_call,
    new_shares,
    products,
    repo_back,
    repo_out,
    rights,
    to_margin,
)
from zhike.simulate.agents.rules import part_to_sell, to_buy, wanted_exposure
from zhike.simulate.chance import poisson, throw_for, uniform

OWN = -1  # by the logic a position was bought by
LAPSES = 20  # days after which a foreign idea is forgotten and the client's own logic judges


@compiled
def live(g: Ground, c: Clients, out: Pages, begin: int, end: int, salt: int) -> None:
    """Take clients through days [begin, end). `salt`: which of several futures; the past is always 0."""
    for i in range(len(c.wholes)):
        for t in range(max(begin, c.wholes[i, OPENS]), end):
            if 0 < c.book[i, CLOSED] < t:
                break
            throw_for(c.dice, c.wholes[i, KEY], t, salt)
            if c.wholes[i, OPENS] == t:
                _arrive(c, out, i, t)
            _one_day(g, c, out, i, t)


@compiled_part
def _arrive(c: Clients, out: Pages, i: int, t: int) -> None:
    """Begin: new clients without money, old ones amid their life, many of them asleep."""
    c.book[i, NEXT] = -1
    c.mood[i, ENGAGED] = 0.5
    if c.wholes[i, ASLEEP] in (NEW, NEVER_FUNDED):
        enter(c, out, i, t, DEVELOPING, 0)
        return
    c.book[i, FUNDED] = t
    whole = int(c.reals[i, WEALTH] * (0.3 + 0.5 * uniform(c.dice)))
    if c.wholes[i, ASLEEP] == AWAKE:
        c.mood[i, ENGAGED] = 1.0
        enter(c, out, i, t, MATURE, 0)
    else:
        whole = whole // 3 if c.wholes[i, ASLEEP] == WITH_SHARES else int(20_000.0 * uniform(c.dice) ** 3)
        enter(c, out, i, t, DORMANT, 4)
    c.book[i, CASH] += whole
    c.mood[i, PUT_IN] += whole
    c.mood[i, NET] = float(whole)


@compiled_part
def _one_day(g: Ground, c: Clients, out: Pages, i: int, t: int) -> None:
    rights(g, c, out, i, t)
    repo_back(g, c, out, i, t)
    new_shares(g, c, out, i, t)
    interest(g, c, out, i, t)
    urge = serve(g, c, out, i, t)
    grow_older(g, c, out, i, t)
    if c.book[i, DEBT] > 0:
        margin_call(g, c, out, i, t)
    if c.book[i, STAGE] == LOST:
        leave(g, c, out, i, t)
    elif c.book[i, STAGE] == DORMANT:
        if c.wholes[i, ASLEEP] == WITH_SHARES and t - c.book[i, SINCE] < 6 and c.wholes[i, OPENS] + 6 > t:
            _buy_by(g, c, out, i, t, c.wholes[i, LOGIC])
    else:
        bank(g, c, out, i, t)
        _look(g, c, out, i, t)
        products(g, c, out, i, t, urge)
        repo_out(c, out, i, t)
    _close(g, c, out, i, t)


@compiled_part
def _look(g: Ground, c: Clients, out: Pages, i: int, t: int) -> None:
    """Look at the market, or not; then take at most two decisions."""
    often = c.reals[i, LIVELY] * c.mood[i, ENGAGED] * g.days_f[t, HEAT] ** 1.4
    looks = uniform(c.dice) < often
    if t >= g.first and (looks or uniform(c.dice) < 0.4 * often):
        at = line_on(out, LOGINS)
        if at >= 0:
            out.rows[at, 0], out.rows[at, 1] = c.wholes[i, NUMBER], t
            out.rows[at, 2] = 1 + poisson(c.dice, 2.0 * often)
    if not looks or c.book[i, FUNDED] == 0:
        return
    if c.wholes[i, MARGIN] and not c.book[i, ON_MARGIN] and t >= g.first + 20 and uniform(c.dice) < 0.02:
        to_margin(g, c, out, i, t)
    if c.wholes[i, IPO_ONLY]:
        _sell_new(g, c, out, i, t)
        return
    foreign = c.book[i, NEXT] != c.wholes[i, LOGIC]
    if c.book[i, NEXT] < 0 or (foreign and t - c.book[i, NEXT_SINCE] > 40):
        _draw_logic(c, i, t)
    swayed = uniform(c.dice) < 0.15 * (1.0 - c.reals[i, PURITY])
    if _sell_one(g, c, out, i, t, int(uniform(c.dice) * 4.0) if swayed else OWN):
        repay(c, out, i, t, c.book[i, DEBT])
    eager = 0.3 if c.book[i, NEXT] in (VALUE, TREND) else 0.6
    if uniform(c.dice) < eager and _buy_by(g, c, out, i, t, c.book[i, NEXT]):
        _draw_logic(c, i, t)


@compiled_part
def _draw_logic(c: Clients, i: int, t: int) -> None:
    """Draw the logic of the next decision: the client's own by purity, else another, sometimes none at all."""
    c.book[i, NEXT_SINCE] = t
    main = c.wholes[i, LOGIC]
    c.book[i, NEXT] = main
    if uniform(c.dice) >= c.reals[i, PURITY]:
        at = uniform(c.dice)
        c.book[i, NEXT] = NOISE if at < 0.2 else ((main + 1) % 3 if at < 0.6 else (main + 2) % 3)


@compiled_part
def _sell_one(g: Ground, c: Clients, out: Pages, i: int, t: int, logic: int) -> bool:
    """Review all positions from a random one on; sell the first that is given up.

    Each is judged by the logic it was bought by (OWN), after a while by the client's; now and then a client is
    swayed and judges all by another.
    """
    begin = int(uniform(c.dice) * SLOTS)
    for k in range(SLOTS):
        at = (begin + k) % SLOTS
        if c.held[i, at, SEC] == 0 or c.held[i, at, QTY] == 0:
            continue
        by = logic
        if logic == OWN:
            by = c.held[i, at, BY] if t - c.held[i, at, OPENED] <= LAPSES else c.wholes[i, LOGIC]
        part = part_to_sell(g, c, i, at, t, by)
        if part > 0.0 and sell(g, c, out, i, t, at, part, by):
            return True
    return False


@compiled_part
def _buy_by(g: Ground, c: Clients, out: Pages, i: int, t: int, logic: int) -> bool:
    """Buy by the logic, if it wants more in securities than there is and there is money for it."""
    held, count = 0.0, 0
    for k in range(SLOTS):
        sec = c.held[i, k, SEC] - 1
        if sec >= 0:
            held += g.px[t, sec, PREV] * c.held[i, k, QTY] / 10.0
            count += 1
    net = max(c.mood[i, NET], float(c.book[i, CASH]), 1.0)
    wanted = wanted_exposure(g, t, min(logic, SENTIMENT), c.reals[i, EXPOSURE])
    loan = c.book[i, ON_MARGIN] > 0 and g.days_f[t, HEAT] > 0.9 and uniform(c.dice) < 0.4
    if held / net >= wanted + (0.35 if loan else 0.0):
        return False
    size = net * wanted / c.wholes[i, PLACES] * c.reals[i, TRADE_SIZE] * (0.7 + 0.6 * uniform(c.dice))
    budget = int(min(size, net * wanted))
    if not loan:
        if c.book[i, CASH] < 50_000:
            return False
        budget = min(max(budget, min(c.book[i, CASH], 300_000)), c.book[i, CASH])
    sec = to_buy(g, c, i, t, logic, count >= c.wholes[i, PLACES])
    return sec >= 0 and buy(g, c, out, i, t, sec, budget, loan, logic)


@compiled_part
def _sell_new(g: Ground, c: Clients, out: Pages, i: int, t: int) -> None:
    """Sell subscribed shares within days of their listing: all that some accounts are for."""
    for k in range(SLOTS):
        if c.held[i, k, SEC] > 0 and uniform(c.dice) < 0.5:
            sell(g, c, out, i, t, k, 1.0, NOISE)


@compiled_part
def _close(g: Ground, c: Clients, out: Pages, i: int, t: int) -> None:
    """Count what is there at the close: cash + securities + funds − debt = net, to the fen."""
    securities, write = c.book[i, REPO] + c.book[i, IPO_COST], t >= g.first - 1
    stated = write and (g.days_i[t, MONTH_END] or t == g.first - 1)
    for k in range(SLOTS):
        sec = c.held[i, k, SEC] - 1
        if sec >= 0:
            worth = g.px[t, sec, CLOSE] * c.held[i, k, QTY] // 10
            securities += worth
            c.held[i, k, TOP] = max(c.held[i, k, TOP], g.px[t, sec, CLOSE])
            if stated:
                _hold(c, out, i, t, sec, c.held[i, k, QTY], c.held[i, k, COST], worth)
    if stated:
        _feel(c, out, i, t)
    if stated and c.book[i, REPO] > 0:
        _hold(c, out, i, t, REPO_SEC, c.book[i, REPO] // 10_000, c.book[i, REPO], c.book[i, REPO])
    if stated and c.book[i, IPO] > 0:
        _hold(c, out, i, t, c.book[i, IPO] - 1, c.book[i, IPO_QTY], c.book[i, IPO_COST], c.book[i, IPO_COST])
    funds = 0
    for p in range(g.nav.shape[1]):
        funds += int(c.units[i, p, UNITS] * g.nav[t, p, WORTH])
    net = c.book[i, CASH] + securities + funds - c.book[i, DEBT]
    before = c.mood[i, NET] + c.mood[i, PUT_IN]
    c.mood[i, PUT_IN] = 0.0
    gain = (net - before) / max(before, c.reals[i, WEALTH] * 0.1)
    c.mood[i, FORTUNE] += min(max(gain, -0.2), 0.2) - c.mood[i, FORTUNE] / 90.0
    c.mood[i, NET] = float(net)
    if write:
        at = out.used[1]
        out.used[1] += 1
        if at < len(out.assets):
            row = out.assets[at]
            row[0], row[1], row[2], row[3], row[4], row[5] = (
                c.wholes[i, NUMBER], t, c.book[i, CASH], securities, funds, c.book[i, DEBT],
            )  # fmt: skip


@compiled_part
def _feel(c: Clients, out: Pages, i: int, t: int) -> None:
    """Write down, in millionths, how much of the client's own activity is left, whatever the market; nobody sees it."""
    rests = c.book[i, STAGE] in (DORMANT, LOST) or c.book[i, FUNDED] == 0
    note(out, EVENTS, c.wholes[i, NUMBER], t, (FELT, 0 if rests else int(c.mood[i, ENGAGED] * 1e6), 0, 0, 0))


@compiled_part
def _hold(c: Clients, out: Pages, i: int, t: int, sec: int, qty: int, cost: int, worth: int) -> None:
    note(out, HOLDS, c.wholes[i, NUMBER], t, (sec, qty, cost, worth, 0))

"""How a client's time with the branch runs: stages, reasons to leave, what staff do and what that does to the client."""

from __future__ import annotations

import math

from zhike.base.compiling import compiled_part
from zhike.simulate.agents.booking import earn, move_money, repay, sell
from zhike.simulate.agents.layout import (
    ARM,
    BANK_IN,
    BANK_OUT,
    BASE_CONTENT,
    BOUGHT,
    CALLBACK,
    CALLED,
    CAMPAIGN,
    CARE,
    CARING,
    CASH,
    CAUSE,
    CLOSED,
    COMPLAINED,
    CONTACTED,
    CONTENT,
    DEBT,
    DECLINING,
    DESIGNATION,
    DEVELOPING,
    DORMANT,
    EFFECT,
    ENDING,
    ENGAGED,
    EVENTS,
    FORTUNE,
    FRAILTY,
    FUNDED,
    GROWING,
    HALTED,
    HAZARD,
    HEAT,
    IPO,
    LOCKED,
    LOST,
    MATURE,
    NOISE,
    NUMBER,
    OFFER,
    OFFER_ARM,
    OPENS,
    P_TERM,
    PRICE_CARE,
    QTY,
    RATE,
    RATED,
    RECOMMENDS,
    RETURNED,
    SEC,
    SERVICE,
    SERVICE_CARE,
    SINCE,
    SLOTS,
    STAGE,
    STAGED,
    SURVEY,
    TIER,
    TOUCHED,
    TRANSFER,
    UNITS,
    WEALTH,
    Clients,
    Ground,
    Pages,
    note,
)
from zhike.simulate.agents.money import redeem, write_custody
from zhike.simulate.chance import uniform

WINDOW = 60  # days for which a contact lasts


@compiled_part
def enter(c: Clients, out: Pages, i: int, t: int, stage: int, cause: int) -> None:
    """Move to another stage and write it down."""
    c.book[i, STAGE], c.book[i, SINCE], c.book[i, CAUSE] = stage, t, cause
    note(out, EVENTS, c.wholes[i, NUMBER], t, (STAGED, stage, cause, 0, 0))


@compiled_part
def reasons(g: Ground, c: Clients, i: int, t: int) -> tuple[float, float, float, float]:
    """Return the daily hazards of decline by cause: loss, price, service, life."""
    base = c.reals[i, FRAILTY] / 245.0
    loss = base * c.reals[i, CARE] * 5.0 * max(-c.mood[i, FORTUNE] - 0.05, 0.0)
    price = base * c.reals[i, PRICE_CARE] * 0.8 * max(c.reals[i, RATE] / g.usual_rate - 1.2, 0.0)
    service = base * c.reals[i, SERVICE_CARE] * 3.0 * max(0.55 - c.mood[i, CONTENT], 0.0)
    young = 1.6 if t - c.wholes[i, OPENS] < 250 else 1.0
    eased = math.exp(-c.reals[i, EFFECT]) if touched(c, i, t) else 1.0
    return loss * eased, price * eased, service * eased, 0.35 * base * young * eased


@compiled_part
def touched(c: Clients, i: int, t: int) -> bool:
    """Tell whether a contact still works."""
    return bool(c.book[i, TOUCHED] > 0 and t - c.book[i, TOUCHED] <= WINDOW)


@compiled_part
def grow_older(g: Ground, c: Clients, out: Pages, i: int, t: int) -> None:
    """Let a day pass in the client's life; hazards do not depend on what the market did today."""
    stage, age = c.book[i, STAGE], t - c.book[i, SINCE]
    if stage == DEVELOPING:
        if c.book[i, FUNDED] > 0:
            enter(c, out, i, t, GROWING, 0)
        elif age > 120:
            enter(c, out, i, t, DORMANT, 4)
    elif stage in (GROWING, RETURNED):
        c.mood[i, ENGAGED] = min(0.5 + 0.5 * age / 120.0, 1.0)
        if age > 90 and uniform(c.dice) < 0.01:
            enter(c, out, i, t, MATURE, 0)
        else:
            _may_decline(g, c, out, i, t)
    elif stage == MATURE:
        c.mood[i, ENGAGED] += (1.0 - c.mood[i, ENGAGED]) * 0.02
        _may_decline(g, c, out, i, t)
    elif stage == DECLINING:
        _decline(c, out, i, t, age)
    elif stage == DORMANT:
        c.mood[i, HAZARD] = 0.0
        if uniform(c.dice) < 0.00012 * g.days_f[t, HEAT] ** 3 * (
            2.0 if touched(c, i, t) and c.reals[i, EFFECT] > 0 else 1.0
        ):
            _come_back(c, out, i, t)


@compiled_part
def _may_decline(g: Ground, c: Clients, out: Pages, i: int, t: int) -> None:
    a, b, s, d = reasons(g, c, i, t)
    whole = a + b + s + d
    c.mood[i, HAZARD] = whole
    if uniform(c.dice) < whole:
        at = uniform(c.dice) * whole
        cause = 1 if at < a else (2 if at < a + b else (3 if at < a + b + s else 4))
        enter(c, out, i, t, DECLINING, cause)


@compiled_part
def _decline(c: Clients, out: Pages, i: int, t: int, age: int) -> None:
    c.mood[i, ENGAGED] *= 0.982
    helps = c.reals[i, EFFECT] if touched(c, i, t) else 0.0
    leave = 0.009 * math.exp(-helps)
    c.mood[i, HAZARD] = leave
    if age < 20:
        return
    at = uniform(c.dice)
    rest, mend = 0.006, 0.003 * math.exp(helps)
    if at < leave:
        c.book[i, ENDING] = 1 + int(uniform(c.dice) * 3.0)
        enter(c, out, i, t, LOST, c.book[i, CAUSE])
    elif at < leave + rest:
        c.mood[i, ENGAGED] = 0.0
        enter(c, out, i, t, DORMANT, c.book[i, CAUSE])
    elif at < leave + rest + mend:
        enter(c, out, i, t, MATURE, 0)


@compiled_part
def _come_back(c: Clients, out: Pages, i: int, t: int) -> None:
    c.book[i, FUNDED] = t
    move_money(
        c, out, i, t, BANK_IN, -1, int(c.reals[i, WEALTH] * (0.3 + 0.5 * uniform(c.dice))) // 10_000 * 10_000
    )
    c.mood[i, ENGAGED] = 0.6
    enter(c, out, i, t, RETURNED, 0)


@compiled_part
def leave(g: Ground, c: Clients, out: Pages, i: int, t: int) -> None:
    """Go on leaving: sell out or move the shares to another broker, then the cash; some close the account."""
    if c.book[i, CLOSED] > 0:
        return
    age = t - c.book[i, SINCE]
    left = _part_with_shares(g, c, out, i, t, age) + _part_with_products(g, c, out, i, t)
    repay(c, out, i, t, c.book[i, DEBT])
    if left == 0 and c.book[i, DEBT] == 0 and c.book[i, IPO] == 0 and age >= 3:
        move_money(c, out, i, t, BANK_OUT, -1, -c.book[i, CASH])
        if c.book[i, ENDING] < 3:
            c.book[i, CLOSED] = t
    if age > 250 and c.book[i, ENDING] == 3 and uniform(c.dice) < 0.0008 * g.days_f[t, HEAT]:
        _come_back(c, out, i, t)


@compiled_part
def _part_with_shares(g: Ground, c: Clients, out: Pages, i: int, t: int, age: int) -> int:
    """Sell, or move to another broker, what can be; return how many positions are left."""
    moves, left = c.book[i, ENDING] == 2 and c.book[i, DEBT] == 0, 0
    for k in range(SLOTS):
        sec = c.held[i, k, SEC] - 1
        if sec < 0:
            continue
        if moves and age >= 2 and c.held[i, k, LOCKED] == 0 and g.px[t, sec, HALTED] == 0:
            kind = DESIGNATION if sec % 2 else TRANSFER
            write_custody(g, c, out, i, t, sec, c.held[i, k, QTY], 1, kind)
            c.held[i, k] = 0
        elif not moves:
            sell(g, c, out, i, t, k, 1.0, NOISE)
        left += 1 if c.held[i, k, SEC] > 0 else 0
    return left


@compiled_part
def _part_with_products(g: Ground, c: Clients, out: Pages, i: int, t: int) -> int:
    left = 0
    for p in range(g.nav.shape[1]):
        if c.units[i, p, UNITS] > 0.0 and t - c.units[i, p, BOUGHT] >= g.shelf[p, P_TERM]:
            redeem(g, c, out, i, t, p)
        left += 1 if c.units[i, p, UNITS] > 0.0 else 0
    return left


@compiled_part
def serve(g: Ground, c: Clients, out: Pages, i: int, t: int) -> float:
    """Let staff call, complaints arise and surveys be answered; return the urge to buy products, 1 as a rule."""
    stage, tier = c.book[i, STAGE], c.wholes[i, TIER]
    purpose, quiet = -1, stage in (DORMANT, LOST)
    due = c.book[i, CALLED] == 0 and c.wholes[i, OPENS] >= g.first - 25
    if due and uniform(c.dice) < 0.09:
        purpose = CALLBACK
        c.book[i, CALLED] = t
    at = uniform(c.dice)
    if purpose < 0 and c.wholes[i, ARM] == 1 and stage == DECLINING and at < 0.018:
        purpose = CAMPAIGN
    elif purpose < 0 and c.wholes[i, OFFER_ARM] == 1 and not quiet and at < 0.010:
        purpose = OFFER
    elif purpose < 0 and c.wholes[i, ARM] < 2 and at < (0.0005 if quiet else 0.003 * (1.0 + 1.5 * tier)):
        purpose = SERVICE if uniform(c.dice) < 0.7 else CARING
    if purpose >= 0:
        _contact(g, c, out, i, t, purpose)
    worry = 0.04 * c.mood[i, FORTUNE] if abs(c.mood[i, FORTUNE]) < 0.5 else 0.0
    c.mood[i, CONTENT] += 0.01 * (c.reals[i, BASE_CONTENT] + worry - c.mood[i, CONTENT])
    if not quiet and uniform(c.dice) < 0.00012 * math.exp(4.0 * (0.55 - c.mood[i, CONTENT])):
        matter, severity = int(uniform(c.dice) * 5.0), 1 + int(uniform(c.dice) ** 2 * 3.0)
        note(out, EVENTS, c.wholes[i, NUMBER], t, (COMPLAINED, matter, severity, 0, 0))
        c.mood[i, CONTENT] -= 0.08
    if g.days_i[t, SURVEY] and not quiet and uniform(c.dice) < 0.12:
        _answer(c, out, i, t, RECOMMENDS, 10.0)
    return 2.5 if touched(c, i, t) and c.wholes[i, OFFER_ARM] == 1 and c.reals[i, EFFECT] > -0.2 else 1.0


@compiled_part
def _contact(g: Ground, c: Clients, out: Pages, i: int, t: int, purpose: int) -> None:
    reached = uniform(c.dice) < 0.72
    minutes = int(2.0 + 12.0 * uniform(c.dice) ** 2) if reached else 1
    medium = int(uniform(c.dice) * 5.0)
    note(out, EVENTS, c.wholes[i, NUMBER], t, (CONTACTED, purpose, medium, minutes, 1 if reached else 0))
    earn(g, c, i, t, -250.0 * minutes)
    if reached:
        c.book[i, TOUCHED] = t
        c.mood[i, CONTENT] += 0.03 * c.reals[i, EFFECT] + 0.02 * (uniform(c.dice) - 0.4)
        if uniform(c.dice) < 0.12:
            _answer(c, out, i, t, RATED, 5.0)


@compiled_part
def _answer(c: Clients, out: Pages, i: int, t: int, what: int, most: float) -> None:
    """Mark out of `most`: contentment, and a mood of the day."""
    mark = most * (0.25 + 0.75 * c.mood[i, CONTENT]) + 0.12 * most * (uniform(c.dice) + uniform(c.dice) - 1.0)
    score = int(min(max(mark, 1.0), most) + 0.5)
    note(out, EVENTS, c.wholes[i, NUMBER], t, (what, score, int(most), 0, 0))

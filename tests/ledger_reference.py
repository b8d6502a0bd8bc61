"""The ledger in slow plain Python, written from docs/methods/ledger.md and not from the code it is to judge.

Rows are dicts with the columns of the contract: dates as day numbers, money and quantities in units of 0.0001,
prices and statistics as floats, None for absent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ledger_reference_books import Book, Client, opening, opening_price, take_jump, units
from ledger_reference_events import MOMENTA, STANDINGS, YUAN, Day, cash_flow, custody, trade
from ledger_reference_market import TIE, Market, against, known, marked

__all__ = ["Ledger", "Market", "ledger"]

LEAST_BASE = 100 * YUAN
LEAST_RETURN = -0.999999
MOST_GROWTH = 100
WRITTEN_OFF_AFTER = 60
HOLDING = ("cash", "securities", "funds", "debt", "net")

SUMMED = (
    *("trades", "buy_amount", "sell_amount", "fees", "commission", "exchange_fee"),
    *("flow_in", "flow_out", "bank_in", "bank_out", "interest", "cost"),
    *("growth", "valuation", "eps_known", "pnl_realised", "pnl_income"),
    *("realised_gains", "realised_losses", "paper_gains", "paper_losses"),
    *("buys", "sells", "buys_ranked", "sells_ranked", "buys_valued", "sells_valued"),
    *("buys_hot", "buys_after_limit", "buys_more_below", "buys_more_above", "sells_known", "sells_quick"),
)
SUMMED_NUMBERS = (
    *(f"{side}_{name}" for side in ("buy", "sell") for name in STANDINGS),
    *(f"{side}_return{n}" for side in ("buy", "sell") for n in MOMENTA),
    *("sells_gain", "sells_held", "sells_from_peak"),
)


@dataclass(frozen=True)
class Ledger:
    """What the fold leaves behind, as rows of the tables client_day, position and round_trip."""

    client_day: list[dict]
    positions: list[dict]
    round_trips: list[dict]


def ledger(
    client: str,
    trades: list[dict],
    cash_flows: list[dict],
    custody: list[dict],
    assets: list[dict],
    holdings: list[dict],
    market: Market,
) -> Ledger:
    """Fold one client's events up to the market's last day."""
    end = len(market.days)
    events = _by_day(market, custody, cash_flows, trades)
    open_days = set(market.days)
    counted = {market.place(row["date"]): row for row in assets if row["date"] in open_days}
    shown = [market.past(row["date"]) for row in holdings if row["date"] <= market.days[-1]]
    first = min([t for t in [*events, *counted, *shown] if t < end], default=end)
    subscribed: dict[str, list[int]] = {}
    for row in trades:
        if row["kind"] in ("ipo", "rights"):
            subscribed.setdefault(row["security_id"], []).append(market.place(row["date"]))
    state = Client(client, market, first, subscribed)
    state.events = {t: [row for book, row in of if book is not cash_flow] for t, of in events.items()}
    if first < end:
        opening(state, holdings, trades, custody)
    rows = [_day(state, t, events.get(t, []), counted) for t in range(first, end)]
    return Ledger([row for row in rows if row is not None], _positions(state), state.trips)


def _by_day(
    market: Market, custodies: list[dict], flows: list[dict], trades: list[dict]
) -> dict[int, list[tuple]]:
    """Return each day's events, in order, with what books them."""
    ordered = [(custody, row) for row in sorted(custodies, key=lambda r: (r["date"], r["custody_id"]))]
    ordered += [(cash_flow, row) for row in sorted(flows, key=lambda r: (r["date"], r["flow_id"]))]
    ordered += [(trade, row) for row in sorted(trades, key=_moment)]
    days: dict[int, list[tuple]] = {}
    for book, row in ordered:
        days.setdefault(market.place(row["date"]), []).append((book, row))
    return days


def _moment(row: dict) -> tuple:
    return row["date"], row["time"] is not None, row["time"] or 0, row["trade_id"]


def _day(client: Client, t: int, events: list[tuple], counted: dict[int, dict]) -> dict | None:
    """Fold one day; return its row of client_day, or None where it leaves none."""
    day = Day(client, t, happened=bool(events))
    owed = client.entitlement
    held = bool(client.longs or client.shorts)
    _open(day, [row for book, row in events if book is trade])
    for book, row in events:
        book(day, row)
    _odean(day)
    _write_off(day)
    row = _close(day)
    assets, before = counted.get(t), counted.get(t - 1)
    row |= _profit(day, assets, before, client.entitlement - owed)
    held = held or bool(client.longs or client.shorts)
    rich = any(a is not None and any(a[name] for name in HOLDING) for a in (assets, before))
    return row if day.happened or held or rich else None


def _open(day: Day, trades: list[dict]) -> None:
    """Take the positions over from the day before: their value, the corporate actions, their move to the close."""
    client, t = day.client, day.t
    market = client.market
    values = [(security, book, _yesterday(client, security, book, t)) for security, book in client.books()]
    for security in [*client.marks]:
        client.marks[security] /= market.factor(security, t)
    for security, book in client.books():
        if market.factor(security, t) != 1.0:
            book.scale(market.factor(security, t))
        take_jump(client, security, book, t)
    for row in trades:
        if row["kind"] != "repo" and row["quantity"] and row["amount"]:
            client.marks[row["security_id"]] = row["amount"] / row["quantity"]
    for security, book, value in values:
        _move(day, security, book, value)
    for books in (client.longs, client.shorts):
        for security in [s for s, book in books.items() if book.quantity == 0]:
            del books[security]
    day.morning = {s: (book.quantity, book.cost) for s, book in client.longs.items()}
    day.unsure = {s for s, book in client.longs.items() if book.seeded}
    if day.sums["entitled"]:
        client.entitlement += day.sums["entitled"]
        client.entitled = t


def _yesterday(client: Client, security: str, book: Book, t: int) -> int:
    """Return the opening value of a position."""
    price = client.price(security, t - 1) if t else None
    if price is None and t == client.first:
        price = opening_price(client, security)
    return book.cost if price is None else units(book.quantity, price)


def _move(day: Day, security: str, book: Book, value: int) -> None:
    """Add a position's move from its opening value to the close, and where it came from."""
    market, t = day.client.market, day.t
    last, before = market.closing(security, t - 1) if t else None, market.before(security, t)
    entitled = 0
    known_both = last is not None and before is not None
    known_both = known_both and market.jump(security, t) is None
    if known_both and abs(before * market.factor(security, t) - last) > TIE * last:
        entitled = value - units(book.quantity, before)
    move = day.client.value(security, book, t) - value + entitled
    day.add("E", value)
    day.add("entitled", entitled)
    day.add("moves", move)
    now, then = known(market.eps, security, t), known(market.eps, security, t - 1)
    now = None if market.closing(security, t) is None else now
    if now and then and min(now, then) > 0 and max(now, then) <= MOST_GROWTH * min(now, then):
        growth = round(value * (now / then - 1)) + entitled
        day.add("growth", growth)
        day.add("valuation", move - growth)
        day.add("eps_known", value)


def _odean(day: Day) -> None:
    """Count gains and losses taken and kept, on a day with sales of what was held in the morning."""
    client, market, t = day.client, day.client.market, day.t
    held = {s: cost / q for s, (q, cost) in day.morning.items() if s not in day.unsure}
    sold = {s: amount / n for s, (n, amount) in day.sold.items() if n and s in held}
    for security, price in sold.items():
        way = against(price, held[security])
        day.add("realised_gains", way > 0)
        day.add("realised_losses", way < 0)
    for security in held if sold else ():
        close = market.closing(security, t)
        locked = marked(market.suspended, security, t) or marked(market.limit_down, security, t)
        if security in day.sold or security not in client.longs or close is None or locked:
            continue
        way = against(close, held[security])
        day.add("paper_gains", way > 0)
        day.add("paper_losses", way < 0)


def _write_off(day: Day) -> None:
    """Give up, out of the profit, what is still owed long after the last change."""
    client = day.client
    if client.entitlement and day.t - client.entitled >= WRITTEN_OFF_AFTER:
        day.add("other", -client.entitlement)
        client.entitlement = 0
        day.happened = True


def _close(day: Day) -> dict:
    """Return the columns that stand for sums of the day and for what is held at its close."""
    client, market, t = day.client, day.client.market, day.t
    row = {"client_id": client.name, "date": market.days[t]}
    row |= {name: int(day.sums[name]) for name in SUMMED}
    row |= {name: float(day.sums[name]) for name in SUMMED_NUMBERS}
    values = {s: client.value(s, book, t) for s, book in client.longs.items()}
    shorts = {s: client.value(s, book, t) for s, book in client.shorts.items()}
    costs = sum(book.cost for _, book in client.books())
    row["stocks"] = sum(values.values()) + sum(shorts.values())
    row["positions"] = len({*values, *shorts})
    row["largest"] = max([0, *values.values()])
    whole = sum(values.values())
    row["herfindahl"] = sum((v / whole) ** 2 for v in values.values()) if whole > 0 else 0.0
    row["pnl_unrealised"] = row["stocks"] - costs - client.paper
    client.paper = row["stocks"] - costs
    for name in ("cheap", "lottery"):
        places = {s: known(market.standing.get(name, {}), s, t) for s in values}
        row[f"held_{name}"] = sum(values[s] / YUAN * (p - 0.5) for s, p in places.items() if p is not None)
        if name == "cheap":
            row["held_valued"] = sum(values[s] for s, p in places.items() if p is not None)
    row["held_followed"] = sum(v for s, v in values.items() if marked(market.followed, s, t))
    for security, book in client.longs.items():
        _watch(client, security, book, t)
    return row


def _watch(client: Client, security: str, book: Book, t: int) -> None:
    """Remember the close for the peaks and troughs of what is held."""
    price = client.price(security, t)
    if price is not None:
        book.peak = price if book.peak is None else max(book.peak, price)
    if book.cost > 0:
        book.trip.ratios.append(0.0 if price is None else price / (book.cost / book.quantity) - 1)


def _profit(day: Day, assets: dict | None, before: dict | None, owed: int) -> dict:
    """Return profit and loss of the day, its parts and the returns; `owed` is the change of the entitlement."""
    sums, opened = day.sums, day.sums["E"]
    own = sums["moves"] + sums["intraday"] + sums["interest"] + sums["other"] + sums["cost"]
    pnl = own
    if assets is not None and before is not None:
        pnl = assets["net"] - before["net"] - (sums["flow_in"] - sums["flow_out"]) + owed
    worth = opened if before is None else before["net"]
    base = opened + sums["buy_amount"] if before is None else worth + sums["flow_in"]
    x = day.client.market.market_return(day.t)
    market = 0 if x is None else round(opened * x)
    selection = sums["moves"] - market
    row: dict = {name: None if assets is None else assets[name] for name in ("net", "cash", "funds", "debt")}
    row |= {"assets_before": worth, "stocks_before": opened, "pnl": pnl, "market": market}
    row |= {"assets_market": 0 if x is None else round(worth * x), "selection": selection}
    row["trading"] = pnl - market - selection - sums["interest"] - sums["cost"]
    row["unexplained"] = pnl - own
    row["exposure"] = opened / worth if worth > 0 else 0.0
    row["exposure_days"] = int(worth > 0)
    y = pnl / base if base >= LEAST_BASE else None
    return row | _returns(x, y)


def _returns(x: float | None, y: float | None) -> dict:
    """Return the sums for returns, slopes and correlations."""
    row = dict.fromkeys(("sum_x", "sum_x2", "sum_y", "sum_y2", "sum_xy"), 0.0)
    if x is not None and y is not None:
        row |= {"sum_x": x, "sum_x2": x * x, "sum_y": y, "sum_y2": y * y, "sum_xy": x * y}
    row["days"] = int(x is not None and y is not None)
    row["log_return"] = 0.0 if y is None else math.log1p(max(y, LEAST_RETURN))
    row["return_days"] = int(y is not None)
    return row


def _positions(client: Client) -> list[dict]:
    """Return what is held at the end; the two sides of a security in one row."""
    t, rows = len(client.market.days) - 1, []
    for security in sorted({*client.longs, *client.shorts}):
        books = [b for b in (client.longs.get(security), client.shorts.get(security)) if b is not None]
        rows.append(
            {
                "client_id": client.name,
                "security_id": security,
                "quantity": sum(book.quantity for book in books),
                "cost": sum(book.cost for book in books),
                "opened_on": client.market.days[books[0].opened],
                "market_value": sum(client.value(security, book, t) for book in books),
                "seeded": any(book.seeded for book in books),
            }
        )
    return rows

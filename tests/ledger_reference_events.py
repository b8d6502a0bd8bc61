"""What the events of a day do to a client's books, and what they add to the day's sums, in slow plain Python."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ledger_reference_books import Book, Client, units
from ledger_reference_market import against, known, marked

FEES = ("commission", "exchange_fee", "stamp_duty", "transfer_fee", "other_fee")
STANDINGS = ("mom5", "mom20", "mom60", "ma20", "cheap", "attention", "lottery", "low")
MOMENTA = (5, 20, 60)
YUAN = 10_000


@dataclass
class Day:
    """A day under way: the client, the place of the day, and what is summed."""

    client: Client
    t: int
    sums: Counter = field(default_factory=Counter)  # columns of client_day, and parts of the profit
    happened: bool = False
    morning: dict[str, tuple[int, int]] = field(default_factory=dict)  # long positions: q', C
    unsure: set[str] = field(default_factory=set)  # seeded in the morning or since
    sold: dict[str, list[int]] = field(default_factory=dict)  # [quantity, amount] of sales
    decided: set[tuple[str, str]] = field(default_factory=set)

    def add(self, column: str, amount: float) -> None:
        self.sums[column] += amount

    def settle(self, amount: int) -> bool:
        """Take `amount` out of the open entitlement; return False where none is open."""
        client = self.client
        if client.entitlement == 0:
            return False
        client.entitlement -= amount
        client.entitled = self.t
        return True


def custody(day: Day, row: dict) -> None:
    """Book securities that came or went without a trade."""
    security, n, client = row["security_id"], row["quantity"], day.client
    if row["kind"] == "collateral" or n == 0:
        return
    if row["kind"] == "listing":
        if row["direction"] == "in" and not client.given(security, day.t):
            client.long(security, day.t).add(day.t, n, 0)
            value = client.worth(security, n, day.t)
            if not day.settle(value):
                day.add("other", value)
        return
    booked, at_close = row["market_value"], client.worth(security, n, day.t)
    value = at_close if booked is None else booked
    priced = client.price(security, day.t) is not None
    if row["direction"] == "in":
        book = client.long(security, day.t)
        book.add(day.t, n, value)
        book.trip.quantity += n
        book.trip.cost += value
        day.add("flow_in", value)
        day.add("intraday", at_close - value if priced else 0)
        return
    book = _long_enough(day, security, n, value)
    cost, _ = book.take(n)
    book.trip.forgotten = True
    if book.quantity == 0:
        del client.longs[security]
    value = cost if booked is None and not priced else value
    day.add("flow_out", value)
    day.add("intraday", value - (at_close if priced else cost))


def cash_flow(day: Day, row: dict) -> None:
    """Book money that moved without a trade."""
    kind, amount, client = row["kind"], row["amount"], day.client
    if kind == "bank":
        way = "in" if amount > 0 else "out"
        day.add(f"bank_{way}", abs(amount))
        day.add(f"flow_{way}", abs(amount))
    elif kind == "dividend":
        if not day.settle(amount):
            day.add("other", amount)
        if row["security_id"] in client.longs:
            client.longs[row["security_id"]].trip.proceeds += amount
    else:
        day.add({"interest": "interest", "other": "other"}.get(kind, "cost"), amount)
    if kind in ("dividend", "interest", "tax"):
        day.add("pnl_income", amount)


def trade(day: Day, row: dict) -> None:
    """Book one execution."""
    fees = sum(row.get(column) or 0 for column in FEES)
    within = row.get("exchange_fee_within") or 0
    day.add("fees", fees)
    day.add("commission", (row.get("commission") or 0) + (row.get("exchange_fee") or 0))
    day.add("exchange_fee", (row.get("exchange_fee") or 0) + within)
    day.add("cost", -fees)
    if row["kind"] == "repo":
        _repo(day, row)
        return
    day.add("trades", 1)
    day.add(f"{row['side']}_amount", row["amount"])
    if row["kind"] == "short":
        (_short if row["side"] == "sell" else _cover)(day, row)
    else:
        (_buy if row["side"] == "buy" else _sell)(day, row, fees)


def _repo(day: Day, row: dict) -> None:
    sign = 1 if row["side"] == "buy" else -1
    lent = day.client.repos.setdefault(row["security_id"], [0, 0])
    lent[0] += sign * row["quantity"]
    lent[1] -= sign * row["amount"]
    if lent[0] == 0:
        day.add("interest", lent[1])
        day.add("pnl_income", lent[1])
        del day.client.repos[row["security_id"]]


def _amountless(row: dict) -> bool:
    return row["kind"] in ("conversion", "creation") and row["amount"] == 0


def _decides(day: Day, row: dict) -> bool:
    """Tell whether a row is the first execution of the day in a security on a side."""
    key = (row["security_id"], row["side"])
    first = row["kind"] in (None, "ordinary", "margin") and key not in day.decided
    if first:
        day.decided.add(key)
    return first


def _buy(day: Day, row: dict, fees: int) -> None:
    client, t, security, n = day.client, day.t, row["security_id"], row["quantity"]
    amount, worth = row["amount"], client.worth(security, n, day.t)
    decides = _decides(day, row)
    _momentum(day, row)
    if decides:
        _standings(day, row)
        _bought_more(day, row)
    if _amountless(row):
        amount = worth
    if not (row["kind"] == "rights" and day.settle(worth - amount)):
        day.add("intraday", worth - amount)
    book = client.long(security, t)
    book.add(t, n, amount + fees)
    book.trip.quantity += n
    book.trip.cost += amount
    book.trip.fees += fees
    book.trip.buys += decides
    if book.quantity == 0:
        del client.longs[security]


def _sell(day: Day, row: dict, fees: int) -> None:
    client, t, security, n = day.client, day.t, row["security_id"], row["quantity"]
    amount = row["amount"]
    decides = _decides(day, row)
    _momentum(day, row)
    book = _long_enough(day, security, n, amount)
    if decides:
        _standings(day, row)
        _sold_known(day, row, book)
    cost, lots = book.take(n)
    if _amountless(row):
        amount = cost
    else:
        day.add("intraday", amount - client.worth(security, n, t))
        sold = day.sold.setdefault(security, [0, 0])
        sold[0] += n
        sold[1] += amount
    day.add("pnl_realised", amount - cost)
    trip, days = book.trip, client.market.days
    trip.proceeds += amount
    trip.fees += fees
    trip.sells += decides
    trip.sold += n
    trip.share_days += sum(part * (days[t] - days[since]) for since, part in lots)
    if book.quantity == 0:
        if n:
            client.close_trip(security, book, t)
        del client.longs[security]


def _long_enough(day: Day, security: str, n: int, amount: int) -> Book:
    """Return the long book, seeded where it holds less than the n that leave for `amount`."""
    client, t = day.client, day.t
    book = client.long(security, t)
    missing = n - book.quantity
    if missing > 0:
        price = client.market.before(security, t)
        cost = units(missing, amount / n if price is None else price)
        book.seed(client.first, missing, cost)
        if client.price(security, t) is not None:
            day.add("intraday", client.worth(security, missing, t) - cost)
    if book.seeded:
        day.unsure.add(security)
    return book


def _short(day: Day, row: dict) -> None:
    client, t, security, n = day.client, day.t, row["security_id"], row["quantity"]
    book = client.shorts.setdefault(security, Book(opened=t))
    book.add(t, -n, -row["amount"])
    day.add("intraday", row["amount"] - client.worth(security, n, t))
    book.lots[-1][1] = n
    if book.quantity == 0:
        del client.shorts[security]


def _cover(day: Day, row: dict) -> None:
    """Buy back what was sold short; what was never seen to be sold was sold at P⁻."""
    client, t, security, n = day.client, day.t, row["security_id"], row["quantity"]
    book = client.shorts.setdefault(security, Book(opened=t))
    missing = n + book.quantity
    if missing > 0:
        price = client.market.before(security, t)
        proceeds = units(missing, row["amount"] / n if price is None else price)
        book.seed(client.first, -missing, -proceeds)
        book.lots[0][1] = missing
        day.add("intraday", proceeds - client.worth(security, missing, t))
    cost, _ = book.take(n)
    day.add("pnl_realised", -cost - row["amount"])
    day.add("intraday", client.worth(security, n, t) - row["amount"])
    if book.quantity == 0:
        del client.shorts[security]


def _momentum(day: Day, row: dict) -> None:
    """Add what every ordinary or margin execution adds, decisive or not."""
    if row["kind"] not in (None, "ordinary", "margin"):
        return
    for n in MOMENTA:
        beyond = day.client.market.beyond(row["security_id"], day.t, n)
        if beyond is not None:
            day.add(f"{row['side']}_return{n}", row["amount"] / YUAN * beyond)


def _standings(day: Day, row: dict) -> None:
    """Add where the security of a decision stood before the day."""
    market, security, t, side = day.client.market, row["security_id"], day.t, row["side"]
    place = {name: known(market.standing.get(name, {}), security, t) for name in STANDINGS}
    day.add(f"{side}s", 1)
    day.add(f"{side}s_ranked", place["mom20"] is not None)
    day.add(f"{side}s_valued", place["cheap"] is not None)
    for name, rank in place.items():
        day.add(f"{side}_{name}", 0.0 if rank is None else rank - 0.5)
    if side == "buy":
        day.add("buys_hot", marked(market.hot, security, t))
        day.add("buys_after_limit", marked(market.after_limit, security, t))


def _bought_more(day: Day, row: dict) -> None:
    """Compare a buy decision with the average cost of what was held in the morning and still is."""
    security, n = row["security_id"], row["quantity"]
    if n == 0 or security not in day.morning or security not in day.client.longs:
        return
    held, cost = day.morning[security]
    way = against(row["amount"] / n, cost / held)
    day.add("buys_more_above", way > 0)
    day.add("buys_more_below", way < 0)


def _sold_known(day: Day, row: dict, book: Book) -> None:
    """Add what a sell decision realises on a position whose cost is known."""
    n = row["quantity"]
    if book.seeded or n == 0 or book.cost <= 0:
        return
    price, held = row["amount"] / n, day.t - book.opened
    day.add("sells_known", 1)
    day.add("sells_gain", price / (book.cost / book.quantity) - 1)
    day.add("sells_held", held)
    day.add("sells_quick", held <= 5)
    day.add("sells_from_peak", max(0.0, 1 - price / book.peak) if book.peak else 0.0)

"""A client's positions in slow plain Python: books with lots, the round trips they close, the client's state."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from ledger_reference_market import Market


def units(quantity: int, price: float) -> int:
    """Return ⌊quantity · price⌉ in units of money: the product in double precision, then half to even."""
    return round(quantity * price)


def share(whole: int, part: int, of: int) -> int:
    """Return ⌊whole · part ÷ of⌉ in whole numbers, exactly, half to even."""
    return round(Fraction(whole * part, of))


@dataclass
class Trip:
    """A round trip on its way."""

    quantity: int = 0
    cost: int = 0
    proceeds: int = 0
    fees: int = 0
    sold: int = 0
    share_days: int = 0
    buys: int = 0
    sells: int = 0
    ratios: list[float] = field(default_factory=list)
    forgotten: bool = False


@dataclass
class Book:
    """One side, long or short, of what a client has in a security; short ones have negative q and C."""

    opened: int
    quantity: int = 0
    cost: int = 0
    lots: list[list[int]] = field(default_factory=list)  # [place of the day, quantity], oldest first
    seeded: bool = False
    peak: float | None = None
    trip: Trip = field(default_factory=Trip)

    def add(self, t: int, n: int, cost: int) -> None:
        self.quantity += n
        self.cost += cost
        self.lots.append([t, n])

    def seed(self, first: int, n: int, cost: int) -> None:
        """Add what must have been held before the events began."""
        self.quantity += n
        self.cost += cost
        self.lots.insert(0, [first, n])
        self.opened, self.seeded = first, True

    def take(self, n: int) -> tuple[int, list[list[int]]]:
        """Take n out: return the cost that leaves, and the lots, first in first out."""
        cost = share(self.cost, n, abs(self.quantity)) if self.quantity else 0
        self.quantity -= n if self.quantity > 0 else -n
        self.cost -= cost
        left, gone = n, []
        while left and self.lots:
            lot = self.lots[0]
            part = min(left, lot[1])
            gone.append([lot[0], part])
            lot[1] -= part
            left -= part
            if lot[1] == 0:
                self.lots.pop(0)
        return cost, gone

    def scale(self, factor: float) -> None:
        """Apply a corporate action: each lot is rounded by itself, the last takes what is left."""
        self.quantity = units(self.quantity, factor)
        for lot in self.lots:
            lot[1] = units(lot[1], factor)
        if self.lots:
            self.lots[-1][1] += abs(self.quantity) - sum(n for _, n in self.lots)
        if self.peak is not None:
            self.peak /= factor


@dataclass
class Client:
    """All that is carried from day to day."""

    name: str
    market: Market
    first: int
    subscribed: dict[str, list[int]]  # places of the days with a trade of kind ipo or rights
    longs: dict[str, Book] = field(default_factory=dict)
    shorts: dict[str, Book] = field(default_factory=dict)
    marks: dict[str, float] = field(default_factory=dict)
    repos: dict[str, list[int]] = field(default_factory=dict)  # [quantity lent, cash that came in so far]
    entitlement: int = 0
    entitled: int = 0  # place of the last day on which it changed
    paper: int = 0  # paper profit at the last close
    trips: list[dict] = field(default_factory=list)
    events: dict[int, list[dict]] = field(default_factory=dict)  # trades and custody by place of the day

    def books(self) -> list[tuple[str, Book]]:
        return [*self.longs.items(), *self.shorts.items()]

    def price(self, security: str, t: int) -> float | None:
        """Return the close, else the price of the client's latest trade."""
        close = self.market.closing(security, t)
        return self.marks.get(security) if close is None else close

    def worth(self, security: str, n: int, t: int) -> int:
        """Return ⌊n · P⌉, 0 without any price."""
        price = self.price(security, t)
        return 0 if price is None else units(n, price)

    def value(self, security: str, book: Book, t: int) -> int:
        """Return the value at the close, else the cost."""
        price = self.price(security, t)
        return book.cost if price is None else units(book.quantity, price)

    def long(self, security: str, t: int) -> Book:
        return self.longs.setdefault(security, Book(opened=t))

    def given(self, security: str, t: int) -> bool:
        """Tell whether a corporate action or a subscription gave the shares whose listing is booked on t."""
        actions = any(0 <= t - u <= 60 for u, _ in self.market.actions_of(security))
        rises = [u for u, g in self.market.jumps.get(security, {}).items() if g < 1]
        actions = actions or any(0 <= t - u <= 60 for u in rises)
        return actions or any(1 <= t - u <= 60 for u in self.subscribed.get(security, []))

    def close_trip(self, security: str, book: Book, t: int) -> None:
        """Write the round trip of a book that sales brought to nothing."""
        trip, days = book.trip, self.market.days
        if book.seeded or trip.forgotten:
            return
        ordinal = 1 + sum(r["security_id"] == security and r["closed_on"] == days[t] for r in self.trips)
        self.trips.append(
            {
                "client_id": self.name,
                "security_id": security,
                "opened_on": days[book.opened],
                "closed_on": days[t],
                "quantity": trip.quantity,
                "cost": trip.cost,
                "proceeds": trip.proceeds,
                "fees": trip.fees,
                "holding_days": trip.share_days / trip.sold,
                "ordinal": ordinal,
                "buys": trip.buys,
                "sells": trip.sells,
                "peak": max(trip.ratios, default=0.0),
                "trough": min(trip.ratios, default=0.0),
            }
        )


def opening(client: Client, holdings: list[dict], trades: list[dict], custody: list[dict]) -> None:
    """Open the positions that the first holding day shows and the events up to it don't explain."""
    market, days = client.market, client.market.days
    rows = [row for row in holdings if row["date"] <= days[-1]]
    counted = min((row["date"] for row in rows), default=0)
    for row in (r for r in rows if r["date"] == counted and r["quantity"]):
        quantity, factor = _unwound(client, row, counted, trades, custody)
        if quantity <= 0:
            continue
        security = row["security_id"]
        book = client.long(security, client.first)
        if row["cost"] is not None and row["quantity"] > 0:
            cost = share(row["cost"], quantity, row["quantity"])
            cost = cost if factor == 1.0 else units(cost, factor)
        else:
            price = opening_price(client, security)
            cost = 0 if price is None else units(quantity, price)
        book.seed(client.first, quantity, cost)
        last = market.closing(security, client.first - 1)
        last = opening_price(client, security) if last is None else last
        client.paper += (cost if last is None else units(quantity, last)) - cost


def opening_price(client: Client, security: str) -> float | None:
    """Return the price of the morning of the client's first day: P⁻, else P, before the day's action."""
    market, t = client.market, client.first
    price = market.before(security, t)
    price = market.closing(security, t) if price is None else price
    rise = market.jump(security, t) or 1.0
    return None if price is None else price * (market.factor(security, t) * min(rise, 1.0))


def take_jump(client: Client, security: str, book: Book, t: int) -> None:
    """Let a book's units change on the day of a jump, where the client's later trades say so, or don't speak against a rise."""
    g = client.market.jump(security, t)
    if g is not None and _changed(client, security, book, t, g):
        book.scale(g)


def _changed(client: Client, security: str, book: Book, t: int, g: float) -> bool:
    rise, share = g < 1, 10_000
    if book.seeded or client.shorts.get(security) is book:
        return rise
    counts = {"changed": round(book.quantity * g), "kept": book.quantity}
    least = {name: -count - share for name, count in counts.items()}
    for u in range(t, client.market.change_after(security, t)):
        for event in client.events.get(u, []):
            more = _added(client, event, u) if event["security_id"] == security else 0
            if more == 0:
                continue
            counts = {name: count + more for name, count in counts.items()}
            wrong = [name for name, count in counts.items() if count < least[name]]
            if wrong:
                return rise if len(wrong) == 2 else wrong == ["kept"]
            if abs(counts["changed"]) < share:
                return True
    return rise


def _unwound(
    client: Client, row: dict, counted: int, trades: list[dict], custody: list[dict]
) -> tuple[int, float]:
    """Go back from a holding row to the first morning; return the quantity and what a share became since."""
    market, security = client.market, row["security_id"]
    added: dict[int, int] = {}
    for event in [*trades, *custody]:
        if event["security_id"] == security and event["date"] <= counted:
            t = market.place(event["date"])
            added[t] = added.get(t, 0) + _added(client, event, t)
    quantity, became = row["quantity"], 1.0
    for t in range(len(market.days) - 1, client.first - 1, -1):
        quantity -= added.get(t, 0)
        rise = market.jump(security, t) if market.days[t] <= counted else None
        if rise is not None and rise < 1:
            quantity, became = round(quantity / rise), became * rise
        factor = market.factor(security, t) if market.days[t] <= counted else 1.0
        if factor != 1.0:
            quantity, became = round(quantity / factor), became * factor
    return quantity, became


def _added(client: Client, event: dict, t: int) -> int:
    """Return by how much an event changes the long position."""
    if "side" in event:
        sign = 0 if event["kind"] in ("repo", "short") else 1 if event["side"] == "buy" else -1
        return sign * event["quantity"]
    kind, way = event["kind"], 1 if event["direction"] == "in" else -1
    if kind == "collateral" or (kind == "listing" and (way < 0 or client.given(event["security_id"], t))):
        return 0
    return way * event["quantity"]

"""Small random worlds for the ledger: a market with everything that goes wrong in one, clients who do everything."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from ledger_beside import stored
from zhike.features.ledger import Book

QUOTED = ("600000.SH", "600001.SH", "000001.SZ", "300001.SZ", "510300.SH", "110001.SH", "688001.SH")
UNQUOTED = ("900001.XX", "830001.BJ")
REPOS = ("204001.SH", "131810.SZ")
FIRST = 19_730  # 2024-01-08, a Monday
KINDS = (None, "ordinary", "margin", "short", "ipo", "rights", "repo", "conversion", "creation")
FLOWS = ("bank", "dividend", "interest", "tax", "fee", "other")
CUSTODY = ("custody", "collateral", "listing", "designation")


@dataclass(frozen=True)
class World:
    """A book of the market, the securities of its rows, the clients' rows, the last day."""

    book: Book
    securities: tuple[str, ...]
    tables: dict[str, pa.Table]
    as_of: int


def world(seed: int, clients: int = 4) -> World:
    """Make a world; the same one for the same seed."""
    chance = random.Random(seed)
    days = [FIRST + 7 * (k // 5) + k % 5 for k in range(chance.choice((3, 12, 40, 95)))]
    days = sorted({*days[:1], *(d for d in days if chance.random() > 0.03)})  # holidays
    made = _Market(chance, days)
    as_of = len(days) - 1 - (chance.randrange(3) if len(days) > 3 else 0)
    rows: dict[str, list[dict]] = {name: [] for name in ("trade", "cash_flow", "custody", "asset", "holding")}
    for c in range(clients):
        _Behaviour(chance, made, rows, f"C{c}").act()
    for of in rows.values():
        chance.shuffle(of)
    return World(
        made.book(),
        QUOTED,
        {n: stored(n, of) for n, of in rows.items() if of or chance.random() < 0.5},
        as_of,
    )


class _Market:
    """Prices that jump, stop, split and pay; made security by security."""

    def __init__(self, chance: random.Random, days: list[int]) -> None:
        self.chance, self.days = chance, days
        shape = (len(QUOTED), len(days))
        self.close, self.previous = np.full(shape, np.nan), np.full(shape, np.nan)
        self.chain, self.locked = np.full(shape, np.nan), np.zeros(shape, np.bool_)
        self.actions: list[tuple[int, int, float]] = []
        self.jumps: list[tuple[int, int, float]] = []
        for s in range(len(QUOTED)):
            self._walk(s)

    def _walk(self, s: int) -> None:
        chance, last, chain = self.chance, round(self.chance.uniform(2, 40), 2), 1.0
        begins = chance.choice((0, 0, 0, 1, len(self.days) // 2, len(self.days)))
        for t in range(len(self.days)):
            factor = self._factor(s, t)
            if t < begins:
                continue
            due, paid = last / factor, chance.choice((0.0, 0.1, 0.37)) if chance.random() < 0.04 else 0.0
            due -= paid if paid < due / 2 else 0.0
            if chance.random() < 0.02:
                due /= 1.1  # a bonus that no action tells of
            halted = chance.random() < 0.06 and t > begins
            if not halted and t > begins and chance.random() < 0.02 and not self.jumped(s):
                due = self._jump(s, t, due)
            due = due if chance.random() < 0.5 or due == last else round(due, 2)
            now = (
                due
                if halted
                else max(round(due * chance.choice((1.0, 1.1, 0.9, chance.uniform(0.93, 1.07))), 2), 0.01)
            )
            known = t > begins or chance.random() < 0.5
            self.close[s, t], self.previous[s, t] = now, due if known else np.nan
            chain *= now / due
            self.chain[s, t], self.locked[s, t] = chain, halted or chance.random() < 0.1
            last = now

    def jumped(self, s: int) -> bool:
        return any(s == other for other, _, _ in self.jumps)

    def _jump(self, s: int, t: int, due: float) -> float:
        """Let the price jump; what it is measured against may know of it."""
        g = self.chance.choice((0.1, 1 / 17.3) if due < 6 else (10.0, 20.0))
        self.jumps.append((s, t, g))
        return due / g

    def _factor(self, s: int, t: int) -> float:
        factor = 1.0
        while self.chance.random() < 0.03:
            f = self.chance.choice((1.1, 2.0, 1.3, 0.1, 0.5, 1.0, 1.4567))
            self.actions.append((s, t, f))
            factor *= f
        return factor

    def book(self) -> Book:
        rng, shape = np.random.default_rng(self.chance.randrange(2**32)), self.close.shape
        index = np.cumprod(1 + rng.normal(0, 0.01, shape[1])) * 3000
        index[rng.random(shape[1]) < self.chance.choice((0, 0.1, 1.0))] = np.nan
        returns = np.full(shape[1], np.nan)
        returns[1:] = index[1:] / index[:-1] - 1
        for t in range(1, shape[1]):
            index[t] = index[t - 1] if np.isnan(index[t]) else index[t]
        eps = np.where(rng.random(shape) < 0.2, np.nan, np.round(rng.normal(0.6, 0.4, shape), 1)).astype(
            np.float32
        )
        places = np.where(rng.random((8, *shape)) < 0.1, np.nan, rng.random((8, *shape))).astype(np.float32)
        where = sorted(self.actions, key=lambda a: a[:2])
        return Book(
            np.array(self.days), self.close, self.previous, self.chain, index, returns, eps, self.locked, places,
            rng.random(shape) < 0.1, rng.random(shape) < 0.2, rng.random(shape) < 0.5,
            np.searchsorted([s for s, _, _ in where], np.arange(len(QUOTED) + 1)).astype(np.int64),
            np.array([t for _, t, _ in where], np.int64), np.array([f for _, _, f in where], np.float64),
            np.searchsorted([s for s, _, _ in self.jumps], np.arange(len(QUOTED) + 1)).astype(np.int64),
            np.array([t for _, t, _ in self.jumps], np.int64), np.array([g for _, _, g in self.jumps], np.float64),
        )  # fmt: skip


class _Behaviour:
    """One client: what he is likely to do, and what he believes he holds."""

    def __init__(
        self, chance: random.Random, market: _Market, rows: dict[str, list[dict]], client: str
    ) -> None:
        self.chance, self.market, self.rows, self.client = chance, market, rows, client
        self.number = 0
        self.plain = chance.random() < 0.5  # ordinary trades above all
        self.securities = chance.sample([*QUOTED, *UNQUOTED], chance.randint(1, 5))
        self.held: dict[str, int] = {}

    def act(self) -> None:
        chance = self.chance
        busy = chance.choice((0.1, 0.8, 3.0))
        for day in range(self.market.days[0] - 2, self.market.days[-1] + 4):
            while chance.random() < busy / (1 + busy):
                chance.choices((self._trade, self._flow, self._custody), (8, 2, 1))[0](day)
        assets = chance.choice((0.0, 0.0, 0.7, 1.0))
        for day in range(self.market.days[0] - 2, self.market.days[-1] + 3):
            if chance.random() < assets:
                self._asset(day)
        for _ in range(chance.choice((0, 0, 1, 2))):
            self._holding(chance.randint(self.market.days[0] - 2, self.market.days[-1] + 2))

    def _add(self, table: str, **row: Any) -> None:
        self.number += 1
        key = {"trade": "trade_id", "cash_flow": "flow_id", "custody": "custody_id"}.get(table)
        named = {key: f"{self.client}-{self.chance.randrange(10**6)}-{self.number}"} if key else {}
        self.rows[table].append({"client_id": self.client, **named, **row})

    def _quantity(self, security: str) -> int:
        whole = self.held.get(security, 0)
        some = self.chance.choice((100, 100, 300, 1_000, 0.3333, 7, 12_345.6789, 987_654.3211))
        return whole if whole > 0 and self.chance.random() < 0.4 else round(some * 10_000)

    def _price(self, security: str, day: int) -> float:
        """Return a price near the close, that close itself, or any."""
        t = int(np.searchsorted(self.market.days, day))
        close = np.nan
        if security in QUOTED and t < len(self.market.days):
            close = self.market.close[QUOTED.index(security), t]
        close = self.chance.uniform(1, 50) if np.isnan(close) else close
        return close * self.chance.choice((1.0, 1.0, self.chance.uniform(0.9, 1.1)))

    def _trade(self, day: int) -> None:
        chance = self.chance
        security = chance.choice(self.securities)
        side = (
            chance.choice(("buy", "sell"))
            if self.held.get(security, 0) > 0 or chance.random() < 0.05
            else "buy"
        )
        kind = chance.choice(KINDS[:3]) if self.plain and chance.random() < 0.9 else chance.choice(KINDS)
        if kind == "repo":
            security, quantity = chance.choice(REPOS), 10 * 10_000 * chance.choice((1, 1, 2))
        else:
            quantity = self._quantity(security)
        if chance.random() < 0.01:
            quantity = 0
        if kind not in ("repo", "short"):
            self.held[security] = self.held.get(security, 0) + (quantity if side == "buy" else -quantity)
        amount = round(quantity * self._price(security, day))
        if (kind in ("conversion", "creation") and chance.random() < 0.7) or chance.random() < 0.02:
            amount = 0
        time = None if chance.random() < 0.3 else chance.randrange(34_200, 54_000, 600) * 1_000
        self._add("trade", date=day, time=time, security_id=security, side=side, kind=kind, quantity=quantity,
                  amount=amount, **self._fees(side, amount))  # fmt: skip

    def _fees(self, side: str, amount: int) -> dict[str, int | None]:
        chance = self.chance
        style = chance.randrange(4)
        fees: dict[str, int | None] = dict.fromkeys(
            ("commission", "exchange_fee", "stamp_duty", "transfer_fee", "other_fee")
        )
        if style == 0:  # only the net amount tells
            cost = chance.randrange(-2_000, 90_000)
            return fees | {"net_amount": -amount - cost if side == "buy" else amount - cost}
        if style > 1:
            fees |= {
                "commission": chance.choice((0, 50_000, amount // 3_000)),
                "stamp_duty": chance.choice((None, amount // 1_000)),
            }
        if style > 2:
            fees |= {
                "exchange_fee": chance.choice((0, 1_234)),
                "transfer_fee": 77,
                "other_fee": chance.choice((None, 5)),
            }
        return fees

    def _flow(self, day: int) -> None:
        chance = self.chance
        kind = chance.choice(FLOWS)
        amount = round(chance.choice((0, 1, -1, 1, 5)) * chance.uniform(1, 1e7))
        security = chance.choice((None, chance.choice(self.securities)))
        self._add("cash_flow", date=day, kind=kind, amount=amount, security_id=security)

    def _custody(self, day: int) -> None:
        chance = self.chance
        security = chance.choice(self.securities)
        way, kind = chance.choice(("in", "in", "out")), chance.choice(CUSTODY)
        quantity = 0 if chance.random() < 0.03 else self._quantity(security)
        value = chance.choice((None, round(quantity * self._price(security, day))))
        if kind != "collateral":
            self.held[security] = self.held.get(security, 0) + (quantity if way == "in" else -quantity)
        self._add(
            "custody",
            date=day,
            security_id=security,
            direction=way,
            kind=kind,
            quantity=quantity,
            market_value=value,
        )

    def _asset(self, day: int) -> None:
        chance = self.chance
        cash, securities, funds, debt = (
            round(chance.choice((0, 1)) * chance.uniform(0, 1e10)) for _ in range(4)
        )
        debt = debt // 3 if chance.random() < 0.3 else 0
        self._add(
            "asset",
            date=day,
            cash=cash,
            securities=securities,
            funds=funds,
            debt=debt,
            net=cash + securities + funds - debt,
        )

    def _holding(self, day: int) -> None:
        for security in self.chance.sample([*QUOTED, *UNQUOTED], self.chance.randint(1, 4)):
            quantity = self.chance.choice((0, 1, 1, 1, -1)) * self._quantity(security)
            cost = self.chance.choice((None, round(abs(quantity) * self.chance.uniform(-1, 30))))
            if (day, self.client, security) not in {
                (r["date"], r["client_id"], r["security_id"]) for r in self.rows["holding"]
            }:
                self._add("holding", date=day, security_id=security, quantity=quantity, cost=cost)

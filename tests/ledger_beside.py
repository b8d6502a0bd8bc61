"""The compiled ledger beside the slow one: the same rows and the same market to both, every column compared."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

import ledger_reference
from ledger_reference import Market
from ledger_reference_events import STANDINGS
from ledger_reference_market import known, marked
from zhike.base.exchange import fee_family_of, fee_table
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables import table as table_called
from zhike.datacentre.tables.definition import Table, Type
from zhike.datacentre.tables.ledger import CLIENT_DAY, POSITION, ROUND_TRIP
from zhike.features.ledger import READS, Book, Ledger, ledger_of

UNIT = 10_000
EPOCH, MIDNIGHT = date(1970, 1, 1), datetime(1970, 1, 1)
FEES = ("commission", "exchange_fee", "stamp_duty", "transfer_fee", "other_fee")
_KEYS = {"client_day": ("date",), "position": ("security_id",), "round_trip": ("security_id", "opened_on", "closed_on", "ordinal")}  # fmt: skip


def differences(
    book: Book,
    securities: Sequence[str],
    tables: Mapping[str, pa.Table],
    as_of: int,
    found: Ledger | None = None,
) -> list[str]:
    """Fold the rows both ways; return where the two say different things, one line a cell (none: they are equal)."""
    found = found or ledger_of(book, securities, tables, as_of)
    market = market_of(book, securities, as_of)
    rows = {name: plain_rows(tables[name], table_called(name)) if name in tables else {} for name in READS}
    clients = sorted({client for of in rows.values() for client in of})
    compiled = {
        "client_day": plain_rows(found.client_day, CLIENT_DAY),
        "position": plain_rows(found.position, POSITION),
        "round_trip": plain_rows(found.round_trip, ROUND_TRIP),
    }
    told = []
    for client in clients:
        mine = {name: of.get(client, []) for name, of in rows.items()}
        slow = ledger_reference.ledger(
            client, [with_fees(t) for t in mine["trade"]], mine["cash_flow"], mine["custody"], mine["asset"],
            mine["holding"], market,
        )  # fmt: skip
        slow_rows = {
            "client_day": slow.client_day,
            "position": slow.positions,
            "round_trip": slow.round_trips,
        }
        for table in (CLIENT_DAY, POSITION, ROUND_TRIP):
            fast = compiled[table.name].get(client, [])
            told += [f"{client} {line}" for line in _unlike(table, fast, slow_rows[table.name])]
    return told


def _unlike(table: Table, fast: list[dict], slow: list[dict]) -> list[str]:
    keys = _KEYS[table.name]
    by_key = [{tuple(row[k] for k in keys): row for row in rows} for rows in (fast, slow)]
    assert len(by_key[0]) == len(fast), f"{table.name}: a key twice"
    told = []
    for key in sorted(by_key[0].keys() | by_key[1].keys()):
        one, other = by_key[0].get(key), by_key[1].get(key)
        if one is None or other is None:
            told.append(f"{table.name} {key}: only in the {'slow' if one is None else 'compiled'} one")
            continue
        told += [
            f"{table.name} {key} {c.name}: compiled {one[c.name]}, slow {other[c.name]}"
            for c in table.columns
            if not same(one[c.name], other[c.name], c.type is Type.NUMBER, c.unit == "CNY")
        ]
    return told


def same(one: Any, other: Any, number: bool, money: bool) -> bool:
    """Compare exactly; numbers to 1e-9 relative, sums of money that cancel out to 1e-9 yuan."""
    if not number or one is None or other is None:
        return one == other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9 if money else 1e-13)


def plain_rows(rows: pa.Table, table: Table) -> dict[str, list[dict]]:
    """Return rows as dicts in the reference's units (dates as day numbers, money in 0.0001), client by client."""
    kinds = {c.name: c.type for c in table.columns}
    out: dict[str, list[dict]] = defaultdict(list)
    for row in rows.to_pylist():
        plain = {name: _plain(value, kinds[name]) for name, value in row.items()}
        out[plain["client_id"]].append(plain)
    return out


def _plain(value: Any, kind: Type) -> Any:
    if value is None:
        return None
    if kind in (Type.MONEY, Type.QUANTITY):
        return int(Decimal(value) * UNIT)
    if isinstance(value, time):
        return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000 + value.microsecond // 1_000
    return (value - EPOCH).days if isinstance(value, date) else value


def with_fees(trade: dict) -> dict:
    """Say of a trade what the reference wants to know of its fees: what only the net amount tells, what lies in the commission."""
    given = [trade.get(fee) for fee in FEES]
    net, buys = trade.get("net_amount"), trade["side"] == "buy"
    if all(fee is None for fee in given) and net is not None:
        return trade | {"other_fee": max(-net - trade["amount"] if buys else trade["amount"] - net, 0)}
    if trade.get("exchange_fee") is None and trade.get("commission"):
        share = _tariff(trade["security_id"], trade["side"], trade["date"])
        return trade | {"exchange_fee_within": min(round(share * trade["amount"]), trade["commission"])}
    return trade


@cache
def _tariff(security: str, side: str, day: int) -> float:
    family, total = fee_family_of(security), 0.0
    for fee in ("handling", "management"):
        period = fee_table().period(fee, family, EPOCH + timedelta(days=day))
        if period is not None:
            total += float(period.sell if side == "sell" else period.buy)
    return total


def market_of(book: Book, securities: Sequence[str], as_of: int) -> Market:
    """Return a book's days up to `as_of` as the reference's market."""

    def numbers(grid: np.ndarray) -> dict[str, list[float | None]]:
        return {s: cells(grid[i, : as_of + 1]) for i, s in enumerate(securities)}

    def marks(grid: np.ndarray) -> dict[str, list[bool]]:
        return {s: grid[i, : as_of + 1].tolist() for i, s in enumerate(securities)}

    return Market(
        days=book.days[: as_of + 1].tolist(), index=_index(book, as_of), close=numbers(book.close), previous=numbers(book.previous),
        eps=numbers(book.eps), suspended=marks(book.locked), actions=_actions(book, securities),
        standing={name: numbers(book.standing[k]) for k, name in enumerate(STANDINGS)},
        after_limit=marks(book.after_limit), hot=marks(book.hot), followed=marks(book.followed),
        total_return=numbers(book.chain), jumps=_jumps(book, securities),
    )  # fmt: skip


def cells(values: np.ndarray) -> list[float | None]:
    return [None if math.isnan(v) else v for v in values.astype(np.float64).tolist()]


def _index(book: Book, as_of: int) -> list[float | None]:
    """Return the index without the closes that the book carried: those of days with no return to or from them."""
    returns = np.r_[np.nan, book.index_return[1:], np.nan]
    carried = np.r_[False, book.index_chain[1:] == book.index_chain[:-1]]
    gone = np.isnan(returns[:-1]) & np.isnan(returns[1:]) & carried
    return cells(np.where(gone, np.nan, book.index_chain)[: as_of + 1])


def book_of_market(market: Market) -> tuple[Book, tuple[str, ...]]:
    """Return the reference's market as a book, and the securities of its rows."""
    securities, days = tuple(sorted(market.close)), market.days
    places = [(i, t, market.factor(s, t)) for i, s in enumerate(securities) for t in range(len(days))]
    actions = [place for place in places if place[2] != 1.0]

    def grid(cell: Callable[[str, int], float | bool | None]) -> np.ndarray:
        rows = [[cell(s, t) for t in range(len(days))] for s in securities]
        return np.array(rows, np.float64).reshape(len(securities), len(days))

    def marks(*tables: dict[str, list[bool]]) -> np.ndarray:
        return grid(lambda s, t: any(marked(table, s, t) for table in tables)) > 0

    def places(name: str) -> np.ndarray:
        return grid(lambda s, t: known(market.standing.get(name, {}), s, t))

    jumps = [(i, t, g) for i, s in enumerate(securities) for t, g in sorted(market.jumps.get(s, {}).items())]
    returns = [market.market_return(t) for t in range(len(days))]
    book = Book(
        np.array(days), grid(market.closing), grid(market.before), grid(lambda s, t: known(market.total_return, s, t)),
        np.array(market.carried_index, np.float64), np.array(returns, np.float64),
        grid(lambda s, t: known(market.eps, s, t)).astype(np.float32), marks(market.suspended, market.limit_down),
        np.stack([places(name) for name in STANDINGS]).astype(np.float32), marks(market.after_limit), marks(market.hot), marks(market.followed),
        np.searchsorted([i for i, _, _ in actions], np.arange(len(securities) + 1)).astype(np.int64),
        np.array([t for _, t, _ in actions], np.int64), np.array([f for _, _, f in actions], np.float64),
        np.searchsorted([i for i, _, _ in jumps], np.arange(len(securities) + 1)).astype(np.int64),
        np.array([t for _, t, _ in jumps], np.int64), np.array([g for _, _, g in jumps], np.float64),
    )  # fmt: skip
    return book, securities


def _actions(book: Book, securities: Sequence[str]) -> dict[str, dict[int, float]]:
    actions: dict[str, dict[int, float]] = defaultdict(dict)
    for i, security in enumerate(securities):
        for k in range(book.action_from[i], book.action_from[i + 1]):
            day = int(book.days[book.action_day[k]])
            actions[security][day] = actions[security].get(day, 1.0) * float(book.action_factor[k])
    return actions


def _jumps(book: Book, securities: Sequence[str]) -> dict[str, dict[int, float]]:
    places = {s: range(book.jump_from[i], book.jump_from[i + 1]) for i, s in enumerate(securities)}
    return {
        s: {int(book.jump_day[k]): float(book.jump_factor[k]) for k in of} for s, of in places.items() if of
    }


def stored(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Make a table, as the fold reads it, of the reference's rows with their client."""
    definition = table_called(name)
    fields, columns = [], []
    for column in READS[name]:
        kind = definition.column(column).type
        field = schema_of(definition).field(column)
        fields.append(field)
        columns.append(pa.array([_typed(row.get(column), kind) for row in rows], field.type))
    return pa.Table.from_arrays(columns, names=[f.name for f in fields])


def _typed(value: Any, kind: Type) -> Any:
    if value is None:
        return None
    if kind in (Type.MONEY, Type.QUANTITY):
        return Decimal(value).scaleb(-4)
    if kind is Type.TIME:
        return (MIDNIGHT + timedelta(milliseconds=value)).time()
    return EPOCH + timedelta(days=value) if kind is Type.DATE else value

"""From a sum down to the rows it was made of, and from these to the delivered ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from zhike.base.period import date_of, day_no
from zhike.base.text import Said, say
from zhike.datacentre.tables import ALL
from zhike.datacentre.tables.ledger import CLIENT_DAY, POSITION, ROUND_TRIP
from zhike.features.clients.figures import FIGURES
from zhike.features.clients.sums import Want
from zhike.run.explaining.delivered import SHOWN, texts
from zhike.run.explaining.figures import behind
from zhike.run.explaining.retold import Retold
from zhike.run.explaining.told import Asked, Delivered, Row

_EVERYTHING = ("trade", "cash_flow", "custody", "asset")
_BEHIND: Mapping[str, tuple[str, ...]] = {
    "asset": ("net", "cash", "funds", "debt", "gross", "net_unknown", "assets_before"),
    "cash_flow custody": ("flow_in", "flow_out", "flow_in_aged", "flow_out_aged", "bank_in", "bank_out"),
    "cash_flow trade": ("interest", "interest_paid", "pnl_income"),
    "trade custody holding": (
        "stocks", "positions", "largest", "herfindahl", "held_days", "stocks_before", "held_cheap", "held_valued", "held_lottery",
        "held_followed", "positions_now",
    ),
    "trade cash_flow custody asset": (
        "pnl", "market", "assets_market", "selection", "trading", "unexplained", "exposure", "exposure_days", "growth", "valuation",
        "eps_known", "days", "sum_x", "sum_x2", "sum_y", "sum_y2", "sum_xy", "log_return", "log_return2", "return_days",
        "own_log", "index_log", "rows", "age", "pnl_unrealised",
    ),
}  # fmt: skip
_TABLES = {column: tuple(tables.split()) for tables, columns in _BEHIND.items() for column in columns}
"""Columns of client_day → the delivered tables beneath a day of it; the others come from trades."""
_NAMED = {t.name: tuple(c.name for c in t.columns if c.key and c.name != "client_id") for t in (CLIENT_DAY, POSITION, ROUND_TRIP)}  # fmt: skip
_DERIVED: Mapping[str, Said] = {
    "rows": say("有记录的日数", "days with a row"), "trading_days": say("有成交的日数", "days with a trade"),
    "trade_age": say("距成交的交易日数", "trading days since a trade"), "net_unknown": say("净资产未知的日数", "days whose net assets aren't known"),
    "gross": say("净资产加负债", "net assets and debt"), "held_days": say("有持仓的日数", "days with a position"),
    "flow_in_aged": say("转入 × 其后的交易日数", "inflow × trading days it was there"),
    "flow_out_aged": say("转出 × 其后的交易日数", "outflow × trading days it was gone"),
    "interest_paid": say("支付的利息", "interest paid"), "index_log": say("指数对数收益率", "log return of the index"),
    "own_log": say("客户对数收益率", "log return of the client"), "log_return2": say("对数收益率平方", "log return squared"),
    "trips": say("清仓轮数", "round trips closed"), "wins": say("盈利轮数", "round trips that gained"),
    "defeats": say("亏损轮数", "round trips that lost"), "trip_pnl": say("清仓盈亏（扣费后）", "gain of a round trip after fees"),
    "rates": say("每轮收益率", "return of a round trip"), "rates2": say("每轮收益率平方", "return of a round trip squared"),
    "gains": say("盈利轮的收益率", "return of those that gained"), "losses": say("亏损轮的亏损率", "loss of those that lost"),
    "held": say("持有天数", "days held"),
}  # fmt: skip


def asked(want: Want, value: float | None, told: Retold, most: int) -> Asked:
    """Return what a want asked for, with the `most` rows that had the largest part in it."""
    horizon = told.bucket.horizon
    if want.of in FIGURES:
        found = behind(want, told)
        table, rows, exact = found.table, found.rows, found.exact
    else:
        table, rows, exact = want.of, told.contributions(want), True
    if want.how == "sum":
        rows = [r for r in rows if r["contribution"] != 0.0]
    ranked = sorted(rows, key=lambda r: _rank(r, want.how))
    if want.how in ("max", "min"):
        ranked = [r for r in ranked if r["contribution"] == ranked[0]["contribution"]]
    return Asked(
        want.of, want.column, _meaning(want), want.how, want.days,
        horizon.first(want.days) if want.days else None, horizon.end, value, exact, len(ranked),
        tuple(_row(table, r, want.column, told) for r in ranked[:most]),
    )  # fmt: skip


def _rank(row: Mapping[str, Any], how: str) -> tuple[float, int]:
    part = row["contribution"]
    size = 0.0 if part is None else (part if how == "min" else -part if how == "max" else -abs(part))
    day = row.get("date") or row.get("closed_on") or date.min
    return size, -day_no(day)


def _meaning(want: Want) -> Said:
    if want.column in _DERIVED:
        return _DERIVED[want.column]
    if want.column.startswith("opening_"):
        return say("区间首日之前的净资产", "net assets before the window's first day")
    table = ALL.get(want.of)
    if table is not None and table.has(want.column):
        column = table.column(want.column)
        return say(column.zh, column.meaning)
    return say(want.column, want.column)


def _row(table: str, row: Mapping[str, Any], column: str, told: Retold) -> Row:
    part = row["contribution"]
    if table == "client_day":
        shown, count = _of_day(row["date"], column, told)
        return Row(table, texts(row, _NAMED[table]), part, shown, count)
    if table in ("round_trip", "position"):
        last = row.get("closed_on")
        trades = told.deliveries.trades(
            row["security_id"], None if row.get("seeded") else row["opened_on"], last
        )
        names = [
            *_NAMED[table],
            *(n for n in ("quantity", "cost", "proceeds", "fees", "market_value") if n in row),
        ]
        return Row(table, texts(row, names), part, told.deliveries.told("trade", trades), trades.num_rows)
    own = pa.Table.from_pylist([dict(row)])
    schema = _schema(table, told)
    shown = told.deliveries.told(
        table, pa.table({n: own[n].cast(schema.field(n).type) for n in schema.names})
    )
    return Row(table, texts(row, ALL[table].key), part, shown, 1)


def _schema(table: str, told: Retold) -> pa.Schema:
    return told.deliveries.rows(table).schema


def _of_day(day: date, column: str, told: Retold) -> tuple[tuple[Delivered, ...], int]:
    """Return the first delivered rows beneath a day of the ledger, and how many there are."""
    shown: list[Delivered] = []
    count = 0
    for table in _TABLES.get("assets_before" if column.startswith("opening_") else column, ("trade",)):
        first, last = _reach(day, table, column, told)
        rows = told.deliveries.between(table, first, last)
        count += rows.num_rows
        shown += told.deliveries.told(table, rows, max(SHOWN - len(shown), 0))
    return tuple(shown), count


def _reach(day: date, table: str, column: str, told: Retold) -> tuple[date, date]:
    """Return first and last date of the delivered rows that count for a trading day.

    Events after the day before count for it; assets and holdings stand until the next day. Where the day is compared with the
    one before, that one's assets are beneath it too.
    """
    days = told.bucket.horizon.days
    at = int(np.searchsorted(days, day_no(day)))
    before = date_of(int(days[at - 1])) if at else date.min
    after = date_of(int(days[at + 1]) - 1) if at + 1 < len(days) else told.as_of
    if table not in ("asset", "holding"):
        return (before + timedelta(1) if at else date.min), day
    if column == "assets_before" or column.startswith("opening_"):
        return before, day - timedelta(1)
    return (before if column in _BEHIND[" ".join(_EVERYTHING)] else day), after


def unique(wants: Iterable[Want]) -> tuple[Want, ...]:
    """Return wants without those that stand twice."""
    return tuple(dict.fromkeys(wants))


def values(sums: Mapping[str, float | None], wants: Iterable[Want]) -> dict[Want, float | None]:
    """Return what each want came to; a sum without rows is 0."""
    return {w: sums.get(w.name, 0.0 if w.how == "sum" else None) for w in wants}

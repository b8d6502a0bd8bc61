"""Rows of quotes, written short: prices of a few securities on a few days as Arrow tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.base.period import day_no

MONDAY = date(2024, 1, 8)
"""The first of the days that these rows lie on; 2024-01-08 was a Monday."""

_PRICES = ("open", "high", "low", "close", "prev_close", "eps_ttm", "bps", "dividend_ttm", "adj_factor")
_AMOUNTS = ("volume", "amount", "float_cap")


def weekdays(n: int, first: date = MONDAY) -> list[date]:
    """Return n days from `first` that are no Saturdays or Sundays."""
    days = (first + timedelta(days=i) for i in range(2 * n + 7))
    return [day for day in days if day.weekday() < 5][:n]


def day_numbers(days: Sequence[date]) -> npt.NDArray[np.int32]:
    return np.array([day_no(day) for day in days], np.int32)


def quote_table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Make a table of quotes, in the types of the store, from rows of plain numbers; a day may be its number."""
    days = weekdays(1 + max((row["date"] for row in rows if isinstance(row["date"], int)), default=0))
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {}
    for name in names:
        values = [row.get(name) for row in rows]
        if name == "date":
            columns[name] = pa.array([days[v] if isinstance(v, int) else v for v in values], pa.date32())
        elif name in _PRICES or name in _AMOUNTS:
            exact = [None if v is None else Decimal(str(v)) for v in values]
            columns[name] = pa.array(exact, pa.decimal128(18, 8 if name in _PRICES else 4))
        else:
            columns[name] = pa.array(values)
    return pa.table(columns)


def closes(security_id: str, prices: Sequence[float | None], **more: Sequence[Any]) -> list[dict[str, Any]]:
    """Write one row a day with these closes (None: no row); `more` holds other columns, one value a day."""
    return [
        {"date": t, "security_id": security_id, "close": close} | {name: values[t] for name, values in more.items()}
        for t, close in enumerate(prices)
        if close is not None
    ]  # fmt: skip


def security_table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Make a table of securities."""
    schema = pa.schema([
        ("security_id", pa.string()), ("kind", pa.string()), ("board", pa.string()), ("listed_on", pa.date32()),
        ("delisted_on", pa.date32()),
    ])  # fmt: skip
    return pa.Table.from_pylist([{"kind": "stock"} | dict(row) for row in rows], schema)


def action_table(*rows: tuple[str, date, str, Mapping[str, float]]) -> pa.Table:
    """Make a table of corporate actions from (security, ex-date, kind, figures)."""
    schema = pa.schema([
        ("security_id", pa.string()), ("ex_date", pa.date32()), ("kind", pa.string()), ("cash", pa.float64()),
        ("ratio", pa.float64()), ("price", pa.float64()),
    ])  # fmt: skip
    made = [{"security_id": s, "ex_date": day, "kind": kind, **figures} for s, day, kind, figures in rows]
    return pa.Table.from_pylist(made, schema)


def random_quotes(securities: int, days: int, seed: int = 0) -> pa.Table:
    """Make quotes of a small market with limits, suspensions, missing rows and securities listed on the way."""
    rng = np.random.default_rng(seed)
    rows = []
    common = rng.normal(0, 0.02, days)
    for s in range(securities):
        name = f"{600000 + s}.SH"
        start = 0 if s < securities * 3 // 4 else int(rng.integers(0, days // 2))
        close = round(float(rng.uniform(3, 30)), 2)
        for t in range(start, days):
            before = close
            if rng.random() < 0.01:
                continue
            halted = rng.random() < 0.02
            if not halted:
                move = float(np.clip(common[t] + rng.normal(0, 0.03), -0.1, 0.1))
                close = round(before * (1 + move), 2)
            rows.append({
                "date": t, "security_id": name, "close": close, "prev_close": before,
                "high": round(max(close, before) * 1.01, 2), "suspended": bool(halted),
                "amount": 0 if halted else round(float(rng.lognormal(16, 1)), 2), "float_cap": round(close * 1e8, 2),
                "eps_ttm": round(float(rng.normal(0.5, 0.5)), 4), "bps": 5,
            })  # fmt: skip
    return quote_table(rows)


def index_table(
    prices: Sequence[float], amounts: Sequence[float] | None = None, name: str = "000001.SH"
) -> pa.Table:
    """Make rows of an index, one a weekday."""
    days = pa.array(weekdays(len(prices)), pa.date32())
    values = {"date": days, "index_id": [name] * len(prices), "close": pa.array(prices, pa.float64())}
    return pa.table(values | ({} if amounts is None else {"amount": pa.array(amounts, pa.float64())}))


def random_walk(days: int, seed: int = 0, spread: float = 0.02) -> npt.NDArray[np.float64]:
    """Return a price that wanders."""
    return np.asarray(1000 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, spread, days))))

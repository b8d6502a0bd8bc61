"""The twenty-five outputs in slow plain Python, written from _outputs_definitions.py: what the contenders are held against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from math import exp
from statistics import median
from typing import Any, NamedTuple

import _outputs_definitions as given
from _outputs_data import Data
from _outputs_position import Position

Row = dict[str, Any]


class Market(NamedTuple):
    """Prices by security and date (carried on suspended days), and the days."""

    close: dict[tuple[int, date], float]
    suspended: set[tuple[int, date]]
    days: list[date]
    levels: list[float]
    mood: dict[date, int]


def outputs(data: Data) -> list[Row]:
    """Return one row a client, in order of client_id."""
    market = _market(data)
    trades, flows, assets = (_by_client(data, name) for name in ("trade", "transfer", "asset"))
    clients = data.read("client")["client_id"].to_pylist()
    return [{"client_id": c} | _client(trades[c], flows[c], assets[c], market) for c in sorted(clients)]


def _by_client(data: Data, name: str) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in data.read(name).to_pylist():
        found[row["client_id"]].append({k: float(v) if k in ("amount", "net") else v for k, v in row.items()})
    return found


def _market(data: Data) -> Market:
    day, quote = (
        data.read("day").to_pydict(),
        data.read("quote").sort_by([("security_id", "ascending"), ("date", "ascending")]),
    )
    days, n = day["date"], len(day["date"])  # a row a security and day: dates needn't be read
    keys = [(s, d) for s in quote["security_id"].to_pylist()[::n] for d in days]
    return Market(
        dict(zip(keys, quote["close"].cast("float64").to_pylist(), strict=True)),
        {k for k, s in zip(keys, quote["suspended"].to_pylist(), strict=True) if s}, days,
        [float(c) for c in day["close"]], dict(zip(days, day["market"], strict=True)),
    )  # fmt: skip


def _client(trades: list[Row], flows: list[Row], assets: list[Row], market: Market) -> Row:
    as_of = market.days[-1]
    trades = sorted(trades, key=lambda t: (t["date"], t["trade_id"]))
    amounts = [t["amount"] for t in trades]
    bought_less_sold = {
        mood: sum(_signed(t) for t in trades if market.mood[t["date"]] == mood) for mood in (1, -1)
    }
    found = {
        "recency": (as_of - trades[-1]["date"]).days if trades else None,
        "trades": len(trades),
        "trading_days": len({t["date"] for t in trades}),
        "monetary": sum(amounts),
        "fees": sum(float(t["commission"] or 0) for t in trades),
        "median_ticket": median(amounts) if trades else None,
        "decay": sum(exp(-(as_of - t["date"]).days / given.DECAY) for t in trades),
        "net_buy_bull": bought_less_sold[1],
        "net_buy_bear": bought_less_sold[-1],
        "chasing": _chasing(trades, market),
        "net_flow_90": sum(f["amount"] for f in flows if (as_of - f["date"]).days < given.FLOW_WINDOW),
        **_path(trades, market),
        **_assets(assets, flows, market, sum(amounts)),
    }
    first = (as_of - trades[0]["date"]).days if trades else None
    return found | {"stage": _stage(found["recency"], first, found["net_flow_90"])}


def _signed(trade: Row) -> float:
    return float(trade["amount"] if trade["side"] == "buy" else -trade["amount"])


def _chasing(trades: list[Row], market: Market) -> float | None:
    at = {d: i for i, d in enumerate(market.days)}
    sums = {"buy": [0.0, 0.0], "sell": [0.0, 0.0]}
    for t in trades:
        day, beyond = at[t["date"]], 0.0
        if day > given.LOOK_BACK:
            late, early = market.days[day - 1], market.days[day - 1 - given.LOOK_BACK]
            own = market.close[t["security_id"], late] / market.close[t["security_id"], early]
            beyond = own - market.levels[day - 1] / market.levels[day - 1 - given.LOOK_BACK]
        sums[t["side"]][0] += t["amount"] * beyond
        sums[t["side"]][1] += t["amount"]
    if not (sums["buy"][1] and sums["sell"][1]):
        return None
    return sums["buy"][0] / sums["buy"][1] - sums["sell"][0] / sums["sell"][1]


def _path(trades: list[Row], market: Market) -> Row:
    """Walk through the trades day by day."""
    held: dict[int, Position] = defaultdict(Position)
    found: Row = {"profit": 0.0, "fifo_profit": 0.0, "rg": 0, "rl": 0, "pg": 0, "pl": 0}
    sold = unit_days = closed = won = 0.0
    for day in sorted({t["date"] for t in trades}):
        today = [t for t in trades if t["date"] == day]
        morning = {s: (p.units, p.cost) for s, p in held.items() if p.units}
        for t in today:
            position, fee = held[t["security_id"]], float(t["commission"] or 0)
            if t["side"] == "buy":
                position.buy(t["quantity"], t["amount"] + fee, day)
                continue
            average, oldest, days = position.sell(t["quantity"], day)
            found["profit"] += t["amount"] - average
            found["fifo_profit"] += t["amount"] - oldest
            sold, unit_days = sold + t["quantity"], unit_days + days
            position.brought += t["amount"] - fee
            if not position.units:
                closed += 1
                won += _against(position.brought, position.paid) > 0
                position.paid = position.brought = 0.0
        _count_gains(found, morning, today, day, market)
    values = [p.units * market.close[s, market.days[-1]] for s, p in held.items() if p.units]
    realised, lost = found["rg"] + found["pg"], found["rl"] + found["pl"]
    return found | {
        "win_rate": won / closed if closed else None,
        "fifo_days": unit_days / sold if sold else None,
        "disposition": found["rg"] / realised - found["rl"] / lost if realised and lost else None,
        "hhi": sum(v * v for v in values) / sum(values) ** 2 if values else None,
    }


def _count_gains(
    found: Row, morning: dict[int, tuple[int, float]], today: list[Row], day: date, market: Market
) -> None:
    sales: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for t in today:
        if t["side"] == "sell" and t["security_id"] in morning:
            sales[t["security_id"]][0] += t["amount"]
            sales[t["security_id"]][1] += t["quantity"]
    for security, (units, cost) in morning.items() if sales else ():
        if security in sales:
            amount, n = sales[security]
            way = _against(amount / n, cost / units)
            found["rg"] += way > 0
            found["rl"] += way < 0
        elif (security, day) not in market.suspended:
            way = _against(market.close[security, day], cost / units)
            found["pg"] += way > 0
            found["pl"] += way < 0


def _against(price: float, cost: float) -> int:
    return 0 if abs(price - cost) <= given.SAME * cost else 1 if price > cost else -1


def _assets(assets: list[Row], flows: list[Row], market: Market, monetary: float) -> Row:
    assets = sorted(assets, key=lambda a: a["date"])
    index = dict(zip(market.days, market.levels, strict=True))
    peak = deepest = 0.0
    for a in assets:
        peak = max(peak, a["net"])
        deepest = max(deepest, 1 - a["net"] / peak)
    xs, ys = [], []
    for before, after in pairwise(assets):
        moved = sum(f["amount"] for f in flows if before["date"] < f["date"] <= after["date"])
        xs.append(index[after["date"]] / index[before["date"]] - 1)
        ys.append((after["net"] - before["net"] - moved) / before["net"])
    return {
        "turnover": monetary / (sum(a["net"] for a in assets) / len(assets)),
        "drawdown": deepest,
        "beta": _slope(xs, ys) if len(xs) >= given.LEAST_MONTHS else None,
    }


def _slope(xs: Iterable[float], ys: Iterable[float]) -> float:
    x, y = list(xs), list(ys)
    mx, my = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / sum((a - mx) ** 2 for a in x)


def _stage(recency: int | None, first: int | None, flow: float) -> int:
    if recency is None or first is None:
        return given.NEVER_TRADED
    if recency > given.LOST:
        return given.GONE
    if recency > given.QUIET:
        return given.RESTING
    if first < given.FRESH:
        return given.NEW
    return given.LEAVING if flow < 0 else given.ACTIVE

"""Facts about a simulated branch, counted from its files alone and independently of how it was made."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from zhike.base.exchange import TICK, limit_prices, limit_rate

Rows = list[dict[str, object]]


def table(folder: Path, name: str) -> pa.Table:
    """Read a table of a Parquet drop, of one file or many."""
    one = folder / f"{name}.parquet"
    files = [one] if one.exists() else sorted((folder / name).glob("*.parquet"))
    return pa.concat_tables([pq.read_table(f) for f in files])


def column(of: pa.Table, name: str) -> npt.NDArray[np.float64]:
    """Return a column of numbers."""
    return of[name].cast(pa.float64()).to_numpy()


def shares_by_month(drop: Path) -> list[tuple[float, float]]:
    """Return for each whole month: share of open accounts with securities at its end, share that traded in it."""
    asset, trade = table(drop, "asset"), table(drop, "trade")
    month = [f"{d:%Y-%m}" for d in asset["date"].to_pylist()]
    days = np.array([d.toordinal() for d in asset["date"].to_pylist()])
    worth = column(asset, "securities")
    last = defaultdict(int)
    for m, d in zip(month, days, strict=True):
        last[m] = max(last[m], d)
    held, there, traded = defaultdict(int), defaultdict(int), defaultdict(set)
    for m, d, w in zip(month, days, worth, strict=True):
        if d == last[m]:
            there[m] += 1
            held[m] += w > 0
    for d, c, k in zip(
        trade["date"].to_pylist(), trade["client_id"].to_pylist(), trade["kind"].to_pylist(), strict=True
    ):
        if k in ("ordinary", "margin"):
            traded[f"{d:%Y-%m}"].add(c)
    return [(held[m] / there[m], len(traded[m]) / there[m]) for m in sorted(last)[1:-1]]


def share_of_richest_fifth(drop: Path) -> float:
    """Return what share of all net assets on the last day the richest fifth of the clients have."""
    asset = table(drop, "asset")
    days = np.array([d.toordinal() for d in asset["date"].to_pylist()])
    net = np.sort(column(asset, "net")[days == days.max()])[::-1]
    return float(net[: len(net) // 5].sum() / net.sum())


@dataclass
class Sold:
    """Gains and losses, realised and on paper, on days with a sale (Odean 1998)."""

    rg: int = 0
    rl: int = 0
    pg: int = 0
    pl: int = 0

    @property
    def pgr(self) -> float:
        """Proportion of gains realised."""
        return self.rg / max(self.rg + self.pg, 1)

    @property
    def plr(self) -> float:
        """Proportion of losses realised."""
        return self.rl / max(self.rl + self.pl, 1)


@dataclass
class Quotes:
    """Prices by (security, day): high, low, limits and whether trading rested."""

    high: dict[tuple[str, object], float]
    low: dict[tuple[str, object], float]
    rested: set[tuple[str, object]]
    up: dict[tuple[str, object], float]
    down: dict[tuple[str, object], float]


def quotes(drop: Path) -> Quotes:
    """Read prices, and compute limits from board, ST, listing age and date."""
    q, s = table(drop, "quote"), table(drop, "security")
    board = dict(zip(s["security_id"].to_pylist(), s["board"].to_pylist(), strict=True))
    keys = list(zip(q["security_id"].to_pylist(), q["date"].to_pylist(), strict=True))
    values = {n: dict(zip(keys, column(q, n), strict=True)) for n in ("high", "low")}
    rested = {k for k, r in zip(keys, q["suspended"].to_pylist(), strict=True) if r}
    up, down, age = {}, {}, defaultdict(int)
    first = min(d for _, d in keys)
    old = {k[0] for k in keys if k[1] == first}
    for key, prev, st in zip(keys, q["prev_close"].to_pylist(), q["st"].to_pylist(), strict=True):
        sec, day = key
        rate = limit_rate(board[sec], st, None if sec in old else age[sec], day) if board.get(sec) else None
        age[sec] += 1
        if rate is not None:
            limits = limit_prices(prev, rate, TICK)
            up[key], down[key] = float(limits.up), float(limits.down)
    return Quotes(values["high"], values["low"], rested, up, down)


def actions(drop: Path) -> dict[tuple[str, object], float]:
    """Return by (security, ex-day) how many shares stand for one before."""
    out: dict[tuple[str, object], float] = {}
    for row in table(drop, "corporate_action").to_pylist():
        if row["kind"] != "dividend":
            out[row["security_id"], row["ex_date"]] = float(row["ratio"]) + (
                1.0 if row["kind"] == "bonus" else 0.0
            )
    return out


def gains_realised(drop: Path) -> Sold:
    """Count Odean's four numbers over all clients, position by position, in plain Python.

    A paper gain counts only where it could have been taken: bought before today, trading, not locked at the lower limit.
    Reference: average purchase cost with fees. Positions older than the drop come from its first holdings.
    """
    q, ratio = quotes(drop), actions(drop)
    by_client: dict[str, Rows] = defaultdict(list)
    for row in table(drop, "trade").to_pylist():
        if row["kind"] in ("ordinary", "margin", "ipo"):
            by_client[row["client_id"]].append(row)
    seeds: dict[str, Rows] = defaultdict(list)
    held = table(drop, "holding").to_pylist()
    first = min(r["date"] for r in held)
    for row in held:
        if row["date"] == first:
            seeds[row["client_id"]].append(row)
    custody: dict[str, Rows] = defaultdict(list)
    for row in table(drop, "custody").to_pylist():
        if row["kind"] in ("custody", "designation"):
            custody[row["client_id"]].append(row)
    total = Sold()
    for client, trades in by_client.items():
        _count(total, trades, seeds[client], custody[client], q, ratio)
    return total


def _count(total: Sold, trades: Rows, seeds: Rows, moved: Rows, q: Quotes, ratio: dict) -> None:
    book = {r["security_id"]: [float(r["quantity"]), float(r["cost"])] for r in seeds}
    by_day: dict[object, Rows] = defaultdict(list)
    for row in trades:
        by_day[row["date"]].append(row)
    events = sorted({*by_day, *(d for (s, d) in ratio)})
    for day in events:
        for sec, lot in book.items():
            if (sec, day) in ratio:
                lot[0] = float(int(lot[0] * ratio[sec, day] + 1e-6))
        rows = by_day.get(day, [])
        for row in moved:
            if row["date"] < day:
                book.pop(row["security_id"], None)
        sold = {r["security_id"] for r in rows if r["side"] == "sell"}
        if sold:
            _compare(total, book, rows, sold, q, day)
        for row in rows:
            _apply(book, row)


def _compare(total: Sold, book: dict, rows: Rows, sold: set, q: Quotes, day: object) -> None:
    for row in rows:
        lot = book.get(row["security_id"])
        if row["side"] == "sell" and lot and lot[0] > 0:
            gain = float(row["amount"]) / float(row["quantity"]) - lot[1] / lot[0]
            total.rg += gain > 0
            total.rl += gain < 0
    for sec, (quantity, cost) in book.items():
        key = (sec, day)
        if quantity <= 0 or sec in sold or key in q.rested or key not in q.high:
            continue
        if key in q.down and q.high[key] <= q.down[key]:
            continue
        basis = cost / quantity
        total.pg += q.low[key] > basis
        total.pl += q.high[key] < basis


def _apply(book: dict, row: dict) -> None:
    sec, quantity = row["security_id"], float(row["quantity"])
    lot = book.setdefault(sec, [0.0, 0.0])
    if row["side"] == "buy":
        lot[0] += quantity
        lot[1] += -float(row["net_amount"])
        return
    part = quantity / lot[0] if lot[0] else 1.0
    lot[0], lot[1] = lot[0] - quantity, lot[1] * (1.0 - part)
    if lot[0] <= 1e-9:
        del book[sec]


@dataclass
class Attributed:
    """Where the result of some clients came from, in yuan, and what they had on average."""

    pnl: float
    benchmark: float
    timing: float
    selection: float
    cost: float
    clients: int


def attribution(drop: Path) -> dict[str, Attributed]:
    """Split the clients' results by size of account: under 100,000, up to 500,000, above.

    benchmark = w̄·A·R, timing = (E − w̄·A)·R, cost = −fees and taxes on trades, selection (with trading) is what remains
    when interest and the result of products are taken off.
    """
    asset = table(drop, "asset").sort_by([("client_id", "ascending"), ("date", "ascending")])
    index = table(drop, "index_quote")
    index = index.filter(pc.equal(index["index_id"], "000300.SH"))
    level = dict(zip(index["date"].to_pylist(), column(index, "close"), strict=True))
    flows, fees = _flows_and_fees(drop)
    client, date = asset["client_id"].to_pylist(), asset["date"].to_pylist()
    net, equity, funds = (column(asset, n) for n in ("net", "securities", "funds"))
    beside = _beside_shares(drop)
    begin, out = 0, {k: Attributed(0, 0, 0, 0, 0, 0) for k in ("small", "middle", "large")}
    for end in range(1, len(client) + 1):
        if end < len(client) and client[end] == client[begin]:
            continue
        rows = slice(begin, end)
        begin = end
        a, e, dates = net[rows], equity[rows], date[rows]
        if a.mean() < 500 or e.max() <= 0:
            continue
        who = client[rows.start]
        flow = np.array([flows.get((who, d), 0.0) for d in dates[1:]])
        fee = sum(fees.get((who, d), 0.0) for d in dates[1:])
        aside = beside.get(who, 0.0) + float(funds[rows][-1] - funds[rows][0])
        size = "small" if a.mean() < 1e5 else ("middle" if a.mean() < 5e5 else "large")
        _attribute(out[size], a, e, np.array([level[d] for d in dates]), flow, (fee, aside))
    return out


def _attribute(
    o: Attributed,
    a: np.ndarray,
    e: np.ndarray,
    level: np.ndarray,
    flow: np.ndarray,
    taken: tuple[float, float],
) -> None:
    """Add one client's parts: assets `a` and equity `e` by day, the index, flows, and (fees, what shares didn't earn)."""
    fee, aside = taken
    r = level[1:] / level[:-1] - 1
    weight = e.sum() / a.sum()
    pnl, bench = float((np.diff(a) - flow).sum()), float((weight * a[:-1] * r).sum())
    timing = float(((e[:-1] - weight * a[:-1]) * r).sum())
    o.pnl, o.benchmark, o.timing, o.cost = o.pnl + pnl, o.benchmark + bench, o.timing + timing, o.cost - fee
    o.selection += pnl - bench - timing + fee - aside
    o.clients += 1


def _beside_shares(drop: Path) -> dict[str, float]:
    """Return what each client got in interest and took out of products less what went in: no result of shares."""
    out: dict[str, float] = defaultdict(float)
    for row in table(drop, "cash_flow").to_pylist():
        if row["kind"] == "interest":
            out[row["client_id"]] += float(row["amount"])
    for row in table(drop, "product_order").to_pylist():
        out[row["client_id"]] += float(row["amount"]) * (1 if row["side"] == "redeem" else -1)
    return out


def _flows_and_fees(drop: Path) -> tuple[dict, dict]:
    flows: dict[tuple[str, object], float] = defaultdict(float)
    fees: dict[tuple[str, object], float] = defaultdict(float)
    for row in table(drop, "cash_flow").to_pylist():
        if row["kind"] == "bank":
            flows[row["client_id"], row["date"]] += float(row["amount"])
    for row in table(drop, "custody").to_pylist():
        if row["kind"] in ("custody", "designation"):
            sign = 1 if row["direction"] == "in" else -1
            flows[row["client_id"], row["date"]] += sign * float(row["market_value"])
    for row in table(drop, "trade").to_pylist():
        fees[row["client_id"], row["date"]] += sum(
            float(row[f] or 0) for f in ("commission", "stamp_duty", "transfer_fee")
        )
    return flows, fees


def turnover_bands(drop: Path) -> dict[str, float]:
    """Return how accounts with holdings spread over the trade's bands of half-year turnover: <3, 3–12, 12–40, ≥40."""
    asset, trade = table(drop, "asset"), table(drop, "trade")
    whole, count = defaultdict(float), defaultdict(int)
    for c, n in zip(asset["client_id"].to_pylist(), column(asset, "net"), strict=True):
        whole[c] += n
        count[c] += 1
    traded = defaultdict(float)
    for row in trade.to_pylist():
        if row["kind"] in ("ordinary", "margin"):
            traded[row["client_id"]] += float(row["amount"])
    rate = np.array(
        [traded[c] / (whole[c] / count[c]) * 122 / count[c] for c in traded if whole[c] / count[c] > 1000]
    )
    edges = np.histogram(rate, [0, 3, 12, 40, np.inf])[0] / len(rate)
    return dict(zip(("long", "medium", "short", "high"), map(float, edges), strict=True))

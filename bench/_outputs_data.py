"""Generated trades, transfers, assets and quotes for bench/outputs.py: the same for the same size, one Parquet file a table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from _outputs_definitions import DAYS, SECURITIES
from _outputs_walk import walk

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
VERSION = 2
ROW_GROUP = 250_000
_BLOCK = 20_000_000  # trades that are made at a time
_SPREAD = 1.017  # of log activity: the mean is 1.68 times the median
_MOST_HELD = 60


@dataclass(frozen=True, slots=True)
class Data:
    """Where the tables lie, each sorted by client (quotes by security) and date."""

    folder: Path

    def path(self, table: str) -> str:
        """Return the file of a table: trade, transfer, asset, quote, day or client."""
        return str(self.folder / f"{table}.parquet")

    def read(self, table: str, columns: tuple[str, ...] | None = None) -> pa.Table:
        """Read a table as Arrow."""
        return pq.read_table(self.path(table), columns=list(columns) if columns else None)


def made(root: Path, trades: int, clients: int) -> Data:
    """Return the data of a size below `root`, written unless it is there already."""
    data = Data(root / f"outputs-{VERSION}-{trades}-{clients}")
    if (data.folder / "done").exists():
        return data
    data.folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(17)
    days = _trading_days()
    close, suspended, index = _market(rng)
    _write_trades(rng, data, trades, clients, days, close, suspended)
    for name, table in (
        ("client", pa.table({"client_id": pa.array(np.arange(1, clients + 1), pa.int32())})),
        ("day", _day_table(days, index)),
        ("quote", _quote_table(days, close, suspended)),
        *_money_tables(rng, days, index, clients),
    ):
        pq.write_table(table, data.path(name), compression="zstd", row_group_size=ROW_GROUP)
    (data.folder / "done").touch()
    return data


def _write_trades(
    rng: np.random.Generator, data: Data, trades: int, clients: int, days: Ints, close: Ints, suspended: Bools
) -> None:
    """Write all trades, some clients at a time."""
    of, counts = _activity(rng, trades, clients)
    block = np.cumsum(counts) // _BLOCK
    writer, first = None, 1_000_000_000
    for some in np.split(np.arange(len(of)), np.flatnonzero(np.diff(block)) + 1):
        rows = _trades(rng, of[some], counts[some], close, suspended)
        table = _trade_table(rng, rows, days, first)
        writer = writer or pq.ParquetWriter(data.path("trade"), table.schema, compression="zstd")
        writer.write_table(table, row_group_size=ROW_GROUP)
        first += len(rows.client)
    if writer:
        writer.close()


def _trading_days() -> Ints:
    """Return DAYS weekdays as day numbers."""
    every = np.arange(18_993, 18_993 + 2 * DAYS)  # from a Friday, 2022-01-01 less one
    weekdays = every[np.is_busday(every.astype("datetime64[D]"))]
    return np.asarray(weekdays[:DAYS], np.int64)


def _market(rng: np.random.Generator) -> tuple[Ints, Bools, Ints]:
    """Return closes in cents (carried on suspended days), suspended days, and the index in cents."""
    suspended = rng.random((SECURITIES, DAYS)) < 0.005
    suspended[:, 0] = False
    phases = np.repeat(rng.normal(0, 0.0015, DAYS // 50), 50)
    index = rng.normal(phases, 0.01)
    steps = np.where(suspended, 0.0, index + rng.normal(0, 0.02, suspended.shape))
    price = np.exp(np.cumsum(steps, axis=1)) * rng.uniform(500, 5_000, (SECURITIES, 1))
    close = np.maximum(np.rint(price), 50).astype(np.int64)
    return close, suspended, np.rint(np.exp(np.cumsum(index)) * 300_000).astype(np.int64)


def _activity(rng: np.random.Generator, trades: int, clients: int) -> tuple[Ints, Ints]:
    """Return the clients that trade, 95 of 100, and how often each does, `trades` in all."""
    active = np.sort(rng.permutation(clients)[: max(clients * 95 // 100, 1)]) + 1
    wish = np.exp(rng.normal(0, _SPREAD, len(active)))
    counts = np.maximum((wish / wish.sum() * trades).astype(np.int64), 1)
    lacking = trades - int(counts.sum())
    counts[: abs(lacking) % len(counts)] += np.sign(lacking)
    counts += lacking // len(counts) if lacking > 0 else 0
    return active, np.maximum(counts, 1)


@dataclass(frozen=True, slots=True)
class _Trades:
    client: Ints
    security: Ints
    day: Ints
    sell: Bools
    quantity: Ints
    cents: Ints


def _trades(rng: np.random.Generator, of: Ints, counts: Ints, close: Ints, suspended: Bools) -> _Trades:
    """Let each client trade in securities of his own, on days of his own; `suspended` may lose a day nobody can avoid."""
    n = int(counts.sum())
    begin = np.where(
        rng.random(len(of)) < 0.1, rng.integers(430, 480, len(of)), rng.integers(0, 200, len(of))
    )
    end = np.where(rng.random(len(of)) < 0.7, DAYS, rng.integers(begin + 5, DAYS))
    day = np.repeat(begin, counts) + (rng.random(n) * np.repeat(end - begin, counts)).astype(np.int64)
    client = np.repeat(of, counts)
    day = day[np.lexsort((day, client))]
    kinds = np.minimum(3 + counts // 15, _MOST_HELD)
    first, stride = rng.integers(0, SECURITIES, len(of)), rng.integers(1, 40, len(of))
    security, sell, quantity, cents = walk(
        counts, kinds, first, stride, day, rng.random((n, 4)), close, suspended
    )
    return _Trades(client, security, day, sell, quantity, cents)


def _trade_table(rng: np.random.Generator, rows: _Trades, days: Ints, first: int) -> pa.Table:
    n = len(rows.client)
    commission = np.maximum(500, rows.cents // 4_000)
    absent = pa.array(rng.random(n) < 0.01)
    return pa.table({
        "trade_id": pa.array(np.arange(n) + first), "client_id": pa.array(rows.client, pa.int32()),
        "security_id": pa.array(rows.security + 600_000, pa.int32()), "date": dates(days[rows.day]),
        "side": pa.DictionaryArray.from_arrays(pa.array(rows.sell.astype(np.int8)), pa.array(["buy", "sell"])),
        "quantity": pa.array(rows.quantity, pa.int32()), "amount": money(rows.cents),
        "commission": pa.compute.if_else(absent, None, money(commission)),
    })  # fmt: skip


def _day_table(days: Ints, index: Ints) -> pa.Table:
    """Return the trading days: the index, the market (1 bull, −1 bear, 0 neither), and whether it is a month's last."""
    mean = np.array([index[max(0, t - 59) : t + 1].mean() for t in range(DAYS)])
    market = (index > 1.02 * mean).astype(np.int8) - (index < 0.98 * mean).astype(np.int8)
    return pa.table(
        {"date": dates(days), "close": money(index), "market": market, "month_end": _month_ends(days)}
    )


def _month_ends(days: Ints) -> Bools:
    month = days.astype("datetime64[D]").astype("datetime64[M]")
    return np.asarray(np.r_[month[1:] != month[:-1], True], np.bool_)


def _quote_table(days: Ints, close: Ints, suspended: Bools) -> pa.Table:
    return pa.table({
        "security_id": pa.array(np.repeat(np.arange(SECURITIES) + 600_000, DAYS), pa.int32()),
        "date": dates(np.tile(days, SECURITIES)), "close": money(close.ravel()), "suspended": suspended.ravel(),
    })  # fmt: skip


def _money_tables(
    rng: np.random.Generator, days: Ints, index: Ints, clients: int
) -> list[tuple[str, pa.Table]]:
    """Return transfers, and net assets at month ends that follow from them, the index and luck; some clients came late."""
    ends = np.flatnonzero(_month_ends(days))
    n = len(ends)
    came = np.where(rng.random(clients) < 0.2, rng.integers(0, n, clients), 0)
    net, beta = np.zeros((clients, n)), rng.normal(1, 0.4, clients)
    flow = np.where(
        rng.random((clients, n)) < 0.3, np.rint(rng.normal(0, 0.1, (clients, n)) * 1e6) / 1e6, 0.0
    )
    flow[:, 0] = 0
    now = np.rint(np.exp(rng.normal(16.5, 1.2, clients)))
    flows = np.zeros((clients, n), np.int64)
    for m in range(n):
        flows[:, m] = np.rint(now * np.maximum(flow[:, m], -0.3))
        moved = index[ends[m]] / index[ends[m - 1]] - 1 if m else 0.0
        own = np.clip(beta * moved + rng.normal(0, 0.03, clients), -0.4, 0.6)
        now = np.maximum(np.rint((now + flows[:, m]) * (1 + own)), 100_000)
        net[:, m] = now
    there = np.arange(n) >= came[:, None]
    who, month = np.nonzero(there)
    asset = {"client_id": pa.array(who + 1, pa.int32()), "date": dates(days[ends[month]]), "net": money(net[there].astype(np.int64))}  # fmt: skip
    who, month = np.nonzero((flows != 0) & (np.arange(n) > came[:, None]))
    when = rng.integers(ends[month - 1] + 1, ends[month] + 1)
    transfer = {"client_id": pa.array(who + 1, pa.int32()), "date": dates(days[when]), "amount": money(flows[who, month])}  # fmt: skip
    return [("asset", pa.table(asset)), ("transfer", pa.table(transfer))]


def dates(days: Ints) -> pa.Array:
    """Return day numbers as dates."""
    return pa.array(days.astype(np.int32)).view(pa.date32())


def money(cents: Ints) -> pa.Array:
    """Return cents as DECIMAL(18, 4), the type in which the project stores money."""
    wide = np.empty((len(cents), 2), np.int64)
    wide[:, 0], wide[:, 1] = cents * 100, cents >> 63
    return pa.Array.from_buffers(pa.decimal128(18, 4), len(cents), [None, pa.py_buffer(wide)])

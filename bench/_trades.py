"""Generated trades for the benches: consistent balances, realistic repetition, the same for the same arguments."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv

Ints = npt.NDArray[np.int64]
CLIENTS = 100_000
HELD = 8  # securities a client trades in
SECURITIES = 3_000
STEP = 500_000


@numba.njit(cache=True)
def _walk(
    client: Ints,
    slot: Ints,
    want_buy: npt.NDArray[np.bool_],
    lots: Ints,
    price: Ints,
    sell: Ints,
    cash: Ints,
    held: Ints,
) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints, Ints]:
    """Let every client trade in turn; money in cents. A sale never exceeds what is held."""
    n = len(client)
    quantity, amount, commission = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    stamp, net, after, left = (
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.int64),
    )
    for i in range(n):
        c, s = client[i], slot[i]
        q = lots[i] * 100
        if not want_buy[i] and held[c, s] >= 100:
            sell[i] = 1
            q = min(q, held[c, s])
        a = q * price[i]
        quantity[i], amount[i] = q, a
        commission[i] = max(500, a * 3 // 10_000)
        stamp[i] = a // 2_000 if sell[i] else 0
        net[i] = a - commission[i] - stamp[i] if sell[i] else -a - commission[i]
        cash[c] += net[i]
        held[c, s] += -q if sell[i] else q
        after[i], left[i] = cash[c], held[c, s]
    return quantity, amount, commission, stamp, net, after, left


def _days(rows: int) -> npt.NDArray[np.object_]:
    every = np.arange("2023-09-01", "2025-09-30", dtype="datetime64[D]")
    return np.array([str(d) for d in every[np.is_busday(every)]], object)


def trades(rows: int, seed: int = 1) -> Iterator[pa.Table]:
    """Yield `rows` trades in tables of STEP rows, as text-ready columns of the data contract."""
    rng = np.random.default_rng(seed)
    own = (rng.integers(0, SECURITIES, (CLIENTS, 1)) + 367 * np.arange(HELD)) % SECURITIES
    cash, held = np.full(CLIENTS, 10**11), np.zeros((CLIENTS, HELD), np.int64)
    days = _days(rows)
    for start in range(0, rows, STEP):
        n = min(STEP, rows - start)
        client, slot = rng.integers(0, CLIENTS, n), rng.integers(0, HELD, n)
        sell = np.zeros(n, np.int64)
        price = rng.integers(300, 9_000, n)
        moved = _walk(client, slot, rng.random(n) < 0.55, rng.integers(1, 50, n), price, sell, cash, held)
        yield _table(
            start,
            days[(np.arange(start, start + n) * len(days)) // rows],
            client,
            own[client, slot],
            sell,
            price,
            moved,
        )


def _table(
    start: int,
    day: npt.NDArray[np.object_],
    client: Ints,
    security: Ints,
    sell: Ints,
    price: Ints,
    moved: tuple[Ints, ...],
) -> pa.Table:
    n = len(client)
    row = np.arange(start, start + n)
    quantity, amount, commission, stamp, net, after, left = moved
    clock = 34_200 + (row * 7919) % 7_000
    return pa.table(
        {
            "trade_id": _text("T{:012d}", row),
            "date": pa.array(day, pa.string()),
            "time": _words(
                [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(34_200, 41_200)],
                clock - 34_200,
            ),
            "client_id": _words([f"C{i:07d}" for i in range(CLIENTS)], client),
            "account_id": _words([f"A{i:07d}" for i in range(CLIENTS)], client),
            "security_id": _words([f"{600_000 + i}.SH" for i in range(SECURITIES)], security),
            "side": _words(["buy", "sell"], sell),
            "kind": _words(["ordinary"], np.zeros(n, np.int64)),
            "quantity": pa.array(quantity),
            "price": _money(price),
            "amount": _money(amount),
            "currency": _words(["CNY"], np.zeros(n, np.int64)),
            "commission": _money(commission),
            "stamp_duty": _money(stamp),
            "transfer_fee": _money(np.zeros(n, np.int64)),
            "net_amount": _money(net),
            "cash_after": _money(after),
            "quantity_after": pa.array(left),
            "order_id": _text("O{:010d}", row // 2),
            "flag": _words(["证券买入", "证券卖出"], sell),
        }
    )


def _words(words: list[str], at: Ints) -> pa.Array:
    return pa.array(words, pa.string()).take(pa.array(at))


def _text(form: str, numbers: Ints) -> pa.Array:
    return pa.array([form.format(i) for i in numbers.tolist()], pa.string())


def _money(cents: Ints) -> pa.Array:
    wide = np.empty((len(cents), 2), np.int64)
    wide[:, 0], wide[:, 1] = cents, cents >> 63
    return pa.Array.from_buffers(pa.decimal128(18, 2), len(cents), [None, pa.py_buffer(wide)])


def write(path: Path, rows: int, encoding: str = "utf-8") -> Path:
    """Write a trade CSV unless it is there already; return its path."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".part")
    with aside.open("wb") as out:
        for i, table in enumerate(trades(rows)):
            sink = pa.BufferOutputStream()
            pacsv.write_csv(table, sink, pacsv.WriteOptions(include_header=i == 0, quoting_style="none"))
            text = sink.getvalue().to_pybytes()
            out.write(text if encoding == "utf-8" else text.decode().encode(encoding))
    aside.rename(path)
    return path

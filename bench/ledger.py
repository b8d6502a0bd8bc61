"""What the compiled ledger takes for 1,000 clients × 500 days × about 200 trades each in 500 securities.

The rival is the plain Python that the tests hold it against (tests/ledger_reference.py), on the first ten of the same
clients. Both are median of three rounds, taking turns; loops are compiled before the first. Says seconds for all, of these
for the fold alone, and the ratio a client.

    python bench/ledger.py
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.features.ledger import Book, ledger_of, results

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
import ledger_beside
import ledger_reference

CLIENTS, DAYS, TRADES, SECURITIES, RIVALS, ROUNDS = 1_000, 500, 200, 500, 10, 3
FIRST = 18_995
NAMES = [f"{600000 + s}.SH" for s in range(SECURITIES)]


def market(rng: np.random.Generator) -> Book:
    """Return random walks, with standings, and a split for every second security."""
    steps = rng.normal(0.0003, 0.02, (SECURITIES, DAYS))
    close = np.round(np.exp(np.cumsum(steps, axis=1)) * rng.uniform(5, 50, (SECURITIES, 1)), 2)
    previous = np.c_[np.full(SECURITIES, np.nan), close[:, :-1]]
    index = np.exp(np.cumsum(rng.normal(0, 0.01, DAYS))) * 3_000
    marks = rng.random((4, SECURITIES, DAYS)) < 0.05
    split = np.sort(rng.choice(SECURITIES, SECURITIES // 2, replace=False))
    at = rng.integers(1, DAYS, len(split))
    previous[split, at] /= 2
    days = FIRST + 7 * (np.arange(DAYS) // 5) + np.arange(DAYS) % 5
    return Book(
        days, close, previous, close, index, np.r_[np.nan, index[1:] / index[:-1] - 1],
        rng.normal(0.5, 0.2, close.shape).astype(np.float32), marks[0], rng.random((8, *close.shape), np.float32),
        marks[1], marks[2], marks[3], np.searchsorted(split, np.arange(SECURITIES + 1)), at, np.full(len(split), 2.0),
        np.zeros(SECURITIES + 1, np.int64), np.zeros(0, np.int64), np.zeros(0),
    )  # fmt: skip


def tables(rng: np.random.Generator, book: Book) -> dict[str, pa.Table]:
    """Return trades and an asset row a day and client."""
    n = CLIENTS * TRADES
    client, day = (
        np.repeat(np.arange(CLIENTS), TRADES),
        np.sort(rng.integers(0, DAYS, (CLIENTS, TRADES))).ravel(),
    )
    security = (client * 7 + rng.integers(0, 12, n)) % SECURITIES  # each client has his dozen
    units = rng.integers(1, 20, n) * 100
    amount = np.round(units * book.close[security, day] * 10_000).astype(np.int64)
    trade = {
        "trade_id": pa.array(np.arange(n).astype(str)), "date": _days(book.days[day]), "client_id": _ids(client),
        "security_id": pa.array(np.array(NAMES)[security]), "side": pa.array(np.where(rng.random(n) < 0.5, "buy", "sell")),
        "quantity": _money(units * 10_000), "amount": _money(amount), "commission": _money(amount // 4_000),
    }  # fmt: skip
    worth = rng.integers(10**9, 10**10, CLIENTS * DAYS)
    zero = _money(np.zeros(len(worth), np.int64))
    asset = {
        "date": _days(np.tile(book.days, CLIENTS)), "client_id": _ids(np.repeat(np.arange(CLIENTS), DAYS)),
        "cash": _money(worth), "securities": zero, "funds": zero, "debt": zero, "net": _money(worth),
    }  # fmt: skip
    return {"trade": pa.table(trade), "asset": pa.table(asset)}


def _days(days: npt.NDArray[np.int64]) -> pa.Array:
    return pa.array(days.astype(np.int32)).view(pa.date32())


def _ids(clients: npt.NDArray[np.int64]) -> pa.Array:
    return pa.array(np.char.mod("C%05d", clients))


def _money(units: npt.NDArray[np.int64]) -> pa.Array:
    return pa.Array.from_buffers(pa.decimal64(18, 4), len(units), [None, pa.py_buffer(units)])


def rival(book: Book, of: dict[str, pa.Table]) -> float:
    """Return seconds of the slow ledger for the first clients, rows already dicts."""
    some = pa.array(np.char.mod("C%05d", np.arange(RIVALS)))
    few = {name: rows.filter(pc.is_in(rows["client_id"], value_set=some)) for name, rows in of.items()}
    rows = {n: ledger_beside.plain_rows(t, ledger_beside.table_called(n)) for n, t in few.items()}
    shown = ledger_beside.market_of(book, NAMES, DAYS - 1)
    start = process_time()
    for client in some.to_pylist():
        bare = {"time": None, "kind": None}
        trades = [ledger_beside.with_fees(bare | row) for row in rows["trade"][client]]
        ledger_reference.ledger(client, trades, [], [], rows["asset"][client], [], shown)
    return process_time() - start


def main() -> int:
    """Measure, print, and say whether a client takes at most a tenth of what plain Python takes."""
    rng = np.random.default_rng(3)
    book = market(rng)
    of = tables(rng, book)
    ledger_of(book, NAMES, {n: t.slice(0, 1_000) for n, t in of.items()}, DAYS - 1)
    inner, folded, all_, slow = results.fold, [], [], []

    def timed_fold(*args: object) -> None:
        start = process_time()
        inner(*args)  # type: ignore[arg-type]
        folded.append(process_time() - start)

    results.fold = timed_fold  # type: ignore[assignment]
    for _ in range(ROUNDS):
        start = process_time()
        found = ledger_of(book, NAMES, of, DAYS - 1)
        all_.append(process_time() - start)
        slow.append(rival(book, of))
    ratio = (median(slow) / RIVALS) / (median(all_) / CLIENTS)
    print(
        f"{found.client_day.num_rows:,} client days, {found.position.num_rows:,} positions, {found.round_trip.num_rows:,} round trips"
    )
    print(
        f"ledger {median(all_):.2f} s, of these the fold {median(folded):.2f} s; plain Python {median(slow):.2f} s for {RIVALS} clients"
    )
    print(f"a client: {ratio:.0f} times as fast")
    return 0 if ratio >= 10 else 1


if __name__ == "__main__":
    sys.exit(main())

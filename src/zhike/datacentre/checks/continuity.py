"""Do balances follow from movements? Cash by account, holdings by client and security, in any order within a day.

Works on the segments a file became, by ranges of the client bucket, so that memory doesn't grow with the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.datacentre import kernels
from zhike.datacentre.hashes import column_hashes, whole_numbers
from zhike.datacentre.stored import BUCKET, BUCKETS, LINE
from zhike.engine.parquet import read_between

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Buckets = npt.NDArray[np.uint16]
ROWS_AT_ONCE = 2_500_000
_IN_CACHE = 50_000  # rows that are sorted together: random access stays in the processor's cache
_ACCOUNT = np.uint64(~((1 << 20) - 1) & (2**64 - 1))
_EPOCH = 1 << 19
_HELD_KINDS = ("ordinary", "margin", "rights")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A range of client buckets of the files of one delivered file: (table, path) pairs, buckets [low, high)."""

    files: tuple[tuple[str, str], ...]
    low: int
    high: int
    cash: bool
    quantity: bool


@dataclass(frozen=True, slots=True)
class _Moves:
    """Movements, sorted by the client's bucket: whose (a hash), when, by how much, the balance after, the line."""

    bucket: Buckets
    account: Hashes
    day: Ints
    change: Ints
    after: Ints
    line: Ints


def stretches(files: Sequence[tuple[str, str]], rows: int, *, cash: bool, quantity: bool) -> list[Stretch]:
    """Cut the work on one file into ranges of about ROWS_AT_ONCE rows; files of tables without balances are left out."""
    files = [(table, path) for table, path in files if table in _MONEY]
    if not (cash or quantity) or not rows:
        return []
    pieces = max(1, -(-rows // ROWS_AT_ONCE))
    edges = [BUCKETS * i // pieces for i in range(pieces + 1)]
    return [Stretch(tuple(files), a, b, cash, quantity) for a, b in pairwise(edges)]


def breaks_in(stretch: Stretch) -> tuple[Ints, Ints]:
    """Return the lines where cash balances break, and those where holdings do."""
    cash, held = [], []
    for table, path in stretch.files:
        names = _columns(table, stretch)
        rows = read_between(
            Path(path), names, BUCKET, stretch.low, stretch.high, coded=_TEXTS.intersection(names)
        )
        bucket = rows[BUCKET].to_numpy()
        if "cash_after" in names:
            cash.append(_cash(rows, bucket, _MONEY[table]))
        if "quantity_after" in names:
            held.append(_holdings(rows, bucket))
    return _broken(cash, stretch), _broken(held, stretch)


_MONEY = {"trade": "net_amount", "cash_flow": "amount"}
_TEXTS = frozenset({"security_id", "side", "kind"})
_FIELDS = ("bucket", "account", "day", "change", "after", "line")


def _columns(table: str, stretch: Stretch) -> list[str]:
    names = [BUCKET, "client_id", "date", LINE]
    if stretch.cash and table in _MONEY:
        names += ["account_id", _MONEY[table], "cash_after"]
    if stretch.quantity and table == "trade":
        names += ["security_id", "side", "kind", "quantity", "quantity_after"]
    return names


def _broken(moves: Sequence[_Moves], stretch: Stretch) -> Ints:
    """Look at all movements, a range of buckets at a time."""
    if not moves:
        return np.empty(0, np.int64)
    rows = sum(len(m.bucket) for m in moves)
    edges = np.linspace(stretch.low, stretch.high, rows // _IN_CACHE + 2).astype(np.int64)
    cuts = [np.searchsorted(m.bucket, edges) for m in moves]
    return np.concatenate(
        [
            _broken_among([(m, slice(c[i], c[i + 1])) for m, c in zip(moves, cuts, strict=True)])
            for i in range(len(edges) - 1)
        ]
    )


def _broken_among(parts: Sequence[tuple[_Moves, slice]]) -> Ints:
    account, day, change, after, line = (
        np.concatenate([getattr(m, f)[rows] for m, rows in parts]) for f in _FIELDS[1:]
    )
    # one number to sort by: 44 bits of the account, 20 of the day; the kernel still compares accounts in full
    order = kernels.order_of((account & _ACCOUNT) | (day + _EPOCH).astype(np.uint64))
    return kernels.chain_breaks(account[order], day[order], change[order], after[order], line[order])


def _cash(rows: pa.Table, bucket: Buckets, amount: str) -> _Moves:
    account = column_hashes(rows["client_id"]).copy()
    kernels.combine_hashes(account, column_hashes(rows["account_id"]))
    return _stated(bucket, account, rows, _numbers(rows, amount), "cash_after")


def _holdings(rows: pa.Table, bucket: Buckets) -> _Moves:
    held = np.isin(
        column_hashes(rows["kind"]), column_hashes(pa.chunked_array([pa.array([*_HELD_KINDS, ""])]))
    )
    if not held.all():
        rows, bucket = rows.filter(pa.array(held)).combine_chunks(), bucket[held]
    account = column_hashes(rows["client_id"]).copy()
    kernels.combine_hashes(account, column_hashes(rows["security_id"]))
    sells = column_hashes(rows["side"]) == column_hashes(pa.chunked_array([pa.array(["sell"])]))[0]
    quantity = _numbers(rows, "quantity")
    return _stated(bucket, account, rows, np.where(sells, -quantity, quantity), "quantity_after")


def _stated(bucket: Buckets, account: Hashes, rows: pa.Table, change: Ints, balance: str) -> _Moves:
    """Keep the rows that state a movement and a balance."""
    after = _numbers(rows, balance)
    absent = np.iinfo(np.int64).min
    stated = (after != absent) & (change != absent)
    line = rows[LINE].combine_chunks().to_numpy()
    moves = _Moves(bucket, account, _numbers(rows, "date"), change, after, line)
    return moves if stated.all() else _Moves(*(getattr(moves, f)[stated] for f in _FIELDS))


def _numbers(rows: pa.Table, name: str) -> Ints:
    return whole_numbers(rows[name].combine_chunks())

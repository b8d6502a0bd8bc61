"""What makes a row itself: hashes of keys, and the keys that rows without a number of their own are given.

Hashes are taken of stored values, not of the text they came from: a row delivered as CSV and again as XLSX is one row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datacentre import kernels
from zhike.datacentre.hashes import Hashes, column_hashes, hashes_of
from zhike.datacentre.stored import BUCKETS
from zhike.datacentre.tables.definition import Table

Ints = npt.NDArray[np.int64]
_SECOND = np.uint64(0xA24BAED4963EE407)
_HEX = np.frombuffer("".join(f"{i:02x}" for i in range(256)).encode(), np.uint16)
# Where the file numbers its rows, but only within a day, and fills of one order perhaps alike: what such a number is
# unique together with. Fees and balances are not among them, so that their correction supersedes.
_QUALIFIERS = (
    "date", "time", "client_id", "account_id", "security_id", "side", "direction", "kind", "flag",
    "quantity", "price", "amount",
)  # fmt: skip


def key_hashes(rows: pa.Table, key: Sequence[str]) -> Hashes:
    """Hash the key of every row to 64 bits."""
    first, *rest = key
    out = column_hashes(rows[first]).copy()
    for name in rest:
        kernels.combine_hashes(out, column_hashes(rows[name]))
    return out


def client_buckets(rows: pa.Table) -> npt.NDArray[np.uint16]:
    """Return each row's client bucket, a hash of its client (0 for tables without clients)."""
    if "client_id" not in rows.column_names:
        return np.zeros(rows.num_rows, np.uint16)
    return (column_hashes(rows["client_id"]) >> np.uint64(64 - (BUCKETS.bit_length() - 1))).astype(np.uint16)


def own_hashes(rows: pa.Table, table: Table, feed: str, *, numbered: bool) -> tuple[Hashes, Hashes]:
    """Hash (twice, independently) what tells a row of a table with derived keys apart from others of its feed.

    Where `numbered` and the row has a number: that number with its day, client, security, flag and size.
    Otherwise all the row's content.
    """
    key = table.key[0]
    seed = np.frombuffer(hashlib.sha256(f"{table.name}\0{feed}".encode()).digest()[:16], np.uint64)
    content = mixed_hashes([n for n in table.names if n != key], rows, seed)
    if not numbered:
        return content
    named = mixed_hashes([key, *(n for n in _QUALIFIERS if table.has(n))], rows, seed)
    blank = pc.is_null(rows[key]).to_numpy(zero_copy_only=False) | np.isin(
        column_hashes(rows[key]), _no_number()
    )
    return np.where(blank, content[0], named[0]), np.where(blank, content[1], named[1])


@cache
def _no_number() -> Hashes:
    """Return the hashes of what stands where there is no number; not at import, for loops are slow to load."""
    return hashes_of(pa.array(["", "0", "-", "--", "00000000"], pa.string()))


def mixed_hashes(names: Sequence[str], rows: pa.Table, seed: Hashes) -> tuple[Hashes, Hashes]:
    """Hash some columns of every row together, twice; `seed`: where the two begin."""
    first = np.full(rows.num_rows, seed[0], np.uint64)
    second = np.full(rows.num_rows, seed[1], np.uint64)
    for name in names:
        hashes = column_hashes(rows[name])
        kernels.combine_hashes(first, hashes)
        kernels.combine_hashes(second, hashes ^ _SECOND)
    return first, second


class Ordinals:
    """Numbers equal rows 0, 1, 2 … through one file, segment by segment (8 bytes a row are remembered)."""

    def __init__(self) -> None:
        self._seen: list[tuple[Hashes, Ints]] = []

    def of(self, hashes: Hashes) -> Ints:
        """Return each row's ordinal among the rows of this file that are equal to it, in file order."""
        order = kernels.order_of(hashes)
        ranked = hashes[order]
        ordinals = np.empty(len(hashes), np.int64)
        ordinals[order] = kernels.equal_ordinals(ranked)
        for known, counts in self._seen:
            at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
            ordinals += np.where(known[at] == hashes, counts[at], 0)
        if len(hashes):
            self._seen.append(np.unique(ranked, return_counts=True))
        return ordinals


def derived_keys(first: Hashes, second: Hashes, ordinals: Ints) -> pa.Array:
    """Return keys of 32 hexadecimal digits."""
    a, b = first.copy(), second.copy()
    kernels.combine_hashes(a, ordinals.view(np.uint64))
    kernels.combine_hashes(b, ordinals.view(np.uint64))
    n = len(a)
    both = np.empty((n, 2), ">u8")
    both[:, 0], both[:, 1] = a, b
    digits = _HEX[both.view(np.uint8).reshape(n, 16)]
    offsets = np.arange(0, 32 * (n + 1), 32, dtype=np.int32)
    return pa.Array.from_buffers(
        pa.string(), n, [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(digits))]
    )

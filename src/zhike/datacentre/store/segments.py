"""Segments: immutable sorted files of accepted rows, each of one table and one drop, with an index of its keys."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datacentre import kernels
from zhike.datacentre.hashes import column_hashes, hashes_of, whole, whole_numbers
from zhike.datacentre.store.identity import Ordinals, client_buckets, derived_keys, key_hashes, own_hashes
from zhike.datacentre.stored import BUCKET, DROP, FILE, LINE, stored_schema
from zhike.datacentre.tables.definition import Table, Type
from zhike.engine.durable import sha256_of
from zhike.engine.parquet import ROW_GROUP, write_table

Hashes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Columns = dict[str, pa.ChunkedArray]
ROWS = 600_000
_SAMPLE = 4096
_SECOND = 1000  # milliseconds
INDEX_BITS = 48  # the index keeps the upper 48 bits of a key's hash; what it finds is compared in full
INDEX_SHIFT = np.uint64(64 - INDEX_BITS)


@dataclass(frozen=True, slots=True)
class Segment:
    """One stored file of accepted rows. `pending`: its rows wait for clients that weren't known.

    Paths are relative to the folder of the drop. `index` is the file of the keys' hashes, sorted. The days (day numbers)
    bound the rows' dates, where the table has a date.
    """

    table: str
    path: str
    rows: int
    bytes: int
    sha256: str
    index: str
    index_sha256: str
    file: int
    pending: bool = False
    first_day: int | None = None
    last_day: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain values for the drop's record."""
        return asdict(self)


class SegmentWriter:
    """Gathers typed rows of one table and one file, and writes them as sorted segments of about ROWS rows."""

    def __init__(
        self,
        folder: Path,
        prefix: str,
        table: Table,
        origin: tuple[int, int],
        feed: str,
        *,
        keyed: bool,
        numbered: bool,
        pending: bool,
    ) -> None:
        self._folder, self._prefix, self._table, self._origin, self._feed = (
            folder,
            prefix,
            table,
            origin,
            feed,
        )
        self._keyed, self._numbered, self._pending = keyed, numbered, pending
        self._ordinals = Ordinals()
        self._waiting: list[pa.Table] = []
        self._waiting_rows = 0
        self.written: list[Segment] = []

    def add(self, rows: pa.Table) -> None:
        """Take rows (the table's columns and `_line`); write a segment when enough have gathered."""
        if rows.num_rows:
            self._waiting.append(rows)
            self._waiting_rows += rows.num_rows
            if self._waiting_rows >= ROWS:
                self.flush()

    def flush(self) -> None:
        """Write what has gathered."""
        if not self._waiting:
            return
        rows = pa.concat_tables(_alike(self._waiting)).unify_dictionaries()
        self._waiting, self._waiting_rows = [], 0
        if not self._keyed:
            rows = self._with_keys(rows)
        columns = columns_of(rows)
        del rows
        number = len(self.written)
        name = f"{self._table.name}-{self._prefix}-{number:04d}{'-pending' if self._pending else ''}"
        self.written.append(
            write_segment(self._folder, name, columns, self._table, self._origin, pending=self._pending)
        )

    def _with_keys(self, rows: pa.Table) -> pa.Table:
        first, second = own_hashes(rows, self._table, self._feed, numbered=self._numbered)
        keys = derived_keys(first, second, self._ordinals.of(first))
        key = self._table.key[0]
        return rows.set_column(rows.column_names.index(key), key, keys)


def _alike(tables: list[pa.Table]) -> list[pa.Table]:
    """Store a text column the same way in all tables: as plain text where one of them has it so."""
    first = tables[0].schema
    mixed = [f.name for f in first if any(t.schema.field(f.name).type != f.type for t in tables)]
    for name in mixed:
        at = first.get_field_index(name)
        tables = [t.set_column(at, name, t[name].cast(pa.string())) for t in tables]
    return tables


def columns_of(rows: pa.Table) -> Columns:
    """Return a table's columns by name, to be taken out one by one."""
    return dict(zip(rows.column_names, rows.columns, strict=True))


def write_segment(
    folder: Path, name: str, columns: Columns, table: Table, origin: tuple[int, int], *, pending: bool
) -> Segment:
    """Write rows with their index, sorted; `origin`: drop and file. The columns are taken out of `columns`."""
    ordered = in_order(columns, table)
    for own, number in zip((DROP, FILE), origin, strict=True):
        ordered = ordered.append_column(own, pa.repeat(pa.scalar(number, pa.int32()), ordered.num_rows))
    ordered = ordered.append_column(BUCKET, pa.array(client_buckets(ordered)))
    path, index = f"{name}.parquet", f"{name}.keys.parquet"
    size = write_ordered(folder / path, ordered, table)
    first_day, last_day = _days(ordered)
    hashes = kernels.ascending(key_hashes(ordered, table.key) >> INDEX_SHIFT).view(np.int64)
    write_table(folder / index, pa.table({"hash": hashes}), packed=["hash"])
    return Segment(
        table.name,
        path,
        ordered.num_rows,
        size,
        sha256_of(folder / path),
        index,
        sha256_of(folder / index),
        origin[1],
        pending,
        first_day,
        last_day,
    )


def in_order(columns: Columns, table: Table) -> pa.Table:
    """Sort rows by the client's hash and the table's cluster; the columns are taken out, so that memory holds each once."""
    order = pa.array(_order(pa.table(columns), table))
    return pa.table({name: whole(columns.pop(name)).take(order) for name in list(columns)})


def write_ordered(path: Path, ordered: pa.Table, table: Table) -> int:
    """Write sorted rows with storage's columns; return the bytes."""
    ordered = ordered.select(stored_schema(table).names)
    pruned = [BUCKET, *table.cluster]
    plain = [LINE, *_seldom_repeating(ordered)]
    return write_table(
        path, ordered, plain=plain, packed=[n for n in plain if _is_whole(ordered[n].type)], measured=pruned
    )


def _is_whole(kind: pa.DataType) -> bool:
    """Tell whether values are stored as whole numbers, which neighbours' differences make smaller."""
    return bool(pa.types.is_integer(kind) or pa.types.is_decimal(kind))


def _days(rows: pa.Table) -> tuple[int | None, int | None]:
    if "date" not in rows.column_names or not rows.num_rows:
        return None, None
    bounds = pc.min_max(rows["date"].cast(pa.int32())).as_py()
    return bounds["min"], bounds["max"]


def _seldom_repeating(rows: pa.Table) -> list[str]:
    """Name the columns that a dictionary wouldn't make smaller: a row group holds less than four rows to a value."""
    some = pa.array(np.arange(0, rows.num_rows, max(1, rows.num_rows // _SAMPLE))[:_SAMPLE])
    group = min(rows.num_rows, ROW_GROUP)
    return [n for n in rows.column_names if 4 * _values(rows[n], some) > group]


def _values(column: pa.ChunkedArray, some: pa.Array) -> float:
    """Estimate how many different values a column has: by its dictionary, or by how often a sample meets one again."""
    if pa.types.is_dictionary(column.type):  # written whole with every row group
        return len(column.chunk(0).dictionary)
    sampled = len(some)
    met_again = sampled - len(np.unique(column_hashes(column.take(some))))
    return sampled * sampled / (2 * met_again) if met_again else np.inf


def _order(rows: pa.Table, table: Table) -> Ints:
    """Return the order by the cluster columns (clients by their hash); rows equal in them stay in the order of the file."""
    ranks: list[Ints] = []
    for name in table.cluster:
        if not (
            table.column(name).type is Type.CODE
            and table.column(name).key
            and name != "client_id"
            and len(table.key) == 1
        ):
            ranks.append(_by_hash(rows[name]) if name == "client_id" else _rank(rows[name]))
    if not ranks:
        ranks = [_rank(rows[name]) for name in table.cluster]
    packed = _packed(ranks)
    if packed is None:
        return np.asarray(np.lexsort(ranks[::-1]), np.int64)
    return kernels.order_of(packed.view(np.uint64))


def _by_hash(column: pa.ChunkedArray) -> Ints:
    """Rank clients by their hash, which orders the buckets too, so that every file has them in the same order."""
    array = whole(column)
    if not pa.types.is_dictionary(array.type):
        hashes = hashes_of(array)
        order = kernels.order_of(hashes)
        ranked, ranks = hashes[order], np.empty(len(order), np.int64)
        ranks[order] = np.cumsum(np.r_[False, ranked[1:] != ranked[:-1]])[: len(order)]
        return ranks
    words = pa.concat_arrays([array.dictionary, pa.array([""], pa.string())])  # the last for absent clients
    return _placed(kernels.order_of(hashes_of(words)), array.indices, len(words) - 1)


def _placed(order: Ints, codes: pa.Array, absent: int) -> Ints:
    """Return the place of each code in `order`; codes that are absent stand for `absent`."""
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return np.asarray(place[codes.fill_null(absent).to_numpy(zero_copy_only=False)], np.int64)


def _rank(column: pa.ChunkedArray) -> Ints:
    """Return whole numbers in the column's own order."""
    array = whole(column)
    if pa.types.is_dictionary(array.type):
        words = [*array.dictionary.to_pylist(), ""]  # absent values come first
        order = np.array(sorted(range(len(words)), key=words.__getitem__), np.int64)
        return _placed(order, array.indices, len(words) - 1)
    if pa.types.is_string(array.type):
        return column_hashes(column).view(np.int64)
    return whole_numbers(array)


def _packed(ranks: list[Ints]) -> Ints | None:
    """Pack several ranks into one number where they fit into 62 bits, else return None."""
    packed, room = np.zeros(len(ranks[0]), np.int64), 1
    for rank in ranks:
        if not len(rank):
            return packed
        low, high = int(rank.min()), int(rank.max())
        if low == np.iinfo(np.int64).min:  # absent values come first
            rest = rank[rank != low]
            low = int(rest.min()) - 1 if len(rest) else 0
            rank = np.maximum(rank, low)
        if high - low > _SECOND and not (rank % _SECOND).any():  # times of day are whole seconds
            rank, low, high = rank // _SECOND, low // _SECOND, high // _SECOND
        span = high - low + 1
        if span < 1 or room * span >= 1 << 62:
            return None
        room *= span
        packed = packed * span + (rank - low)
    return packed

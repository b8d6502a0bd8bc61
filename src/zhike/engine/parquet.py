"""Stored tables: Parquet with page checksums, written once and never changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from zhike.base.errors import DamagedStore
from zhike.base.text import say
from zhike.engine.counting import count_opened, decoded
from zhike.engine.durable import flush

ROW_GROUP = 120_000
_DICTIONARY = 8 << 20  # a client column of a segment must not fall back to plain text half-way
_OPTIONS: dict[str, Any] = {
    "compression": "zstd",
    "compression_level": 1,  # 600,000 trades: 22 MB in 0.35 s; lz4 takes 0.30 s and 29 MB
    "write_page_checksum": True,
    "store_decimal_as_integer": True,
    "dictionary_pagesize_limit": _DICTIONARY,
    "store_schema": False,
}


def write_table(
    path: Path,
    table: pa.Table,
    *,
    plain: Sequence[str] = (),
    packed: Sequence[str] = (),
    measured: Sequence[str] | None = None,
) -> int:
    """Write one Parquet file with page checksums and flush it to disk; return its size in bytes.

    `plain` names columns whose values hardly repeat (no dictionary), `packed` whole-number columns stored as
    differences (DELTA_BINARY_PACKED), which suits sorted ones; `measured` the columns that get statistics to prune by
    (None: all).
    """
    no_dictionary = {*plain, *packed}
    pq.write_table(
        table,
        path,
        row_group_size=ROW_GROUP,
        use_dictionary=[name for name in table.column_names if name not in no_dictionary],
        column_encoding=dict.fromkeys(packed, "DELTA_BINARY_PACKED") or None,
        write_statistics=True if measured is None else list(measured),
        **_OPTIONS,
    )
    flush(path)
    return path.stat().st_size


class RowStream:
    """Writes one Parquet file, as `write_table` does, from rows that come piece by piece; only a row group is held."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path = path
        self._writer = pq.ParquetWriter(path, schema, write_statistics=True, **_OPTIONS)
        self._waiting: list[pa.Table] = []
        self._held = 0

    def take(self, rows: pa.Table) -> None:
        """Add rows, which have the file's schema."""
        self._waiting.append(rows)
        self._held += rows.num_rows
        if self._held >= ROW_GROUP:
            self._write()

    def _write(self) -> None:
        self._writer.write_table(pa.concat_tables(self._waiting), ROW_GROUP)
        self._waiting, self._held = [], 0

    def finish(self) -> int:
        """Write what is held, close the file, force it to disk; return its size in bytes."""
        if self._held:
            self._write()
        self._writer.close()
        flush(self._path)
        return self._path.stat().st_size

    def give_up(self) -> None:
        """Close the file as it is; it is of no use."""
        self._writer.close()


def read_table(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a stored file, verifying page checksums; raise DamagedStore where it isn't what was written."""
    count_opened(path)
    try:
        rows = pq.read_table(
            path,
            columns=list(columns) if columns is not None else None,
            page_checksum_verification=True,
            partitioning=None,
        )
    except (OSError, pa.ArrowInvalid) as error:
        raise _damaged(path, str(error)) from error
    return decoded(path, rows)


@contextmanager
def _opened(path: Path, coded: Collection[str] = ()) -> Iterator[pq.ParquetFile]:
    """Open a stored file, verifying page checksums; raise DamagedStore where it isn't what was written."""
    count_opened(path)
    try:
        with pq.ParquetFile(path, page_checksum_verification=True, read_dictionary=list(coded)) as stored:
            yield stored
    except (OSError, pa.ArrowInvalid) as error:
        raise _damaged(path, str(error)) from error


def _groups_between(stored: pq.ParquetFile, column: str, low: int, high: int) -> list[int]:
    """List the row groups that can hold values of a column in [low, high)."""
    at, groups = stored.schema_arrow.get_field_index(column), range(stored.num_row_groups)
    return [g for g in groups if _overlaps(stored.metadata.row_group(g).column(at).statistics, low, high)]


def read_sorted(path: Path, column: str, low: int, high: int) -> npt.NDArray[np.int64]:
    """Read the values in [low, high) of a sorted whole-number column, touching only the row groups they lie in."""
    pieces = [np.empty(0, np.int64)]
    with _opened(path) as stored:
        for group in _groups_between(stored, column, low, high):
            rows = decoded(path, stored.read_row_group(group, columns=[column]))
            values = rows[column].combine_chunks().to_numpy()
            a, b = np.searchsorted(values, [low, high])
            pieces.append(values[a:b])
    return np.concatenate(pieces)


def read_groups(
    path: Path, columns: Sequence[str], coded: Collection[str] = (), groups: Sequence[int] | None = None
) -> Iterable[pa.Table]:
    """Yield a stored file, or some row groups of it, one at a time, verifying page checksums; `coded` as dictionaries."""
    with _opened(path, coded) as stored:
        for group in range(stored.num_row_groups) if groups is None else groups:
            yield decoded(path, stored.read_row_group(group, columns=list(columns)))


def column_names(path: Path) -> list[str]:
    """Return the names of a stored file's columns."""
    with _opened(path) as stored:
        return list(stored.schema_arrow.names)


def group_rows(path: Path) -> list[int]:
    """Return how many rows each row group of a stored file has."""
    with _opened(path) as stored:
        return [stored.metadata.row_group(n).num_rows for n in range(stored.num_row_groups)]


def read_rows(path: Path, positions: npt.NDArray[np.int64], columns: Sequence[str]) -> pa.Table:
    """Read the rows at `positions` of a stored file, in that order, touching only the row groups they lie in."""
    order = np.argsort(positions, kind="stable")
    wanted, pieces, start = positions[order], [], 0
    with _opened(path) as stored:
        for group in range(stored.num_row_groups):
            end = start + stored.metadata.row_group(group).num_rows
            a, b = np.searchsorted(wanted, [start, end])
            if a < b:
                rows = decoded(path, stored.read_row_group(group, columns=list(columns)))
                pieces.append(rows.take(pa.array(wanted[a:b] - start)))
            start = end
    back = np.empty(len(order), np.int64)
    back[order] = np.arange(len(order))
    return pa.concat_tables(pieces).take(pa.array(back)).select(list(columns))


def read_between(
    path: Path, columns: Sequence[str], by: str, low: int, high: int, *, coded: Collection[str] = ()
) -> pa.Table:
    """Read the rows whose column `by` lies in [low, high); `coded` as dictionaries.

    Row groups without such rows are skipped.
    """
    with _opened(path, coded) as stored:
        names = list(dict.fromkeys([*columns, by]))
        rows = decoded(path, stored.read_row_groups(_groups_between(stored, by, low, high), columns=names))
    value = rows[by].to_numpy()
    inside = (value >= low) & (value < high)
    if not inside.all():
        rows = rows.filter(pa.array(inside))
    return rows.select(list(columns)).unify_dictionaries().combine_chunks()


def _overlaps(statistics: pq.Statistics | None, low: int, high: int) -> bool:
    if statistics is None or not statistics.has_min_max:
        return True
    return bool(statistics.min < high and statistics.max >= low)


def row_count(path: Path) -> int:
    """Return the number of rows that a stored file's footer gives."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except (OSError, pa.ArrowInvalid) as error:
        raise _damaged(path, str(error)) from error


def _damaged(path: Path, what: str) -> DamagedStore:
    return DamagedStore(
        say(f"存储文件已损坏或缺失：{what}", f"A stored file is damaged or missing: {what}"),
        where=str(path),
        next_=say(
            "运行 zhike check 查看范围；原始文件在 raw/ 中（zhike retire --log 所列的除外），可撤销后重新导入。",
            "Run zhike check to see how far it goes; the delivered bytes are in raw/ (but for what zhike retire --log lists): undo the drop and ingest it again.",
        ),
    )

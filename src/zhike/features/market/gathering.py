"""Rows of quotes into arrays of securities × days, batch by batch, so that the rows needn't all be held at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.period import Days
from zhike.datacentre.hashes import whole_numbers
from zhike.features.market.kernels import walk

WIDE = ("close", "prev_close", "adj_factor")
NARROW = ("high", "volume", "amount", "float_cap", "eps_ttm", "bps", "dividend_ttm")
NO_DAY = np.iinfo(np.int32).min
"""What stands for an absent date: a day that never was."""
_ROWS = 1 << 18

Quotes: TypeAlias = pa.Table | Iterable[pa.RecordBatch]
Floats = npt.NDArray[np.float64]


def floats(column: pa.Array) -> Floats:
    """Return a column as float64; NaN where it is null, and everywhere where it holds no numbers.

    A decimal of at most 18 digits becomes the nearest float: its whole number is exact below 2^53 and divided once.
    """
    kind = column.type
    if pa.types.is_decimal64(kind) or (pa.types.is_decimal128(kind) and kind.precision <= 18):
        numbers = whole_numbers(column) / float(10**kind.scale)
    else:
        try:
            numbers = pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            return np.full(len(column), np.nan)
    if not column.null_count:
        return np.asarray(numbers, np.float64)
    return np.where(column.is_valid().to_numpy(zero_copy_only=False), numbers, np.nan)


def truths(column: pa.Array) -> npt.NDArray[np.bool_]:
    """Return a column of truths; null, and all of a column that holds none, is False."""
    if not pa.types.is_boolean(column.type):
        return np.zeros(len(column), np.bool_)
    return np.asarray(column.fill_null(False).to_numpy(zero_copy_only=False), np.bool_)


def day_numbers(column: pa.Array) -> Days:
    """Return a column of dates as day numbers; a null becomes NO_DAY."""
    dates = column if pa.types.is_date32(column.type) else pc.cast(column, pa.date32(), safe=False)
    numbers = pc.cast(dates, pa.int32()).fill_null(NO_DAY)
    return np.asarray(numbers.to_numpy(zero_copy_only=False), np.int32)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of quotes as arrays of one length; `security` is the number of the id in order of appearance."""

    day: Days
    security: npt.NDArray[np.int32]
    marks: npt.NDArray[np.uint8]
    figures: dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Gathered:
    """All rows of the quotes, and the ids in order of appearance."""

    ids: list[str]
    chunks: list[Rows]


def gather(quotes: Quotes) -> Gathered:
    """Read quotes, a table or a stream of batches, into arrays, 20 to 70 bytes a row."""
    numbers: dict[str, int] = {}
    chunks = [_rows(batch, numbers) for batch in _batches(quotes) if batch.num_rows]
    return Gathered(list(numbers), chunks)


def _batches(quotes: Quotes) -> Iterator[pa.RecordBatch]:
    batches = quotes.to_batches(max_chunksize=_ROWS) if isinstance(quotes, pa.Table) else quotes
    yield from batches


def _rows(batch: pa.RecordBatch, numbers: dict[str, int]) -> Rows:
    has = set(batch.schema.names)
    figures: dict[str, npt.NDArray[Any]] = {name: floats(batch[name]) for name in WIDE if name in has}
    with np.errstate(over="ignore"):
        narrow = {name: floats(batch[name]).astype(np.float32) for name in NARROW if name in has}
    return Rows(
        day_numbers(batch["date"]), _numbered(batch["security_id"], numbers), _marks(batch, narrow), figures | narrow
    )  # fmt: skip


def _numbered(ids: pa.Array, numbers: dict[str, int]) -> npt.NDArray[np.int32]:
    coded = ids if pa.types.is_dictionary(ids.type) else ids.dictionary_encode()
    known = [
        -1 if i is None else numbers.setdefault(str(i), len(numbers)) for i in coded.dictionary.to_pylist()
    ]
    at = pc.cast(coded.indices, pa.int32()).fill_null(len(known)).to_numpy(zero_copy_only=False)
    return np.asarray(np.array([*known, -1], np.int32)[at])


def _marks(batch: pa.RecordBatch, narrow: dict[str, npt.NDArray[np.float32]]) -> npt.NDArray[np.uint8]:
    """Mark what each row says of its day; a volume of nothing outweighs an amount, which may be missing."""
    marks = np.full(batch.num_rows, walk.PRESENT, np.uint8)
    nothing = np.full(batch.num_rows, np.nan, np.float32)
    volume, amount = narrow.get("volume", nothing), narrow.get("amount", nothing)
    marks[(volume == 0) | (np.isnan(volume) & (amount == 0))] |= walk.QUIET
    for name, mark in (("suspended", walk.HALTED), ("st", walk.SPECIAL)):
        if name in batch.schema.names:
            marks[truths(batch[name])] |= mark
    return marks


@dataclass(frozen=True, slots=True)
class Places:
    """Where each chunk's rows go: row and day of the grids, −1 for none."""

    shape: tuple[int, int]
    row: list[npt.NDArray[np.int32]]
    at: list[npt.NDArray[np.int32]]

    @property
    def left_out(self) -> int:
        """Count the rows without a place."""
        return sum(int(np.count_nonzero((r < 0) | (a < 0))) for r, a in zip(self.row, self.at, strict=True))


def places(gathered: Gathered, order: dict[str, int], days: Days) -> Places:
    """Find the place of each row: the security's in `order`, the day's in `days`."""
    row_of = np.array([*(order[i] for i in gathered.ids), -1], np.int32)
    rows, ats = [], []
    for chunk in gathered.chunks:
        at = np.searchsorted(days, chunk.day).astype(np.int32)
        known = at < len(days)
        known[known] = days[at[known]] == chunk.day[known]
        rows.append(row_of[chunk.security])
        ats.append(np.where(known, at, -1).astype(np.int32))
    return Places((len(order), len(days)), rows, ats)


def spread(gathered: Gathered, where: Places, name: str) -> npt.NDArray[Any]:
    """Move one figure of all rows into a grid, NaN where nobody said it; the rows' copy is given up."""
    grid = np.full(where.shape, np.nan, np.float64 if name in WIDE else np.float32)
    for chunk, row, at in zip(gathered.chunks, where.row, where.at, strict=True):
        values = chunk.figures.pop(name, None)
        if values is not None:
            walk.scatter(grid, row, at, values)
    return grid


def spread_marks(gathered: Gathered, where: Places) -> npt.NDArray[np.uint8]:
    """Move the marks of all rows into a grid, 0 where there is no row."""
    grid = np.zeros(where.shape, np.uint8)
    for chunk, row, at in zip(gathered.chunks, where.row, where.at, strict=True):
        walk.scatter(grid, row, at, chunk.marks)
    return grid

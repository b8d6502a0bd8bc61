"""Client buckets: how many rows lie in each, ranges of about equal work, and the rows of one range."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.engine.aside import batch_of
from zhike.engine.parquet import read_between, read_groups

Ints = npt.NDArray[np.int64]


def rows_by_bucket(files: Iterable[Path], column: str, buckets: int) -> Ints:
    """Count the rows of stored files in each client bucket; shape (buckets,)."""
    counts = np.zeros(buckets, np.int64)
    for path in files:
        for rows in read_groups(path, [column]):
            counts += np.bincount(rows[column].to_numpy(), minlength=buckets)
    return counts


def ranges(work: Ints, most: int) -> tuple[tuple[int, int], ...]:
    """Cut the buckets into ranges [low, high) of at most `most` work each (a single bucket may hold more); none is empty of work."""
    out: list[tuple[int, int]] = []
    low, gathered = 0, 0
    for bucket, amount in enumerate(work.tolist()):
        if gathered and gathered + amount > most:
            out.append((low, bucket))
            low, gathered = bucket, 0
        gathered += amount
    return (*out, (low, len(work))) if gathered else tuple(out)


def rows_of_range(
    files: Sequence[Path],
    schema: pa.Schema,
    column: str,
    low: int,
    high: int,
    *,
    coded: Collection[str] = (),
) -> pa.Table:
    """Read the rows whose bucket lies in [low, high), with the columns of `schema`; `coded` as dictionaries."""
    pieces = [read_between(path, schema.names, column, low, high, coded=coded) for path in files]
    return _together(pieces, schema, coded)


def rows_of_batch(
    files: Sequence[Path], number: int, schema: pa.Schema, *, coded: Collection[str] = ()
) -> pa.Table:
    """Read a record batch of each file, with the columns of `schema`; `coded` as dictionaries."""
    pieces = [pa.Table.from_batches([batch_of(path, number)]).select(schema.names) for path in files]
    return _together(pieces, schema, coded)


def rows_by_group(
    files: Sequence[Path], schema: pa.Schema, *, coded: Collection[str] = ()
) -> Iterator[pa.Table]:
    """Yield all rows, a row group of a file at a time, with the columns of `schema`; `coded` as dictionaries."""
    for path in files:
        for rows in read_groups(path, schema.names, coded):
            yield _aligned(rows, schema, coded)


def _together(pieces: Sequence[pa.Table], schema: pa.Schema, coded: Collection[str]) -> pa.Table:
    """Put pieces of one table together, with the same types and words."""
    plain = [piece for piece in pieces if piece.num_rows]
    if not plain:
        return schema.empty_table()
    return pa.concat_tables(
        [_aligned(piece, schema, coded) for piece in plain], promote_options="default"
    ).unify_dictionaries()


def _aligned(rows: pa.Table, schema: pa.Schema, coded: Collection[str]) -> pa.Table:
    """Give all pieces the same types; text that isn't wanted as a dictionary is plain."""
    for at, field in enumerate(rows.schema):
        wanted = schema.field(field.name).type
        if field.name in coded and pa.types.is_string(field.type):
            rows = rows.set_column(at, field.name, rows[field.name].dictionary_encode())
            continue
        if field.name in coded:
            wanted = pa.dictionary(pa.int32(), wanted)
        if field.type != wanted:
            rows = rows.set_column(at, field.name, rows[field.name].cast(wanted))
    return rows

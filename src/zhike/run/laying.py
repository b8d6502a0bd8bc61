"""Large tables laid out by range, once a night: each stored file is read once, and a range then finds its rows of it in one place.

A stored file holds clients of every bucket, and comes in row groups of 120,000. Of a large branch a range wants a hundredth of a group
from each of many files: what it reads in vain grows with the files, and so with the square of the branch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa

from zhike.datacentre.stored import BUCKET
from zhike.engine import Spread
from zhike.engine.aside import put
from zhike.engine.parquet import group_rows, read_groups
from zhike.run.reading import CUT_BY_CLIENT
from zhike.run.sources import Laid, Sources, wanted_of

LARGE = 1_000_000  # rows of a table; below, a range reads the stored files themselves
_AT_ONCE = 600_000  # rows of a file that are laid out together


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Some row groups of a stored file, and where their rows go, span by span."""

    table: str
    columns: Sequence[str] | None
    path: Path
    groups: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    target: Path


def laid_out(sources: Sources, spans: tuple[tuple[int, int], ...], work: Path, workers: Spread) -> Sources:
    """Lay the large tables out by the ranges `spans` in the folder `work`; return sources that read them there."""
    if len(spans) < 2:
        return sources
    stretches = [s for name in CUT_BY_CLIENT for s in _stretches(sources, name, spans, work)]
    for _ in workers.spread(_lay, stretches):
        pass
    laid: Mapping[str, Laid] = {
        s.table: Laid(
            tuple(x.target for x in stretches if x.table == s.table), tuple(wanted_of(s.table, s.columns)[0].names)
        )
        for s in stretches
    }  # fmt: skip
    return replace(sources, laid=laid, spans=spans)


def _stretches(
    sources: Sources, table: str, spans: tuple[tuple[int, int], ...], work: Path
) -> Iterator[_Stretch]:
    """Yield the stretches of a table, in the order in which a range would read its files."""
    if sources.counts.get(table, 0) < LARGE:
        return
    for path in sources.files[table]:
        counts = group_rows(path)
        at = (np.cumsum(counts) - 1) // _AT_ONCE
        edges = [0, *(np.flatnonzero(np.diff(at)) + 1).tolist(), len(counts)]
        for n, (first, end) in enumerate(pairwise(edges)):
            target = work / f"laid-{table}-{path.parent.name}-{path.stem}-{n:04d}.arrow"
            yield _Stretch(table, CUT_BY_CLIENT[table], path, tuple(range(first, end)), spans, target)


def _lay(stretch: _Stretch) -> None:
    """Write a stretch's rows, a record batch a span; rows of a span keep their order."""
    schema, coded = wanted_of(stretch.table, stretch.columns)
    few = [
        name for name in coded if name != "client_id"
    ]  # their words stand in each file, read whenever it is opened
    groups = list(read_groups(stretch.path, [*schema.names, BUCKET], few, stretch.groups))
    buckets = [g[BUCKET].to_numpy() for g in groups]
    orders = [np.argsort(b, kind="stable") if (b[1:] < b[:-1]).any() else None for b in buckets]
    groups = [g if o is None else g.take(pa.array(o)) for g, o in zip(groups, orders, strict=True)]
    buckets = [b if o is None else b[o] for b, o in zip(buckets, orders, strict=True)]
    rows = pa.concat_tables(groups, promote_options="default").select(schema.names).unify_dictionaries()
    begins = np.cumsum([0, *(g.num_rows for g in groups)])
    put(stretch.target, lambda path: _write(path, rows, _places(buckets, begins, stretch.spans)))


def _places(
    buckets: Sequence[np.ndarray[tuple[int], np.dtype[np.uint16]]],
    begins: np.ndarray[tuple[int], np.dtype[np.int64]],
    spans: tuple[tuple[int, int], ...],
) -> Iterator[list[tuple[int, int]]]:
    """Yield for each span where its rows lie: (first, number) in each row group."""
    for low, high in spans:
        ends = [np.searchsorted(b, (low, high)) for b in buckets]
        yield [(int(begin + a), int(b - a)) for begin, (a, b) in zip(begins, ends, strict=False)]


def _write(path: Path, rows: pa.Table, places: Iterator[list[tuple[int, int]]]) -> None:
    options, nothing = pa.ipc.IpcWriteOptions(compression="lz4"), _none_of(rows)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, rows.schema, options=options) as writer:
        for pieces in places:
            span = pa.concat_tables([rows.slice(first, n) for first, n in pieces]).combine_chunks()
            writer.write_batch(span.to_batches()[0] if span.num_rows else nothing)


def _none_of(rows: pa.Table) -> pa.RecordBatch:
    """Return no rows, with the words of the columns that are held as codes; a slice of nothing would be written with all its texts' places."""
    columns = [
        pa.DictionaryArray.from_arrays(pa.array([], f.type.index_type), column.chunk(0).dictionary)
        if pa.types.is_dictionary(f.type)
        else pa.array([], f.type)
        for f, column in zip(rows.schema, rows.columns, strict=True)
    ]
    return pa.record_batch(columns, schema=rows.schema)

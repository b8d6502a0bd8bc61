"""How sure a client's measures are: of the night's rows those that pages show, packed, one row a client."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.engine.parquet import read_groups
from zhike_desk.records.book.detailed import DETAILED, PARTS, pack
from zhike_desk.records.rows.source import Source

_CODED = ("client_id", "measure")
_WANTED = pa.array(DETAILED, pa.string())


def details(source: Source, span: tuple[int, int], clients: pa.ChunkedArray) -> pa.Table:
    """Return the rows of `book_detail` for clients of a range of buckets; who has no estimate has none."""
    ids = clients.combine_chunks()
    found = np.full((len(ids), len(DETAILED), len(PARTS)), np.nan, np.float32)
    if "measure_detail" in source.generation.tables and len(ids):
        for file in source.generation.files_of("measure_detail", *span):
            for rows in read_groups(file, (*_CODED, *PARTS), _CODED):
                _put(found, rows, ids)
    known = np.flatnonzero(~np.isnan(found[:, :, 0]).all(axis=1))
    packed = pa.array([pack(found[i]) for i in known], pa.binary())
    return pa.table({"client_id": ids.take(pa.array(known)), "details": packed})


def _put(found: npt.NDArray[np.float32], rows: pa.Table, ids: pa.Array) -> None:
    """Put the rows that are wanted and rest on something in their places."""
    measure, client = _places(rows["measure"], _WANTED), _places(rows["client_id"], ids)
    n = rows["n"].to_numpy()
    at = np.flatnonzero((measure >= 0) & (client >= 0) & (n > 0))
    for part, name in enumerate(PARTS):
        values = rows[name].cast(pa.float64()).to_numpy()
        found[client[at], measure[at], part] = values[at]


def _places(coded: pa.ChunkedArray, among: pa.Array) -> npt.NDArray[np.int64]:
    """Return where each value of a column of codes stands in `among`, −1 where it doesn't: each code is looked up once."""
    column = coded.unify_dictionaries().combine_chunks()
    where = pc.index_in(column.dictionary.cast(pa.string()), value_set=among).fill_null(-1)
    return np.asarray(where.to_numpy(zero_copy_only=False)[column.indices.to_numpy()], np.int64)

"""Who belongs together, told from both sides; and the quartiles of like clients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike_desk.records.book.compared import ACTIVE, COMPARED, LEAST_PEERS, RESTS_ON
from zhike_desk.records.rows.decimals import UNKNOWN
from zhike_desk.records.rows.source import Source

REFERRAL = "referral"
_GROUP = ("branch_id", "kind", "logic")
_UNJUDGED = "insufficient"


def links(source: Source) -> Iterator[pa.Table]:
    """Yield the links between clients, each from both sides: those delivered, and who referred whom."""
    delivered = source.stored("party_link", ("client_id", "other_id", "kind"))
    referred = source.stored("client", ("client_id", "referrer_id"))
    referred = referred.filter(pc.is_valid(referred["referrer_id"])).rename_columns(["client_id", "other_id"])
    kinds = pa.array([REFERRAL] * len(referred), pa.string())
    both = pa.concat_tables(
        [_plain(delivered), _plain(referred.append_column("kind", kinds))], promote_options="none"
    )
    starts = both.append_column("starts", pa.array([True] * len(both), pa.bool_()))
    back = pa.table(
        {
            "client_id": both["other_id"],
            "other_id": both["client_id"],
            "kind": both["kind"],
            "starts": pa.array([False] * len(both), pa.bool_()),
        }
    )
    yield starts
    yield back


def _plain(rows: pa.Table) -> pa.Table:
    return pa.table({name: rows[name].cast(pa.string()) for name in ("client_id", "other_id", "kind")})


def behaviour(listed: pa.Table, measures: pa.Table) -> pa.Table:
    """Return what quartiles of like clients are counted from: branch, kind, logic, the measures compared (32 bits each).

    A row for each client who took a decision in the year; rows of `listed` and `measures` go together.
    """
    columns: dict[str, pa.ChunkedArray] = {
        name: listed[name].cast(pa.string()).fill_null("") for name in _GROUP
    }
    for name in COMPARED:
        values = _measure(measures, name)
        if name in RESTS_ON:
            values = pc.if_else(pc.is_valid(_measure(measures, RESTS_ON[name])), values, UNKNOWN)
        columns[name] = values.cast(pa.float32())
    return pa.table(columns).filter(pc.fill_null(pc.greater(_measure(measures, ACTIVE), 0.0), False))


def _measure(measures: pa.Table, name: str) -> pa.ChunkedArray:
    if name in measures.column_names:
        return measures[name].cast(pa.float64())
    return pa.chunked_array([pa.nulls(len(measures), pa.float64())])


def peers(behaviours: Sequence[pa.Table]) -> Iterator[pa.Table]:
    """Yield the quartiles of each measure for each branch, kind and logic, and for each branch and kind of any logic.

    Groups in which a measure is known of fewer than `LEAST_PEERS` clients are left out.
    """
    rows = pa.concat_tables(behaviours) if behaviours else None
    if rows is None or not len(rows):
        return
    rows = rows.take(pc.sort_indices(rows, [(name, "ascending") for name in _GROUP]))
    values = np.stack([rows[name].to_numpy() for name in COMPARED], axis=1)
    judged = [(k, v) for k, v in _stretches(rows, _GROUP, values) if k[2] not in ("", _UNJUDGED)]
    every = [((*k, ""), v) for k, v in _stretches(rows, _GROUP[:2], values)]
    told = [row for key, known in (*judged, *every) for row in _quartiles(key, known)]
    if told:
        yield pa.Table.from_pylist(told)


def _stretches(
    rows: pa.Table, by: Sequence[str], values: npt.NDArray[np.float32]
) -> Iterator[tuple[tuple[str, ...], npt.NDArray[np.float32]]]:
    """Yield each key of `rows`, which are in order of `by`, with its part of `values`."""
    codes = [rows[name].combine_chunks().dictionary_encode().indices.to_numpy() for name in by]
    fresh = np.logical_or.reduce([np.r_[True, one[1:] != one[:-1]] for one in codes])
    starts = np.flatnonzero(fresh).tolist()
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        yield tuple(rows[name][start].as_py() for name in by), values[start:end]


def _quartiles(key: tuple[str, ...], values: npt.NDArray[np.float32]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for place, measure in enumerate(COMPARED):
        known = values[:, place]
        known = known[np.isfinite(known)]
        if len(known) < LEAST_PEERS:
            continue
        low, middle, high = np.percentile(known, (25, 50, 75)).tolist()
        group = dict(zip(_GROUP, key, strict=True))
        rows.append(
            {**group, "measure": measure, "clients": len(known), "p25": low, "p50": middle, "p75": high}
        )
    return rows

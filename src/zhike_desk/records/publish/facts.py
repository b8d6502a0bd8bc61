"""The book's other rows: facts about clients, the branch, the market. Each function gives a table's rows, in pieces."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.features.clients import MEASURES
from zhike_desk.records.book.series import pack
from zhike_desk.records.publish.clients import Piece
from zhike_desk.records.publish.home import Source, beside

_CENTS = 100  # in a yuan


def plain(source: Source, table: str) -> Iterator[pa.Table]:
    """Yield a table of the generation as it is, by its own columns' names."""
    return source.streamed(table)


def assets(source: Source, piece: Piece) -> pa.Table:
    """Return the assets of a piece's clients, a packed row a client."""
    rows = source.piece("asset_series", piece.span)
    order = pc.sort_indices(rows, [("client_id", "ascending"), ("date", "ascending")])
    rows = rows.take(order).combine_chunks()
    ids = rows["client_id"].to_numpy(zero_copy_only=False)
    days = np.stack(
        [_days(rows["date"]), *(_cents(rows[n]) for n in ("cash", "securities", "funds", "debt"))]
    )
    starts = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]]) if len(ids) else np.zeros(0, np.int64)
    ends = [*starts[1:].tolist(), len(ids)]
    packed = [pack(days[:, a:b]) for a, b in zip(starts.tolist(), ends, strict=False)]
    return pa.table({"client_id": pa.array(ids[starts], pa.string()), "days": pa.array(packed, pa.binary())})


def _days(dates: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    return np.asarray(dates.cast(pa.int32()).to_numpy(), np.int64)


def _cents(money: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    yuan = money.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return np.asarray(np.rint(yuan * _CENTS), np.int64)


def relations(source: Source) -> Iterator[pa.Table]:
    """Yield who works with whom on the day."""
    yield source.relations


def staff(source: Source, main: pa.Table) -> Iterator[pa.Table]:
    """Yield the staff, with how many clients each mainly serves (`main`: client and staff)."""
    rows = source.stored("staff")
    counted = main.group_by("staff_id").aggregate([("client_id", "count")])
    clients = (
        beside(rows, counted, "staff_id")["client_id_count"]
        if len(counted)
        else pa.nulls(len(rows), pa.int64())
    )
    yield rows.append_column("clients", clients)


def securities(source: Source) -> Iterator[pa.Table]:
    """Yield the securities that somebody holds."""
    held = pa.concat_arrays(
        [pc.unique(rows["security_id"]) for rows in source.streamed("holding_now")]
        or [pa.array([], pa.string())]
    )
    rows = source.stored("security", ("security_id", "name", "kind", "industry"))
    yield rows.filter(pc.is_in(rows["security_id"], value_set=pc.unique(held)))


def proposals(source: Source, clients: pa.Table) -> Iterator[pa.Table]:
    """Yield what the rules propose, each with its place in the list of who serves the client (`clients`: number, staff, branch, score).

    What must be done comes first, then what is due first, then what brings most for its minutes, then the better client.
    """
    rows = source.whole("proposal")
    who = beside(rows, clients)
    worth = pc.divide(rows["expected_value"].cast(pa.float64()), pc.max_element_wise(rows["minutes"], 1.0))
    keys = pa.table(
        {
            "staff": who["staff_id"],
            "optional": pc.invert(rows["must_do"]),
            "due": rows["due_on"],
            "worth": pc.negate(pc.fill_null(worth, 0.0)),
            "score": pc.negate(pc.fill_null(who["score"], 0.0)),
            "id": rows["proposal_id"],
        }
    )
    order = pc.sort_indices(keys, [(n, "ascending") for n in keys.column_names])
    rows = (
        rows.append_column("staff_id", who["staff_id"])
        .append_column("branch_id", who["branch_id"])
        .take(order)
    )
    yield rows.append_column("place", _places(rows["staff_id"]))


def _places(staff: pa.ChunkedArray) -> pa.Array:
    """Return the places of rows, counted from 1 for each member of staff; rows of one lie together."""
    codes = pc.fill_null(staff, "").combine_chunks().dictionary_encode().indices.to_numpy()
    n = np.arange(len(codes))
    fresh = np.r_[True, codes[1:] != codes[:-1]] if len(codes) else np.zeros(0, bool)
    return pa.array(n - np.maximum.accumulate(np.where(fresh, n, 0)) + 1, pa.int64())


def transitions(source: Source) -> Iterator[pa.Table]:
    """Yield who moved between classes."""
    rows = source.whole("transition")
    yield rows.rename_columns({"from": "before", "to": "after"})


def measure_names(source: Source, names: list[str]) -> Iterator[pa.Table]:
    """Yield the dictionary of the night's measures, in the order of the wide table's columns, with their English meaning."""
    rows = source.whole("measure_dictionary")
    ordinals = pc.index_in(rows["name"], value_set=pa.array(names, pa.string()))
    english = [MEASURES[n].meaning.en if n in MEASURES else "" for n in rows["name"].to_pylist()]
    yield rows.append_column("ordinal", ordinals).append_column("meaning_en", pa.array(english, pa.string()))

"""The book's other rows: facts about clients, the branch, the market. Each function gives a table's rows, in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.errors import BrokenPromise
from zhike.base.period import day_no
from zhike.base.text import say
from zhike.datacentre.checks.facts import known_ahead
from zhike.engine.parquet import read_groups
from zhike.features.clients import MEASURES
from zhike_desk.records.book.series import pack
from zhike_desk.records.rows.decimals import wholes
from zhike_desk.records.rows.source import Source, beside, sentences

_MONEY = ("cash", "securities", "funds", "debt")
_CLIENTS = 200
SOON, LATER = 3, 14
"""Days from the night's on within which work is most pressing, and pressing."""


def assets(file: Path) -> pa.Table:
    """Return the assets of the clients in a file of `asset_series`, a packed row a client.

    Raise BrokenPromise where a client's days don't lie together in their order, as a night writes them.
    """
    ids: list[pa.Array] = []
    packed: list[bytes] = []
    left: pa.Table | None = None
    for group in read_groups(file, ("client_id", "date", *_MONEY)):
        rows = group if left is None else pa.concat_tables([left, group])
        rows = rows.combine_chunks()
        starts = _starts(rows["client_id"])
        left = rows.slice(int(starts[-1])) if len(starts) else None  # may go on in the next group
        _pack(rows, starts, ids, packed)
    if left is not None and len(left):
        _pack(left, np.array([0, len(left)]), ids, packed)
    names = pa.concat_arrays(ids) if ids else pa.array([], pa.string())
    if len(pc.unique(names)) != len(names):
        raise _disordered(file)
    return pa.table({"client_id": names, "days": pa.array(packed, pa.binary())})


def _starts(ids: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Return where each client's rows begin."""
    if not len(ids):
        return np.zeros(0, np.int64)
    fresh = pc.not_equal(ids.slice(1), ids.slice(0, len(ids) - 1)).to_numpy()
    return np.flatnonzero(np.r_[True, fresh])


def _pack(rows: pa.Table, starts: npt.NDArray[np.int64], ids: list[pa.Array], packed: list[bytes]) -> None:
    """Pack the clients whose rows lie between two `starts`; few at a time, so that they stay in the cache."""
    for at in range(0, len(starts) - 1, _CLIENTS):
        bounds = starts[at : at + _CLIENTS + 1]
        first = int(bounds[0])
        some = rows.slice(first, int(bounds[-1]) - first)
        days = np.stack([_days(some["date"]), *(_cents(some[n]) for n in _MONEY)])
        ends = (bounds - first).tolist()
        packed.extend(pack(days, ends[:-1]))
        ids.append(some["client_id"].combine_chunks().take(pa.array(ends[:-1], pa.int64())))


def _disordered(file: Path) -> BrokenPromise:
    return BrokenPromise(
        say("资产序列中客户的行不连续。", "The days of a client don't lie together in the series of assets."),
        where=str(file),
    )


def _days(dates: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    return np.asarray(dates.cast(pa.int32()).to_numpy(), np.int64)


def _cents(money: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Return amounts in cents, rounded half up."""
    scale = 10 ** (money.type.scale - 2)
    return np.asarray((wholes(money) + scale // 2) // scale, np.int64)


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


def products(source: Source) -> Iterator[pa.Table]:
    """Yield the products that clients hold, with what the shelf says of each."""
    shelf = source.stored("product", ("product_id", "name", "category", "risk_level"))
    for rows in source.streamed("product_now"):
        known = beside(rows, shelf, "product_id").drop_columns(["product_id"])
        for name in known.column_names:
            rows = rows.append_column(name, known[name])
        yield rows


def proposals(source: Source, clients: pa.Table) -> Iterator[pa.Table]:
    """Yield what the rules propose, each with its client's place in everybody's list (`clients`: number, staff, branch, score).

    A place is a client's, for one call deals with all that is proposed for them: whoever has something that must be done comes
    first, then who is most pressing (by `steps`), then what brings most for its minutes, then the better client. What is held
    back takes no place and gives none.
    """
    rows = source.whole("proposal")
    who = beside(rows, clients)
    rows = rows.append_column("staff_id", who["staff_id"]).append_column("branch_id", who["branch_id"])
    worth = pc.divide(rows["expected_value"].cast(pa.float64()), pc.max_element_wise(rows["minutes"], 1.0))
    keys = pa.table(
        {
            "held": pc.not_equal(rows["arm"].cast(pa.string()), "treat"),
            "optional": pc.invert(rows["must_do"]),
            "step": steps(rows["due_on"], source.as_of),
            "worth": pc.negate(pc.fill_null(worth, 0.0)),
            "score": pc.negate(pc.fill_null(who["score"], 0.0)),
            "client": rows["client_id"],
            "due": rows["due_on"],
            "id": rows["proposal_id"],
        }
    )
    rows = rows.take(pc.sort_indices(keys, [(n, "ascending") for n in keys.column_names]))
    for name in ("reason", "suitability"):
        rows = rows.set_column(rows.column_names.index(name), name, sentences(rows, name))
    yield rows.append_column("place", places(rows["client_id"], rows["arm"]))


def complaints(source: Source) -> Iterator[pa.Table]:
    """Yield the complaints received up to the day of the night; one closed later was open then."""
    rows = source.stored("complaint").rename_columns({"opened_at": "opened_on", "closed_at": "closed_on"})
    for name in ("opened_on", "closed_on"):
        rows = rows.set_column(rows.column_names.index(name), name, rows[name].cast(pa.date32(), safe=False))
    day = pa.scalar(source.as_of, pa.date32())
    later = pc.fill_null(pc.greater(rows["closed_on"], day), False)
    for name in ("closed_on", "upheld"):
        held = pc.if_else(later, pa.scalar(None, rows[name].type), rows[name])
        rows = rows.set_column(rows.column_names.index(name), name, held)
    yield rows.filter(pc.less_equal(rows["opened_on"], day))


def days(source: Source) -> Iterator[pa.Table]:
    """Yield the trading days: those of the market, and those of the calendar, which may tell of days to come."""
    told = [source.whole("market_state")["date"], source.stored("calendar", ("date",))["date"]]
    days = np.unique(np.concatenate([c.cast(pa.date32()).cast(pa.int32()).to_numpy() for c in told]))
    kept = known_ahead(days.astype(np.int64), day_no(source.as_of))
    yield pa.table({"date": pa.array(kept.astype(np.int32), pa.int32()).cast(pa.date32())})


def timeline(source: Source) -> Iterator[pa.Table]:
    """Yield what happened with clients, file by file."""
    for rows in source.streamed("timeline"):
        yield rows.set_column(rows.column_names.index("text"), "text", sentences(rows, "text"))


def steps(due: pa.ChunkedArray, as_of: date) -> pa.ChunkedArray:
    """Return how pressing days are: 0 within three days or past, 1 within two weeks, 2 later."""
    left = pc.subtract(due.cast(pa.int32()), day_no(as_of))
    return pc.add(pc.greater(left, SOON).cast(pa.int8()), pc.greater(left, LATER).cast(pa.int8()))


def places(clients: pa.ChunkedArray, arms: pa.ChunkedArray) -> pa.Array:
    """Return each row's place, counted from 1 by the first row of its client; 0 where the row is held back (those come last)."""
    treated = pc.equal(arms.cast(pa.string()), "treat").combine_chunks()
    names = clients.cast(pa.string()).combine_chunks().filter(treated).dictionary_encode()
    places = np.asarray(names.indices.to_numpy(), np.int64) + 1  # words are numbered as they first come
    return pa.array(np.concatenate([places, np.zeros(len(clients) - len(places), np.int64)]))


def transitions(source: Source) -> Iterator[pa.Table]:
    """Yield who moved between classes."""
    rows = source.whole("transition")
    yield rows.rename_columns({"from": "before", "to": "after"})


def measure_names(source: Source, names: list[str]) -> Iterator[pa.Table]:
    """Yield the dictionary of the night's measures, in the order of the wide table's columns, with titles and all of it in English too."""
    rows = source.whole("measure_dictionary")
    ordinals = pc.index_in(rows["name"], value_set=pa.array(names, pa.string()))
    rows = rows.append_column("ordinal", ordinals)
    known = [MEASURES.get(n) for n in rows["name"].to_pylist()]
    said = {
        "meaning_en": [m.meaning.en if m else "" for m in known],
        "title": [m.title.zh if m else "" for m in known],
        "title_en": [m.title.en if m else "" for m in known],
        "window_en": [m.window_said().en if m else "" for m in known],
    }
    for name, texts in said.items():
        rows = rows.append_column(name, pa.array(texts, pa.string()))
    yield rows

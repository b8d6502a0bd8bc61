"""What a range of clients reads of the store: each table once; and what was made ready for all ranges, once a night.

Who referred whom is the one thing that lies with other clients' rows: it is kept as hashes in order, so that each range finds
its own beginning and end.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import feather

from zhike.base.period import Calendar
from zhike.datacentre.generation import Generation
from zhike.datacentre.hashes import column_hashes
from zhike.datacentre.store.identity import client_buckets
from zhike.datacentre.stored import BUCKETS, schema_of
from zhike.datacentre.tables import table as table_called
from zhike.engine.parquet import read_groups
from zhike.features.clients import calendar_days
from zhike.features.ledger import READS, Ledger
from zhike.run.sources import Sources

Tables = Mapping[str, pa.Table]
_ALSO = (
    "client", "account", "login", "contact", "complaint", "survey", "product_order", "business", "relation",
)  # fmt: skip
CUT_BY_CLIENT: Mapping[str, tuple[str, ...] | None] = {
    **READS, **{name: None for name in _ALSO if name not in READS},
}  # fmt: skip
"""The tables that a range reads rows of, each with the columns that it reads (None: all)."""
_ORDERS = ("client_id", "date", "security_id", "side", "kind", "amount")
_READ_BY_LEDGER = (  # the ledger holds what they say
    "asset", "cash_flow", "custody", "holding", "quote", "index_quote",
)  # fmt: skip
_SHARED = {
    "security": ("security_id", "name"),
    "product": None,
}  # of all clients: not many, whatever the branch
_CLASSED = {
    "logic": ("logic", "since"),
    "stage": ("stage", "since"),
    "value": ("model_version", "grade", "since", "watch_since"),
}
_REFERRERS = {"referred": ("client", "opened_on"), "lead": ("lead", "created_at")}
_BITS = 64 - (BUCKETS.bit_length() - 1)  # a client's bucket is the rest of the hash
_UNKNOWN = np.iinfo(np.int32).min


def read_range(sources: Sources, low: int, high: int) -> dict[str, pa.Table]:
    """Read the rows of the client buckets [low, high), each table once; the ledger's and `client` are there even without any."""
    ledger = {name: sources.range(name, low, high, columns) for name, columns in READS.items()}
    also = {n: sources.range(n, low, high) for n in _ALSO if n == "client" or sources.has(n)}
    if sources.has("lead"):
        also["lead"] = sources.range("lead", low, high, ("client_id", "created_at"))
    return ledger | also


def tables_for_measures(
    read: Tables,
    others: Tables,
    ledger: Ledger,
    states: pa.Table,
    as_of: date,
    calendar: Calendar,
    sources: Sources,
) -> dict[str, pa.Table]:
    """Return the tables that measures of some clients are made from, by name; `read`: `read_range`, `others`: `shared_with`.

    Tables whose rows went into the ledger stand there without rows: that they were delivered is what measures ask of them.
    """
    return {
        "client_day": ledger.client_day, "position": ledger.position, "round_trip": ledger.round_trip, "market_state": states,
        "calendar": calendar_days(calendar, as_of),
        **{n: read[n] for n in _ALSO if sources.has(n)},
        **({"trade": read["trade"].select(_ORDERS)} if sources.has("trade") else {}),
        **{n: others[n] for n in ("lead", "product") if sources.has(n)},
        **{n: schema_of(table_called(n)).empty_table() for n in _READ_BY_LEDGER if sources.has(n)},
        "referred": others["referred"],
    }  # fmt: skip


def share(sources: Sources, folder: Path) -> None:
    """Write what every range needs of tables that aren't cut by its clients, once a night."""
    for name, columns in _SHARED.items():
        feather.write_feather(sources.rows(name, columns), str(folder / f"{name}.arrow"), compression="lz4")
    for name, (table, column) in _REFERRERS.items():
        hashes, days = _referrers(sources, table, column)
        order = np.argsort(hashes, kind="stable")
        np.save(folder / f"{name}-who.npy", hashes[order])
        np.save(folder / f"{name}-day.npy", days[order])


def _referrers(
    sources: Sources, table: str, column: str
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    """Return the hashes of who referred, and the days: 12 bytes for each who was."""
    who, days = [np.empty(0, np.uint64)], [np.empty(0, np.int32)]
    for path in sources.files.get(table, ()):
        for rows in read_groups(path, ("referrer_id", column)):
            rows = rows.filter(pc.is_valid(rows["referrer_id"]))
            who.append(column_hashes(rows["referrer_id"]))
            day = rows[column].cast(pa.date32()).cast(pa.int32()).fill_null(_UNKNOWN)
            days.append(day.to_numpy().astype(np.int32))
    return np.concatenate(who), np.concatenate(days)


def shared_with(folder: Path, low: int, high: int, read: Tables) -> dict[str, pa.Table]:
    """Return what `share` wrote for the client buckets [low, high): securities, products, and the rows that name its clients as referrers."""
    out = {name: feather.read_table(str(folder / f"{name}.arrow")) for name in _SHARED}
    named = [t["client_id"].cast(pa.string()) for n, t in read.items() if n != "lead"]
    clients = pc.unique(pa.chunked_array([chunk for c in named for chunk in c.chunks], pa.string()))
    for name, (table, column) in _REFERRERS.items():
        who = np.load(folder / f"{name}-who.npy", mmap_mode="r")
        first = int(np.searchsorted(who, np.uint64(low << _BITS)))
        end = int(np.searchsorted(who, np.uint64((high << _BITS) - 1), "right"))
        day = np.load(folder / f"{name}-day.npy", mmap_mode="r")[first:end]
        kind = schema_of(table_called(table)).field(column).type
        rows = _named(np.asarray(who[first:end]), np.asarray(day), clients)
        out[name] = pa.table([rows["referrer_id"], rows["day"].cast(kind)], names=["referrer_id", column])
    return out


def _named(who: npt.NDArray[np.uint64], day: npt.NDArray[np.int32], clients: pa.Array) -> pa.Table:
    """Return who referred (hashes) as rows of clients and days; those who aren't among the clients have no measures."""
    hashes = column_hashes(pa.chunked_array([clients]))
    if not len(hashes):
        who, day = who[:0], day[:0]
    order = np.argsort(hashes)
    at = np.minimum(np.searchsorted(hashes[order], who), len(order) - 1)
    mine = hashes[order[at]] == who
    days = pa.array(day[mine], mask=day[mine] == _UNKNOWN).view(pa.date32())
    return pa.table({"referrer_id": clients.take(pa.array(order[at[mine]])), "day": days})


def files_before(previous: Generation | None, name: str, low: int, high: int) -> tuple[Path, ...] | None:
    """Return the files of the last generation's table that may hold clients of the buckets [low, high); None: it wasn't published."""
    if previous is None or name not in previous.tables:
        return None
    return tuple(previous.files_of(name, low, high))


def rows_before(files: tuple[Path, ...], name: str, low: int, high: int) -> pa.Table:
    """Read of a table of the last generation, whatever its files, how it classed the client buckets [low, high)."""
    columns = ("client_id", *_CLASSED[name])
    schema = schema_of(table_called(name))
    found = [pa.schema([schema.field(c) for c in columns]).empty_table()]
    for path in files:
        for rows in read_groups(path, columns):
            bucket = client_buckets(rows)
            found.append(rows.filter(pa.array((bucket >= low) & (bucket < high))))
    return pa.concat_tables(found, promote_options="permissive")

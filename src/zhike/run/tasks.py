"""A range of clients as a task that travels to a worker process, and what a range keeps aside for the passes after the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import feather

from zhike.datacentre.generation import Slot
from zhike.engine.aside import put_aside
from zhike.models.logic import lots_of
from zhike.run.settings import NightSettings
from zhike.run.sources import Sources

PLACE = "place"
_AT_ONCE = 4_096  # rows of a file in places that are read together
_NOWHERE = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True)
class Task:
    """One range of client buckets; `slots` are the places of its published parts.

    `before`: of the tables of the last generation the files that may hold these clients; a table that wasn't published has none.
    """

    sources: Sources
    low: int
    high: int
    work: Path
    as_of: date
    settings: NightSettings
    slots: Mapping[str, Slot]
    before: Mapping[str, tuple[Path, ...]]

    def aside(self, name: str, kind: str = "arrow") -> Path:
        """Return where the range keeps what only the run itself reads."""
        return self.work / f"{name}-{self.low:04d}.{kind}"

    def keep(self, name: str, rows: pa.Table) -> None:
        """Keep rows aside; whose column PLACE tells their order is read by its beginning (`beginning`)."""
        put_aside(self.aside(name), rows, _AT_ONCE)

    def kept(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Return the rows that were kept aside, or some of their columns; PLACE, which is of use to a sample only, left out."""
        rows = feather.read_table(str(self.aside(name)), None if columns is None else list(columns))
        return rows.drop_columns([PLACE]) if PLACE in rows.column_names else rows


def people_of(clients: Sequence[str]) -> pa.Table:
    """Return clients in the order in which they are taken for a sample: client_id, `key` (32 bits that stay with a client), `lot`."""
    keys = np.array([crc32(c.encode()) for c in clients], np.uint64)
    lots = lots_of(keys)
    rows = pa.table({
        "client_id": pa.array(clients, pa.string()), "key": pa.array(keys.astype(np.uint32)), "lot": pa.array(lots.astype(np.uint32)),
    })  # fmt: skip
    return rows.sort_by([("lot", "ascending"), ("client_id", "ascending")])


def places_in(people: pa.Table, clients: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Return where clients stand among `people`; −1 for those who don't."""
    at = pc.index_in(clients.cast(pa.string()), value_set=people["client_id"].combine_chunks())
    return np.asarray(at.fill_null(-1).to_numpy(), np.int64)


def in_places(rows: pa.Table, people: pa.Table) -> pa.Table:
    """Return rows in the order of their clients among `people`, with that PLACE; those of others come last."""
    at = places_in(people, rows["client_id"])
    order = np.argsort(np.where(at < 0, _NOWHERE, at), kind="stable")
    place = np.where(at < 0, _NOWHERE, at)[order].astype(np.int32)
    return rows.take(pa.array(order)).append_column(PLACE, pa.array(place))


def beginning(path: Path, places: int) -> pa.Table:
    """Read the rows of a file in places whose PLACE is below `places`, and hardly more."""
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as stored:
        pieces = []
        for i in range(stored.num_record_batches):
            batch = stored.get_batch(i)
            n = int(np.searchsorted(batch.column(PLACE).to_numpy(), places))
            if n:
                pieces.append(
                    batch.take(pa.array(np.arange(n)))
                )  # a copy: a slice would hold the whole batch
            if n < batch.num_rows:
                break
        return pa.Table.from_batches(pieces, stored.schema)


def put_in_order(tasks: Sequence[Task], name: str) -> None:
    """Put the values that the ranges keep aside by a name in order, in a file that all processes share; a range may have none."""
    every = [np.load(f) for f in (task.aside(name, "npy") for task in tasks) if f.exists()]
    together = np.concatenate(every) if every else np.empty(0)
    together.sort()
    np.save(_together(tasks[0].work, name), together)


def in_order(work: Path, name: str) -> npt.NDArray[Any]:
    """Return the values that `put_in_order` wrote, as they lie in the file."""
    found: npt.NDArray[Any] = np.load(_together(work, name), mmap_mode="r")
    return found


def _together(work: Path, name: str) -> Path:
    return work / f"{name}.npy"

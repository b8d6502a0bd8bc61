"""The second pass over a range, when all clients are known: measures completed, phases, and what a client's page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import feather

from zhike.datacentre.generation import Part, write_part
from zhike.features.clients import pages
from zhike.models import phases
from zhike.run.first_pass import Task

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Late:
    """What all clients together gave, in files of the work folder: measures to add, changes of stage and logic, logic, states."""

    branchwide: Path
    stage_changes: Path
    logic_changes: Path
    logic: Path
    states: Path


@dataclass(frozen=True, slots=True)
class Finished:
    """The parts that a range wrote last, and its sums by phase."""

    parts: tuple[Part, ...]
    phases: pa.Table


def second_pass(work: tuple[Task, Late]) -> Finished:
    """Do a range."""
    task, late = work
    days, logic = feather.read_table(str(task.aside("client_day"))), feather.read_table(str(late.logic))
    states = feather.read_table(str(late.states))
    measures = _completed(
        feather.read_table(str(task.aside("measure"))), feather.read_table(str(late.branchwide))
    )
    parts = [
        write_part(task.slots["measure"], measures),
        *_pages(task, days, late),
    ]
    return Finished(tuple(parts), phases.partial(days, states, logic))


def _completed(measures: pa.Table, others: pa.Table) -> pa.Table:
    """Add the measures that needed all clients; their rows are found by client."""
    at = pc.index_in(measures["client_id"].cast(pa.string()), value_set=others["client_id"].combine_chunks())
    for name in others.column_names[1:]:
        measures = measures.append_column(name, others[name].take(at))
    return measures.sort_by([("client_id", "ascending")])


def _pages(task: Task, days: pa.Table, late: Late) -> list[Part]:
    """Write what the pages of the range's clients show; frozen ones have none."""
    read = {
        name: task.sources.range(name, task.low, task.high)
        for name in ("client", "contact", "complaint", "asset")
    }
    client = _upto(read["client"], "opened_on", task)
    clients = pages.shown(client, task.as_of)
    position = feather.read_table(str(task.aside("position")))
    tables: Mapping[str, pa.Table] = {
        "client": client, "client_day": days, "contact": read["contact"], "complaint": read["complaint"],
        "round_trip": feather.read_table(str(task.aside("round_trip"))), "security": task.sources.rows("security"),
        "stage": feather.read_table(str(late.stage_changes)), "logic": feather.read_table(str(late.logic_changes)),
    }  # fmt: skip
    book_days = np.load(task.work / "book" / "days.npy")
    made = {
        "client_card": pages.client_card(client, task.as_of),
        "asset_series": pages.asset_series(read["asset"], clients, book_days, task.as_of),
        "holding_now": pages.holding_now(position, clients, task.as_of, _priced(task)),
        "timeline": pages.timeline({n: t for n, t in tables.items() if t.num_rows}, clients, task.as_of),
    }
    return [write_part(task.slots[name], rows) for name, rows in made.items()]


def _upto(client: pa.Table, column: str, task: Task) -> pa.Table:
    """Leave out clients of a later day."""
    later = pc.greater(client[column], pa.scalar(task.as_of, pa.date32())).fill_null(False)
    return client.filter(pc.invert(later))


def _priced(task: Task) -> pa.Array:
    text = (task.work / "securities.txt").read_text("utf-8")
    return pa.array(text.split("\n") if text else [], pa.string())

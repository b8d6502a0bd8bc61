"""The second pass over a range, when all clients are known: measures completed, phases, and what happened with each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import feather

from zhike.datacentre.generation import Part, write_part
from zhike.features.clients import pages
from zhike.models import phases
from zhike.run.first_pass import Task


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
    parts = (write_part(task.slots["measure"], measures), _timeline(task, days, late))
    return Finished(parts, phases.partial(days, states, logic))


def _completed(measures: pa.Table, others: pa.Table) -> pa.Table:
    """Add the measures that needed all clients; their rows are found by client."""
    at = pc.index_in(measures["client_id"].cast(pa.string()), value_set=others["client_id"].combine_chunks())
    for name in others.column_names[1:]:
        measures = measures.append_column(name, others[name].take(at))
    return measures.sort_by([("client_id", "ascending")])


def _timeline(task: Task, days: pa.Table, late: Late) -> Part:
    """Write what happened with the range's clients; frozen ones have no page."""
    read = {
        name: task.sources.range(name, task.low, task.high) for name in ("client", "contact", "complaint")
    }
    tables: Mapping[str, pa.Table] = {
        **read, "client_day": days, "round_trip": feather.read_table(str(task.aside("round_trip"))),
        "security": task.sources.rows("security"), "stage": feather.read_table(str(late.stage_changes)),
        "logic": feather.read_table(str(late.logic_changes)),
    }  # fmt: skip
    clients = pages.shown(read["client"], task.as_of)
    told = pages.timeline({n: t for n, t in tables.items() if t.num_rows}, clients, task.as_of)
    return write_part(task.slots["timeline"], told)

"""The last pass over a range, when all that needs other clients is learnt: measures completed, stage, proposals, moves, pages, phases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import feather

from zhike.datacentre.generation import Part, merged, transitions, write_part
from zhike.decisions.proposals import Inputs, propose
from zhike.features.clients import branchwide, pages, told_branchwide
from zhike.models import lifecycle, phases
from zhike.run.branch import Common, among_all, kept_model, needed
from zhike.run.lifetimes import MONTHS, clv_rows, known_of
from zhike.run.market import kept
from zhike.run.reading import rows_before
from zhike.run.tasks import Task
from zhike.run.valuing import value_rows

_REVENUE, _ASSETS = "revenue_12m", "net_now"


@dataclass(frozen=True, slots=True)
class Late:
    """What all clients together gave, in files of the work folder: what was learnt, and the market's states."""

    common: Path
    states: Path


@dataclass(frozen=True, slots=True)
class Finished:
    """The parts that a range wrote last, its sums by phase, its moves since the last generation."""

    parts: tuple[Part, ...]
    phases: pa.Table
    moves: pa.Table

    def __add__(self, other: Finished) -> Finished:
        """Return the sums of both, without their parts."""
        return Finished((), phases.added((self.phases, other.phases)), merged((self.moves, other.moves)))


def second_pass(work: tuple[Task, Late]) -> Finished:
    """Do a range."""
    task, late = work
    logic, history = task.kept("logic"), _history(task, late)
    stage = lifecycle.stage_table(history, task.as_of)
    before = {
        "logic": task.kept("before-logic"),
        "stage": rows_before(task.before.get("stage", ()), "stage", task.low, task.high),
        "value": rows_before(task.before.get("value", ()), "value", task.low, task.high),
    }
    earlier = {name: rows if name in task.before else None for name, rows in before.items()}
    value = value_rows(task, logic, earlier["value"])
    days = task.kept("client_day")
    parts = [
        *_completed(task, late),
        write_part(task.slots["stage"], stage),
        write_part(task.slots["value"], value),
        write_part(task.slots["clv"], _clv(task, late, history, logic)),
        write_part(task.slots["proposal"], _proposals(task, late, stage, logic, earlier)),
        _timeline(task, days, lifecycle.changes(history), _changed(logic, earlier["logic"])),
    ]
    moves = _moves(
        task.kept("measure", ("client_id", _REVENUE, _ASSETS)),
        {"logic": logic, "stage": stage, "grade": value},
        earlier | {"grade": earlier["value"]},
    )
    return Finished(tuple(parts), phases.partial(days, feather.read_table(str(late.states)), logic), moves)


def _history(task: Task, late: Late) -> lifecycle.History:
    found = _common(late)
    return lifecycle.history(
        task.kept("monthly"), task.kept("person"), _days(task), task.as_of, logic=task.kept("logic"),
        lead=task.kept("lead") if task.sources.has("lead") else None, settings=task.settings.lifecycle,
        since=found.since, likes=found.likes,
    )  # fmt: skip


def _common(late: Late) -> Common:
    found: Common = kept_model(late.common)
    return found


def _clv(task: Task, late: Late, history: lifecycle.History, logic: pa.Table) -> pa.Table:
    found = _common(late)
    return clv_rows(task, known_of(task, task.kept(MONTHS), history, logic, found.since), found.outlook)


def _days(task: Task) -> npt.NDArray[np.int32]:
    return kept(task.work).book.days.astype(np.int32)


def _completed(task: Task, late: Late) -> tuple[Part, Part]:
    """Add the measures that need all clients, and say how sure they are."""
    measures = task.kept("measure")
    clients = measures["client_id"].cast(pa.string()).combine_chunks()
    found = dict(branchwide(needed(measures), among_all(task.work, _common(late))))
    days = pa.repeat(pa.scalar(task.as_of, pa.date32()), len(clients))
    detail = told_branchwide(clients, days, found)
    for name, estimate in found.items():
        measures = measures.append_column(name, pa.array(estimate.value, from_pandas=True))
    return (
        write_part(task.slots["measure"], measures.sort_by([("client_id", "ascending")])),
        write_part(task.slots["measure_detail-branchwide"], detail),
    )


def _proposals(
    task: Task, late: Late, stage: pa.Table, logic: pa.Table, before: Mapping[str, pa.Table | None]
) -> pa.Table:
    def given(name: str) -> pa.Table | None:
        return task.kept(name) if task.sources.has(name) else None

    inputs = Inputs(
        client=task.kept("client"), recent=task.kept("recent"), contact=given("contact"), custody=given("custody"),
        position=task.kept("position"), account=given("account"), stage=stage, previous_stage=before["stage"],
        logic=logic, previous_logic=before["logic"], usual_pause=_common(late).usual_pause,
    )  # fmt: skip
    return propose(
        inputs, _days(task), task.as_of, task.settings.proposals, ahead=kept(task.work).ahead
    ).table


def _changed(logic: pa.Table, before: pa.Table | None) -> pa.Table:
    """Return the clients whose logic is another than in the last generation; without one nothing has changed."""
    if before is None:
        return logic.slice(0, 0)
    at = pc.index_in(logic["client_id"], value_set=before["client_id"].cast(pa.string()).combine_chunks())
    earlier = before["logic"].cast(pa.string()).take(at)
    return logic.filter(pc.not_equal(logic["logic"], earlier).fill_null(False))


def _moves(
    measured: pa.Table, after: Mapping[str, pa.Table], before: Mapping[str, pa.Table | None]
) -> pa.Table:
    weights = {
        "client_id": measured["client_id"],
        "assets": _money(measured, _ASSETS),
        "revenue": _money(measured, _REVENUE),
    }
    return pa.concat_tables([transitions(before[name], rows, name, weights) for name, rows in after.items()])


def _money(measured: pa.Table, name: str) -> pa.ChunkedArray:
    units = pc.round(measured[name].cast(pa.float64()).fill_null(0.0), 4)
    return units.cast(pa.decimal128(38, 4))


def _timeline(task: Task, days: pa.Table, stages: pa.Table, logics: pa.Table) -> Part:
    """Write what happened with the range's clients; frozen ones have no page."""
    delivered = ("client", *(n for n in ("contact", "complaint", "product_order") if task.sources.has(n)))
    tables: Mapping[str, pa.Table] = {
        **{name: task.kept(name) for name in delivered}, "client_day": days, "round_trip": task.kept("round_trip"),
        **{name: feather.read_table(str(task.work / f"{name}.arrow")) for name in ("security", "product")},
        "stage": stages, "logic": logics,
    }  # fmt: skip
    clients = pages.shown(tables["client"], task.as_of)
    told = pages.timeline({n: t for n, t in tables.items() if t.num_rows}, clients, task.as_of)
    return write_part(task.slots["timeline"], told)

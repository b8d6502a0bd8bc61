"""The pass between: each range's clients are read by what was learnt, so that the life cycle can learn from their logic."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datacentre.generation import Part, write_part
from zhike.features.ledger.columns import ACT_CLIENT
from zhike.models.logic import Experience, Learnt, logic_table, read_by, sides_of
from zhike.run.branch import kept_model
from zhike.run.market import kept
from zhike.run.reading import rows_before
from zhike.run.tasks import Task, in_places
from zhike.run.valuing import keep_scores


def logic_pass(work: tuple[Task, Path]) -> Part:
    """Do a range: write its rows of `logic`; keep them aside, with their places for a sample, and the clients' scores of value."""
    task, path = work
    people = task.kept("people")
    rows = _logic(task, people, path)
    task.keep("logic", rows)
    task.keep("class", in_places(rows.select(("client_id", "logic")), people))
    keep_scores(task, rows)
    return write_part(task.slots["logic"], rows)


def _logic(task: Task, people: pa.Table, path: Path) -> pa.Table:
    settings, today = task.settings.logic, len(kept(task.work).book.days) - 1
    own = np.flatnonzero(people["ledger"].to_numpy())
    mine = people.take(pa.array(own))
    order = np.asarray(pc.sort_indices(mine["client_id"]).to_numpy(), np.int64)
    rank = np.full(people.num_rows, -1, np.int64)
    rank[own[order]] = np.arange(len(order))
    mine = mine.take(pa.array(order))
    acts = np.load(task.aside("acts", "npy"))
    acts[:, ACT_CLIENT] = rank[acts[:, ACT_CLIENT].astype(np.int64)]
    known = Experience(mine["trips"].to_numpy(), mine["held"].to_numpy())
    keys = mine["key"].to_numpy().astype(np.uint64)
    model: Learnt = kept_model(path)
    verdicts = read_by(model, sides_of(acts, today, settings.memory), known, settings, keys)
    beside = {
        c: o for c, o in zip(mine["client_id"].to_pylist(), mine["overlay"].to_pylist(), strict=True) if o
    }
    before = rows_before(task.before.get("logic", ()), "logic", task.low, task.high)
    earlier = {r["client_id"]: (r["logic"], r["since"]) for r in before.to_pylist()}
    task.keep("before-logic", before)
    return logic_table(mine["client_id"].to_pylist(), verdicts, known, beside, earlier, task.as_of, settings)

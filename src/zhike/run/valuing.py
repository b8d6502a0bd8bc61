"""What a range's clients are worth: they are held against all others of their kind, of whom only values in order are known.

Between passes 8 bytes a client and criterion are put in order, and as many for the scores.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date as Date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables.results import VALUE
from zhike.engine.aside import put_array
from zhike.features.clients import pages
from zhike.models.value import Scored, Standing, ValueModel, ordered_of, scored, value_table, values_of
from zhike.run.tasks import Task, in_order, put_in_order

Floats = npt.NDArray[np.float64]
_KIND = "individual"  # of clients of whom nothing but events was delivered


@dataclass(frozen=True, slots=True, eq=False)
class Valued:
    """The clients of a kind in a range, in order, and what their criteria are measured by (n, leaves)."""

    kind: str
    model: ValueModel
    clients: pa.Array
    values: Floats


def keep_values(task: Task, client: pa.Table, measured: pa.Table) -> None:
    """Keep aside, kind by kind, what all clients are held against each other by."""
    for own in _valued(task, client, measured):
        ordered = ordered_of(own.model, own.values)
        for k, values in ordered.items():
            put_array(task.aside(f"value-{own.kind}-{k}", "npy"), values)


def put_values_in_order(tasks: Sequence[Task]) -> None:
    """Put what all clients are held against in order, in files that processes share."""
    for kind, model in tasks[0].settings.value.by_kind:
        for k in model.compared:
            put_in_order(tasks, f"value-{kind}-{k}")


def keep_scores(task: Task, logic: pa.Table) -> None:
    """Keep the scores aside: `put_values_in_order` is done, and the clients' logic known."""
    for own, found in _scored(task, logic):
        put_array(task.aside(f"score-{own.kind}", "npy"), np.sort(found.score[~np.isnan(found.score)]))


def put_scores_in_order(tasks: Sequence[Task]) -> None:
    """Put all clients' scores in order, kind by kind."""
    for kind, _ in tasks[0].settings.value.by_kind:
        put_in_order(tasks, f"score-{kind}")


def value_rows(task: Task, logic: pa.Table, before: pa.Table | None) -> pa.Table:
    """Return the range's rows of `value`; `before`: those of the last generation, None where it has none."""
    rows = [
        value_table(own.clients, own.kind, own.model, found, Standing(in_order(task.work, f"score-{own.kind}")), before, task.as_of)
        for own, found in _scored(task, logic)
    ]  # fmt: skip
    return pa.concat_tables([schema_of(VALUE).empty_table(), *rows]).sort_by("client_id")


def valued(
    models: Sequence[tuple[str, ValueModel]], client: pa.Table, measured: pa.Table, as_of: Date
) -> Iterator[Valued]:
    """Return the clients of each kind, those with a page that haven't left, with what their criteria are measured by.

    Where no clients were delivered, all who are measured count as individuals.
    """
    kinds = _kinds(client, measured, as_of)
    for kind, model in models:
        own = measured.filter(pc.equal(kinds, kind))
        if own.num_rows:
            own = own.sort_by("client_id")
            known = {
                name: own[name].cast(pa.float64()).fill_null(np.nan).to_numpy() for name in model.measures
            }
            yield Valued(
                kind, model, own["client_id"].cast(pa.string()).combine_chunks(), values_of(model, known)
            )


def _kinds(client: pa.Table, measured: pa.Table, as_of: Date) -> pa.Array:
    """Return each measured client's kind, null for those that aren't valued."""
    ids = measured["client_id"].cast(pa.string()).combine_chunks()
    if not client.num_rows:
        return pa.repeat(_KIND, len(ids))
    gone = pc.less_equal(client["closed_on"], pa.scalar(as_of)).fill_null(False)
    there = client.filter(pc.invert(gone))
    there = there.filter(pc.is_in(there["client_id"].cast(pa.string()), value_set=pages.shown(client, as_of)))
    at = pc.index_in(ids, value_set=there["client_id"].cast(pa.string()).combine_chunks())
    return there["kind"].cast(pa.string()).combine_chunks().take(at)


def _valued(task: Task, client: pa.Table, measured: pa.Table) -> Iterator[Valued]:
    return valued(task.settings.value.by_kind, client, measured, task.as_of)


def _scored(task: Task, logic: pa.Table) -> Iterator[tuple[Valued, Scored]]:
    known = dict(zip(logic["client_id"].to_pylist(), logic["logic"].to_pylist(), strict=True))
    wanted = {name for _, model in task.settings.value.by_kind for name in model.measures}
    for own in _valued(task, task.kept("client"), task.kept("measure", ("client_id", *sorted(wanted)))):
        ordered = {k: in_order(task.work, f"value-{own.kind}-{k}") for k in own.model.compared}
        logics = [known.get(c) for c in own.clients.to_pylist()]
        yield own, scored(own.model, own.values, logics, ordered)

"""What needs all clients: branch-wide measures, logic, life cycle, proposals, moves since the last generation, findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import feather

from zhike.base.measure import dictionary_rows
from zhike.datacentre.generation import Draft, Generation, transitions, write_part
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables import table as table_called
from zhike.decisions.proposals import Inputs, propose
from zhike.features.clients import NEEDED, branchwide, measures, told_branchwide
from zhike.features.ledger.columns import ACT_CLIENT
from zhike.models import lifecycle, phases
from zhike.models.logic import Experience, judged, logic_table, sides_of
from zhike.run.findings import findings_of
from zhike.run.first_pass import Done
from zhike.run.market import Market
from zhike.run.settings import NightSettings
from zhike.run.sources import Sources

Floats = npt.NDArray[np.float64]
_REVENUE, _ASSETS = "revenue_12m", "net_now"


@dataclass(frozen=True, slots=True)
class AllClients:
    """Tables of all clients: the measures that needed them all, changes of stage and of logic, logic."""

    branchwide: pa.Table
    stage_changes: pa.Table
    logic_changes: pa.Table
    logic: pa.Table


def all_clients(
    draft: Draft,
    market: Market,
    states: pa.Table,
    done: Sequence[Done],
    sources: Sources,
    settings: NightSettings,
) -> AllClients:
    """Write the tables that need all clients; return what the second pass goes on with."""
    measured = _gathered(done, "measure")
    others, detail = _branchwide(measured, draft.as_of)
    draft.adopt(write_part(draft.part("measure_detail", "branchwide"), detail))
    draft.write(
        "measure_dictionary",
        pa.Table.from_pylist(
            dictionary_rows(measures(settings.clients).values(), draft.as_of),
            schema=schema_of(table_called("measure_dictionary")),
        ),
    )
    before = {name: _before(draft.previous, name) for name in ("stage", "logic")}
    days, client = market.book.days.astype(np.int32), sources.rows("client")
    logic = _logic(draft.as_of, len(days) - 1, done, settings, before["logic"])
    draft.write("logic", logic)
    history = lifecycle.history(
        _gathered(done, "monthly"), client, days, draft.as_of, logic=logic,
        lead=sources.rows("lead") if sources.has("lead") else None, settings=settings.lifecycle,
    )  # fmt: skip
    stage = lifecycle.stage_table(history, draft.as_of)
    draft.write("stage", stage)
    inputs = _inputs(done, sources, client, stage, logic, before)
    draft.write("proposal", propose(inputs, days, draft.as_of, settings.proposals).table)
    _moves(draft, measured, stage, logic, before)
    draft.write("finding", findings_of(draft.run_id, draft.as_of, market, states, done))
    return AllClients(others, lifecycle.changes(history), _changed(logic, before["logic"]), logic)


def _changed(logic: pa.Table, before: pa.Table | None) -> pa.Table:
    """Return the clients whose logic is another than in the last generation; without one nothing has changed."""
    if before is None:
        return logic.slice(0, 0)
    at = pc.index_in(logic["client_id"], value_set=before["client_id"].cast(pa.string()).combine_chunks())
    earlier = before["logic"].cast(pa.string()).take(at)
    return logic.filter(pc.not_equal(logic["logic"], earlier).fill_null(False))


def _gathered(done: Sequence[Done], name: str) -> pa.Table:
    return pa.concat_tables(
        [feather.read_table(str(d.task.aside(name))) for d in done], promote_options="default"
    )


def needed(measured: pa.Table) -> dict[str, Floats]:
    """Return the measures that have to be known of every client, as `branchwide` takes them."""
    return {n: measured[n].cast(pa.float64()).fill_null(np.nan).to_numpy().astype(np.float64) for n in NEEDED}


def _branchwide(measured: pa.Table, as_of: date) -> tuple[pa.Table, pa.Table]:
    """Return the measures that need all clients, and how sure they are."""
    found = branchwide(needed(measured))
    clients = measured["client_id"].cast(pa.string()).combine_chunks()
    values = {name: pa.array(e.value, from_pandas=True) for name, e in found.items()}
    days = pa.repeat(pa.scalar(as_of, pa.date32()), len(clients))
    return pa.table({"client_id": clients, **values}), told_branchwide(clients, days, dict(found))


def _logic(
    as_of: date, today: int, done: Sequence[Done], settings: NightSettings, before: pa.Table | None
) -> pa.Table:
    """Return the table `logic`; `today`: the book's day that is looked at."""
    found = [c for d in done for c in d.clients]
    clients = sorted(found)
    place = {c: i for i, c in enumerate(clients)}
    at = np.array(
        [place[c] for c in found], np.int64
    )  # sums of floats mustn't depend on how the work was cut
    bought, sold = sides_of(_decisions(done, at), today, settings.logic.memory)
    known = Experience(np.empty(len(at), np.int64), np.empty(len(at), np.int64))
    known.trips[at], known.held[at] = (
        np.concatenate([d.trips for d in done]),
        np.concatenate([d.held for d in done]),
    )
    keys = np.array([crc32(c.encode()) for c in clients], np.uint64)
    verdicts, _ = judged(bought, sold, known, settings.logic, keys)
    overlays = {c: o for d in done for c, o in d.overlays.items()}
    earlier = (
        {r["client_id"]: (r["logic"], r["since"]) for r in before.select(["client_id", "logic", "since"]).to_pylist()}
        if before is not None
        else {}
    )  # fmt: skip
    return logic_table(clients, verdicts, known, overlays, earlier, as_of, settings.logic)


def _decisions(done: Sequence[Done], at: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Return all decisions, client by client; `at` is the place of each client, in the order of the ranges."""
    acts, first = [], 0
    for d in done:
        own = d.acts.copy()  # 32 bits count clients up to 16 million
        own[:, ACT_CLIENT] = at[first + own[:, ACT_CLIENT].astype(np.int64)]
        acts.append(own)
        first += len(d.clients)
    every = np.concatenate(acts)
    return np.asarray(every[np.argsort(every[:, ACT_CLIENT], kind="stable")], np.float32)


def _before(previous: Generation | None, name: str) -> pa.Table | None:
    if previous is None or name not in previous.tables:
        return None
    return previous.read(name)


def _inputs(
    done: Sequence[Done],
    sources: Sources,
    client: pa.Table,
    stage: pa.Table,
    logic: pa.Table,
    before: Mapping[str, pa.Table | None],
) -> Inputs:
    """Gather what proposals are made from."""

    def given(name: str) -> pa.Table | None:
        return sources.rows(name) if sources.has(name) else None

    return Inputs(
        client=client, recent=_gathered(done, "recent"), contact=given("contact"), custody=given("custody"),
        position=_gathered(done, "position"), account=given("account"), stage=stage, previous_stage=before["stage"],
        logic=logic, previous_logic=before["logic"],
    )  # fmt: skip


def _moves(
    draft: Draft, measured: pa.Table, stage: pa.Table, logic: pa.Table, before: dict[str, pa.Table | None]
) -> None:
    weights = {
        "client_id": measured["client_id"],
        "assets": _money(measured, _ASSETS),
        "revenue": _money(measured, _REVENUE),
    }
    tables = [
        transitions(before[name], after, name, weights) for name, after in (("logic", logic), ("stage", stage))
    ]  # fmt: skip
    draft.write("transition", pa.concat_tables(tables))


def _money(measured: pa.Table, name: str) -> pa.ChunkedArray:
    units = pc.round(measured[name].cast(pa.float64()).fill_null(0.0), 4)
    return units.cast(pa.decimal128(38, 4))


def publish_phases(draft: Draft, partials: Sequence[pa.Table], states: pa.Table) -> None:
    """Write the table `phase` from the ranges' sums."""
    if states.num_rows:
        draft.write("phase", phases.merged(partials, states, draft.as_of))

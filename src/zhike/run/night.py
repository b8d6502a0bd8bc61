"""One night: from the store's state to a published generation, all of it or none."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
from pyarrow import feather

from zhike.base.errors import UsageError
from zhike.base.measure import dictionary_rows
from zhike.base.period import date_of
from zhike.base.sums import in_one_order
from zhike.base.text import say
from zhike.datacentre.generation import Draft, Inputs, Published
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables import table as table_called
from zhike.datacentre.tasks import give_back
from zhike.engine import EngineSettings, Spread
from zhike.features.clients import measures
from zhike.models import phases
from zhike.models.value.versions import keep as keep_models
from zhike.run import branch
from zhike.run.findings import findings_of
from zhike.run.first_pass import Done, first_pass
from zhike.run.laying import laid_out
from zhike.run.logic_pass import logic_pass
from zhike.run.market import Market, keep, market_of, no_days, with_clients
from zhike.run.outcome import Outcome, outcome_of
from zhike.run.reading import files_before, share
from zhike.run.room import room_of
from zhike.run.second_pass import Finished, Late, second_pass
from zhike.run.settings import NightSettings
from zhike.run.sources import Sources
from zhike.run.spreading import spread_on
from zhike.run.tasks import Task

Item = TypeVar("Item")
Result = TypeVar("Result")
Sums = TypeVar("Sums", Done, Finished)
Progress = Callable[[str, int, int], None]
_BY_RANGE = (
    "measure_detail", "attribution", "client_card", "asset_series", "holding_now", "product_now", "measure", "measure_detail-branchwide", "logic",
    "stage", "value", "clv", "proposal", "timeline",
)  # fmt: skip
_WORTH_PROCESSES = 1 << 30  # bytes that `Workers.warm` takes for much work


@dataclass(frozen=True, slots=True)
class Night:
    """What a night did: the published generation, the rows it went through by table, and what came of it in a few lines."""

    published: Published
    as_of: date
    read: Mapping[str, int]
    outcome: Outcome


def run_night(
    home: Path,
    as_of: date | None,
    engine: EngineSettings,
    settings: NightSettings | None = None,
    progress: Progress | None = None,
) -> Night:
    """Publish the generation of `as_of` (None: the last trading day delivered).

    Raises UsageError where there is nothing to run on, StoreError where the home folder can't be used.
    """
    chosen = settings or NightSettings.of(home)
    home = home.absolute()  # tasks run in other folders, perhaps on other machines
    tell = progress or (lambda step, done, total: None)
    inputs, sources = Inputs.gather(home, chosen.by_room()), Sources.of(home)
    if not sources.has("trade") and not sources.has("client"):
        raise _nothing(home)
    day = as_of or last_day(sources)
    with ExitStack() as stack:
        stack.enter_context(in_one_order())
        draft = stack.enter_context(Draft(home, inputs, day))
        keep_models(home, chosen.value)
        work = stack.enter_context(_work_in(home))
        tell("market", 0, 1)
        market = keep(market_of(sources, day, chosen.market, chosen.standing), work)
        give_back()
        room = room_of(engine, market.prices.close.size)
        workers = stack.enter_context(spread_on(replace(engine, threads=room.workers), work))
        share(sources, work)
        spans = sources.ranges(chosen.range_rows or room.rows)
        if len(spans) > 1:
            workers.warm(_WORTH_PROCESSES)
        there = laid_out(sources, spans, work, workers)
        tasks = [_task(draft, there, span, work, chosen) for span in spans]
        done = _added(draft, _told(workers, first_pass, tasks, "clients", tell))
        _finish(draft, workers, market, tasks, done, tell)
        tell("publish", 0, 1)
        published = draft.publish()
        return Night(published, day, dict(sorted(done.rows.items())), outcome_of(published.generation))


@contextmanager
def _work_in(home: Path) -> Iterator[Path]:
    """Make a folder for what only the run reads; what a task elsewhere still writes into it doesn't keep the run from ending."""
    with tempfile.TemporaryDirectory(
        prefix="night-", dir=home / "staging", ignore_cleanup_errors=True
    ) as name:
        yield Path(name)


def last_day(sources: Sources) -> date:
    """Return the last day of the market that was delivered; without one, the last day with a trade."""
    for table in ("quote", "index_quote", "trade"):
        days = sources.days(table)
        if len(days):
            return date_of(int(days[-1]))
    raise no_days()


def _nothing(home: Path) -> UsageError:
    return UsageError(
        say("还没有可以运行的数据：没有成交，也没有客户。", "There is nothing to run on yet: no trades, and no clients."),
        where=str(home),
        next_=say("先导入：zhike ingest 目录，或造一个：zhike simulate 目录", "Take files in: zhike ingest FOLDER; or make some: zhike simulate FOLDER"),
    )  # fmt: skip


def _task(draft: Draft, sources: Sources, span: tuple[int, int], work: Path, settings: NightSettings) -> Task:
    low, high = span
    slots = {name: draft.part(*_named(name, low, high)) for name in _BY_RANGE}
    before = {name: files_before(draft.previous, name, low, high) for name in ("stage", "logic", "value")}
    known = {name: files for name, files in before.items() if files is not None}
    return Task(sources, low, high, work, draft.as_of, settings, slots, known)


def _named(slot: str, low: int, high: int) -> tuple[str, str]:
    """Return the table of a slot, and what the file is called; of a table that is written twice, the second has its name behind."""
    table, _, further = slot.partition("-")
    return table, f"{low:04d}-{high:04d}" + (f"-{further}" if further else "")


def _told(
    workers: Spread, function: Callable[[Item], Result], items: Sequence[Item], step: str, tell: Progress
) -> Iterator[Result]:
    """Do all items, and tell how far they are."""
    tell(step, 0, len(items))
    for n, found in enumerate(workers.spread(function, items), 1):
        yield found
        tell(step, n, len(items))


def _added(draft: Draft, results: Iterable[Sums]) -> Sums:
    """Take in the parts of ranges as they come, and add their sums up: only the whole is held."""
    total: Sums | None = None
    for found in results:
        for part in found.parts:
            draft.adopt(part)
        total = found if total is None else total + found
    assert total is not None  # there is at least one range
    return total


def _finish(
    draft: Draft, workers: Spread, market: Market, tasks: Sequence[Task], done: Done, tell: Progress
) -> None:
    """Learn from all clients what is common, and go through the ranges twice more: once with it, once with what follows from that."""
    states = with_clients(market, done.in_profit, done.counted)
    if states.num_rows:
        draft.write("market_state", states)
    task, days = tasks[0], market.book.days.astype(np.int32)
    tell("branch", 0, 2)
    sample = branch.sample_of(tasks, task.settings.sampling)
    path = branch.learn_logic(tasks, sample, done.decisions, len(days) - 1)
    give_back()
    for part in _told(workers, logic_pass, [(t, path) for t in tasks], "logic", tell):
        draft.adopt(part)
    tell("branch", 1, 2)
    late = Late(
        branch.learn_rest(tasks, sample, days, done.since, done.rates), task.work / "late-states.arrow"
    )
    feather.write_feather(states, str(late.states), compression="lz4")
    give_back()
    finished = _added(draft, _told(workers, second_pass, [(t, late) for t in tasks], "pages", tell))
    draft.write("transition", finished.moves)
    if states.num_rows:
        draft.write("phase", phases.merged([finished.phases], states, draft.as_of))
    _write_words(draft, market, states, task, done)


def _write_words(draft: Draft, market: Market, states: pa.Table, task: Task, done: Done) -> None:
    """Say what the measures mean, and what the night found missing."""
    known = dictionary_rows(measures(task.settings.clients).values(), draft.as_of)
    draft.write(
        "measure_dictionary",
        pa.Table.from_pylist(known, schema=schema_of(table_called("measure_dictionary"))),
    )
    draft.write("finding", findings_of(draft.run_id, draft.as_of, market, states, task.sources, done.seeded))

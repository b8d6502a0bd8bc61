"""One night: from the store's state to a published generation, all of it or none."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import feather

from zhike.base.errors import UsageError
from zhike.base.period import date_of
from zhike.base.text import say
from zhike.datacentre.generation import Draft, Inputs, Published
from zhike.engine import EngineSettings, Spread
from zhike.run import branch
from zhike.run.first_pass import Done, Task, first_pass
from zhike.run.market import Market, keep, market_of, no_days, with_clients
from zhike.run.outcome import Outcome, outcome_of
from zhike.run.second_pass import Late, second_pass
from zhike.run.settings import NightSettings
from zhike.run.sources import Sources
from zhike.run.spreading import spread_on

Progress = Callable[[str, int, int], None]
_BY_RANGE = (
    "measure_detail", "attribution", "client_card", "asset_series", "holding_now", "measure", "timeline",
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
    chosen, home = (
        settings or NightSettings(),
        home.absolute(),
    )  # tasks run in other folders, perhaps on other machines
    tell = progress or (lambda step, done, total: None)
    inputs, sources = Inputs.gather(home, chosen.by_room()), Sources.of(home)
    if not sources.has("trade") and not sources.has("client"):
        raise _nothing(home)
    day = as_of or last_day(sources)
    with ExitStack() as stack:
        draft = stack.enter_context(Draft(home, inputs, day))
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="night-", dir=home / "staging")))
        workers = stack.enter_context(spread_on(engine, work))
        tell("market", 0, 1)
        market = market_of(sources, day, chosen.market, chosen.standing)
        keep(market, work)
        tasks = [_task(draft, sources, span, work, chosen) for span in sources.ranges(chosen.range_rows)]
        if len(tasks) > 1:
            workers.warm(_WORTH_PROCESSES)
        done = _firsts(workers, tasks, tell)
        _finish(draft, workers, market, done, sources, chosen, tell)
        tell("publish", 0, 1)
        published = draft.publish()
        return Night(published, day, _sums(done), outcome_of(published.generation))


def last_day(sources: Sources) -> date:
    """Return the last day of the market that was delivered; without one, the last day with a trade."""
    for table in ("quote", "index_quote", "trade"):
        days = sources.rows(table, ("date",))["date"].cast(pa.int32())
        if len(days):
            return date_of(int(pa.compute.max(days).as_py()))
    raise no_days()


def _nothing(home: Path) -> UsageError:
    return UsageError(
        say("还没有可以运行的数据：没有成交，也没有客户。", "There is nothing to run on yet: no trades, and no clients."),
        where=str(home),
        next_=say("先导入：zhike ingest 目录，或造一个：zhike simulate 目录", "Take files in: zhike ingest FOLDER; or make some: zhike simulate FOLDER"),
    )  # fmt: skip


def _task(draft: Draft, sources: Sources, span: tuple[int, int], work: Path, settings: NightSettings) -> Task:
    low, high = span
    slots = {name: draft.part(name, f"{low:04d}-{high:04d}") for name in _BY_RANGE}
    return Task(sources, low, high, work, draft.as_of, settings, slots)


def _firsts(workers: Spread, tasks: list[Task], tell: Progress) -> list[Done]:
    done: list[Done] = []
    tell("clients", 0, len(tasks))
    for found in workers.spread(first_pass, tasks):
        done.append(found)
        tell("clients", len(done), len(tasks))
    return done


def _finish(
    draft: Draft,
    workers: Spread,
    market: Market,
    done: list[Done],
    sources: Sources,
    settings: NightSettings,
    tell: Progress,
) -> None:
    """Do what needs all clients, then the second pass."""
    for found in done:
        for part in found.parts:
            draft.adopt(part)
    profit = np.sum([d.in_profit for d in done], axis=0)
    counted = np.sum([d.counted for d in done], axis=0)
    states = with_clients(market, profit, counted)
    if states.num_rows:
        draft.write("market_state", states)
    tell("branch", 0, 1)
    found_all = branch.all_clients(draft, market, states, done, sources, settings)
    late = _write_late(done[0].task.work, found_all, states)
    partials = []
    for n, finished in enumerate(workers.spread(second_pass, [(d.task, late) for d in done])):
        for part in finished.parts:
            draft.adopt(part)
        partials.append(finished.phases)
        tell("pages", n + 1, len(done))
    branch.publish_phases(draft, partials, states)


def _write_late(work: Path, found: branch.AllClients, states: pa.Table) -> Late:
    late = Late(
        *(work / f"late-{name}.arrow" for name in ("branchwide", "stage", "changed", "logic", "states"))
    )
    for path, rows in (
        (late.branchwide, found.branchwide),
        (late.stage_changes, found.stage_changes),
        (late.logic_changes, found.logic_changes),
        (late.logic, found.logic),
        (late.states, states),
    ):
        feather.write_feather(rows, str(path), compression="lz4")
    return late


def _sums(done: list[Done]) -> Mapping[str, int]:
    names = {name for d in done for name in d.rows}
    return {name: sum(d.rows.get(name, 0) for d in done) for name in sorted(names)}

"""Simulated branches through ingest and nights: what is published of each client, beside the truth.

Only what anybody can see is read: the published tables `logic` and `measure`, the drop's files, the simulator's truth.
"""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date as Date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from _trips import closed

from zhike.datacentre.generation import Generation
from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.engine import EngineSettings
from zhike.models.logic import LogicSettings, Memory
from zhike.run import NightSettings, run_night
from zhike.simulate import Plan, simulate

LOGICS = ("value", "trend", "sentiment")
TRIPS = 6
ONCE, TURN, MONTHS = "once", "turn", "months"
TURN_DAYS = 360  # of the bull, and of the bear after it
MEASURES = (
    "holding_days_restricted_12m", "turnover_12m", "buy_mom5_12m", "buy_mom20_12m", "buy_mom60_12m", "buy_cheap_12m",
    "attention_share_12m", "after_limit_share_12m", "buy_lottery_12m", "value_tilt_12m", "win_rate_12m", "payoff_12m",
    "pgr_12m", "plr_12m",
)  # fmt: skip
_BANDS = ("traded_6m", "net_avg_3m")
_ENGINE, _TODAY = EngineSettings(threads=1), Date(2035, 1, 1)
_BEFORE = 340  # days that the simulator wants to see of a real index before the drop begins, and some more

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """One branch. `kind`: ONCE, a night on the last day; TURN, a bull and a bear with a night at the end of each; MONTHS, `nights` months' ends."""

    kind: str
    clients: int
    days: int
    seed: int
    market: str
    variant: str
    nights: int = 1


@dataclass(frozen=True, slots=True)
class Record:
    """What came of a task: a row for each client.

    A row has id, truth, purity; by night (lists) trips closed so far, class, p (None: insufficient); for TURN also `alone`, p of
    a last night that knows neither an earlier one nor a decision from before the turn; for ONCE the measures that the rivals go by.
    """

    task: Task
    rows: list[Row]

    def plain(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {"task": asdict(self.task), "rows": self.rows}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Record:
        """Return the record that `plain` was made of."""
        return cls(Task(**plain["task"]), plain["rows"])


def records(tasks: Iterable[Task], jobs: int) -> Iterator[Record]:
    """Do the tasks in so many processes; yield in the order of the tasks."""
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(record, tasks)


def record(task: Task) -> Record:
    """Simulate a branch, take it in, run its nights."""
    with tempfile.TemporaryDirectory(prefix="zhike-bench-") as name:
        folder = Path(name)
        story, home = simulate(_plan(task, folder), folder / "branch", "parquet"), folder / "home"
        home.mkdir()
        ingest(home, Request(story.drop, _TODAY, settings=_ENGINE))
        days = _nights(task, story.drop)
        alone = _alone(home, days[-1]) if task.kind == TURN else None
        nights = []
        for day in days:
            last = run_night(home, day, _ENGINE).published.generation
            nights.append(_told(last))
        rows = _rows(story.truth, closed(story.drop), days, nights)
        if alone is not None:
            for row in rows:
                row["alone"] = _p(alone.get(row["id"]))
        return Record(task, _measured(rows, last) if task.kind == ONCE else rows)


def _plan(task: Task, folder: Path) -> Plan:
    if task.kind != TURN:
        return Plan(task.clients, task.days, task.seed, market=task.market, variant=task.variant, futures=0)
    index = folder / "index.csv"
    _write_turn(index, task.seed)
    return Plan(
        task.clients, 2 * TURN_DAYS, task.seed,
        market="real", index_file=index, variant=task.variant, futures=0,
    )  # fmt: skip


def _write_turn(path: Path, seed: int) -> None:
    """Write an index that stands still, rises by 70 % in 360 days and falls by 45 % in 360 days; the noise is the seed's."""
    n = _BEFORE + 2 * TURN_DAYS
    days = np.busday_offset("2025-07-01", np.arange(-n, 0), roll="forward")
    noise = np.random.default_rng(seed).normal(0.0, 0.011, n)
    steps = np.zeros(n)
    for a, b, whole in ((0, _BEFORE, 1.0), (_BEFORE, n - TURN_DAYS, 1.7), (n - TURN_DAYS, n, 0.55)):
        steps[a:b] = noise[a:b] - noise[a:b].mean() + np.log(whole) / (b - a)
    close = 3000.0 * np.exp(np.cumsum(steps))
    lines = [f"{day},{level:.3f}" for day, level in zip(days, close, strict=True)]
    path.write_text("\n".join(["date,close", *lines]) + "\n", "utf-8")


def _nights(task: Task, drop: Path) -> list[Date]:
    """Return the days of the nights."""
    days: list[Date] = sorted(pq.read_table(drop / "calendar.parquet", columns=["date"])["date"].to_pylist())
    if task.kind == ONCE:
        return days[-1:]
    if task.kind == TURN:
        return [days[-TURN_DAYS - 1], days[-1]]
    ends = {(d.year, d.month): d for d in days}  # the last of a month stays
    return list(ends.values())[-task.nights :]


def _alone(home: Path, day: Date) -> dict[str, Row]:
    """Run the night in a copy of the home that nothing was published in yet, with a memory that reaches back to the turn only."""
    other = home.with_name("alone")
    shutil.copytree(home, other)
    logic = LogicSettings(memory=Memory(fresh=TURN_DAYS, window=TURN_DAYS))
    return _told(run_night(other, day, _ENGINE, NightSettings(logic=logic)).published.generation)


def _told(generation: Generation) -> dict[str, Row]:
    return {r["client_id"]: r for r in generation.read("logic").to_pylist()}


def _rows(
    truth: Path, trips: Mapping[str, list[Date]], days: list[Date], nights: list[dict[str, Row]]
) -> list[Row]:
    known = {r["client_id"]: r for r in pq.read_table(truth / "client.parquet").to_pylist()}
    return [
        {
            "id": client, "truth": known[client]["logic"], "purity": known[client]["purity"],
            "trips": [bisect_right(trips.get(client, []), day) for day in days],
            "class": [night[client]["logic"] if client in night else None for night in nights],
            "p": [_p(night.get(client)) for night in nights],
        }
        for client in sorted(nights[-1].keys() & known.keys())
    ]  # fmt: skip


def _p(row: Row | None) -> list[float] | None:
    if row is None or row["p_value"] is None:
        return None
    return [round(row[f"p_{name}"], 6) for name in LOGICS]


def _measured(rows: list[Row], generation: Generation) -> list[Row]:
    """Return the clients with enough round trips, their measures added."""
    table = generation.read("measure").select(["client_id", *MEASURES, *_BANDS])
    measures = {r.pop("client_id"): r for r in table.to_pylist()}
    enough = [row for row in rows if row["trips"][-1] >= TRIPS]
    return [{**row, **{k: _number(v) for k, v in measures.get(row["id"], {}).items()}} for row in enough]


def _number(value: Any) -> float | None:
    return None if value is None else float(value)

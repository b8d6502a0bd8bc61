"""What is learnt from all clients together, in bounded room: from a sample of them, from sums, and from values put in order.

A sample holds the clients whose lots are the smallest, up to `Sampling`; a branch with fewer is learnt from whole. The ranges have
laid what they know in the order of lots, so that only the beginning of each is read.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import feather

from zhike.base.period import Days
from zhike.datacentre.tables.branch import STATES
from zhike.decisions import proposals
from zhike.features.clients import NEEDED, Among, Peers, among
from zhike.features.clients.shrinkage import RateSums
from zhike.features.ledger.columns import ACT_CLIENT
from zhike.models import clv, lifecycle
from zhike.models.logic import learnt, sides_of
from zhike.run.lifetimes import MONTHS, known_of, outlook_of
from zhike.run.settings import Sampling
from zhike.run.tasks import Task, beginning, in_order, put_in_order
from zhike.run.valuing import put_scores_in_order, put_values_in_order

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_EVERY_LOT = 1 << 32
_HEAVY = 10  # who decides more than so manieth of what is learnt from isn't learnt from, but in a branch that is learnt from whole


def needed(measured: pa.Table) -> dict[str, Floats]:
    """Return the measures that have to be known of every client, as `branchwide` takes them."""
    return {n: measured[n].cast(pa.float64()).fill_null(np.nan).to_numpy().astype(np.float64) for n in NEEDED}


@dataclass(frozen=True, slots=True)
class Sample:
    """Who is learnt from: those whose lots lie below `lot` and who have no more than `most` decisions."""

    lot: int
    most: int

    def of(self, task: Task) -> tuple[pa.Table, int]:
        """Return the range's people of the sample, with their places in it, and how many places hold them."""
        people = feather.read_table(str(task.aside("people")), columns=["client_id", "key", "lot", "acts"])
        places = int(np.searchsorted(people["lot"].to_numpy(), self.lot))
        some = people.slice(0, places).append_column("place", pa.array(np.arange(places)))
        return some.filter(pc.less_equal(some["acts"], self.most)), places


def sample_of(tasks: Sequence[Task], settings: Sampling) -> Sample:
    """Choose whom to learn from: at most so many clients and decisions; all, where there are no more."""
    lots, acts, clients, decisions = np.empty(0, np.int64), np.empty(0, np.int64), 0, 0
    for task in tasks:
        people = feather.read_table(str(task.aside("people")), columns=["lot", "acts"])
        clients, decisions = clients + people.num_rows, decisions + int(pc.sum(people["acts"]).as_py() or 0)
        lots, acts = (np.concatenate([a, people[n].to_numpy()]) for a, n in ((lots, "lot"), (acts, "acts")))
        smallest = np.argsort(lots, kind="stable")[: settings.clients + 1]
        lots, acts = lots[smallest], acts[smallest]
    if clients <= settings.clients and decisions <= settings.decisions:
        return Sample(_EVERY_LOT, decisions)
    most = settings.decisions // _HEAVY
    together = np.cumsum(np.where(acts <= most, acts, 0))
    first_out = min(int(np.searchsorted(together, settings.decisions, "right")), settings.clients)
    return Sample(int(lots[first_out]) if first_out < len(lots) else _EVERY_LOT, most)


def learn_logic(tasks: Sequence[Task], sample: Sample, decisions: int, today: int) -> Path:
    """Learn how decisions are read; return where it is kept. `decisions`: of all clients; `today`: the book's day that is looked at."""
    put_values_in_order(tasks)
    settings, own = tasks[0].settings.logic, [sample.of(task) for task in tasks]
    some = pa.concat_tables([people.filter(pc.greater(people["acts"], 0)) for people, _ in own])
    order = np.asarray(pc.sort_indices(some["client_id"]).to_numpy(), np.int64)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))  # sums of floats mustn't depend on how the work was cut
    acts, first = [], 0
    for task, (people, places) in zip(tasks, own, strict=True):
        there = people.filter(pc.greater(people["acts"], 0))["place"].to_numpy()
        acts.append(_acts(task, there, places, rank[first : first + len(there)]))
        first += len(there)
    every = np.concatenate(acts)
    del acts
    every = every[np.argsort(every[:, ACT_CLIENT], kind="stable")]
    sides = sides_of(every, today, settings.memory)
    del every
    model = learnt(sides, some["key"].to_numpy()[order].astype(np.uint64), settings, decisions)
    return _saved(model, tasks[0].work / "logic.model")


def _acts(task: Task, there: Ints, places: int, rank: Ints) -> npt.NDArray[np.float32]:
    """Return the decisions of the people who stand `there` in the range, of `places` places; clients counted by `rank`."""
    stored = np.load(task.aside("acts", "npy"), mmap_mode="r")
    end = int(np.searchsorted(stored[:, ACT_CLIENT], places))
    number = np.full(places, -1, np.int64)
    number[there] = rank
    whose = number[stored[:end, ACT_CLIENT].astype(np.int64)]
    acts = np.array(stored[:end][whose >= 0])
    acts[:, ACT_CLIENT] = whose[whose >= 0]
    return acts


def _learn_lives(
    tasks: Sequence[Task], sample: Sample, days: Days, since: lifecycle.Begun
) -> tuple[lifecycle.Likes, clv.Outlook | None]:
    """Learn what like clients did, month by month, and what lies ahead of them; every range's `class` is known by now."""
    task, own = tasks[0], [sample.of(task) for task in tasks]
    wanted = pa.concat_tables([people for people, _ in own])["client_id"].combine_chunks()

    def rows(name: str) -> pa.Table:
        pieces = [beginning(t.aside(name), places) for t, (_, places) in zip(tasks, own, strict=True)]
        table = pa.concat_tables(pieces, promote_options="default")
        return table.filter(pc.is_in(table["client_id"], value_set=wanted))

    panel = rows("monthly").sort_by([("client_id", "ascending"), ("month", "ascending")])
    person, logic = rows("person"), rows("class")
    known = {
        "logic": logic, "lead": rows("lead") if task.sources.has("lead") else None, "settings": task.settings.lifecycle, "since": since,
    }  # fmt: skip
    likes = lifecycle.learnt(panel, person, days, task.as_of, **known)
    history = lifecycle.history(panel, person, days, task.as_of, likes=likes, **known)
    return likes, outlook_of(task, known_of(task, rows(MONTHS), history, logic, since))


@dataclass(frozen=True, slots=True)
class Common:
    """What all clients together gave, for the last pass; of the peers in order only where they lie (`among_all`)."""

    since: lifecycle.Begun
    likes: lifecycle.Likes
    outlook: clv.Outlook | None
    usual_pause: float
    among: Among


def learn_rest(
    tasks: Sequence[Task], sample: Sample, days: Days, since: lifecycle.Begun, rates: Mapping[str, RateSums]
) -> Path:
    """Learn what the last pass needs of all clients, their logic being known; return where it is kept. `rates`: sums by rate."""
    for state in range(len(STATES)):  # 4 bytes a client, one state at a time
        put_in_order(tasks, f"returns{state}")
    put_scores_in_order(tasks)
    likes, outlook = _learn_lives(tasks, sample, days, since)
    found = Common(since, likes, outlook, _usual_pause(tasks), among([rates], Peers(())))
    return _saved(found, tasks[0].work / "common.model")


def _saved(what: object, path: Path) -> Path:
    path.write_bytes(pickle.dumps(what))
    return path


@lru_cache(2)
def kept_model(path: Path) -> Any:
    """Read what was learnt, once in a process: it was written by this very run."""
    return pickle.loads(path.read_bytes())


def _usual_pause(tasks: Sequence[Task]) -> float:
    """Return the median of all clients' pauses: 8 bytes each."""
    every = np.concatenate([np.load(task.aside("pauses", "npy")) for task in tasks])
    return proposals.usual_pause(every, tasks[0].settings.proposals)


def among_all(work: Path, found: Common) -> Among:
    """Return what each client is held against, the returns in order in files that all processes share."""
    ordered = (in_order(work, f"returns{state}") for state in range(len(STATES)))
    return Among(found.among.priors, Peers(tuple(ordered)))

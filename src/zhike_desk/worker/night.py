"""The night as a job: what the desk wrote down goes to the inbox, the inbox is taken in, the night runs, readers move to it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from zhike.base.errors import StoreLocked
from zhike.config import engine_settings, keep_settings
from zhike.datacentre.ingest import ingest
from zhike.datacentre.report import Report
from zhike.datacentre.request import Request
from zhike.datacentre.retention import retire
from zhike.datacentre.store.house import Store
from zhike.run import run_night
from zhike_desk import made_up
from zhike_desk.records import clock, feedback, following, thresholds
from zhike_desk.records.actions import moves, undo
from zhike_desk.records.arrivals import TAKEN, feed_of, waiting
from zhike_desk.records.jobs import Work, runs
from zhike_desk.records.publish import publish

_PATIENCE = 600.0
_PAUSE = 2.0
Result = TypeVar("Result")


@runs("night")
def night(work: Work) -> dict[str, Any]:
    """Run a night from what is in the inbox; return what was taken in, which generation came of it, how long each step took."""
    seconds: dict[str, float] = {}
    with _timed(seconds, "deliver"):
        work.tell("deliver")
        while feedback.deliver(work.home, work.at).name:
            continue
    with _timed(seconds, "ingest"):
        taken = [_taken_in(work, drop) for drop in waiting(work.home)]
    thresholds.hand_on(work.home)
    with _timed(seconds, "run"):
        found = patient(
            work, lambda: run_night(work.home, None, engine_settings(work.home), progress=work.tell)
        )
        patient(work, lambda: retire(work.home, keep_settings(work.home), clock.real(), raw=False))
    with _timed(seconds, "load"):
        loaded = load(work)
    feedback.known(_newest_of_the_desk(work.home), clock.real())
    return {
        "drops": taken,
        "unchanged": found.published.unchanged,
        "changed": list(found.published.changed),
        "seconds": seconds,
        **loaded,
    }


@runs("publish")
def load(work: Work) -> dict[str, Any]:
    """Move readers to the latest generation; return its id, day and rows."""
    done = patient(
        work, lambda: publish(work.home, clock.real(), told=lambda table, rows: work.tell("load", rows))
    )
    following.follow()
    moves.settle(clock.real())
    undo.sweep(work.at)
    return {
        "generation": done.generation_id,
        "as_of": done.as_of.isoformat(),
        "rows": sum(done.rows.values()),
    }


def _newest_of_the_desk(home: Path) -> str:
    """Return the name of the desk's own newest drop in the store, empty where none came in."""
    return max((d.name for d in Store(home).manifest().drops if d.feed == made_up.DESK_FEED), default="")


def take_in(work: Work, drop: Path, feed: str) -> Report:
    """Take one drop in, waiting for its turn where another process writes to the home."""
    request = Request(drop, work.at.date(), feed, settings=engine_settings(work.home))
    return patient(work, lambda: ingest(work.home, request, work.tell))


def told(report: Report) -> dict[str, Any]:
    """Return what of a report a page shows; the rest is in the drop's record."""
    return {
        "drop": report.number,
        "name": report.name,
        "feed": report.feed,
        "files": len(report.files),
        "refused": [f.file for f in report.files if f.rejected],
        "tables": {n: [t.new, t.changed, t.unchanged, t.quarantined] for n, t in report.tables.items()},
        "findings": dict(report.findings),
        "already": report.already,
    }


def patient(work: Work, act: Callable[[], Result]) -> Result:
    """Do something that needs the home to itself; where another process has it, wait for it, ten minutes at the most."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return act()
        except StoreLocked:
            if time.monotonic() > until:
                raise
            work.tell("lock")
            time.sleep(_PAUSE)


def _taken_in(work: Work, drop: Path) -> dict[str, Any]:
    work.tell("ingest")
    report = take_in(work, drop, feed_of(drop.name))
    aside = drop.parent / TAKEN
    aside.mkdir(exist_ok=True)
    os.replace(drop, _free(aside / drop.name))
    return told(report)


def _free(path: Path) -> Path:
    """Return a name nothing has yet: the same drop may be delivered again."""
    number, found = 1, path
    while found.exists():
        number, found = number + 1, path.with_name(f"{path.name}.{number}")
    return found


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    seconds[step] = round(time.perf_counter() - begun, 2)

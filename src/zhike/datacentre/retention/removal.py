"""Removing what is past the limits: written down first, then removed, then said to be done. Killed anywhere, the next writer finishes."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from zhike.datacentre.generation import manifest as generations
from zhike.datacentre.limits import Keep
from zhike.datacentre.retention.past import Due, OldGeneration, old_drops, old_generations
from zhike.datacentre.store import retired
from zhike.datacentre.store.house import Store
from zhike.datacentre.store.manifest import DropEntry
from zhike.engine.durable import flush


def retire(home: Path, keep: Keep, now: datetime, *, raw: bool) -> Due:
    """Remove the generations past their limit and, where `raw` says so, delivered bytes past theirs; return what went.

    Raise StoreLocked where another process writes, StoreError where the system refuses something: the same again finishes it.
    """
    store = Store(home)
    if not raw and not old_generations(store.home, keep, now.tzinfo):
        return Due((), ())  # most nights: nobody is kept waiting for the lock
    with store.writing() as manifest:
        when = now.isoformat(timespec="seconds")
        generations.sweep(store.home, generations.entries(store.home))
        old = old_generations(store.home, keep, now.tzinfo)
        if old:
            _retire_generations(store.home, old, when, keep.why_generation)
        found = Due(old, old_drops(store, manifest, keep, now) if raw else ())
        gone = found.raw()
        if gone:
            going = retired.begin(store.home, retired.RAW, when, keep.why_raw, gone)
            retired.remove_raw(store.home, going, gone)
        return found


def _retire_generations(home: Path, old: Sequence[OldGeneration], when: str, why: str) -> None:
    going = retired.begin(home, retired.GENERATION, when, why, [g.gone for g in old])
    leaving = {g.entry for g in old}
    generations.point(home, [e for e in generations.entries(home) if e not in leaving])
    for generation in old:
        shutil.rmtree(home / generations.ROOM / generation.entry.folder)
    flush(home / generations.ROOM)
    retired.finish(going)


@dataclass(frozen=True, slots=True)
class Lost:
    """Delivered files of one drop that were removed by a setting: how many, of how many; when (the last of them), by which."""

    files: int
    of: int
    when: str
    why: str


def lost(store: Store, entry: DropEntry) -> Lost | None:
    """Return what was removed of a drop's delivered bytes and isn't there again; None: nothing."""
    gone = retired.raw_gone(store.home)
    delivered = {f["sha256"] for f in store.record(entry)["delivered"]} if gone else set()
    missing = [s for s in delivered if s in gone and not (store.raw / s[:2] / s).is_file()]
    if not missing:
        return None
    last = max((gone[s] for s in missing), key=lambda r: r.number)
    return Lost(len(missing), len(delivered), last.when, last.why)


def retired_drops(home: Path) -> Mapping[int, Lost]:
    """Return, by number, the drops of the state that holds some of whose delivered bytes were removed."""
    store = Store(home)
    if not retired.records(store.home):
        return {}
    found = {entry.number: lost(store, entry) for entry in store.manifest().drops}
    return {number: each for number, each in found.items() if each is not None}

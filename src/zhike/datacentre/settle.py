"""Settling a table: fresh parts meet those that hold; what is new, changed, unchanged or waiting comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from zhike.datacentre.checks.facts import Facts
from zhike.datacentre.store.copies import Copied, unnumbered
from zhike.datacentre.store.house import Store
from zhike.datacentre.store.liveness import Outcome, Spread, resolve, shared_keys
from zhike.datacentre.store.manifest import Compacted, Manifest, Part, Patch, follow
from zhike.datacentre.tables.definition import Table


@dataclass(frozen=True, slots=True)
class Settled:
    """A table's parts as they hold now. The counts are of the fresh parts' rows; `reconciled` rows of older drops came in.

    `conflicts`: file number → first line of a fresh file in which one key has different contents. `copied`: file number →
    its rows without a number that an earlier file of its drop has too.
    """

    parts: tuple[Part, ...]
    patch: Patch | None
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    waiting: int = 0
    reconciled: int = 0
    conflicts: dict[int, int] = field(default_factory=dict)
    copied: Mapping[int, Copied] = field(default_factory=dict)


def settle(
    store: Store,
    table: Table,
    old: Sequence[Part],
    fresh: Sequence[Part],
    patch: Patch | None,
    facts: Facts,
    derived: Path,
    *,
    anew: bool = False,
    spread: Spread = map,
    days: tuple[int, int] | None = None,
    feed: str = "",
) -> Settled:
    """Decide what holds of `old` and `fresh` parts together; `anew`: look at every row, not only where keys meet.

    `spread` maps a function over pieces of the work, side by side where it can; rows of `days` are looked at again.
    `feed` is where the fresh parts come from.
    """
    parts = [*old, *fresh]
    total = sum(p.segment.rows for p in fresh)
    keys = None
    if not anew:
        keys = shared_keys(store.home, fresh, old, spread=spread, days=days)
        if not len(keys):
            return Settled(tuple(parts), patch, new=total)
    drop = fresh[0].drop if fresh else 0
    outcome = resolve(store.home, table, parts, keys, facts, drop)
    conflicts = _conflicts(outcome, drop)
    if conflicts:
        return Settled((), None, conflicts=conflicts)
    judged = _judged(store, table, parts, outcome, derived)
    waiting = sum(v.unknown for i, v in outcome.verdicts.items() if i >= len(old))
    new = outcome.new + total - outcome.looked_at
    reconciled = sum(max(p.unknown - j.unknown, 0) for p, j in zip(old, judged, strict=False))
    merged = store.patched(table, patch, keys, outcome.merged, derived)
    unchanged = total - new - outcome.changed - waiting
    copied = unnumbered(store.home, table, parts, outcome.repeats, feed)
    return Settled(tuple(judged), merged, new, outcome.changed, unchanged, waiting, reconciled, copied=copied)


def _judged(store: Store, table: Table, parts: Sequence[Part], outcome: Outcome, derived: Path) -> list[Part]:
    """Apply the verdicts to the parts they are of."""
    judged = list(parts)
    for i, verdict in outcome.verdicts.items():
        if not _same(store, parts[i], verdict.dead, verdict.unknown):
            judged[i] = store.judged(parts[i], verdict, derived, f"{table.name}-{i:05d}")
    return judged


def _conflicts(outcome: Outcome, drop: int) -> dict[int, int]:
    """Return, for each file of the fresh drop whose rows contradict each other, the first line where they do."""
    found: dict[int, int] = {}
    for where, file, line in outcome.conflicts:
        if where == drop:
            found[file] = min(line, found.get(file, line))
    return found


def _same(store: Store, part: Part, dead: npt.NDArray[np.int64], unknown: int) -> bool:
    """Tell whether a part already holds exactly so, and its files need not be written again."""
    if part.unknown != unknown or part.segment.rows - part.live_rows != len(dead):
        return False
    return bool(np.array_equal(store.dead_rows(part), dead))


def settled_state(
    manifest: Manifest,
    settled: Mapping[str, Settled],
    places: Mapping[str, str] | None = None,
    **changes: Any,
) -> Manifest:
    """Return the state that follows when tables are settled; `places` says where their files' folders will lie."""

    def moved(path: str) -> str:
        for old, new in (places or {}).items():
            if path == old or path.startswith(old + "/"):
                return new + path[len(old) :]
        return path

    tables, patches = dict(manifest.tables), dict(manifest.patches)
    for name, s in settled.items():
        tables.pop(name, None)
        patches.pop(name, None)
        if s.parts:
            tables[name] = tuple(
                replace(
                    p,
                    folder=moved(p.folder),
                    live=moved(p.live) if p.live else None,
                    dead=moved(p.dead) if p.dead else None,
                )
                for p in s.parts
            )
        if s.patch is not None:
            patches[name] = replace(s.patch, path=moved(s.patch.path))
    compacted = {t: _still_true(cs, tables.get(t, ())) for t, cs in manifest.compacted.items()}
    return follow(
        manifest,
        tables=tables,
        patches=patches,
        compacted={t: cs for t, cs in compacted.items() if cs},
        **changes,
    )


def _still_true(together: Sequence[Compacted], parts: Sequence[Part]) -> tuple[Compacted, ...]:
    """Keep the compacted files all of whose members still hold as they are; the others' members stand alone again."""
    files = {p.live for p in parts}
    return tuple(c for c in together if files.issuperset(c.members))

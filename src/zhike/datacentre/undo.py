"""Taking a drop back: the state becomes what the other drops alone make it, to the last row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from zhike.datacentre.checks.facts import CALENDARS, FACTS_FROM
from zhike.datacentre.drops import drop_named
from zhike.datacentre.settle import Settled, settle, settled_state
from zhike.datacentre.store.house import Store
from zhike.datacentre.store.manifest import DropEntry, Manifest
from zhike.datacentre.tables import TABLES


@dataclass(frozen=True, slots=True)
class Undone:
    """What taking a drop back did: the rows each table had before and has now."""

    drop: DropEntry
    tables: Mapping[str, tuple[int, int]]


def undo(home: Path, wanted: str) -> Undone:
    """Take back a drop, named by its folder, its number, its name or the beginning of its identity.

    What it delivered no longer holds; rows that it had superseded hold again, rows of clients that only it had named
    wait again. Its raw files stay. Raises UsageError where there is no such drop, StoreError where the home can't be used.
    """
    store = Store(home)
    if not (store.home / "CURRENT").exists():
        drop_named(store.manifest(), wanted)  # refuses: an untouched home isn't made by taking something back
    with store.writing() as manifest:
        entry = drop_named(manifest, wanted)
        stage = store.stage()
        derived = stage / "derived"
        settled = _without(store, manifest, entry, derived)
        state = f"derived/{manifest.state + 1:08d}"
        drops = tuple(d for d in manifest.drops if d.number != entry.number)
        after = settled_state(manifest, settled, {str(derived): state}, drops=drops)
        store.keep_record_of_undone(entry)
        store.commit(after, {derived: home / state})
        return Undone(entry, {t: (manifest.rows(t), after.rows(t)) for t in settled})


def _without(store: Store, manifest: Manifest, entry: DropEntry, derived: Path) -> dict[str, Settled]:
    """Settle anew every table the drop touched; where it brought clients or trading days, what depends on them."""
    touched = {t for t, parts in manifest.tables.items() if any(p.drop == entry.number for p in parts)}
    settled: dict[str, Settled] = {}
    facts = store.facts(manifest)
    for name in sorted(manifest.tables, key=lambda t: t not in FACTS_FROM):
        referring = "client" in touched and TABLES[name].has("client_id")
        dated = name == "trade" and touched.intersection(CALENDARS)
        if not (name in touched or referring or dated):
            continue
        rest = [p for p in manifest.tables[name] if p.drop != entry.number]
        settled[name] = settle(
            store,
            TABLES[name],
            rest,
            (),
            manifest.patches.get(name),
            facts,
            derived / name,
            anew=True,
        )
        if name in FACTS_FROM:
            facts = store.facts(settled_state(manifest, settled))
    return settled

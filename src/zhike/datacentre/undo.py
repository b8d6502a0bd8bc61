"""Taking a drop back: the state becomes what the other drops alone make it, to the last row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.datacentre.checks.facts import CALENDARS, FACTS_FROM
from zhike.datacentre.drops import drop_named
from zhike.datacentre.retention import Lost, lost
from zhike.datacentre.settle import Settled, settle, settled_state
from zhike.datacentre.store.house import Store
from zhike.datacentre.store.manifest import DropEntry, Manifest
from zhike.datacentre.tables import TABLES


@dataclass(frozen=True, slots=True)
class Undone:
    """What taking a drop back did: the rows each table had before and has now; `lost`: raw files it hasn't any more."""

    drop: DropEntry
    tables: Mapping[str, tuple[int, int]]
    lost: Lost | None = None


def undo(home: Path, wanted: str, *, for_good: bool = False) -> Undone:
    """Take back a drop, named by its folder, its number, its name or the beginning of its identity.

    What it delivered no longer holds; rows that it had superseded hold again, rows of clients that only it had named
    wait again. Its raw files stay. Raises UsageError where there is no such drop, or where raw files of it were removed by
    a setting (it couldn't be taken in again from them) and it isn't said to be `for_good`; StoreError where the home can't
    be used.
    """
    store = Store(home)
    if not (store.home / "CURRENT").exists():
        drop_named(store.manifest(), wanted)  # refuses: an untouched home isn't made by taking something back
    with store.writing() as manifest:
        entry = drop_named(manifest, wanted)
        gone = lost(store, entry)
        if gone is not None and not for_good:
            raise _without_return(entry, gone)
        stage = store.stage()
        derived = stage / "derived"
        settled = _without(store, manifest, entry, derived)
        state = f"derived/{manifest.state + 1:08d}"
        drops = tuple(d for d in manifest.drops if d.number != entry.number)
        after = settled_state(manifest, settled, {str(derived): state}, drops=drops)
        store.keep_record_of_undone(entry)
        store.commit(after, {derived: home / state})
        return Undone(entry, {t: (manifest.rows(t), after.rows(t)) for t in settled}, gone)


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


def _without_return(entry: DropEntry, gone: Lost) -> UsageError:
    return UsageError(
        say(
            f"第 {entry.number} 批（{entry.name}）的 {gone.of} 个原始文件中有 {gone.files} 个已按设置 {gone.why} 于 {gone.when} 移除："
            "撤销后无法从 raw/ 重新导入。",
            f"Of the {gone.of} raw files of drop {entry.number} ({entry.name}), {gone.files} were removed at {gone.when} by the "
            f"setting {gone.why}: taken back, it couldn't be taken in again from raw/.",
        ),
        where=entry.folder,
        next_=say(
            "先重新交付同一批文件（zhike ingest 目录），原始文件即恢复；或确认不再需要：zhike undo --for-good。",
            "Deliver the same files again first (zhike ingest FOLDER), which brings the raw files back; "
            "or say that it is to go for good: zhike undo --for-good.",
        ),
    )

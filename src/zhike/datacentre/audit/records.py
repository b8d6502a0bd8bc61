"""Invariants of drops: their records, the bytes they delivered, their lines; and files that nothing names."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from zhike.base.text import say
from zhike.datacentre.audit.ground import Break, Ground, Remark
from zhike.datacentre.store import retired as removals
from zhike.engine.durable import holds, sha256_of

_RECORD = "drop.json"
_SHOWN = 3


def records(ground: Ground) -> Iterator[Break]:
    """Find records and findings of drops that are missing or have changed."""
    for entry in ground.drops():
        record = ground.record(entry)
        if record is None:
            yield Break(
                f"{entry.folder}/{_RECORD}", say("记录缺失或已变", "the record is missing or has changed")
            )
            continue
        for name, digest in record["findings"].items():
            path = ground.home / entry.folder / name
            if not holds(path, digest):
                yield Break(
                    f"{entry.folder}/{name}",
                    say("发现文件缺失或已变", "the findings are missing or have changed"),
                )
    for path in ground.undone():
        if _undone(path) is None:
            yield Break(
                f"undone/{path.name}", say("撤销记录无法读取", "the record of an undone drop can't be read")
            )


def raw(ground: Ground) -> Iterator[Break]:
    """Find delivered bytes that are missing, and kept ones that aren't what their name says; tell of those removed on purpose."""
    gone = removals.raw_gone(ground.home)
    missed: dict[int, list[str]] = defaultdict(list)
    kept = {path.name: path for path in (ground.home / "raw").glob("??/*") if path.is_file()}
    for name, (source, size) in sorted(_delivered(ground).items()):
        path = kept.get(name)
        if path is None and name in gone:
            missed[gone[name].number].append(source)
        elif path is None:
            yield Break(
                f"raw/{name[:2]}/{name}",
                say(f"原始文件缺失：{source}", f"the delivered bytes of {source} are missing"),
            )
        elif path.stat().st_size != size:
            yield Break(f"raw/{name[:2]}/{name}", say(f"大小已变：{source}", f"{source} has another size"))
    yield from (_retired(r, missed[r.number]) for r in removals.all_of(ground.home) if r.number in missed)
    for name, path in sorted(kept.items()):
        if sha256_of(path) != name:
            yield Break(
                f"raw/{name[:2]}/{name}",
                say("内容与名称（SHA-256）不符", "the content isn't what the name (SHA-256) says"),
            )


def _retired(removal: removals.Retirement, sources: list[str]) -> Remark:
    shown = ", ".join(sources[:_SHOWN]) + (" …" if len(sources) > _SHOWN else "")
    return Remark(
        f"{removals.ROOM}/{removal.number:06d}.json",
        say(
            f"{len(sources)} 个原始文件已按设置 {removal.why} 于 {removal.when} 移除（{shown}）；其入库的行都在。"
            "需要原始文件时重新交付同一批即可。",
            f"{len(sources)} delivered files were removed at {removal.when} by the setting {removal.why} ({shown}); the rows taken "
            "in from them are all here. To have the files again, deliver the same drop again.",
        ),
    )


def retired(ground: Ground) -> Iterator[Break]:
    """Find records of removals that can't be read."""
    for path in removals.records(ground.home):
        if removals.read(path) is None:
            yield Break(
                f"{removals.ROOM}/{path.name}",
                say("移除记录无法读取", "the record of a removal can't be read"),
            )


def lines(ground: Ground) -> Iterator[Break]:
    """Find files whose lines aren't all accounted for, and drops that stored other rows than they accepted."""
    stored: dict[int, int] = defaultdict(int)
    for part in ground.parts():
        stored[part.drop] += 0 if part.segment.pending else part.segment.rows
    for entry in ground.manifest.drops:
        record = ground.record(entry)
        if record is None:
            continue
        accepted = 0
        for file in record["report"]["files"]:
            accepted += file["accepted"]
            total = file["accepted"] + file["quarantined"] + file["other"]
            if file["lines"] != total:
                where = f"{entry.folder}/{_RECORD}: {file['file']}"
                yield Break(
                    where,
                    say(
                        f"{file['lines']} 行，但只说明了 {total} 行",
                        f"{file['lines']} lines, but {total} accounted for",
                    ),
                )
        if accepted != stored[entry.number]:
            yield Break(
                entry.folder,
                say(
                    f"入库 {accepted} 行，存有 {stored[entry.number]} 行",
                    f"{accepted} rows accepted, {stored[entry.number]} stored",
                ),
            )


def orphans(ground: Ground) -> Iterator[Break]:
    """Find files in drops, derived, states and raw that no kept state names (a crash leaves such; the next writer sweeps)."""
    named = _named(ground)
    for room in ("drops", "derived", "states", "raw"):
        for path in sorted((ground.home / room).rglob("*")):
            name = path.relative_to(ground.home).as_posix()
            if path.is_file() and name not in named:
                yield Break(name, say("没有任何记录提到它", "nothing names it"))


def _named(ground: Ground) -> set[str]:
    named = {f"raw/{name[:2]}/{name}" for name in _delivered(ground)}
    named |= {f"states/{p.name}" for p in (ground.home / "states").glob("*.json") if _is_state(p, ground)}
    for manifest in ground.kept():
        for parts in manifest.tables.values():
            named |= {f for p in parts for f in (p.source, p.index, p.live, p.dead) if f}
        named |= {p.path for p in manifest.patches.values()}
        named |= {c.path for cs in manifest.compacted.values() for c in cs}
    for entry in ground.drops():
        named.add(f"{entry.folder}/{_RECORD}")
        named |= {f"{entry.folder}/{name}" for name in (ground.record(entry) or {"findings": ()})["findings"]}
    return named


def _is_state(path: Path, ground: Ground) -> bool:
    return path.stem.isdecimal() and int(path.stem) <= ground.manifest.state


def _delivered(ground: Ground) -> dict[str, tuple[str, int]]:
    """Map the SHA-256 of every delivered file to its name and size; a file that couldn't be read kept no bytes."""
    found = [r for r in (ground.record(entry) for entry in ground.drops()) if r is not None]
    found += [r for r in (_undone(path) for path in ground.undone()) if r is not None]
    return {
        f["sha256"]: (f["file"], f["size"])
        for record in found
        for f in record["delivered"]
        if f["size"] or f["sha256"] != hashlib.sha256(f["file"].encode()).hexdigest()
    }


def _undone(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
    except ValueError:
        return None
    return found if "delivered" in found else None

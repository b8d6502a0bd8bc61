"""Invariants of stored files: the pointer, the kept states, hashes, row counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from zhike.base.errors import DamagedStore
from zhike.base.text import say
from zhike.datacentre.audit.ground import Break, Ground
from zhike.datacentre.store import manifest as manifests
from zhike.datacentre.store.manifest import Part
from zhike.engine import EngineSettings
from zhike.engine.durable import sha256_of
from zhike.engine.parquet import row_count


def pointed(home: Path, settings: EngineSettings) -> Ground | Break:
    """Follow the pointer to the state that holds; return what is wrong with it where it doesn't lead there."""
    left = sorted(p.name for p in (home / "states").glob("*.json"))
    if not (home / "CURRENT").exists() and left:
        return Break(
            "CURRENT",
            say(f"指针缺失，但有状态 {left[-1]}", f"the pointer is missing, but there is state {left[-1]}"),
        )
    try:
        return Ground(home, manifests.load(home), settings)
    except DamagedStore as error:
        return Break(_inside(home, error.where), error.what)


def states(ground: Ground) -> Iterator[Break]:
    """Find kept states that can't be read; the next writer would stop at them."""
    for path in sorted((ground.home / "states").glob("*.json")):
        if not path.stem.isdecimal() or int(path.stem) >= ground.manifest.state:
            continue
        try:
            ground.older.append(manifests.read(path))
        except DamagedStore as error:
            yield Break(_inside(ground.home, str(path)), error.what)


def hashes(ground: Ground) -> Iterator[Break]:
    """Find stored files that are missing or not the bytes that were written."""
    expected: dict[str, str | None] = dict(ground.manifest.files())
    expected.update({p.dead: None for p in ground.parts() if p.dead and p.dead not in expected})
    for name, digest in sorted(expected.items()):
        path = ground.home / name
        if not path.is_file():
            ground.damaged.add(name)
            yield Break(name, say("文件缺失", "the file is missing"))
        elif digest is not None and sha256_of(path) != digest:
            ground.damaged.add(name)
            yield Break(name, say("内容已变（SHA-256 不符）", "the content has changed (SHA-256)"))


def counts(ground: Ground) -> Iterator[Break]:
    """Find files whose footers, or positions of dead rows, don't give the rows that the manifest says."""
    for part in ground.parts():
        yield from _footer(ground, part.source, part.segment.rows)
        if part.live and part.live != part.source:
            yield from _footer(ground, part.live, part.live_rows)
        yield from _positions(ground, part)
    merged = [(p.path, p.rows) for p in ground.manifest.patches.values()]
    together = [(c.path, c.rows) for cs in ground.manifest.compacted.values() for c in cs]
    for path, rows in (*merged, *together):
        yield from _footer(ground, path, rows)


def _footer(ground: Ground, name: str, rows: int) -> Iterator[Break]:
    if name in ground.damaged:
        return
    try:
        found = row_count(ground.home / name)
    except DamagedStore as error:
        ground.damaged.add(name)
        yield Break(name, error.what)
        return
    if found != rows:
        yield Break(
            name, say(f"有 {found} 行，清单为 {rows} 行", f"it has {found} rows, the manifest says {rows}")
        )


def _positions(ground: Ground, part: Part) -> Iterator[Break]:
    """Find parts whose rows that hold and rows that don't aren't together all rows."""
    rows = part.segment.rows
    if part.dead in ground.damaged:
        return
    try:
        dead = dead_positions(ground, part)
    except DamagedStore as error:
        ground.damaged.add(str(part.dead))
        yield Break(str(part.dead), error.what)
        return
    apart = bool((np.diff(dead) > 0).all()) and (not len(dead) or (dead[0] >= 0 and dead[-1] < rows))
    if not apart or part.live_rows + len(dead) != rows or not 0 <= part.unknown <= len(dead):
        yield Break(
            part.source,
            say(
                f"有效 {part.live_rows} 行 + 失效 {len(dead)} 行（等待客户 {part.unknown}）≠ {rows} 行",
                f"{part.live_rows} rows hold + {len(dead)} don't ({part.unknown} wait) is not {rows}",
            ),
        )


def dead_positions(ground: Ground, part: Part) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Return the positions that don't hold; of a segment that only waits for clients, all of them."""
    if part.dead is None and part.live is None:
        return np.arange(part.segment.rows, dtype=np.int64)
    return ground.store.dead_rows(part)


def _inside(home: Path, where: str) -> str:
    path = Path(where)
    return path.relative_to(home).as_posix() if path.is_relative_to(home) else where

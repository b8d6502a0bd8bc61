"""What can be seen only when all tables are there: keys over all files, measures and their dictionary, references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.text import say
from zhike.datacentre import kernels
from zhike.datacentre.generation.parts import Part
from zhike.datacentre.generation.promises import AS_OF, DICTIONARY, OPEN, broken
from zhike.datacentre.hashes import Hashes, among
from zhike.datacentre.store.identity import key_hashes
from zhike.datacentre.tables import RESULTS
from zhike.datacentre.tables.definition import Table
from zhike.engine.parquet import read_groups

Parts = Mapping[str, Sequence[Part]]
# Keys are compared stretch by stretch: in 2⁴ of them at least, and none much longer than two million.
_FEWEST, _MOST = 4, 1 << 21


def check_whole(tables: Parts) -> None:
    """Raise BrokenPromise where a key stands twice, measures and dictionary differ, or a row refers to nothing."""
    for name, parts in tables.items():
        repeated_keys(RESULTS[name], [p.slot.path for p in parts], [p.keys for p in parts])
    _check_measures(tables)
    for name, parts in tables.items():
        for column in RESULTS[name].columns:
            if column.refers in tables:
                _check_reference(
                    name, column.name, parts, tables[column.refers], RESULTS[column.refers].key[0]
                )


def repeated_keys(table: Table, files: Sequence[Path], keys: Sequence[Hashes | Path]) -> None:
    """Raise BrokenPromise naming the first key that stands twice; `keys` are the files' key hashes, ascending, or files of these."""
    twice = [again for stretch in _stretches(keys) if len(again := stretch[1:][stretch[1:] == stretch[:-1]])]
    if not twice:
        return
    suspects, seen = np.unique(np.concatenate(twice)), set()
    for path in files:
        for rows in read_groups(path, table.key):
            at = np.flatnonzero(among(key_hashes(rows, table.key), suspects))
            for row in rows.take(pa.array(at)).to_pylist():
                key = tuple(row.values())
                if key in seen:
                    shown = ", ".join(f"{k}={v}" for k, v in row.items())
                    raise broken(
                        table.name, table.key[0], say(f"主键重复：{shown}", f"the key {shown} stands twice")
                    )
                seen.add(key)


def _stretches(keys: Sequence[Hashes | Path]) -> Iterator[Hashes]:
    """Yield all keys in ascending order, a stretch of bounded size at a time."""
    total = sum(_size(k) for k in keys)
    bits = max(_FEWEST, (total // _MOST).bit_length())
    edges = [np.uint64(i << (64 - bits)) for i in range(1, 1 << bits)]
    cuts = [np.r_[0, _found(k, edges), _size(k)] for k in keys]
    for i in range(1 << bits):
        pieces = [
            _taken(k, int(c[i]), int(c[i + 1])) for k, c in zip(keys, cuts, strict=True) if c[i] < c[i + 1]
        ]
        yield kernels.ascending(np.concatenate([np.empty(0, np.uint64), *pieces]))


def _size(keys: Hashes | Path) -> int:
    return keys.stat().st_size // 8 if isinstance(keys, Path) else len(keys)


def _found(keys: Hashes | Path, edges: Sequence[np.uint64]) -> npt.NDArray[np.int64]:
    if isinstance(keys, Path):
        keys = np.memmap(keys, np.uint64, "r") if _size(keys) else np.empty(0, np.uint64)
    return np.asarray(np.searchsorted(keys, edges), np.int64)


def _taken(keys: Hashes | Path, first: int, end: int) -> Hashes:
    if isinstance(keys, Path):
        return np.fromfile(keys, np.uint64, end - first, offset=8 * first)
    return keys[first:end]


def _check_measures(tables: Parts) -> None:
    """Compare the columns of `measure` with the names in `measure_dictionary`."""
    if OPEN not in tables and DICTIONARY not in tables:
        return
    for here, there in ((OPEN, DICTIONARY), (DICTIONARY, OPEN)):
        if there not in tables:
            raise broken(there, "", say(f"有 {here} 而无 {there}", f"there is {here} without {there}"))
    named = set(_distinct(tables[DICTIONARY], "name").to_pylist())
    columns = {n for n in tables[OPEN][0].schema.names if n not in ("client_id", AS_OF)}
    for name in sorted(columns - named):
        raise broken(
            OPEN, name, say("指标不在 measure_dictionary 中", "the measure isn't in measure_dictionary")
        )
    for name in sorted(named - columns):
        raise broken(DICTIONARY, "name", say(f"measure 没有列 {name}", f"'measure' has no column '{name}'"))


def _check_reference(
    name: str, column: str, parts: Sequence[Part], targets: Sequence[Part], key: str
) -> None:
    values = _distinct(parts, column).drop_null()
    lost = values.filter(pc.invert(pc.is_in(values, value_set=_distinct(targets, key))))
    if len(lost):
        target = targets[0].slot.table
        raise broken(name, column, say(f"{lost[0]} 不在 {target} 中", f"{lost[0]} isn't in '{target}'"))


def _distinct(parts: Sequence[Part], column: str) -> pa.Array:
    pieces = [pc.unique(g[column]) for p in parts for g in read_groups(p.slot.path, [column])]
    return pc.unique(pa.chunked_array(pieces, pa.string()))

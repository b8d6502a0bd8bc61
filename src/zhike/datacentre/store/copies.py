"""Rows without a number of their own that two files of one drop have in common: held once, and told of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datacentre.store.identity import Ordinals, derived_keys, own_hashes
from zhike.datacentre.store.manifest import Part
from zhike.datacentre.stored import LINE
from zhike.datacentre.tables.definition import Table
from zhike.engine.parquet import read_groups

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Repeats:
    """Rows that an earlier file (`beside`) of their drop has too, by part and position in it; arrays of one length."""

    part: Ints
    position: Ints
    file: Ints
    beside: Ints

    @staticmethod
    def together(found: Sequence[Repeats]) -> Repeats:
        """Bring several together, by part and position."""
        none = Repeats(*[np.empty(0, np.int64)] * 4)
        columns = [
            np.concatenate([getattr(r, n) for r in (none, *found)])
            for n in ("part", "position", "file", "beside")
        ]
        order = np.lexsort((columns[1], columns[0]))
        return Repeats(*(c[order] for c in columns))


@dataclass(frozen=True, slots=True)
class Copied:
    """What one file has in common with earlier ones: how many rows, the first line of them, the numbers of those files."""

    rows: int
    line: int
    beside: tuple[int, ...]


def unnumbered(
    home: Path, table: Table, parts: Sequence[Part], repeats: Repeats, feed: str
) -> dict[int, Copied]:
    """Sum up, by file, the repeated rows that have no number of their own; a number makes sure that two rows are one."""
    found: dict[int, Copied] = {}
    for file in np.unique(repeats.file).tolist() if table.derived_key else ():
        ordinals, rows, lines, beside = Ordinals(), 0, [], set()
        for group, others in _groups(home, table, parts, repeats, file):
            first, second = own_hashes(group, table, feed, numbered=False)
            keys = derived_keys(first, second, ordinals.of(first))
            mine = pc.is_in(group[table.key[0]], value_set=keys).to_numpy()
            if mine.any():
                rows += int(mine.sum())
                lines.append(int(group[LINE].to_numpy()[mine].min()))
                beside |= set(others[mine].tolist())
        if rows:
            found[file] = Copied(rows, min(lines), tuple(sorted(beside)))
    return found


def _groups(
    home: Path, table: Table, parts: Sequence[Part], repeats: Repeats, file: int
) -> Iterator[tuple[pa.Table, Ints]]:
    """Yield a file's repeated rows, row group by row group: equal ones in the order of the file, as they were numbered."""
    for number in np.unique(repeats.part[repeats.file == file]).tolist():
        at = np.flatnonzero((repeats.part == number) & (repeats.file == file))
        start = 0
        for group in read_groups(home / parts[number].source, [*table.names, LINE]):
            low, high = np.searchsorted(repeats.position[at], [start, start + group.num_rows])
            if low < high:
                here = at[low:high]
                yield group.take(pa.array(repeats.position[here] - start)), repeats.beside[here]
            start += group.num_rows

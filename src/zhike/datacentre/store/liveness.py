"""Which delivered row of a key holds now. A pure function of the drops in their order, computed only where needed.

Of the rows with one key the latest delivered holds, and an empty optional cell never erases: what it leaves open is
filled from the row before. Where the result is what one of the rows says, the earliest such row stays, so that a
repeated delivery changes nothing; otherwise the *merged* row is written beside the segments. Rows of clients that
aren't known wait. Keys are compared by two independent 64-bit hashes, contents likewise; work goes by ranges of the
hash, so that memory doesn't grow with the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datacentre import kernels
from zhike.datacentre.checks.facts import Facts
from zhike.datacentre.hashes import Hashes, among, distinct
from zhike.datacentre.store.copies import Repeats
from zhike.datacentre.store.identity import key_hashes, mixed_hashes
from zhike.datacentre.store.manifest import Part
from zhike.datacentre.store.segments import INDEX_BITS, INDEX_SHIFT
from zhike.datacentre.stored import FILE, LINE, stored_schema
from zhike.datacentre.tables.definition import Table
from zhike.engine.parquet import read_groups, read_rows, read_sorted, read_table

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
PASS = 4_000_000
_SELDOM = (
    10  # of so many rows fewer than one is wanted: keys are read first, and whole rows only where one lies
)
Spread = Callable[
    [Callable[..., Hashes], Sequence[tuple[int, int, list[Path], list[Path]]]], Iterable[Hashes]
]
_SPACE = 1 << INDEX_BITS
_CONTENT = np.array([1, 0x8CB92BA72F3D8DD7], np.uint64)
_KEY = np.array([2, 0x8CB92BA72F3D8DD4], np.uint64)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What holds of one part: the dead positions (sorted), and how many of them only wait for their client."""

    dead: Ints
    unknown: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdicts by part number, the merged rows, and what it means for the fresh drop's keys.

    `conflicts`: (drop, file, line) of rows that contradict another of their file. `new`, `changed`: keys that the fresh
    drop brought or altered among those looked at; `looked_at` counts its rows among them, `repeats` are those it has twice.
    """

    verdicts: dict[int, Verdict]
    merged: pa.Table
    conflicts: tuple[tuple[int, int, int], ...]
    new: int
    changed: int
    looked_at: int
    repeats: Repeats


def shared_keys(
    home: Path,
    fresh: Sequence[Part],
    others: Sequence[Part],
    bound: int = PASS,
    spread: Spread = map,
    days: tuple[int, int] | None = None,
) -> Hashes:
    """Return the index values that stand twice among `fresh`, or in `fresh` and in `others`, or wait.

    Those of parts with rows in `days` (from, to) are returned too: these days may have become open or closed.
    `spread` maps a function over pieces of the work, side by side where it can.
    """
    total = sum(p.segment.rows for p in fresh)
    mine = [home / p.index for p in fresh]
    theirs = [home / p.index for p in others]
    pieces = [(low, high, mine, theirs) for low, high in _ranges(total, bound)] if fresh else []
    found = list(spread(_met_between, pieces))
    for part in (*fresh, *others):
        if part.segment.pending or part.unknown or _touches(part, days):
            found.append(_index_between(home / part.index, 0, _SPACE))
    return distinct(np.concatenate(found)) if found else np.empty(0, np.uint64)


def _touches(part: Part, days: tuple[int, int] | None) -> bool:
    first, last = part.segment.first_day, part.segment.last_day
    if days is None or first is None or last is None:
        return False
    return first <= days[1] and last >= days[0]


def _met_between(piece: tuple[int, int, list[Path], list[Path]]) -> Hashes:
    """Find the values of one range that stand twice in the first files, or in them and in the others."""
    low, high, mine, theirs = piece
    together = kernels.ascending(np.concatenate([_index_between(path, low, high) for path in mine]))
    again = np.asarray(together[1:] == together[:-1])
    found = [together[1:][again]]
    alone = together[np.r_[True, ~again]] if len(together) else together
    found += [alone[among(alone, _index_between(path, low, high))] for path in theirs]
    return distinct(np.concatenate(found))


def _ranges(total: int, bound: int) -> Iterator[tuple[int, int]]:
    """Split the hash space so that about `bound` of `total` values fall into each range."""
    pieces = max(1, -(-total // bound))
    edges = [_SPACE * i // pieces for i in range(pieces + 1)]
    yield from pairwise(edges)


def _index_between(path: Path, low: int, high: int) -> Hashes:
    return read_sorted(path, "hash", low, high).view(np.uint64)


def resolve(
    home: Path,
    table: Table,
    parts: Sequence[Part],
    keys: Hashes | None,
    facts: Facts,
    fresh: int = 0,
    bound: int = PASS,
) -> Outcome:
    """Decide, for the given index values (None: all), which rows of `parts` (in order of arrival) hold.

    `facts`: which clients and trading days are known. `fresh`: number of the drop to count for.
    """
    tally = _Tally(home, parts, partial_view=keys is not None)
    total = sum(p.segment.rows for p in parts) if keys is None else 2 * len(keys)
    for low, high in _ranges(total, bound):
        rows = _candidates(home, table, parts, keys, facts, low, high)
        if len(rows.part):
            groups = _Groups(rows, fresh)
            winners, patches, altered = groups.settled(partial(_values, home, table, parts, rows), table)
            tally.add(rows, winners, groups)
            tally.merged.append(patches)
            tally.changed += altered
    return tally.outcome(table)


class _Tally:
    """What has been decided so far, range by range; with a `partial_view` the other rows stay as they were."""

    def __init__(self, home: Path, parts: Sequence[Part], *, partial_view: bool) -> None:
        self._parts = parts
        self._dead = {
            i: [_dead_positions(home, p) if partial_view else np.empty(0, np.int64)]
            for i, p in enumerate(parts)
        }
        self._waiting = dict.fromkeys(self._dead, 0)
        self._touched: set[int] = set()
        self._conflicts: list[tuple[int, int, int]] = []
        self._new = self._looked_at = 0
        self.changed = 0
        self.merged: list[pa.Table] = []
        self._repeats: list[Repeats] = []

    def add(self, rows: _Rows, winners: Bools, groups: _Groups) -> None:
        """Take in what was decided of one range."""
        self._new += groups.new()
        self._looked_at += int(groups.is_fresh.sum())
        for i in groups.fights():
            self._conflicts.append((self._parts[rows.part[i]].drop, int(rows.file[i]), int(rows.line[i])))
        again, before = groups.repeats()
        self._repeats.append(
            Repeats(rows.part[again], rows.position[again], rows.file[again], rows.file[before])
        )
        for i in np.unique(rows.part).tolist():
            mine = rows.part == i
            self._touched.add(i)
            self._dead[i][0] = np.setdiff1d(self._dead[i][0], rows.position[mine])
            self._dead[i].append(rows.position[mine & ~winners])
            self._waiting[i] += int((mine & ~rows.known).sum())

    def outcome(self, table: Table) -> Outcome:
        """Sum up."""
        verdicts = {
            i: Verdict(np.sort(np.concatenate(self._dead[i])).astype(np.int64), self._waiting[i])
            for i in self._touched
        }
        merged = pa.concat_tables([stored_schema(table).empty_table(), *self.merged])
        return Outcome(
            verdicts, merged, tuple(self._conflicts), self._new, self.changed, self._looked_at,
            Repeats.together(self._repeats),
        )  # fmt: skip


def _values(home: Path, table: Table, parts: Sequence[Part], rows: _Rows, chosen: Ints) -> pa.Table:
    """Read the rows that `chosen` (indices into `rows`) names, in that order."""
    pieces, places = [stored_schema(table).empty_table()], []
    for i in np.unique(rows.part[chosen]).tolist():
        mine = chosen[rows.part[chosen] == i]
        pieces.append(read_rows(home / parts[i].source, rows.position[mine], stored_schema(table).names))
        places.append(mine)
    together = pa.concat_tables(pieces)
    at = np.empty(len(rows.part), np.int64)
    at[np.concatenate(places)] = np.arange(together.num_rows)
    return together.take(pa.array(at[chosen]))


def _dead_positions(home: Path, part: Part) -> Ints:
    if part.dead is None:
        return np.empty(0, np.int64)
    return np.asarray(read_table(home / part.dead)["row"].combine_chunks().to_numpy(), np.int64)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Candidate rows, column by column; all arrays have one length."""

    key: Hashes
    key_2: Hashes
    content: Hashes
    content_2: Hashes
    part: Ints
    drop: Ints
    file: Ints
    line: Ints
    position: Ints
    known: Bools


def _candidates(
    home: Path,
    table: Table,
    parts: Sequence[Part],
    keys: Hashes | None,
    facts: Facts,
    low: int,
    high: int,
) -> _Rows:
    """Read the candidate rows of one range from every part."""
    wanted = keys[np.searchsorted(keys, low) : np.searchsorted(keys, high)] if keys is not None else None
    found: list[list[npt.NDArray[np.generic]]] = []
    for number, part in enumerate(parts):
        if wanted is not None and not len(wanted):
            continue
        if wanted is not None and not among(_index_between(home / part.index, low, high), wanted).any():
            continue
        of_part = partial(_rows_of, table=table, part=number, drop=part.drop, facts=facts)
        path, names = home / part.source, [*table.names, FILE, LINE]
        if wanted is not None and _SELDOM * len(wanted) < part.segment.rows:
            at = _positions(path, table, wanted, (low, high))
            if len(at):
                found.append(of_part(read_rows(path, at, names), at))
            continue
        position = 0
        for group in read_groups(path, names):
            at = _chosen(group, table, wanted, (low, high))
            found.append(of_part(group.take(pa.array(at)), at + position))
            position += group.num_rows
    empty = [np.empty(0, np.uint64)] * 4 + [np.empty(0, np.int64)] * 5 + [np.empty(0, np.bool_)]
    columns = [np.concatenate(c) for c in zip(*found, strict=True)] if found else empty
    return _Rows(*columns)


def _positions(path: Path, table: Table, wanted: Hashes, between: tuple[int, int]) -> Ints:
    """Return the places of a part's rows with certain keys, reading nothing but keys."""
    found, position = [np.empty(0, np.int64)], 0
    for group in read_groups(path, table.key):
        found.append(_chosen(group, table, wanted, between) + position)
        position += group.num_rows
    return np.concatenate(found)


def _chosen(group: pa.Table, table: Table, wanted: Hashes | None, between: tuple[int, int]) -> Ints:
    short = key_hashes(group, table.key) >> INDEX_SHIFT
    keep = (short >= between[0]) & (short < between[1])
    if wanted is not None:
        keep &= among(short, wanted)
    return np.flatnonzero(keep)


def _rows_of(
    rows: pa.Table, position: Ints, table: Table, part: int, drop: int, facts: Facts
) -> list[npt.NDArray[np.generic]]:
    """Return some rows of a part, which stand at `position` in it, as the columns of `_Rows`."""
    known = ~facts.waiting(table, rows)
    content, content_2 = mixed_hashes([c for c in table.names if c not in table.key], rows, _CONTENT)
    _, key_2 = mixed_hashes(table.key, rows, _KEY)
    n = rows.num_rows
    return [
        key_hashes(rows, table.key), key_2, content, content_2, np.full(n, part), np.full(n, drop),
        rows[FILE].to_numpy().astype(np.int64), rows[LINE].to_numpy(), position, known,
    ]  # fmt: skip


class _Groups:
    """Candidate rows sorted into groups of one key, in order of arrival; rows of unknown clients stand apart."""

    def __init__(self, rows: _Rows, fresh: int) -> None:
        self._rows = rows
        self.is_fresh = rows.drop == fresh
        self._order = np.lexsort((rows.line, rows.file, rows.drop, ~rows.known, rows.key_2, rows.key))
        self._known = rows.known[self._order]
        self._starts = ~(self._repeats(rows.key) & self._repeats(rows.key_2) & self._repeats(rows.known))
        self._group = np.cumsum(self._starts) - 1
        alike = self._repeats(rows.content) & self._repeats(rows.content_2)
        self._differs = ~self._starts & ~alike

    def _repeats(self, values: npt.NDArray[np.generic]) -> Bools:
        ordered = values[self._order]
        return np.asarray(np.r_[False, ordered[1:] == ordered[:-1]], np.bool_)

    def fights(self) -> Ints:
        """Return the rows that contradict the one before them in the same file."""
        same_file = self._repeats(self._rows.drop) & self._repeats(self._rows.file)
        return np.asarray(self._order[self._differs & same_file])

    def repeats(self) -> tuple[Ints, Ints]:
        """Return the fresh rows that an earlier file of their drop has too, and for each the row there."""
        again = self._repeats(self._rows.drop) & ~self._repeats(self._rows.file)
        at = np.flatnonzero(again & ~self._starts & ~self._differs & self.is_fresh[self._order])
        return self._order[at], self._order[at - 1]

    def new(self) -> int:
        """Count the known keys that only the fresh drop has."""
        fresh = self.is_fresh[self._order]
        everything = np.minimum.reduceat(fresh, np.flatnonzero(self._starts))
        return int((everything & self._known[self._starts]).sum())

    def settled(self, values: Callable[[Ints], pa.Table], table: Table) -> tuple[Bools, pa.Table, int]:
        """Return (rows that hold, merged rows, keys that the fresh drop altered)."""
        winners = np.zeros(len(self._order), np.bool_)
        mixed = np.maximum.reduceat(self._differs, np.flatnonzero(self._starts))[self._group] & self._known
        winners[self._order[self._starts & self._known & ~mixed]] = True
        if not mixed.any():
            return winners, stored_schema(table).empty_table(), 0
        chosen = self._order[mixed]
        stories = _Stories(values(chosen), self._starts[mixed], self.is_fresh[chosen], table)
        winners[chosen[stories.holders()]] = True
        return winners, stories.merged(), stories.altered()


class _Stories:
    """The versions of keys that were delivered with different contents, key after key, each in order of arrival."""

    def __init__(self, versions: pa.Table, starts: Bools, fresh: Bools, table: Table) -> None:
        self._versions = versions
        self._begin = np.flatnonzero(starts)
        self._end = np.r_[self._begin[1:], len(starts)]
        self._fresh = fresh
        self._content = [c for c in table.names if c not in table.key]
        first = self._begin[np.cumsum(starts) - 1]
        self._filled = pa.table({n: self._fill(versions[n], first) for n in versions.column_names})
        self._says = mixed_hashes(self._content, versions, _CONTENT)
        self._means = mixed_hashes(self._content, self._filled, _CONTENT)

    @staticmethod
    def _fill(column: pa.ChunkedArray, first: Ints) -> pa.ChunkedArray:
        """Fill empty cells from the version before, within one key."""
        valid = pc.is_valid(column).to_numpy()
        last = np.maximum.accumulate(np.where(valid, np.arange(len(valid)), -1))
        return column.take(pa.array(last, mask=last < first))

    def _final(self) -> Ints:
        """For each version, the last version of its key."""
        return np.repeat(self._end - 1, self._end - self._begin)

    def _agrees(self) -> Bools:
        final = self._final()
        return np.asarray((self._says[0] == self._means[0][final]) & (self._says[1] == self._means[1][final]))

    def holders(self) -> Ints:
        """Return, of the keys whose meaning one of their versions says in full, the earliest such version."""
        agrees = np.flatnonzero(self._agrees())
        return np.asarray(agrees[np.unique(self._final()[agrees], return_index=True)[1]])

    def merged(self) -> pa.Table:
        """Return the rows of the other keys, put together from their versions."""
        said = np.maximum.reduceat(self._agrees(), self._begin)
        return self._filled.take(pa.array(self._end[~said] - 1))

    def altered(self) -> int:
        """Count the keys that older drops had and whose meaning the fresh drop changed."""
        older = np.add.reduceat(~self._fresh, self._begin)
        both = (older > 0) & (older < self._end - self._begin)
        was, now = (self._begin + older - 1)[both], (self._end - 1)[both]
        return int(
            (
                (self._means[0][was] != self._means[0][now]) | (self._means[1][was] != self._means[1][now])
            ).sum()
        )

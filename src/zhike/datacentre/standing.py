"""What a drop's findings are by now: a row that waited and came in is none any more, a row that waits since is one.

Which rows wait follows from the state that holds (clients, trading days), not from the order in which drops arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.finding import Severity
from zhike.datacentre.checks.facts import JUDGED_BY, Facts
from zhike.datacentre.masks import masked
from zhike.datacentre.plain import plain
from zhike.datacentre.store.house import Store
from zhike.datacentre.store.manifest import DropEntry, Manifest, Part
from zhike.datacentre.stored import FILE, LINE
from zhike.datacentre.tables import TABLES
from zhike.datacentre.tables.definition import Table
from zhike.datacentre.work import FINDING, finding_rows
from zhike.engine.parquet import read_groups

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
NAMELESS, CLOSED = "unknown_client", "not_a_trading_day"
_ABOUT = {NAMELESS: "client_id", CLOSED: "date"}
_LINES = 1 << 40


def came_in(manifest: Manifest, drop: int) -> dict[tuple[int, str], int]:
    """Return, by file and table, how many of a drop's rows came in after they had waited, less those that wait since."""
    found: dict[tuple[int, str], int] = {}
    for table, part in _parts(manifest, drop):
        waited = part.segment.rows if part.segment.pending else 0
        at = (part.segment.file, table)
        found[at] = found.get(at, 0) + waited - part.unknown
    return found


def counts(store: Store, manifest: Manifest, entry: DropEntry) -> dict[str, int]:
    """Count a drop's findings by severity as `Standing.findings` gives them: each row that waits is one, an error."""
    found: dict[str, int] = dict(store.record(entry)["report"]["findings"])
    found[Severity.ERROR.value] -= sum(came_in(manifest, entry.number).values())
    return found


class Standing:
    """Reads drops' findings as they stand in one state."""

    def __init__(self, store: Store, manifest: Manifest) -> None:
        self._store, self._manifest = store, manifest
        self._facts: Callable[[], Facts] = cache(lambda: store.facts(manifest, ("client",)))

    def findings(self, entry: DropEntry) -> Iterator[pa.Table]:
        """Yield a drop's findings (columns of FINDING), file by file; those of rows that wait only since come last."""
        record = self._store.record(entry)
        stored = (
            rows
            for name in sorted(record["findings"])
            for rows in read_groups(self._store.home / entry.folder / name, FINDING.names)
        )
        parts = _parts(self._manifest, entry.number)
        if not parts:
            yield from stored
            return
        waits = _Waits(record["report"]["files"], lambda: (self._waiting(*p) for p in parts))
        yield from map(waits.still_true, stored)
        yield from waits.unsaid()

    def _waiting(self, name: str, part: Part) -> _Rows:
        """Read the rows of a part that waited or wait."""
        facts, table = self._facts(), TABLES[name]
        about = [c for c in JUDGED_BY if table.has(c)]
        pieces = []
        for group in read_groups(self._store.home / part.source, [*about, FILE, LINE]):
            nameless, closed = facts.reasons(table, group)
            keep = nameless | closed | part.segment.pending
            marked = group.append_column(NAMELESS, [nameless]).append_column(CLOSED, [closed])
            pieces.append(marked.filter(pa.array(keep)))
        return _Rows(table, part.segment.pending, pa.concat_tables(pieces))


def _parts(manifest: Manifest, drop: int) -> list[tuple[str, Part]]:
    """Return the parts of a drop some of whose rows waited or wait, with their tables."""
    return [
        (table, part)
        for table, parts in manifest.tables.items()
        for part in parts
        if part.drop == drop and (part.segment.pending or part.unknown)
    ]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of one part that waited when they came, or wait: two columns of `rows` mark those that do now, and why."""

    table: Table
    waited: bool
    rows: pa.Table

    def marked(self, check: str) -> Bools:
        """Tell which rows wait for that reason."""
        return np.asarray(self.rows[check].to_numpy(), np.bool_)


class _Waits:
    """The rows of one drop that waited or wait, and which of them its stored findings have named.

    A row is one number made of its file and line; files of one name, which findings can't tell apart, count as one.
    """

    def __init__(self, files: Sequence[Mapping[str, Any]], parts: Callable[[], Iterator[_Rows]]) -> None:
        self._files, self._parts = files, parts
        self._number: dict[str, int] = {}
        for number, file in enumerate(files):
            self._number.setdefault(file["file"], number)
        self._same = np.array([self._number[f["file"]] for f in files], np.int64)
        waited, now = [_NONE], {check: [_NONE] for check in _ABOUT}
        for part in parts():
            places = self._places(part)
            waited.append(places if part.waited else _NONE)
            for check in _ABOUT:
                now[check].append(places[part.marked(check)])
        self._waited = np.concatenate(waited)
        self._now = {check: np.concatenate(found) for check, found in now.items()}
        self._said = {check: [_NONE] for check in _ABOUT}

    def _places(self, part: _Rows) -> Ints:
        return np.asarray(self._same[part.rows[FILE].to_numpy()] * _LINES + part.rows[LINE].to_numpy())

    def still_true(self, rows: pa.Table) -> pa.Table:
        """Leave out the findings of rows that don't wait any more, or not for that."""
        keep = np.ones(rows.num_rows, np.bool_)
        for check, now in self._now.items():
            at = np.flatnonzero(pc.equal(rows["check"], check).to_numpy())
            if not len(at):
                continue
            some = rows.take(pa.array(at))
            files = np.array([self._number.get(s, -1) for s in some["source"].to_pylist()], np.int64)
            places = files * _LINES + some["line"].fill_null(0).to_numpy()
            keep[at] = ~np.isin(places, self._waited) | np.isin(places, now)
            self._said[check].append(places[keep[at]])
        return rows if keep.all() else rows.filter(pa.array(keep))

    def unsaid(self) -> Iterator[pa.Table]:
        """Yield findings of the rows that wait by now and that no stored finding names."""
        said = {check: np.concatenate(found) for check, found in self._said.items()}
        if all(np.isin(now, said[check]).all() for check, now in self._now.items()):
            return
        for part in self._parts():
            places = self._places(part)
            for check in _ABOUT:
                fresh = part.rows.filter(pa.array(part.marked(check) & ~np.isin(places, said[check])))
                for number in pc.unique(fresh[FILE]).to_pylist():
                    mine = fresh.filter(pc.equal(fresh[FILE], number)).sort_by(LINE)
                    yield self._findings(mine, self._files[number], part.table, check)

    @staticmethod
    def _findings(rows: pa.Table, file: Mapping[str, Any], table: Table, check: str) -> pa.Table:
        about = _ABOUT[check]
        column = next((name for name, home in file["columns"].items() if home == about), about)
        level = table.column(about).level
        values = [masked(v or "", level) for v in plain(rows[about].combine_chunks()).to_pylist()]
        return finding_rows(check, file["file"], table.name, rows[LINE].to_numpy(), column, values)


_NONE = np.empty(0, np.int64)

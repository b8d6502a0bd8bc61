"""One task of an ingest: read a stretch of one file, check it, write its segments and findings. Runs in a worker process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.base.errors import InputRejected
from zhike.datacentre.build import Batch, Built, build_batch
from zhike.datacentre.catalogue import check
from zhike.datacentre.checks.facts import Facts
from zhike.datacentre.columns import Problem
from zhike.datacentre.masks import masked
from zhike.datacentre.plan import Plan
from zhike.datacentre.readers.delimited import Rows, cells_reader, read_blocks
from zhike.datacentre.readers.layout import Block
from zhike.datacentre.store.segments import Segment, SegmentWriter
from zhike.datacentre.stored import LINE
from zhike.datacentre.tables import table as table_called
from zhike.datacentre.tables.definition import Level
from zhike.engine.parquet import write_table

FINDING = pa.schema(
    [
        ("check", pa.string()),
        ("table", pa.string()),
        ("source", pa.string()),
        ("line", pa.int64()),
        ("column", pa.string()),
        ("value", pa.string()),
        ("severity", pa.string()),
        ("count", pa.int64()),
        ("zh", pa.string()),
        ("en", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Task:
    """A stretch of one file (its blocks), where to write, and the number that makes the names of its files unique."""

    plan: Plan
    blocks: tuple[Block, ...]
    folder: Path
    facts: Path
    number: int


@dataclass(frozen=True, slots=True)
class Done:
    """What a task did; every record of its stretch is in exactly one of accepted, quarantined, other."""

    number: int
    file: int
    records: int
    accepted: int
    quarantined: int
    other: int
    segments: tuple[Segment, ...]
    findings: str | None
    by_table: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # table → accepted, quarantined
    severities: Mapping[str, int] = field(default_factory=dict)
    rejected: InputRejected | None = None


def perform(task: Task) -> Done:
    """Do one task. A file that must be refused as a whole comes back as `rejected`, never as an exception."""
    work = _Work(task)
    try:
        for rows in _rows(task):
            work.take(build_batch(rows, task.plan, work.facts))
        return work.finished()
    except InputRejected as rejected:
        return Done(task.number, task.plan.file, 0, 0, 0, 0, (), None, rejected=rejected)


def _rows(task: Task) -> Iterator[Rows]:
    plan = task.plan
    if plan.layout is not None:
        return read_blocks(plan.path, plan.layout, task.blocks, plan.wanted(), plan.original)
    return cells_reader(plan.path, plan.wanted(), plan.header)()


class _Work:
    def __init__(self, task: Task) -> None:
        self.task = task
        self.facts = Facts.load(task.facts)
        self._writers: dict[tuple[str, bool], SegmentWriter] = {}
        self._findings = FindingWriter(task.plan)
        self._records = self._lost = self._other = 0
        self._by_table: dict[str, list[int]] = {}

    def take(self, batch: Batch) -> None:
        self._records += len(batch.lines) + batch.other - sum_other(batch)
        self._lost += batch.lost_rows
        self._other += batch.other
        self._findings.add(batch.lost, batch.lines, None)
        for built in batch.built:
            self._findings.add(built.problems, built.lines, built.table.name)
            good, pending = int(built.good.sum()), int(built.pending.sum())
            counts = self._by_table.setdefault(built.table.name, [0, 0])
            counts[0] += good
            counts[1] += len(built.lines) - good
            self._writer(built, pending=False).add(_arrow(built, built.good))
            if pending:
                self._writer(built, pending=True).add(_arrow(built, built.pending))

    def _writer(self, built: Built, *, pending: bool) -> SegmentWriter:
        slot = (built.table.name, pending)
        if slot not in self._writers:
            task, table, plan = self.task, built.table, self.task.plan
            target = plan.target(table.name)
            keyed = not table.derived_key or (
                target is not None
                and table.key[0] in {**target.columns, **target.constants}
                and not plan.numbered
            )
            self._writers[slot] = SegmentWriter(
                task.folder, f"{task.number:05d}", table, (plan.drop, plan.file), plan.feed,
                keyed=keyed, numbered=plan.numbered, pending=pending,
            )  # fmt: skip
        return self._writers[slot]

    def finished(self) -> Done:
        for writer in self._writers.values():
            writer.flush()
        accepted = sum(a for a, _ in self._by_table.values())
        quarantined = sum(q for _, q in self._by_table.values()) + self._lost
        path, severities = self._findings.write(self.task.folder, self.task.number)
        segments = tuple(s for w in self._writers.values() for s in w.written)
        counts = {name: (a, q) for name, (a, q) in self._by_table.items()}
        return Done(
            self.task.number, self.task.plan.file, self._records, accepted, quarantined, self._other,
            segments, path, counts, severities,
        )  # fmt: skip


def sum_other(batch: Batch) -> int:
    """Return how many of a batch's `other` rows are among its `lines` (rows whose flag says they are no data)."""
    return len(batch.lines) - batch.lost_rows - sum(len(b.lines) for b in batch.built)


def _arrow(built: Built, keep: npt.NDArray[np.bool_]) -> pa.Table:
    columns = {name: typed.array for name, typed in built.columns.items()}
    whole = pa.table({**columns, LINE: built.lines})
    return whole if keep.all() else whole.filter(pa.array(keep))


def finding_rows(
    name: str,
    source: str,
    table: str | None,
    lines: npt.NDArray[np.int64],
    column: str | None,
    values: Sequence[str | None] | None,
) -> pa.Table:
    """Make a finding of each of some rows that fail the check `name`; `values` are masked already."""
    n, none = len(lines), pa.nulls(len(lines), pa.string())
    return pa.table(
        [
            [name] * n, [table] * n, [source] * n, lines, [column] * n, none if values is None else values,
            [check(name).severity.value] * n, np.ones(n, np.int64), none, none,
        ],
        schema=FINDING,
    )  # fmt: skip


class FindingWriter:
    """Gathers findings of one task: a row each, or one row a check and column where they are summed."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._parts: list[pa.Table] = []
        self._sums: dict[tuple[str, str | None, str | None], list[int | str | None]] = {}
        self._levels = {
            (t.table, plan.header[j]): table_called(t.table).column(name).level
            for t in plan.targets
            for name, j in t.columns.items()
        }

    def add(self, problems: tuple[Problem, ...], lines: npt.NDArray[np.int64], table: str | None) -> None:
        """Take the problems of one batch; `lines` are its rows' line numbers."""
        for problem in problems:
            level = self._levels.get((table or "", problem.column or ""), Level.INTERNAL)
            if check(problem.check).summed:
                self._sum(problem, lines, table, level)
            else:
                self._parts.append(self._rows(problem, lines, table, level))

    def _rows(
        self, problem: Problem, lines: npt.NDArray[np.int64], table: str | None, level: Level
    ) -> pa.Table:
        values = [masked(v, level) for v in problem.values] if problem.values is not None else None
        return finding_rows(
            problem.check, self._plan.source, table, lines[problem.rows], problem.column, values
        )

    def _sum(self, problem: Problem, lines: npt.NDArray[np.int64], table: str | None, level: Level) -> None:
        value = masked(problem.values[0], level) if problem.values else None
        slot = self._sums.setdefault(
            (problem.check, table, problem.column), [int(lines[problem.rows[0]]), value, 0]
        )
        slot[2] = int(slot[2] or 0) + len(problem.rows)

    def write(self, folder: Path, number: int) -> tuple[str | None, dict[str, int]]:
        """Write the findings; return the file's name (None: there are none) and how many there are by severity."""
        sums = [
            (
                name,
                table,
                self._plan.source,
                line,
                column,
                value,
                check(name).severity.value,
                count,
                None,
                None,
            )
            for (name, table, column), (line, value, count) in self._sums.items()
        ]
        if sums:
            columns = [list(c) for c in zip(*sums, strict=True)]
            self._parts.append(pa.table(columns, schema=FINDING))
        if not self._parts:
            return None, {}
        table = pa.concat_tables(self._parts)
        name = f"findings-{number:05d}.parquet"
        write_table(folder / name, table)
        counts = table["severity"].value_counts().to_pylist()
        return name, {c["values"]: c["counts"] for c in counts}

"""What a drop would bring, before it is taken in: the first rows of each file as they were understood, the first findings.

For `ingest(…, look=…)`: while the scratch folder of a dry run is still there. Identity is masked as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from zhike.datacentre.batch import Batch
from zhike.datacentre.catalogue import CHECKS
from zhike.datacentre.masks import masked
from zhike.datacentre.request import FileState
from zhike.datacentre.stored import LINE
from zhike.datacentre.tables import table as table_called
from zhike.datacentre.work import FINDING

ROWS = 20
FINDINGS = 500


@dataclass(frozen=True, slots=True)
class Sample:
    """Accepted rows of one file in one table: the columns the file feeds, and each row's line and cells, identity masked."""

    file: str
    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def first_rows(batch: Batch, most: int = ROWS) -> list[Sample]:
    """Return up to `most` accepted rows of every file that wasn't refused; one row group of a file is read, no more."""
    return [
        _sample(state, name, batch.folder, most)
        for state in batch.files
        if state.plan is not None and not state.rejected
        for name in dict.fromkeys(s.table for d in state.done for s in d.segments)
    ]


def first_findings(batch: Batch, most: int = FINDINGS) -> list[dict[str, Any]]:
    """Return up to `most` findings (columns of FINDING, values masked, a sentence in both languages), whole files' first."""
    rows: list[dict[str, Any]] = []
    for piece in _findings(batch):
        rows += [_said(row) for row in piece.slice(0, most - len(rows)).to_pylist()]
        if len(rows) >= most:
            break
    return rows


def _findings(batch: Batch) -> Iterator[pa.Table]:
    yield batch.findings()
    for state in batch.files:
        for done in sorted(state.done, key=lambda d: d.number):
            if done.findings:
                yield pq.read_table(batch.folder / done.findings, columns=FINDING.names)


def _said(row: dict[str, Any]) -> dict[str, Any]:
    """Give a finding its check's own sentence where it brings none."""
    rule = CHECKS.get(row["check"])
    zh, en = (rule.sentence.zh, rule.sentence.en) if rule else (row["check"], row["check"])
    return {**row, "zh": row["zh"] or zh, "en": row["en"] or en}


def _sample(state: FileState, name: str, folder: Path, most: int) -> Sample:
    assert state.plan is not None
    table, target = table_called(name), state.plan.target(name)
    fed = {**target.columns, **target.constants} if target else {}
    columns = tuple(c.name for c in table.columns if c.name in fed)
    segment = next(s for d in state.done for s in d.segments if s.table == name)
    with pq.ParquetFile(folder / segment.path) as stored:
        rows = stored.read_row_group(0, columns=[LINE, *columns]) if stored.num_row_groups else None
    found = [] if rows is None else rows.sort_by(LINE).slice(0, most).to_pylist()
    levels = {c: table.column(c).level for c in columns}
    return Sample(
        state.source,
        name,
        columns,
        tuple((int(r[LINE]), tuple(masked(_text(r[c]), levels[c]) for c in columns)) for r in found),
    )


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.10g}"
    return "" if value is None else str(value)

"""Files of rows that leave the house: XLSX or CSV, nothing in them a live formula, each saying who took it, when, what for."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from django.utils import timezone

from zhike.base.text import Language, say
from zhike.datacentre.spreadsheets import csv_bytes, write_xlsx
from zhike_desk.records.book import UNKNOWN
from zhike_desk.records.viewer import Viewer

Form = Literal["xlsx", "csv"]
FORMS: tuple[Form, ...] = ("xlsx", "csv")
MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_TYPES = {"text": pa.string(), "number": pa.float64(), "date": pa.date32()}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its heading, and whether it holds text, numbers or days."""

    title: str
    kind: Literal["text", "number", "date"]


@dataclass(frozen=True, slots=True)
class Watermark:
    """Who took the rows out, when, what for, as of which day, and who approved."""

    by: Viewer
    at: datetime
    purpose: str
    as_of: date | None
    language: Language
    approved_by: str = ""

    def lines(self, rows: int) -> list[tuple[str, str]]:
        """Return the watermark of a file of so many rows, name and text."""
        when = timezone.localtime(self.at).strftime("%Y-%m-%d %H:%M")
        pairs = [
            (say("导出人", "Taken out by"), f"{self.by.name} ({self.by.username})"),
            (say("时间", "When"), when),
            (say("行数", "Rows"), str(rows)),
            (say("用途", "Purpose"), self.purpose),
            (say("数据截至", "Data as of"), self.as_of.isoformat() if self.as_of else "—"),
            (say("审批人", "Approved by"), self.approved_by or "—"),
        ]
        return [(name.in_language(self.language), text) for name, text in pairs]


def write(
    path: Path, form: Form, columns: Sequence[Column], rows: Iterable[Sequence[Any]], mark: Watermark
) -> int:
    """Write rows to `path`, whole or not at all, readable by its owner alone; return how many."""
    schema = pa.schema(
        [pa.field(name, _TYPES[c.kind]) for name, c in zip(_names(columns), columns, strict=True)]
    )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{secrets.token_hex(8)}.{form}")
    os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        rows_written = _FORMS[form](fresh, schema, _batches(schema, rows), mark)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return rows_written


def _names(columns: Sequence[Column]) -> list[str]:
    """Return the headings, each once: a heading met before gets a number."""
    found: list[str] = []
    for column in columns:
        number = found.count(column.title) + 1
        found.append(column.title if number == 1 else f"{column.title} {number}")
    return found


def _batches(schema: pa.Schema, rows: Iterable[Sequence[Any]], size: int = 2_000) -> Iterator[pa.RecordBatch]:
    held: list[Sequence[Any]] = []
    for row in rows:
        held.append(row)
        if len(held) == size:
            yield _batch(schema, held)
            held = []
    if held:
        yield _batch(schema, held)


def _batch(schema: pa.Schema, rows: list[Sequence[Any]]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [
        pa.array([_known(v) for v in column], f.type) for column, f in zip(columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and value == UNKNOWN else value


def _xlsx(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch], mark: Watermark) -> int:
    return write_xlsx(
        path,
        say("数据", "Rows").in_language(mark.language),
        schema,
        batches,
        (say("水印", "Watermark").in_language(mark.language), mark.lines),
    )


def _csv(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch], mark: Watermark) -> int:
    rows = 0

    def counted() -> Iterator[pa.RecordBatch]:
        nonlocal rows
        for batch in batches:
            rows += batch.num_rows
            yield batch

    with path.open("wb") as file:
        for piece in csv_bytes(schema, counted()):
            file.write(piece)
        text = "# " + " · ".join(f"{name}: {value}" for name, value in mark.lines(rows))
        # The last line, with as many cells as the others: readers that count cells still take the file.
        file.write(('"' + text.replace('"', '""') + '"' + "," * (len(schema) - 1) + "\r\n").encode())
    return rows


_FORMS = {"xlsx": _xlsx, "csv": _csv}

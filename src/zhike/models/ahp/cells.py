"""The rows of a delivered table as texts: a CSV in any encoding that is read here, or every sheet of a workbook.

Files come from people's desks, so they are read as the data centre reads them: a workbook in a limited child process, text with
its encoding and delimiter worked out, and what is damaged or crafted refused with a reason.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.datacentre.columns import TextCells
from zhike.datacentre.readers.delimited import blocks_of, read_blocks
from zhike.datacentre.readers.foreign import extract_file
from zhike.datacentre.readers.formats import Format, sniff_format
from zhike.datacentre.readers.layout import lay_out
from zhike.datacentre.readers.sandbox import Limits
from zhike.datacentre.readers.surveying import survey

MOST_ROWS = 200_000  # of one table: far more than any survey of experts, and still a modest heap of texts
LIMITS = Limits(cpu_seconds=60, wall_seconds=120, output_bytes=2**30)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of texts: its name ("" for a text file), its header, and its rows with their line numbers; "" is an empty cell."""

    name: str
    header: tuple[str, ...]
    lines: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


def read_sheets(path: Path) -> tuple[Sheet, ...]:
    """Read a CSV or XLSX file, each sheet of a workbook that has a header.

    Raises UsageError where there is no such file, it is of another kind, or it has too many rows; InputRejected for what
    the data centre refuses.
    """
    if not path.is_file():
        raise UsageError(say("没有这个文件。", "There is no such file."), where=str(path))
    form = sniff_format(path)
    if form is Format.XLSX:
        return tuple(_workbook(path))
    if form is Format.TEXT:
        return (_text(path),)
    raise UsageError(
        say(f"这里不读取 {form.value}。", f"{form.value} isn't read here."),
        where=str(path),
        next_=say("请另存为 XLSX 或 CSV。", "Save it as XLSX or CSV."),
    )


def _workbook(path: Path) -> Iterator[Sheet]:
    with tempfile.TemporaryDirectory(prefix="zhike-ahp-") as scratch:
        for found in extract_file(path, Format.XLSX, Path(scratch), LIMITS, name=path.name):
            _refuse_too_many(found.rows, path)
            with pa.OSFile(str(found.path), "rb") as source:
                stored = pa.ipc.open_file(source).read_all()
            columns = [stored.column(f"c{j}").to_pylist() for j in range(len(found.header))]
            rows = tuple(tuple(cell or "" for cell in row) for row in zip(*columns, strict=True))
            title = found.name.removeprefix(f"{path.name}#") if found.name != path.name else ""
            yield Sheet(title, found.header, tuple(stored.column("line").to_pylist()), rows)


def _text(path: Path) -> Sheet:
    found = survey(path)
    _refuse_too_many(found.lines, path)
    layout = lay_out(path, found)
    lines, rows = list[int](), list[tuple[str, ...]]()
    wanted = range(len(layout.header))
    for block in read_blocks(path, layout, blocks_of(layout, found.blocks), wanted):
        lines += block.lines.tolist()
        columns = [_texts(block.cells[j]) for j in wanted]
        rows += zip(*columns, strict=True)
    return Sheet("", layout.header, tuple(lines), tuple(rows))


def _texts(cells: TextCells) -> list[str]:
    texts, at = cells.distinct()
    return [texts[i] for i in at.tolist()]


def _refuse_too_many(rows: int, path: Path) -> None:
    if rows > MOST_ROWS:
        raise UsageError(
            say(f"共 {rows:,} 行，超过 {MOST_ROWS:,} 行。", f"{rows:,} rows, more than {MOST_ROWS:,}."),
            where=str(path),
        )

"""CSV and XLSX files for people. Text stays text: nothing in them is ever a live formula; numbers stay exact.

CSV: UTF-8 with BOM, CRLF, decimals in plain digits. A text cell that a spreadsheet could take for a formula (or that
begins with an apostrophe already) gets one leading apostrophe; taking one leading apostrophe off every text cell
restores the values exactly. XLSX: text is written as text, numbers of up to 15 digits as numbers, longer ones as text.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xlsxwriter

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.datacentre.hashes import whole_numbers
from zhike.datacentre.plain import plain

BOM = b"\xef\xbb\xbf"
SHEET_ROWS = 1_048_575  # an XLSX sheet has 2^20 rows, one is the header
CELL_LENGTH = 32_767
_LIVE = r"^['=+\-@\t\r\n＝＋－＠]"
_NEEDS_QUOTES = r'[",\r\n]'
_EXACT = 10**15  # whole numbers below this keep all their digits in a spreadsheet
_FIRST_DAY = date(1900, 3, 1)  # before it the day numbers of spreadsheets are wrong by one

Cell = Callable[[int, int, Any], object]


def csv_bytes(schema: pa.Schema, batches: Iterable[pa.RecordBatch | pa.Table]) -> Iterator[bytes]:
    """Yield a CSV file piece by piece: BOM and header, then a piece for each batch."""
    header = _quoted(pa.array(schema.names, pa.string())).to_pylist()
    yield BOM + ",".join(header).encode() + b"\r\n"
    for batch in batches:
        for piece in _plain_batches(batch, schema):
            yield _lines([_csv_column(piece.column(i)) for i in range(piece.num_columns)])


def write_xlsx(
    path: Path,
    title: str,
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch | pa.Table],
    about: tuple[str, Callable[[int], Iterable[tuple[str, str]]]] | None = None,
) -> int:
    """Write a workbook of one sheet in small memory; return its rows.

    With `about`, a second sheet tells of the first: its title, and from the number of rows its lines of name and text.
    Raise UsageError where there are more rows, or longer cells, than a sheet can hold.
    """
    rows = 0
    with tempfile.TemporaryDirectory(prefix="zhike-xlsx-") as scratch:
        options = {
            "constant_memory": True,
            "tmpdir": scratch,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        with xlsxwriter.Workbook(str(path), options) as book:
            sheet, day = _start(book, title, schema)
            for batch in batches:
                for piece in _plain_batches(batch, schema):
                    refuse_too_many(rows + piece.num_rows)
                    _write_rows(sheet, rows + 1, piece, day)
                    rows += piece.num_rows
            if about is not None:
                _write_about(book.add_worksheet(about[0][:31]), about[1](rows))
    return rows


def _write_about(sheet: Any, lines: Iterable[tuple[str, str]]) -> None:
    for r, (name, text) in enumerate(lines):
        sheet.write_string(r, 0, name)
        sheet.write_string(r, 1, text)


def refuse_too_many(rows: int) -> None:
    """Raise UsageError where a sheet can't hold `rows` rows."""
    if rows > SHEET_ROWS:
        raise UsageError(
            say(
                f"一张工作表最多 {SHEET_ROWS:,} 行，这里有 {rows:,} 行或更多。",
                f"A sheet holds {SHEET_ROWS:,} rows at the most; here are {rows:,} or more.",
            ),
            next_=say("请改用 --format csv 或 parquet。", "Use --format csv or parquet."),
        )


def _start(book: Any, title: str, schema: pa.Schema) -> tuple[Any, Any]:
    """Begin the sheet with its header; return it and the date format. The same rows make the same bytes."""
    book.set_properties({"created": datetime(1980, 1, 1)})  # anything but a datetime means now
    sheet = book.add_worksheet(title[:31])
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    for i, field in enumerate(schema):
        sheet.set_column_pixels(i, i, 90, day if pa.types.is_date(field.type) else None)
    sheet.freeze_panes(1, 0)
    for i, name in enumerate(schema.names):
        sheet.write_string(0, i, name, bold)
    return sheet, day


def _write_rows(sheet: Any, first: int, batch: pa.RecordBatch, day: Any) -> None:
    columns = [_xlsx_column(batch.column(i), sheet, day) for i in range(batch.num_columns)]
    for r in range(batch.num_rows):
        for c, (values, write) in enumerate(columns):
            if values[r] is not None:
                write(first + r, c, values[r])


def _xlsx_column(column: pa.Array, sheet: Any, day: Any) -> tuple[list[Any], Cell]:
    """Return a column's values and the function that writes one of them."""
    kind = column.type
    if pa.types.is_boolean(kind):
        return column.to_pylist(), sheet.write_boolean
    if pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_floating(kind):
        return _numbers(column), _either(sheet, lambda v: not isinstance(v, str), sheet.write_number)
    if pa.types.is_date(kind):
        written = _either(
            sheet, lambda v: v >= _FIRST_DAY, lambda r, c, v: sheet.write_datetime(r, c, v, day)
        )
        return column.to_pylist(), written
    values = plain(column)
    if (pc.max(pc.utf8_length(values)).as_py() or 0) > CELL_LENGTH:
        raise UsageError(
            say(
                f"有单元格超过 {CELL_LENGTH:,} 个字符。", f"A cell has more than {CELL_LENGTH:,} characters."
            ),
            next_=say("请改用 --format csv 或 parquet。", "Use --format csv or parquet."),
        )
    return values.to_pylist(), sheet.write_string


def _either(sheet: Any, fits: Callable[[Any], bool], write: Cell) -> Cell:
    """Write what fits in its own way, and the rest as text."""
    return lambda r, c, v: write(r, c, v) if fits(v) else sheet.write_string(r, c, str(v))


def _numbers(column: pa.Array) -> list[Any]:
    """Return numbers a spreadsheet keeps exactly as numbers, the others as text."""
    if pa.types.is_floating(column.type):
        return [v if v is None or abs(v) < float("inf") else str(v) for v in column.to_pylist()]
    exact = np.abs(np.maximum(whole_numbers(column), -_EXACT)) < _EXACT
    return [
        v if v is None or ok else format(v, "f")
        for v, ok in zip(column.to_pylist(), exact.tolist(), strict=True)
    ]


def _plain_batches(batch: pa.RecordBatch | pa.Table, schema: pa.Schema) -> list[pa.RecordBatch]:
    """Bring rows into the types of `schema`, as batches of a size whose text fits into one Arrow array."""
    table = pa.Table.from_batches([batch]) if isinstance(batch, pa.RecordBatch) else batch
    chosen: list[pa.RecordBatch] = (
        table.select(schema.names).cast(schema).combine_chunks().to_batches(100_000)
    )
    return chosen


def _csv_column(column: pa.Array) -> pa.Array:
    if not pa.types.is_string(column.type):
        return plain(column)
    return _quoted(harmless(column))


def harmless(texts: pa.Array) -> pa.Array:
    """Put an apostrophe before every text that a spreadsheet could take for a formula."""
    live = pc.match_substring_regex(texts, _LIVE)
    if not pc.any(live).as_py():
        return texts
    return pc.if_else(live, pc.binary_join_element_wise("'", texts, ""), texts)


def _quoted(texts: pa.Array) -> pa.Array:
    special = pc.match_substring_regex(texts, _NEEDS_QUOTES)
    if not pc.any(special).as_py():
        return texts
    doubled = pc.replace_substring(texts, '"', '""')
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), texts)


def _lines(columns: list[pa.Array]) -> bytes:
    """Join columns into lines; the text of an Arrow array is one piece of memory, which is the file."""
    if not columns or not len(columns[0]):
        return b""
    together = pc.binary_join_element_wise(*columns, ",", null_handling="replace", null_replacement="")
    lines = pc.binary_join_element_wise(together, "\r\n", "")
    offsets = np.frombuffer(lines.buffers()[1], np.int32)[lines.offset : lines.offset + len(lines) + 1]
    return bytes(memoryview(lines.buffers()[2])[int(offsets[0]) : int(offsets[-1])])

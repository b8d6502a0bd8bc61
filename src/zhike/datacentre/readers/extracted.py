"""What a reader hands over: rows of text cells in an Arrow IPC file, and the account of every line.

The file holds batches of at most 65,536 rows: `line` (int64, as a person counts lines or sheet rows), then
for source column j `c{j}` (text; null = empty) and, where the format knows it, `n{j}` (the cell was stored as
a number, so leading zeros or digits may be gone). The schema's metadata key `zhike` holds the header and the
account as JSON. The account always adds up: lines = header line (0 or 1) + rows + other.

Checks raised here: `duplicate_header`, `too_many_columns` (> 16,384), `cell_too_long` (> 32,767 characters),
`nul_byte`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.errors import InputRejected
from zhike.base.text import Said, say

ROWS_PER_BATCH = 65_536
MAX_CELL = 32_767  # characters; Excel's own limit, and nothing a broker exports comes near it
MAX_COLUMNS = 16_384  # Excel's own limit
METADATA_KEY = b"zhike"


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person should know about a file that is read all the same."""

    check: str
    said: Said
    line: int | None = None
    column: str | None = None

    def plain(self) -> dict[str, Any]:
        """Return the note as JSON can say it."""
        return {
            "check": self.check, "line": self.line, "column": self.column,
            "zh": self.said.zh, "en": self.said.en,
        }  # fmt: skip

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Note:
        """Rebuild the note from what `plain` returned."""
        return cls(plain["check"], say(plain["zh"], plain["en"]), plain["line"], plain["column"])


@dataclass(frozen=True, slots=True)
class Extracted:
    """One table read from one file, or from one sheet of it; `path` is the IPC file with its cells.

    `lines` counts all physical lines, rows or records; `other` those that are no data (blank, deleted, titles
    above the header); `header_line` is 0 where the format keeps its header apart (DBF, Parquet, .day). Raises
    `ValueError` when the account doesn't add up.
    """

    name: str
    path: Path
    header: tuple[str, ...]
    rows: int
    lines: int
    other: int
    header_line: int
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        if self.lines != (self.header_line > 0) + self.rows + self.other:
            raise ValueError(
                f"{self.name}: {self.lines} lines aren't header line {self.header_line} "
                f"+ {self.rows} rows + {self.other} others"
            )

    def plain(self) -> dict[str, Any]:
        """Return all of it as JSON can say it; of the path only the file's name."""
        return {
            "name": self.name, "file": self.path.name, "header": list(self.header), "rows": self.rows,
            "lines": self.lines, "other": self.other, "header_line": self.header_line,
            "notes": [n.plain() for n in self.notes],
        }  # fmt: skip

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any], folder: Path) -> Extracted:
        """Rebuild it from what `plain` returned, its file in `folder` and nowhere else."""
        return cls(
            plain["name"],
            folder / Path(plain["file"]).name,
            tuple(plain["header"]),
            plain["rows"],
            plain["lines"],
            plain["other"],
            plain["header_line"],
            tuple(Note.from_plain(n) for n in plain["notes"]),
        )


@dataclass(frozen=True, slots=True)
class CellBlock:
    """Some rows, by column: their line numbers, their cells, which cells were numbers (column → flags)."""

    line: Any  # pa.Array of int64
    cells: Sequence[Any]  # pa.Array of string, one a column
    numbers: Mapping[int, Any] = field(default_factory=dict)  # pa.Array of bool


def check_header(header: Sequence[str], line: int | None = None) -> None:
    """Refuse a header with a repeated name, too many columns or a NUL; blank names may repeat."""
    if len(header) > MAX_COLUMNS:
        raise InputRejected(
            "too_many_columns",
            say(
                f"共 {len(header)} 列，超过 {MAX_COLUMNS} 列的上限。",
                f"The file has {len(header)} columns, more than {MAX_COLUMNS}.",
            ),
            line=line,
        )
    seen: set[str] = set()
    for name in header:
        if name in seen and name:
            raise InputRejected(
                "duplicate_header",
                say(
                    f"列名“{name}”出现多次，无法判断应取哪一列。",
                    f"The column name '{name}' occurs more than once.",
                ),
                line=line,
                column=name,
            )
        seen.add(name)
        refuse_bad_text(name, line=line, column=name[:40])


def refuse_bad_text(text: str, *, line: int | None, column: str | None) -> None:
    """Refuse one text that holds a NUL or is longer than a cell may be."""
    if "\0" in text:
        raise _nul(line, column)
    if len(text) > MAX_CELL:
        raise _too_long(line, column)


def _nul(line: int | None, column: str | None) -> InputRejected:
    what = say(
        "单元格中含有空字符（NUL），文件可能已损坏。",
        "A cell holds a NUL character; the file may be damaged.",
    )
    return InputRejected("nul_byte", what, line=line, column=column)


def _too_long(line: int | None, column: str | None) -> InputRejected:
    what = say(f"单元格超过 {MAX_CELL} 个字符。", f"A cell is longer than {MAX_CELL} characters.")
    return InputRejected("cell_too_long", what, line=line, column=column)


def write_cells(extracted: Extracted, numeric: Collection[int], blocks: Iterable[CellBlock]) -> Extracted:
    """Write `blocks` to `extracted.path` and return `extracted`.

    `numeric` are the columns with flags. Raises `InputRejected` for a cell no file may hold (see the module),
    and `ValueError` when the blocks' rows aren't as many as `extracted` says.
    """
    check_header(extracted.header, extracted.header_line or None)
    schema = _schema(extracted, numeric)
    written = 0
    with pa.OSFile(str(extracted.path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for block in blocks:
            check_block(block, extracted.header)
            arrays = [block.line]
            for j, cells in enumerate(block.cells):
                arrays += [cells, block.numbers[j]] if j in numeric else [cells]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
            written += len(block.line)
    if written != extracted.rows:
        raise ValueError(f"{extracted.name}: {written} rows written, {extracted.rows} counted")
    return extracted


def _schema(extracted: Extracted, numeric: Collection[int]) -> Any:
    fields = [pa.field("line", pa.int64())]
    for j in range(len(extracted.header)):
        fields.append(pa.field(f"c{j}", pa.string()))
        if j in numeric:
            fields.append(pa.field(f"n{j}", pa.bool_()))
    account = {
        k: v
        for k, v in extracted.plain().items()
        if k in ("header", "header_line", "lines", "other", "notes")
    }
    return pa.schema(fields, metadata={METADATA_KEY: json.dumps(account, ensure_ascii=False).encode()})


def check_block(block: CellBlock, header: Sequence[str]) -> None:
    """Refuse a block that holds a cell with a NUL or with more characters than a cell may have."""
    for j, cells in enumerate(block.cells):
        column = header[j] if j < len(header) else ""
        longest = pc.max(pc.binary_length(cells)).as_py() or 0
        if longest > MAX_CELL:
            _refuse_where(pc.greater(pc.utf8_length(cells), MAX_CELL), block, _too_long, column)
        if longest:
            _refuse_where(pc.match_substring(cells, "\0"), block, _nul, column)


def _refuse_where(mask: Any, block: CellBlock, refusal: Any, column: str) -> None:
    at = pc.index(mask, True).as_py()
    if at >= 0:
        raise refusal(block.line[at].as_py(), column or None)

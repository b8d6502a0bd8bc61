"""Reading delimited text: block by block, every line accounted for."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from zhike.base.errors import InputRejected
from zhike.base.text import say
from zhike.datacentre import kernels
from zhike.datacentre.columns import LONGEST_CELL, TextCells
from zhike.datacentre.hashes import whole
from zhike.datacentre.readers.layout import Block, Layout, lone_carriage_return
from zhike.datacentre.spoilt import SPOILT, mixed_encoding, spoilt_text
from zhike.engine.durable import Original

Ints = npt.NDArray[np.int64]
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_TRAIL_BYTES = re.compile("[0-9@-~]")  # second bytes of GB18030 characters, a pipe among them
_TOTALS = ("合计", "总计", "小计", "共计", "汇总")


@dataclass(frozen=True, slots=True)
class Rows:
    """A batch of rows as text cells by source column; `lines` are their line numbers, `other` the lines that are no data."""

    lines: Ints
    cells: dict[int, TextCells]
    other: int


def blocks_of(layout: Layout, blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the blocks that hold rows, the first of them cut off behind the header."""
    body = layout.body
    rest = [b for b in blocks if b.end > body.start]
    if not rest:
        return ()
    return (Block(body.start, rest[0].end, body.first_line), *rest[1:])


def read_blocks(
    path: Path,
    layout: Layout,
    blocks: Sequence[Block],
    wanted: Sequence[int],
    original: Original | None = None,
) -> Iterator[Rows]:
    """Yield the rows of some blocks of a text; raise InputRejected where the file must be refused as a whole.

    The bytes come from `original` while it is what was copied to `path`.
    """
    with path.open("rb", buffering=0) as copy:
        for block in blocks:
            raw = original.stretch(block.start, block.end) if original else None
            if raw is None:
                raw = os.pread(copy.fileno(), block.end - block.start, block.start)
            yield _read_block(raw, block.first_line, layout, wanted)


def _read_block(raw: bytes, first_line: int, layout: Layout, wanted: Sequence[int]) -> Rows:
    if layout.maybe_spoilt:
        _refuse_spoilt(raw, first_line, layout)
    encoding = layout.encoding
    if encoding == "gb18030" and _TRAIL_BYTES.fullmatch(layout.delimiter):
        raw, encoding = _transcoded(raw), "utf-8"
    odd: list[tuple[int, str]] = []
    columns = sorted({*wanted, *range(min(3, len(layout.header)))})
    try:
        table = _parsed(raw, layout, columns, odd if encoding == "utf-8" else None)
    except pa.ArrowInvalid:  # the text of a row of another width is told in UTF-8 only
        raw, encoding = _transcoded(raw), "utf-8"
        table = _parsed(raw, layout, columns, odd)
    starts = _starts(raw, first_line, layout.quoted)
    if table.num_rows + len(odd) != len(starts):
        alone = _LONE_RETURN.search(raw)
        if alone:
            raise lone_carriage_return(first_line + raw.count(b"\n", 0, alone.start()))
        raise InputRejected(
            "line_count",
            say(
                f"该段有 {len(starts)} 行，解析得到 {table.num_rows + len(odd)} 行。",
                f"{len(starts)} lines here, but {table.num_rows + len(odd)} were parsed.",
            ),
            line=first_line,
            next_=say(
                "请检查单元格中的回车符或引号。", "Look for carriage returns or quotation marks inside cells."
            ),
        )
    other = _no_data(odd, starts, layout)
    lines = np.delete(starts, [number for number, _ in odd]) if odd else starts
    cells = {
        j: _cells(
            TextCells(whole(table[f"c{j}"]), layout.header[j], encoding, None, lines, layout.encoding),
            layout,
        )
        for j in columns
    }
    return _without_blank_and_total(Rows(lines, cells, other), wanted)


def _refuse_spoilt(raw: bytes, first_line: int, layout: Layout) -> None:
    """Refuse text that was lost before it came, in whatever column it stands."""
    if raw.isascii():
        return
    for word in SPOILT:
        wanted, at = word.encode(layout.encoding), -1
        if wanted[:1] not in raw:
            continue
        while (at := raw.find(wanted, at + 1)) >= 0:
            start, end = raw.rfind(b"\n", 0, at) + 1, raw.find(b"\n", at)
            text = raw[start : end if end >= 0 else len(raw)].decode(layout.encoding, "ignore")
            if word in text:  # in GB18030 the bytes may be halves of other characters
                cells = text.split(layout.delimiter)
                place = next((j for j, c in enumerate(cells) if word in c), 0)
                column = layout.header[place] if len(cells) == len(layout.header) else None
                raise spoilt_text(first_line + raw.count(b"\n", 0, at), column)


def _parsed(
    raw: bytes, layout: Layout, columns: Sequence[int], odd: list[tuple[int, str]] | None
) -> pa.Table:
    """Split a block into columns of bytes; rows of another width land in `odd` as (row number, text).

    Without `odd` such a row raises ArrowInvalid.
    """
    names = [f"c{j}" for j in range(len(layout.header))]

    def misfit(row: pacsv.InvalidRow) -> str:
        assert odd is not None
        odd.append(((row.number or 0) - 1, row.text))
        return "skip"

    return pacsv.read_csv(
        pa.BufferReader(raw),
        read_options=pacsv.ReadOptions(
            column_names=names, use_threads=False, block_size=max(len(raw) + 1, 1024)
        ),
        parse_options=pacsv.ParseOptions(
            delimiter=layout.delimiter,
            quote_char='"' if layout.quoted else False,
            double_quote=True,
            newlines_in_values=layout.quoted,
            ignore_empty_lines=False,
            invalid_row_handler=misfit if odd is not None else None,
        ),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.binary()),
            include_columns=[f"c{j}" for j in columns],
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )


def _transcoded(raw: bytes) -> bytes:
    try:
        return raw.decode("gb18030").encode()
    except UnicodeDecodeError as error:
        raise mixed_encoding("gb18030") from error


def _starts(raw: bytes, first_line: int, quoted: bool) -> Ints:
    """Return the line number of every record, counted without the parser."""
    data = np.frombuffer(raw, np.uint8)
    if quoted and b'"' in raw:
        return kernels.record_lines(data, first_line)
    n = int(np.count_nonzero(data == 0x0A)) + (not raw.endswith(b"\n"))  # thrice as fast as bytes.count
    return np.arange(first_line, first_line + n)


def _no_data(odd: Sequence[tuple[int, str]], starts: Ints, layout: Layout) -> int:
    """Count the rows of another width that are no data (blank, totals); raise InputRejected for any other."""
    for number, text in odd:
        cells = [c.strip().strip('="') for c in text.split(layout.delimiter)]
        if any(cells) and not any(c.startswith(_TOTALS) for c in cells[:3]):
            raise InputRejected(
                "ragged_row",
                say(
                    f"该行有 {len(cells)} 个单元格，表头有 {len(layout.header)} 个。",
                    f"{len(cells)} cells here, {len(layout.header)} in the header.",
                ),
                line=int(starts[number]) if 0 <= number < len(starts) else None,
                next_=say(
                    "请检查分隔符是否出现在单元格里。", "See whether the delimiter stands inside a cell."
                ),
            )
    return len(odd)


def _cells(cells: TextCells, layout: Layout) -> TextCells:
    """Refuse a cell beyond all measure; take `="…"` off where the file has cells like that."""
    _, offsets = cells.buffers()
    long = np.flatnonzero(np.diff(offsets) > LONGEST_CELL)
    if any(len(text) > LONGEST_CELL for text in cells.at(long)):
        raise InputRejected(
            "cell_too_long",
            say(
                f"单元格超过 {LONGEST_CELL:,} 个字符。", f"A cell is longer than {LONGEST_CELL:,} characters."
            ),
            line=int(cells.lines[long[0]]) if cells.lines is not None else None,
            column=cells.name,
            next_=say("请检查该行的引号。", "Check the quotation marks of that line."),
        )
    if not layout.wrapped:
        return cells
    decoded = pa.array(cells.decoded(cells.raw(np.arange(len(cells)))), pa.string())
    bare = pc.replace_substring_regex(decoded, r'^\s*="(.*)"\s*$', r"\1")
    return TextCells(bare, cells.name, lines=cells.lines)


def _without_blank_and_total(rows: Rows, wanted: Sequence[int]) -> Rows:
    """Take out rows without any content and rows of totals; they are counted, not data."""
    drop = _blank(rows, wanted)
    for j in sorted(rows.cells)[:3]:
        drop |= _totals(rows.cells[j])
    if not drop.any():
        return rows
    keep = ~drop
    cells = {j: c.taken(keep) for j, c in rows.cells.items()}
    return Rows(rows.lines[keep], cells, rows.other + int(drop.sum()))


def _blank(rows: Rows, wanted: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Mark rows all of whose cells are empty, or blanks."""
    drop = np.ones(len(rows.lines), np.bool_)
    blanks: list[int] = []
    for j in wanted:
        data, offsets = rows.cells[j].buffers()
        empty = offsets[1:] == offsets[:-1]
        first = data[np.minimum(offsets[:-1], len(data) - 1)]
        spaced = ~empty & ((first == 0x20) | (first == 0x09))
        if (drop & spaced).any():
            blanks.append(j)
        drop &= empty | spaced
        if not drop.any():
            return drop
    for j in blanks:
        at = np.flatnonzero(drop)
        drop[at[[bool(text.strip()) for text in rows.cells[j].at(at)]]] = False
    return drop


def _totals(cells: TextCells) -> npt.NDArray[np.bool_]:
    data, offsets = cells.buffers()
    if len(cells) == 0 or not (data[offsets[0] : offsets[-1]] >= 0x80).any():
        return np.zeros(len(cells), np.bool_)
    texts, at = cells.distinct()
    return np.array([t.strip().startswith(_TOTALS) for t in texts], np.bool_)[at]


def cells_reader(path: Path, wanted: Sequence[int], header: Sequence[str]) -> Callable[[], Iterator[Rows]]:
    """Return a reader of the rows that a foreign format's reader wrote down (an Arrow file of text cells)."""

    def read() -> Iterator[Rows]:
        with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as stored:
            for i in range(stored.num_record_batches):
                yield _from_batch(stored.get_batch(i), wanted, header)

    return read


def _from_batch(batch: pa.RecordBatch, wanted: Sequence[int], header: Sequence[str]) -> Rows:
    cells = {}
    for j in sorted({*wanted, *range(min(3, len(header)))}):
        flags = batch.column(f"n{j}").fill_null(False) if f"n{j}" in batch.schema.names else None
        marks = flags.to_numpy(zero_copy_only=False).astype(np.bool_) if flags is not None else None
        cells[j] = TextCells(batch.column(f"c{j}").fill_null(""), header[j], as_number=marks)
    lines = batch.column("line").to_numpy(zero_copy_only=False)
    return _without_blank_and_total(Rows(lines, cells, 0), wanted)

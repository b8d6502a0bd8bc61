"""XLSX: guards first, then the sheets, each non-empty one a table of its own.

Several sheets with content: each is named `file.xlsx#Sheet2`; a single one is just the file. The header is
found by the rule in `titles`; rows above it and blank rows are `other`. Lines are counted up to the last row
that holds a value, even an empty text. A formula counts with the value that was saved with it. A sheet
without a header, beside one that has one, is handed over without columns, all its rows counted as `other`,
and says so.

Checks raised here, beside those of `archive`, `sheets` and `extracted`: `macros`, `external_links`,
`no_header`, `empty_file`, `xml_entities`, `far_cell` (also: more than 65,536 blank rows before a row),
`damaged_workbook`.
Notes: `formula_without_value`, `hidden_sheet`, `no_header`.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pyarrow as pa

from zhike.base.errors import InputRejected
from zhike.base.text import say
from zhike.datacentre.readers import sheets
from zhike.datacentre.readers.archive import Caps, open_zip, zip_chunks
from zhike.datacentre.readers.extracted import (
    ROWS_PER_BATCH,
    CellBlock,
    Extracted,
    Note,
    check_block,
    check_header,
    write_cells,
)
from zhike.datacentre.readers.sheets import Row, damaged
from zhike.datacentre.readers.titles import WINDOW, header_row

CAPS = Caps(expanded_bytes=4 * 2**30, members=2000)
_BLANK_GAP = 65_536
_CELLS_PER_BATCH = 500_000
_SCANNED = (".xml", ".rels", ".vml")
_DECLARED = tuple(
    word.encode(e) for word in ("<!DOCTYPE", "<!ENTITY") for e in ("ascii", "utf-16-le", "utf-16-be")
)
_LONGEST_MARK = max(map(len, _DECLARED))


def extract(path: Path, target_dir: Path, name: str, caps: Caps = CAPS) -> tuple[Extracted, ...]:
    """Read all sheets of `path`, each into a file in `target_dir`; `name` is what the file is called."""
    with open_zip(path, caps) as (archive, files):
        package = _Package(archive, {k.casefold(): v for k, v in files.items()})
        _guard(package)
        book, listed = _contents(package)
        found = []
        for i, (title, part, hidden) in enumerate(listed, start=1):
            table = _Table(target_dir / f"sheet-{i}.spool")
            table.take(sheets.rows_of(package.chunks(part), book))
            if table.lines:
                found.append((title, hidden, table, target_dir / f"sheet-{i}.arrow"))
    if not found:
        raise _rejected("empty_file", "工作簿没有任何内容", "the workbook holds nothing")
    if all(table.header_line == 0 for _, _, table, _ in found):
        raise _rejected("no_header", "找不到表头行", "no row looks like a header")
    several = len(found) > 1
    return tuple(
        t.finish(f"{name}#{title}" if several else name, out, hidden) for title, hidden, t, out in found
    )


@dataclass(frozen=True, slots=True)
class _Package:
    """The parts of an Office Open XML package by lower-case name (ECMA-376 part 2: names ignore case)."""

    archive: zipfile.ZipFile
    parts: Mapping[str, zipfile.ZipInfo]

    def chunks(self, part: str) -> Iterator[bytes]:
        info = self.parts.get(part.casefold())
        if info is None:
            raise damaged(f"缺少 {part}", f"{part} is missing")
        return zip_chunks(self.archive, info)

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Return a part's relations: id → (last word of its type, target part)."""
        folder, file = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", file + ".rels")
        if rels.casefold() not in self.parts:
            return {}
        found = {}
        for tag, a in sheets.elements(self.chunks(rels)):
            if tag == "Relationship" and a.get("TargetMode") != "External":
                target = a.get("Target", "").replace("\\", "/")
                target = (
                    target.lstrip("/")
                    if target.startswith("/")
                    else posixpath.normpath(posixpath.join(folder, target))
                )
                found[a.get("Id", "")] = (a.get("Type", "").rpartition("/")[2], target)
        return found


def _guard(package: _Package) -> None:
    """Refuse macros, external links and any DTD; read every part to its end, which verifies its checksum."""
    for name, info in package.parts.items():
        if posixpath.basename(name) == "vbaproject.bin" or "/macrosheets/" in name:
            raise _rejected("macros", "工作簿含有宏", "the workbook holds macros")
        if "/externallinks/" in name:
            raise _rejected("external_links", "工作簿引用了其他文件", "the workbook refers to other files")
        scanned, tail = name.endswith(_SCANNED), b""
        for chunk in zip_chunks(package.archive, info):
            if scanned and any(mark in tail + chunk for mark in _DECLARED):
                raise _rejected(
                    "xml_entities",
                    "XML 含有 DTD 或实体声明，可能是攻击文件",
                    "its XML declares a DTD or entities; it may be an attack",
                )
            tail = chunk[-_LONGEST_MARK:]


def _contents(package: _Package) -> tuple[sheets.Book, list[tuple[str, str, bool]]]:
    """Return what the cells refer to, and the worksheets in their order: (title, part, is it hidden)."""
    main = next(
        (target for kind, target in package.relations("").values() if kind == "officeDocument"),
        "xl/workbook.xml",
    )
    related = package.relations(main)
    by_kind = {kind: target for kind, target in related.values()}
    since_1904, listed = False, []
    for tag, a in sheets.elements(package.chunks(main)):
        if tag == "workbookPr":
            since_1904 = a.get("date1904") in ("1", "true")
        elif tag == "sheet":
            ids = [value for key, value in a.items() if key.rpartition("\n")[2] == "id" and "\n" in key]
            kind, part = related.get(ids[0] if ids else "", ("", ""))
            if not part:
                raise damaged(
                    f"找不到工作表 {a.get('name', '')}", f"the sheet {a.get('name', '')} isn't there"
                )
            if kind == "worksheet":  # charts and dialogs hold no cells
                listed.append((a.get("name", ""), part, a.get("state", "visible") != "visible"))
    strings = (
        sheets.shared_strings(package.chunks(by_kind["sharedStrings"])) if "sharedStrings" in by_kind else []
    )
    styles = sheets.cell_styles(package.chunks(by_kind["styles"])) if "styles" in by_kind else []
    return sheets.Book(strings, styles, since_1904), listed


@dataclass(slots=True)
class _Table:
    """One sheet on its way from rows to columns: first the window with the header, then block by block."""

    spool: Path
    lines: int = 0
    header_line: int = 0
    rows: int = 0
    width: int = 0
    _header: tuple[str, ...] = ()
    _sink: Any = None
    _window: list[Row] = field(default_factory=list)
    _pending: list[Row] = field(default_factory=list)
    _looking: bool = True
    _first: dict[int, int] = field(default_factory=dict)
    _unvalued: Counter[int] = field(default_factory=Counter)

    def take(self, rows: Iterator[Row]) -> None:
        """Read the sheet to its end, the data rows into the spool."""
        with pa.OSFile(str(self.spool), "wb") as self._sink:
            last = 0
            for row in rows:
                if not row.cells and not row.unvalued:
                    continue  # only formatting
                self.lines = row.number
                if any(text and not text.isspace() for text in row.cells) or row.unvalued:
                    if row.number - last > _BLANK_GAP:
                        raise sheets.far_cell(row.number, next((j for j, t in enumerate(row.cells) if t), 0))
                    last = row.number
                    self._put(row)
            if self._looking:
                self._find_header()
            self._flush()

    def _put(self, row: Row) -> None:
        if self._looking:
            self._window.append(row)
            if len(self._window) == WINDOW:
                self._find_header()
            return
        if not self.header_line:
            return  # a sheet of notes: nothing of it is data
        self._pending.append(row)
        for column in row.unvalued:
            self._unvalued[column] += 1
            self._first.setdefault(column, row.number)
        self.width = max(self.width, len(row.cells))
        if len(self._pending) >= min(ROWS_PER_BATCH, _CELLS_PER_BATCH // max(1, self.width)):
            self._flush()

    def _find_header(self) -> None:
        self._looking = False
        at = header_row([_seen(row) for row in self._window])
        if at is not None:
            row = self._window[at]
            self.header_line = row.number
            self._header = tuple((text or "").strip() for text in row.cells)
            check_header([h for h in self._header if h], row.number)
            for later in self._window[at + 1 :]:
                self._put(later)
        self._window.clear()

    def _flush(self) -> None:
        """Write the pending rows to the spool, each block a stream of its own: later ones may be wider."""
        rows, self._pending = self._pending, []
        if not rows:
            return
        block = _by_column(rows, self.width)
        check_block(block, self._header)
        self.rows += len(rows)
        names = ["line", *(f"c{j}" for j in range(self.width)), *(f"n{j}" for j in range(self.width))]
        batch = pa.RecordBatch.from_arrays([block.line, *block.cells, *block.numbers.values()], names)
        with pa.ipc.new_stream(self._sink, batch.schema) as writer:
            writer.write_batch(batch)

    def finish(self, name: str, out: Path, hidden: bool) -> Extracted:
        """Write the cells file from the spool, now that the width and the account are known."""
        notes = list(self._formula_notes())
        if hidden:
            notes.append(
                Note(
                    "hidden_sheet",
                    say("该工作表是隐藏的，仍已读取。", "This sheet is hidden; it is read all the same."),
                )
            )
        if not self.header_line:
            notes.append(
                Note(
                    "no_header",
                    say(
                        "该工作表没有表头，不作为数据。",
                        "This sheet has no header; nothing in it counts as data.",
                    ),
                )
            )
        named = max((j + 1 for j, h in enumerate(self._header) if h), default=0)
        width = max(named, self.width)
        header = (*self._header, *[""] * width)[:width]
        other = self.lines - self.rows - (self.header_line > 0)
        extracted = Extracted(name, out, header, self.rows, self.lines, other, self.header_line, tuple(notes))
        write_cells(extracted, range(width), self._spooled(width))
        self.spool.unlink()
        return extracted

    def _formula_notes(self) -> Iterator[Note]:
        for column, count in sorted(self._unvalued.items()):
            title = self._header[column] if column < len(self._header) else ""
            yield Note(
                "formula_without_value",
                say(
                    f"“{title}”列有 {count} 个公式没有保存计算结果，按空单元格处理。",
                    f"{count} formulas in column '{title}' have no saved value; they count as empty cells.",
                ),
                self._first[column],
                title,
            )

    def _spooled(self, width: int) -> Iterator[CellBlock]:
        with pa.OSFile(str(self.spool), "rb") as source:
            while source.tell() < source.size():
                with pa.ipc.open_stream(source) as stream:
                    for batch in stream:
                        yield _widened(batch, width)


def _seen(row: Row) -> list[tuple[str, bool]]:
    figures = {j for j, number in enumerate(row.numbers) if number} | set(row.moments)
    return [(text or "", j in figures) for j, text in enumerate(row.cells)]


def _by_column(rows: Sequence[Row], width: int) -> CellBlock:
    texts = list(zip_longest(*(r.cells for r in rows), fillvalue=None))
    flags = list(zip_longest(*(r.numbers for r in rows), fillvalue=False))
    blank, never = (None,) * len(rows), (False,) * len(rows)
    texts += [blank] * (width - len(texts))
    flags += [never] * (width - len(flags))
    return CellBlock(
        pa.array([r.number for r in rows], pa.int64()),
        [pa.array([t or None for t in column], pa.string()) for column in texts],
        {j: pa.array(column, pa.bool_()) for j, column in enumerate(flags)},
    )


def _widened(batch: Any, width: int) -> CellBlock:
    had, n = (batch.num_columns - 1) // 2, batch.num_rows
    cells = [batch.column(1 + j) for j in range(had)] + [pa.nulls(n, pa.string())] * (width - had)
    never = pa.array([False] * n, pa.bool_())
    flags = [batch.column(1 + had + j) for j in range(had)] + [never] * (width - had)
    return CellBlock(batch.column(0), cells[:width], dict(enumerate(flags[:width])))


def _rejected(check: str, zh: str, en: str) -> InputRejected:
    next_ = {
        "macros": say("请另存为不含宏的 XLSX。", "Save it as XLSX without macros."),
        "external_links": say(
            "请断开外部链接（数据 → 编辑链接），再保存。",
            "Break the links (Data → Edit links) and save again.",
        ),
        "no_header": say("请让每一列都有列名，且列名在同一行。", "Give every column a name, all in one row."),
    }.get(
        check,
        say("请在 Excel 或 WPS 中另存为新的 XLSX 或 CSV。", "Save it as a new XLSX or CSV in Excel or WPS."),
    )
    return InputRejected(check, say(f"{zh}。", f"The workbook is rejected: {en}."), next_=next_)

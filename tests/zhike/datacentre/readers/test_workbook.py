"""Workbooks: what the cells become, where the header is, which sheets are tables."""

from __future__ import annotations

from datetime import date, datetime
from datetime import time as clock
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest

from zhike.datacentre.readers import workbook
from zhike.datacentre.readers.extracted import Extracted
from zhike.datacentre.readers.foreign import extract_file
from zhike.datacentre.readers.formats import Format, sniff_format
from zhike.datacentre.readers.sandbox import Limits

HEADER_ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>代码</t></is></c></row>'


def rows_of(table: Extracted) -> list[dict[str, Any]]:
    with pa.memory_map(str(table.path)) as source:
        rows: list[dict[str, Any]] = pa.ipc.open_file(source).read_all().to_pylist()
    return rows


def read(path: Path, tmp_path: Path) -> tuple[Extracted, ...]:
    out = tmp_path / "out"
    out.mkdir(exist_ok=True)
    return workbook.extract(path, out, path.name)


# What the cells become.


def test_numbers_read_as_a_person_sees_them(written: Any, tmp_path: Path) -> None:
    values = [16899.150000000001, 0.1 + 0.2, 600000, -0.00012, 1.10101e17, 999999999999999, 1e15, 0, 1e-7]
    texts = [
        "16899.15",
        "0.3",
        "600000",
        "-0.00012",
        "1.10101E+17",
        "999999999999999",
        "1E+15",
        "0",
        "0.0000001",
    ]
    (table,) = read(written([["代码"], *[[v] for v in values]]), tmp_path)
    assert [r["c0"] for r in rows_of(table)] == texts
    assert all(r["n0"] for r in rows_of(table))


def test_a_text_that_looks_like_a_number_keeps_its_zeros_and_is_not_flagged(
    written: Any, tmp_path: Path
) -> None:
    def fill(book: Any) -> None:
        page = book.add_worksheet()
        page.write_string(0, 0, "证券代码")
        page.write_string(1, 0, "000001")
        page.write_number(2, 0, 1)

    (table,) = read(written(fill), tmp_path)
    assert [(r["c0"], r["n0"]) for r in rows_of(table)] == [("000001", False), ("1", True)]


def test_dates_and_times_are_told_by_the_number_format_only(written: Any, tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        page = book.add_worksheet()
        page.write_row(0, 0, ["日期", "时刻", "时间", "数", "中文日期", "长"])
        at = datetime(2025, 3, 31, 9, 30, 15)
        page.write_datetime(1, 0, date(2025, 3, 31), book.add_format({"num_format": "yyyy/m/d"}))
        page.write_datetime(1, 1, at, book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}))
        page.write_datetime(1, 2, clock(14, 59, 59), book.add_format({"num_format": "h:mm:ss"}))
        page.write_number(1, 3, 45747, book.add_format({"num_format": '0.00"d"'}))
        page.write_datetime(1, 4, at, book.add_format({"num_format": 'yyyy"年"m"月"d"日"'}))
        page.write_number(1, 5, 1.5, book.add_format({"num_format": "[h]:mm"}))

    (table,) = read(written(fill), tmp_path)
    (row,) = rows_of(table)
    cells = [row[f"c{j}"] for j in range(6)]
    assert cells == ["2025-03-31", "2025-03-31 09:30:15", "14:59:59", "45747", "2025-03-31", "1.5"]
    assert [row[f"n{j}"] for j in range(6)] == [False, False, False, True, False, True]


def test_days_are_counted_from_1904_where_the_workbook_says_so(
    packed: Any, parts_of: Any, tmp_path: Path
) -> None:
    parts = parts_of(HEADER_ROW + '<row r="2"><c r="A2" s="1"><v>1</v></c></row>')
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        "<sheets>", '<workbookPr date1904="1"/><sheets>'
    )
    (table,) = read(packed(parts), tmp_path)
    assert rows_of(table)[0]["c0"] == "1904-01-02"


def test_booleans_errors_rich_texts_and_escapes_become_texts(
    packed: Any, parts_of: Any, tmp_path: Path
) -> None:
    cells = (
        '<c r="A2" t="b"><v>1</v></c><c r="B2" t="e"><v>#N/A</v></c>'
        '<c r="C2" t="inlineStr"><is><r><t>甲</t></r><r><t>乙</t></r><rPh><t>x</t></rPh></is></c>'
        '<c r="D2" t="str"><v>a_x000A_b</v></c><c r="E2" t="s"><v>0</v></c>'
    )
    names = "".join(f'<c r="{c}1" t="inlineStr"><is><t>列{c}</t></is></c>' for c in "ABCDE")
    (table,) = read(packed(parts_of(f'<row r="1">{names}</row><row r="2">{cells}</row>')), tmp_path)
    assert [rows_of(table)[0][f"c{j}"] for j in range(5)] == ["true", "#N/A", "甲乙", "a\nb", "a"]


def test_a_formula_counts_with_its_saved_value_and_without_one_there_is_a_note(
    packed: Any, parts_of: Any, tmp_path: Path
) -> None:
    rows = (
        '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c></row><row r="3"><c r="A3"><f>1+2</f></c></row>'
        '<row r="4"><c r="A4"><f>1+3</f><v></v></c></row><row r="5"><c r="A5"><v>7</v></c></row>'
    )
    (table,) = read(packed(parts_of(HEADER_ROW + rows)), tmp_path)
    assert [r["c0"] for r in rows_of(table)] == ["2", None, None, "7"]
    (note,) = table.notes
    assert (note.check, note.line, note.column) == ("formula_without_value", 3, "代码")
    assert note.said.en.startswith("2 formulas")


# Header, titles, blank rows, sheets.


def test_titles_above_the_header_and_blank_rows_are_counted_not_read(written: Any, tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        page = book.add_worksheet()
        page.merge_range("A1:E1", "某证券营业部交割单")
        page.write_row("A2", ["客户姓名", "张三", None, "起止", "20250101-20250331"])
        page.write_row("A4", ["成交日期", "证券代码", "证券名称", "数量", "价格"])
        page.write_row("A5", ["20250303", "600000", "浦发银行", 100, 10.5])
        page.write_row("A8", ["20250304", "000001", "平安银行", 200, 11])
        page.write_blank("A9", None, book.add_format({"bold": True}))

    (table,) = read(written(fill), tmp_path)
    assert table.header == ("成交日期", "证券代码", "证券名称", "数量", "价格")
    assert [r["line"] for r in rows_of(table)] == [5, 8]
    assert (table.header_line, table.rows, table.lines, table.other) == (4, 2, 8, 5)


def test_each_sheet_with_content_is_a_table_and_a_single_one_is_the_file(
    written: Any, tmp_path: Path
) -> None:
    def fill(book: Any) -> None:
        for name, cells in (("成交", ["代码", "价格"]), ("空", []), ("资金", ["日期", "余额"]), ("说明", [])):
            page = book.add_worksheet(name)
            page.write_row(0, 0, cells)
            if cells:
                page.write_row(1, 0, ["600000", 1])
        page.write_row(0, 0, ["说明：本表仅供参考"])
        page.write_row(1, 0, ["a", 1, 2, 3])
        book.get_worksheet_by_name("资金").hide()

    tables = read(written(fill), tmp_path)
    assert [t.name for t in tables] == ["book.xlsx#成交", "book.xlsx#资金", "book.xlsx#说明"]
    assert [[n.check for n in t.notes] for t in tables] == [[], ["hidden_sheet"], ["no_header"]]
    assert (tables[2].header, tables[2].rows, tables[2].lines, tables[2].other) == ((), 0, 2, 2)
    (only,) = read(written([["代码"], ["1"]]), tmp_path)
    assert only.name == "book.xlsx"


def test_rows_wider_than_the_header_keep_their_cells_under_blank_names(written: Any, tmp_path: Path) -> None:
    rows: list[list[Any]] = [["a", "b", None], *[["x", "y"]] * 99, ["x", "y", None, "z"]]
    (table,) = read(written(rows), tmp_path)
    assert table.header == ("a", "b", "", "")
    assert rows_of(table)[99]["c3"] == "z"
    assert rows_of(table)[0]["c3"] is None


def test_many_rows_come_in_batches_and_none_is_lost(written: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(workbook, "ROWS_PER_BATCH", 100)
    (table,) = read(written([["a", "b"], *[[f"x{i}", i] for i in range(1050)]]), tmp_path)
    with pa.memory_map(str(table.path)) as source:
        file = pa.ipc.open_file(source)
        assert file.num_record_batches == 11
        assert file.read_all()["c1"].to_pylist() == [str(i) for i in range(1050)]


def test_the_same_cells_as_openpyxl_reads(written: Any, tmp_path: Path) -> None:
    path = written([["a", "b", "c"], *[[f"名{i}", i * 7, i / 8] for i in range(300)]])
    (table,) = read(path, tmp_path)
    sheet = openpyxl.load_workbook(path, read_only=True, data_only=True)["Sheet1"]
    theirs = list(sheet.iter_rows(min_row=2, values_only=True))
    ours = [(r["c0"], float(r["c1"]), float(r["c2"])) for r in rows_of(table)]
    assert ours == [(a, float(str(b)), float(str(c))) for a, b, c in theirs]


def test_prefixed_and_strict_names_backslashes_and_missing_places_are_read(
    packed: Any, parts_of: Any, tmp_path: Path
) -> None:
    parts = parts_of("")
    strict = "http://purl.org/ooxml" + "/spreadsheetml/main"
    parts["xl/worksheets/sheet1.xml"] = (
        f'<x:worksheet xmlns:x="{strict}"><x:sheetData><x:row>'
        '<x:c t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c></x:row>'
        "<x:row><x:c><x:v>5</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )
    (table,) = read(packed({name.replace("/", "\\"): text for name, text in parts.items()}), tmp_path)
    assert [(r["line"], r["c0"]) for r in rows_of(table)] == [(2, "5")]


# Through the child process.


def test_two_files_of_one_name_do_not_meet_in_the_target_folder(written: Any, tmp_path: Path) -> None:
    path = written([["代码"], ["600000"]])
    (first,) = extract_file(path, Format.XLSX, tmp_path / "out", Limits())
    (second,) = extract_file(path, Format.XLSX, tmp_path / "out", Limits(), name="drop/交割单.xlsx")
    assert first.path != second.path
    assert (first.name, second.name) == ("book.xlsx", "drop/交割单.xlsx")
    assert rows_of(first) == rows_of(second)


@pytest.mark.real
def test_the_real_statement_keeps_a_codes_zeros_and_flags_numeric_codes(
    real_data: Path, tmp_path: Path
) -> None:
    path = real_data / "statements" / "example-htsec-records.xlsx"
    assert sniff_format(path) is Format.XLSX
    (table,) = extract_file(path, Format.XLSX, tmp_path, Limits())
    rows = rows_of(table)
    assert (table.rows, table.lines, table.other, table.header_line) == (10, 11, 0, 1)
    assert table.header[:3] == ("证券代码", "证券名称", "成交日期")
    codes = [(r["c0"], r["n0"]) for r in rows]
    assert codes[0] == ("519888", True)
    assert ("072988", False) in codes
    assert rows[1]["c7"] == "16899.15"

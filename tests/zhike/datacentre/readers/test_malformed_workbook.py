"""Workbooks malformed in every way there is: rejected, each by its name; the process that asked lives on."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest

from zhike.base.errors import InputRejected
from zhike.datacentre.readers import workbook
from zhike.datacentre.readers.archive import Caps
from zhike.datacentre.readers.extracted import Extracted
from zhike.datacentre.readers.foreign import extract_file
from zhike.datacentre.readers.formats import Format
from zhike.datacentre.readers.sandbox import Limits

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEADER_ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>代码</t></is></c></row>'


def read(path: Path, tmp_path: Path, **options: Any) -> tuple[Extracted, ...]:
    out = tmp_path / "out"
    out.mkdir(exist_ok=True)
    return workbook.extract(path, out, path.name, **options)


def check_of(path: Path, tmp_path: Path, **options: Any) -> str:
    with pytest.raises(InputRejected) as e:
        read(path, tmp_path, **options)
    assert e.value.what.zh
    return e.value.check


def test_a_repeated_column_name_rejects_the_file(written: Any, tmp_path: Path) -> None:
    rows = [["成交日期", "代码", "代码", "价格", "数量", "金额"], ["20250303", "1", "2", 1, 1, 1]]
    assert check_of(written(rows), tmp_path) == "duplicate_header"


def test_no_row_that_looks_like_a_header_rejects_the_file(written: Any, tmp_path: Path) -> None:
    assert check_of(written([[1, 2, 3], [4, 5, 6]]), tmp_path) == "no_header"


def test_an_empty_workbook_is_rejected(written: Any, tmp_path: Path) -> None:
    assert check_of(written([]), tmp_path) == "empty_file"


@pytest.mark.parametrize("place", [(1_048_575, 16_383), (1_048_575, 0), (1, 600)])
def test_a_far_cell_rejects_the_file(written: Any, tmp_path: Path, place: tuple[int, int]) -> None:
    def fill(book: Any) -> None:
        page = book.add_worksheet()
        page.write_row(0, 0, ["代码", "价格"])
        page.write_row(1, 0, ["600000", 1])
        page.write(*place, "x")

    assert check_of(written(fill), tmp_path) == "far_cell"


def test_a_dimension_beyond_the_data_is_no_matter(packed: Any, parts_of: Any, tmp_path: Path) -> None:
    parts = parts_of(HEADER_ROW + '<row r="2"><c r="A2"><v>1</v></c></row><row r="1048576"/>')
    part = "xl/worksheets/sheet1.xml"
    parts[part] = parts[part].replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')
    (table,) = read(packed(parts), tmp_path)
    assert (table.lines, table.rows) == (2, 1)


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "docProps/app.xml"]
)
@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "x.dtd">',
    ],
)
def test_a_dtd_in_any_part_rejects_the_file(
    packed: Any, parts_of: Any, tmp_path: Path, part: str, declared: str
) -> None:
    parts = parts_of(HEADER_ROW)
    parts[part] = declared + parts.get(part, "<x/>")
    assert check_of(packed(parts), tmp_path) == "xml_entities"


def test_a_dtd_in_utf_16_is_found_too(packed: Any, parts_of: Any, tmp_path: Path) -> None:
    parts: dict[str, Any] = dict(parts_of(HEADER_ROW))
    text = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    parts["docProps/app.xml"] = text.encode("utf-16")
    assert check_of(packed(parts), tmp_path) == "xml_entities"


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("xl/vbaProject.bin", "macros"),
        ("xl/macrosheets/sheet1.xml", "macros"),
        ("xl/externalLinks/externalLink1.xml", "external_links"),
        ("../evil.xml", "unsafe_name"),
        ("/etc/passwd", "unsafe_name"),
        ("XL/Workbook.xml", "duplicate_member"),
    ],
)
def test_a_part_that_must_not_be_there_rejects_the_file(
    packed: Any, parts_of: Any, tmp_path: Path, name: str, check: str
) -> None:
    assert check_of(packed({**parts_of(HEADER_ROW), name: "<x/>"}), tmp_path) == check


def test_a_zip_bomb_is_rejected_before_it_is_read(packed: Any, parts_of: Any, tmp_path: Path) -> None:
    path = packed({**parts_of(HEADER_ROW), "xl/media/a.xml": "0" * 2**21})
    assert check_of(path, tmp_path, caps=Caps(ratio_from=2**20)) == "zip_bomb"
    assert check_of(path, tmp_path, caps=Caps(expanded_bytes=2**20)) == "zip_bomb"


def test_too_many_parts_reject_the_file(packed: Any, parts_of: Any, tmp_path: Path) -> None:
    path = packed({**parts_of(HEADER_ROW), **{f"xl/{i}.xml": "" for i in range(50)}})
    assert check_of(path, tmp_path, caps=Caps(members=40)) == "too_many_members"


@pytest.mark.parametrize(
    ("rows", "check"),
    [
        ('<row r="2"/><row r="2"/>', "damaged_workbook"),
        ('<row r="3"/><row r="2"/>', "damaged_workbook"),
        ('<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>', "damaged_workbook"),
        ('<row r="2"><c r="A9"><v>1</v></c></row>', "damaged_workbook"),
        ('<row r="2"><c r="A2" t="s"><v>99</v></c></row>', "damaged_workbook"),
        ('<row r="2"><c r="1A2"><v>1</v></c></row>', "damaged_workbook"),
        ('<row r="2"><c r="A2"><v>1</c></row>', "damaged_workbook"),
        ('<row r="2"><c r="A2" t="str"><v>a_x0000_b</v></c></row>', "nul_byte"),
        (f'<row r="2"><c r="A2" t="str"><v>{"x" * 32_768}</v></c></row>', "cell_too_long"),
        (f'<row r="2"><c r="A2" t="str"><v>{"x" * 2**20}</v></c></row>', "cell_too_long"),
        ('<row r="1048577"><c r="A1048577"><v>1</v></c></row>', "far_cell"),
    ],
)
def test_a_sheet_that_contradicts_itself_rejects_the_file(
    packed: Any, parts_of: Any, tmp_path: Path, rows: str, check: str
) -> None:
    assert check_of(packed(parts_of(HEADER_ROW + rows)), tmp_path) == check


def test_a_missing_part_rejects_the_file(packed: Any, parts_of: Any, tmp_path: Path) -> None:
    parts = parts_of(HEADER_ROW)
    del parts["xl/worksheets/sheet1.xml"]
    assert check_of(packed(parts), tmp_path) == "damaged_workbook"


@pytest.mark.parametrize("keep", [0.3, 0.7, 0.95])
def test_a_truncated_workbook_is_rejected(packed: Any, parts_of: Any, tmp_path: Path, keep: float) -> None:
    path = packed(parts_of(HEADER_ROW))
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * keep)])
    assert check_of(path, tmp_path) == "truncated"


def test_one_flipped_byte_in_a_part_is_found(packed: Any, parts_of: Any, tmp_path: Path) -> None:
    path = packed(parts_of(HEADER_ROW * 1))
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    raw = bytearray(path.read_bytes())
    raw[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 0x10
    path.write_bytes(raw)
    assert check_of(path, tmp_path) in ("damaged_archive", "truncated")


# Through the child process.


def test_shared_strings_that_fill_the_memory_are_rejected_and_the_parent_lives(
    packed: Any, parts_of: Any, tmp_path: Path
) -> None:
    strings = io.StringIO()
    strings.write(f'<sst xmlns="{MAIN}">')
    for i in range(6_000):
        strings.write(f"<si><t>{i:06d}{'x' * 30_000}</t></si>")
    strings.write("</sst>")
    parts = {**parts_of(HEADER_ROW), "xl/sharedStrings.xml": strings.getvalue()}
    path = packed(parts)
    assert path.stat().st_size < 2**20
    limits = Limits(memory=200 * 2**20, cpu_seconds=60, wall_seconds=120)
    with pytest.raises(InputRejected) as e:
        extract_file(path, Format.XLSX, tmp_path / "out", limits)
    assert e.value.check in ("parser_memory", "zip_bomb")
    assert list((tmp_path / "out").iterdir()) == []


def test_whatever_is_changed_in_a_part_ends_in_a_table_or_a_rejection(
    written: Any, packed: Any, tmp_path: Path
) -> None:
    rows: list[list[Any]] = [["代码", "名称", "价"], *[[f"{600000 + i}", f"名{i}", i / 8] for i in range(20)]]
    with zipfile.ZipFile(written(rows)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    chance = random.Random(20250331)
    verdicts = {"read": 0, "rejected": 0}
    for _ in range(300):
        name = chance.choice([n for n in parts if n.startswith("xl/") or n.startswith("_rels")])
        changed = bytearray(parts[name])
        for _ in range(chance.randint(1, 3)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        try:
            (table, *_) = read(packed({**parts, name: bytes(changed)}), tmp_path)
            assert table.lines == 1 + table.rows + table.other
            verdicts["read"] += 1
        except InputRejected:
            verdicts["rejected"] += 1
    assert min(verdicts.values()) > 20, verdicts

"""DBF files built byte by byte: every type, every way to be cut off or to contradict itself."""

from __future__ import annotations

import random
import struct
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from zhike.base.errors import InputRejected
from zhike.datacentre.readers import dbf
from zhike.datacentre.readers.extracted import Extracted
from zhike.datacentre.readers.foreign import extract_file
from zhike.datacentre.readers.formats import Format, sniff_format
from zhike.datacentre.readers.sandbox import Limits

Field = tuple[str, str, int]
FIELDS: list[Field] = [("证券代码", "C", 6), ("数量", "N", 10), ("日期", "D", 8)]


def record(*cells: str | bytes, flag: bytes = b" ", fields: list[Field] = FIELDS) -> bytes:
    """Return one record, texts padded as their type is."""
    out = flag
    for cell, (_, kind, width) in zip(cells, fields, strict=True):
        raw = cell if isinstance(cell, bytes) else cell.encode("gb18030")
        out += raw.rjust(width) if kind in "NF" else raw.ljust(width)
    return out


def table(
    rows: list[bytes], fields: list[Field] = FIELDS, *, version: int = 3, page: int = 0x7A, **said: int
) -> bytes:
    """Return a whole file; `said` may claim other `records`, another `header` or `record` length."""
    listed = (
        b"".join(struct.pack("<11sc4xB15x", n.encode("gb18030"), k.encode(), w) for n, k, w in fields) + b"\r"
    )
    length, width = 32 + len(listed), 1 + sum(w for *_, w in fields)
    head = struct.pack(
        "<4BIHH17xB2x", version, 125, 3, 31,
        said.get("records", len(rows)), said.get("header", length), said.get("record", width), page,
    )  # fmt: skip
    return head + listed + b"".join(rows) + b"\x1a"


def read(tmp_path: Path, content: bytes) -> tuple[Extracted, list[dict[str, Any]]]:
    path = tmp_path / "a.dbf"
    path.write_bytes(content)
    (extracted,) = dbf.extract(path, tmp_path, "a.dbf")
    with pa.memory_map(str(extracted.path)) as source:
        return extracted, pa.ipc.open_file(source).read_all().to_pylist()


def check_of(tmp_path: Path, content: bytes) -> InputRejected:
    with pytest.raises(InputRejected) as e:
        read(tmp_path, content)
    assert e.value.what.zh
    return e.value


def test_texts_numbers_and_dates_are_read_as_written(tmp_path: Path) -> None:
    extracted, rows = read(
        tmp_path, table([record("000001", "100", "20250331"), record("浦发", "007.50", "")])
    )
    assert extracted.header == ("证券代码", "数量", "日期")
    assert rows == [
        {"line": 1, "c0": "000001", "c1": "100", "n1": True, "c2": "2025-03-31"},
        {"line": 2, "c0": "浦发", "c1": "007.50", "n1": True, "c2": None},
    ]
    assert (extracted.header_line, extracted.rows, extracted.lines, extracted.other) == (0, 2, 2, 0)


def test_deleted_and_blank_records_are_counted_and_keep_their_numbers(tmp_path: Path) -> None:
    records = [
        record("1", "1", ""),
        record("2", "2", "", flag=b"*"),
        record("", "", ""),
        record("4", "4", ""),
    ]
    extracted, rows = read(tmp_path, table(records))
    assert [r["line"] for r in rows] == [1, 4]
    assert (extracted.rows, extracted.lines, extracted.other) == (2, 4, 2)


def test_characters_that_gbk_lacks_are_read(tmp_path: Path) -> None:
    fields: list[Field] = [("姓名", "C", 20)]
    _, rows = read(tmp_path, table([record("𠮷𬭚㛃䶮", fields=fields)], fields))
    assert rows[0]["c0"] == "𠮷𬭚㛃䶮"


def test_a_character_cut_in_half_by_its_width_is_dropped_with_a_note(tmp_path: Path) -> None:
    fields: list[Field] = [("姓名", "C", 5), ("金额", "N", 3)]
    half = record("张三丰".encode("gb18030")[:5], "1", fields=fields)
    extracted, rows = read(tmp_path, table([half, record("李四", "2", fields=fields)], fields))
    assert [r["c0"] for r in rows] == ["张三", "李四"]
    (note,) = extracted.notes
    assert (note.check, note.column, note.said.en[:7]) == ("cut_text", "姓名", "1 texts")


def test_foxpro_types_are_read_exactly(tmp_path: Path) -> None:
    fields: list[Field] = [
        ("I", "I", 4),
        ("B", "B", 8),
        ("Y", "Y", 8),
        ("T", "T", 8),
        ("L", "L", 1),
        ("_NullFlags", "0", 1),
    ]
    seconds = (13 * 3600 + 5 * 60 + 7) * 1000
    first = (
        b" "
        + struct.pack("<id", -7, 16899.150000000001)
        + struct.pack("<qii", -12_345, 2_460_766, seconds)
        + b"T\0"
    )
    second = b" " + struct.pack("<id", 0, 0.0) + struct.pack("<qii", 90_000, 0, 0) + b"?\0"
    extracted, rows = read(tmp_path, table([first, second], fields, version=0x30))
    assert extracted.header == ("I", "B", "Y", "T", "L")
    cells = [[r[f"c{j}"] for j in range(5)] for r in rows]
    assert cells == [
        ["-7", "16899.15", "-1.2345", "2025-03-31 13:05:07", "true"],
        ["0", "0", "9.0000", None, None],
    ]
    assert set(rows[0]) == {"line", "c0", "c1", "c2", "c3", "c4", "n0", "n1", "n2"}


def test_a_memo_is_empty_and_a_note_says_how_many_are_lost(tmp_path: Path) -> None:
    fields: list[Field] = [("代码", "C", 6), ("备注", "M", 10)]
    records = [record("1", b"%10d" % 7, fields=fields), record("2", b"", fields=fields)]
    extracted, rows = read(tmp_path, table(records, fields, version=0x83))
    assert [r["c1"] for r in rows] == [None, None]
    assert [(n.check, n.column, n.said.en[:2]) for n in extracted.notes] == [("memo_dropped", "备注", "1 ")]


def test_impossible_dates_stay_as_they_are_for_the_checks(tmp_path: Path) -> None:
    _, rows = read(
        tmp_path,
        table([record("1", "1", "20240230"), record("1", "***", "00000000"), record("1", "", "2024")]),
    )
    assert [(r["c1"], r["c2"]) for r in rows] == [("1", "2024-02-30"), ("***", None), (None, "2024")]


def test_many_records_come_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dbf, "ROWS_PER_BATCH", 7)
    records = [record(str(i), str(i), "", flag=b"*" if i % 5 == 0 else b" ") for i in range(50)]
    extracted, rows = read(tmp_path, table(records))
    assert [(r["line"], r["c0"]) for r in rows] == [(i + 1, str(i)) for i in range(50) if i % 5]
    assert (extracted.rows, extracted.other) == (40, 10)


def test_an_empty_table_is_a_header_without_rows(tmp_path: Path) -> None:
    extracted, rows = read(tmp_path, table([]))
    assert (rows, extracted.lines, extracted.header) == ([], 0, ("证券代码", "数量", "日期"))


ONE = record("000001", "100", "20250331")


@pytest.mark.parametrize(
    ("content", "check"),
    [
        (table([ONE], records=2), "truncated"),
        (table([ONE, ONE])[:-10], "truncated"),
        (table([ONE])[:20], "truncated"),
        (table([ONE])[:70], "truncated"),
        (table([ONE, ONE], records=1), "record_count"),
        (table([ONE]) + b"more", "record_count"),
        (table([ONE], record=24), "damaged_dbf"),
        (table([ONE], header=100), "damaged_dbf"),
        (table([b"?" + ONE[1:]]), "damaged_dbf"),
        (table([record("1", "1", "")], [("a", "C", 6), ("b", "N", 10), ("c", "D", 7)]), "damaged_dbf"),
        (table([], [("a", "X", 6)]), "dbf_type"),
        (table([], [("a", "B", 10)]), "dbf_type"),
        (table([ONE], page=0x78), "code_page"),
        (table([ONE], [("a", "C", 6), ("a", "N", 10), ("b", "D", 8)]), "duplicate_header"),
        (table([record(b"\xff\xff", "1", "")]), "bad_encoding"),
        (table([record(b"a\0b", "1", "")]), "nul_byte"),
    ],
)
def test_a_file_that_contradicts_itself_is_rejected(tmp_path: Path, content: bytes, check: str) -> None:
    assert check_of(tmp_path, content).check == check


def test_a_wrong_text_is_named_by_record_and_column(tmp_path: Path) -> None:
    e = check_of(tmp_path, table([ONE, ONE, record(b"\xff\xff", "1", "")]))
    assert (e.line, e.column) == (3, "证券代码")


def test_a_clearing_file_goes_through_the_child_process(tmp_path: Path) -> None:
    path = tmp_path / "zqbd.dbf"
    path.write_bytes(table([ONE] * 1000))
    assert sniff_format(path) is Format.DBF
    (extracted,) = extract_file(path, Format.DBF, tmp_path / "out", Limits())
    assert (extracted.name, extracted.rows) == ("zqbd.dbf", 1000)


def test_whatever_is_changed_in_a_file_ends_in_a_table_or_a_rejection(tmp_path: Path) -> None:
    good = table([ONE, record("浦发", "1.5", "20250401")] * 3)
    chance = random.Random(20250331)
    verdicts = {"read": 0, "rejected": 0}
    for _ in range(400):
        changed = bytearray(good)
        for _ in range(chance.randint(1, 3)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        try:
            extracted, rows = read(tmp_path, bytes(changed))
            assert extracted.lines == len(rows) + extracted.other
            verdicts["read"] += 1
        except InputRejected:
            verdicts["rejected"] += 1
    assert min(verdicts.values()) > 20, verdicts

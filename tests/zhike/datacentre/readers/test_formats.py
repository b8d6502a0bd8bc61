"""What a file is, told by its bytes; a name alone convinces nobody."""

from __future__ import annotations

import gzip
import struct
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from zhike.base.errors import InputRejected
from zhike.datacentre.readers.formats import Format, recognise, sniff_format

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
DBF = struct.pack("<4BIHH20x", 3, 125, 3, 31, 0, 65, 11) + struct.pack("<11sc4xB15x", b"DM", b"C", 10) + b"\r"
DAY = struct.pack("<5IfII", 20250331, 1050, 1060, 1040, 1055, 1e6, 95000, 0)


def saved(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def package(tmp_path: Path, name: str, *members: str) -> Path:
    with zipfile.ZipFile(tmp_path / name, "w") as out:
        for member in members:
            out.writestr(member, "<x/>")
    return tmp_path / name


def parquet(tmp_path: Path, name: str) -> Path:
    pq.write_table(pa.table({"a": [1]}), tmp_path / name)
    return tmp_path / name


def test_every_format_is_told_by_its_bytes_whatever_text_name_it_has(tmp_path: Path) -> None:
    files = {
        package(tmp_path, "book.xls", "[Content_Types].xml", "xl/workbook.xml"): Format.XLSX,
        package(tmp_path, "drop.csv", "a.csv"): Format.ZIP,
        parquet(tmp_path, "table.txt"): Format.PARQUET,
        saved(tmp_path, "packed.csv", gzip.compress(b"a,b\n", mtime=0)): Format.GZIP,
        saved(tmp_path, "clearing.dat", DBF): Format.DBF,
    }
    for path, format in files.items():
        found = recognise(path)
        assert found.format is format
        assert [n.check for n in found.notes] == ["other_extension"]
        assert format.value in found.notes[0].said.en


def test_a_name_that_keeps_its_promise_needs_no_note(tmp_path: Path) -> None:
    for path, format in (
        (package(tmp_path, "a.XLSX", "[Content_Types].xml", "xl/workbook.xml"), Format.XLSX),
        (package(tmp_path, "a.zip", "a.csv"), Format.ZIP),
        (parquet(tmp_path, "a.parquet"), Format.PARQUET),
        (saved(tmp_path, "a.csv.gz", gzip.compress(b"a", mtime=0)), Format.GZIP),
        (saved(tmp_path, "a.DBF", DBF), Format.DBF),
        (saved(tmp_path, "sh600000.day", DAY), Format.DAY),
        (saved(tmp_path, "sh600001.day", b""), Format.DAY),
        (saved(tmp_path, "a.csv", "日期,代码\n".encode("gb18030")), Format.TEXT),
    ):
        assert recognise(path).format is format
        assert recognise(path).notes == ()


def test_gbk_tab_text_named_xls_is_read_as_tab_text(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.xls", '="日期"\t="代码"\n'.encode("gb18030"))
    assert recognise(path).format is Format.TEXT
    assert recognise(path).notes == ()


@pytest.mark.parametrize(
    ("name", "content", "check"),
    [
        ("a.csv", b"", "empty_file"),
        ("a.xlsx", b"a,b\n1,2\n", "renamed"),
        ("a.xlsx", gzip.compress(b"a", mtime=0), "renamed"),
        ("a.parquet", b"a,b\n", "renamed"),
        ("a.gz", b"a,b\n", "renamed"),
        ("a.zip", b"a,b\n", "renamed"),
        ("a.dbf", b"a,b\n" * 20, "renamed"),
        ("sh600000.day", b"date,close\n" * 32, "renamed"),
        ("sh600000.day", DAY[:-1], "truncated"),
        ("a.xls", OLE + "Workbook".encode("utf-16-le"), "legacy_xls"),
        ("a.xlsx", OLE + "Workbook".encode("utf-16-le"), "legacy_xls"),
        ("a.xls", b"\x09\x08\x10\x00\x00\x06\x05\x00", "legacy_xls"),
        ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        ("a.parquet", b"PARE" + b"\0" * 20, "encrypted"),
        ("a.doc", OLE + "WordDocument".encode("utf-16-le"), "unsupported_format"),
        ("a.xls", b"\xef\xbb\xbf\n <HTML><body><table>", "html_table"),
        ("a.xls", b"<table border=1><tr><td>1", "html_table"),
        ("a.xls", b'<?xml version="1.0"?><?mso-application?><Workbook xmlns="x">', "xml_spreadsheet"),
        ("a.csv", b"%PDF-1.7", "unsupported_format"),
        ("a.csv", b"7z\xbc\xaf\x27\x1c", "unsupported_format"),
        ("a.rar", b"Rar!\x1a\x07\x00", "unsupported_format"),
    ],
)
def test_what_is_not_read_is_rejected_with_its_reason(
    tmp_path: Path, name: str, content: bytes, check: str
) -> None:
    with pytest.raises(InputRejected) as e:
        sniff_format(saved(tmp_path, name, content))
    assert e.value.check == check
    assert e.value.what.zh


@pytest.mark.parametrize(
    "members",
    [
        ("[Content_Types].xml", "xl/workbook.bin"),
        ("[Content_Types].xml", "word/document.xml"),
        ("mimetype", "content.xml"),
    ],
)
def test_other_office_packages_are_named_not_taken_for_zips(tmp_path: Path, members: tuple[str, ...]) -> None:
    with pytest.raises(InputRejected) as e:
        sniff_format(package(tmp_path, "a.zip", *members))
    assert e.value.check == "unsupported_format"


@pytest.mark.parametrize("text", ["0,1\n\t2,3\n" * 900, "C1,\n\x1f,x\n" * 900, "1\n2\n3\r\n" * 5000])
def test_a_text_that_begins_like_a_dbf_stays_a_text(tmp_path: Path, text: str) -> None:
    assert sniff_format(saved(tmp_path, "a.csv", text.encode())) is Format.TEXT


@pytest.mark.real
def test_the_real_statements_are_what_they_are(real_data: Path) -> None:
    folder = real_data / "statements"
    assert sniff_format(folder / "example-htsec-records.xlsx") is Format.XLSX
    assert sniff_format(folder / "example-hxsec-records.xls") is Format.TEXT

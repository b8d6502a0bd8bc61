"""What a file really is, told by its bytes and never by its name alone.

A name that promises a binary format (`.xlsx`, `.zip`, `.gz`, `.parquet`, `.dbf`, `.day`) must keep its
promise; a name that promises text, or `.xls`, which brokers put on anything, may hold any format that is read
here, and a note says so. `.day` alone has no mark of its own: its name, a size that 32 divides and plausible
dates make it one.

Checks raised here: `empty_file`, `renamed` (the name promises another format), `truncated` (.day),
`legacy_xls`, `encrypted`, `html_table`, `xml_spreadsheet`, `unsupported_format` (ODS, XLSB, PDF, Word, 7z,
rar, pictures, programs). Note: `other_extension`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from zhike.base.errors import InputRejected
from zhike.base.text import Said, say
from zhike.datacentre.readers.extracted import Note

_HEAD = 8192
_TAIL = 1 << 20  # a workbook's list of parts is at the end of its zip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF = (
    b"\x09\x00\x04\x00",
    b"\x09\x02\x06\x00",
    b"\x09\x04\x06\x00",
    b"\x09\x08\x10\x00",
    b"\x09\x08\x08\x00",
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PACKED = {
    b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"PK\x05\x06": "zip",
    b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "rar", b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd", b"MSCF": "cab",
    b"\x1f\x9d": "compress",
}  # fmt: skip
_FOREIGN = {
    b"%PDF-": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"\x7fELF": "ELF",
    b"MZ\x90": "EXE",
    b"SQLite format 3": "SQLite",
}
_DBF_VERSIONS = frozenset(
    (0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0x8E, 0xCB, 0xF5, 0xFB)
)
_WORKBOOK_NAMES = (".xlsx", ".xlsm", ".xltx", ".xltm")
_MARKUP = (
    b"<html",
    b"<table",
    b"<!doctype html",
    b"<meta",
    b"<head",
    b"<body",
    b"<div",
    b"<style",
    b"mime-version:",
)

ARCHIVES = frozenset(_PACKED.values()) | {"tar"}


class Format(Enum):
    """The formats that are read."""

    TEXT = "delimited text"
    XLSX = "XLSX workbook"
    ZIP = "zip"
    GZIP = "gzip"
    PARQUET = "Parquet"
    DBF = "DBF"
    DAY = "Tongdaxin .day"


_PROMISES = {
    **dict.fromkeys(_WORKBOOK_NAMES, Format.XLSX),
    ".zip": Format.ZIP, ".gz": Format.GZIP, ".parquet": Format.PARQUET,
    ".dbf": Format.DBF, ".day": Format.DAY,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a file is, and what its reader should know about how it was recognised."""

    format: Format
    notes: tuple[Note, ...] = ()


def sniff_format(path: Path) -> Format:
    """Return the format of `path`; raises `InputRejected` for one that isn't read (see the module)."""
    return recognise(path).format


def recognise(path: Path) -> Recognised:
    """Return the format of `path` with notes; raises `InputRejected` for one that isn't read (see above)."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    size, extension = path.stat().st_size, path.suffix.lower()
    if size == 0 and extension != ".day":  # a security that never traded has an empty .day
        raise _rejected("empty_file", say("文件是空的。", "The file is empty."))
    if extension == ".day":
        _refuse_implausible_day(head, size)
        return Recognised(Format.DAY)
    found = _by_magic(path, head, size)
    promised = _PROMISES.get(extension)
    if promised is not None and promised is not found:
        raise _renamed(extension, found)
    if found is Format.TEXT or promised is found:
        return Recognised(found)
    said = say(
        f"扩展名是“{extension}”，内容是 {found.value}，按内容读取。",
        f"The name ends in '{extension}', the content is {found.value}; it is read as that.",
    )
    return Recognised(found, (Note("other_extension", said),))


def archive_of(head: bytes) -> str | None:
    """Return the kind of archive that a file beginning with `head` (512 bytes tell) is, or None."""
    if head[257:262] == b"ustar":
        return "tar"
    return next((kind for magic, kind in _PACKED.items() if head.startswith(magic)), None)


def is_workbook(path: Path) -> bool:
    """Tell whether a zip lists the parts of an Office Open XML package."""
    return _lists(path, b"[Content_Types].xml") and _lists(path, b"xl/")


def _lists(path: Path, name: bytes) -> bool:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _TAIL))
        return name in stream.read(_TAIL)


def _by_magic(path: Path, head: bytes, size: int) -> Format:
    if head.startswith(_ZIP):
        return _zip_kind(path)
    if head.startswith(b"PAR1"):
        return Format.PARQUET
    if head.startswith(b"PARE"):
        raise _rejected("encrypted", say("Parquet 文件已加密。", "The Parquet file is encrypted."))
    if head.startswith(_OLE):
        raise _ole(path)
    if head.startswith(_BIFF):
        raise _legacy_xls()
    if archive_of(head) == "gzip":
        return Format.GZIP
    if is_dbf(head, size, named=path.suffix.lower() == ".dbf"):
        return Format.DBF
    _refuse_foreign(head)
    _refuse_markup(head)
    return Format.TEXT


def _zip_kind(path: Path) -> Format:
    if is_workbook(path):
        if _lists(path, b"xl/workbook.bin"):
            raise _unsupported("XLSB")
        return Format.XLSX
    if _lists(path, b"[Content_Types].xml") and _lists(path, b"word/"):
        raise _unsupported("DOCX")
    if _lists(path, b"mimetype") and _lists(path, b"content.xml"):
        raise _unsupported("ODS")
    return Format.ZIP


def is_dbf(head: bytes, size: int, *, named: bool) -> bool:
    """Tell whether `head` begins a DBF: version, date, and (unless `named` so) lengths that agree."""
    if len(head) < 33 or head[0] not in _DBF_VERSIONS or head[2] > 12 or head[3] > 31:
        return False
    header, record = struct.unpack_from("<HH", head, 8)
    if named:
        return True
    lengths = 65 <= header <= size and header % 32 in (1, 8) and record > 1  # 8: FoxPro adds 263 bytes
    return (
        lengths and head[32] > 32 and head[43:44] in b"CNFDLIBTYMGPVQW+@O0" and _field_list_ends(head, header)
    )


def _field_list_ends(head: bytes, header: int) -> bool:
    marks = range(64, min(header, len(head)), 32)
    return header > len(head) or any(head[m] == 0x0D for m in marks)


def _refuse_implausible_day(head: bytes, size: int) -> None:
    if size % 32:
        raise _rejected("truncated", say(
            f"文件大小 {size} 字节不是 32 的整数倍，.day 文件不完整。",
            f"{size} bytes aren't a multiple of 32; the .day file is cut off.",
        ))  # fmt: skip
    for (date,) in struct.iter_unpack("<I28x", head[: len(head) // 32 * 32]):
        if not (1980 <= date // 10_000 < 2200 and 1 <= date // 100 % 100 <= 12 and 1 <= date % 100 <= 31):
            raise _renamed(".day", None)


def _ole(path: Path) -> InputRejected:
    """Tell the OLE files apart by the names of their streams, which are UTF-16 wherever the directory is."""
    with path.open("rb") as stream:
        seen = stream.read(64 * 2**20)
    if "EncryptedPackage".encode("utf-16-le") in seen:
        return _rejected("encrypted", say("工作簿有密码保护。", "The workbook is protected by a password."))
    if any(name.encode("utf-16-le") in seen for name in ("Workbook", "Book")):
        return _legacy_xls()
    return _unsupported("OLE")


def _legacy_xls() -> InputRejected:
    return _rejected(
        "legacy_xls",
        say(
            "这是旧版 Excel 97–2003 二进制工作簿，不予读取。",
            "This is an old binary Excel 97–2003 workbook, which isn't read.",
        ),
    )


def _refuse_foreign(head: bytes) -> None:
    kind = archive_of(head) or next(
        (kind for magic, kind in _FOREIGN.items() if head.startswith(magic)), None
    )
    if kind is not None:
        raise _unsupported(kind)


def _refuse_markup(head: bytes) -> None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(b"<?xml") and (
        b"urn:schemas-microsoft-com:office:spreadsheet" in text or b"<workbook" in text
    ):
        raise _rejected(
            "xml_spreadsheet",
            say("这是 XML 表格（Excel 2003）。", "This is an XML spreadsheet (Excel 2003)."),
        )
    if text.startswith(_MARKUP) or (text.startswith(b"<") and (b"<html" in text or b"<table" in text)):
        raise _rejected(
            "html_table", say("这是网页表格，只是改了扩展名。", "This is a web page under another name.")
        )


def _renamed(extension: str, found: Format | None) -> InputRejected:
    zh, en = (
        (f"内容却是 {found.value}", f"the content is {found.value}")
        if found
        else ("内容却不是", "the content isn't")
    )
    return _rejected("renamed", say(
        f"扩展名是“{extension}”，{zh}；文件被改名或已损坏。",
        f"The name ends in '{extension}', but {en}: renamed or damaged."
    ))  # fmt: skip


def _unsupported(kind: str) -> InputRejected:
    return _rejected("unsupported_format", say(f"不支持 {kind} 文件。", f"{kind} files aren't read."))


def _rejected(check: str, what: Said) -> InputRejected:
    next_ = {
        "encrypted": say("请去掉密码后重新保存。", "Save it again without a password."),
        "renamed": say("请重新导出，不要改扩展名。", "Export it again and leave its extension as it is."),
        "truncated": say("请重新传输该文件。", "Transfer the file again."),
        "empty_file": say("请重新导出该文件。", "Export the file again."),
    }.get(check, say("请在 Excel 或 WPS 中另存为 XLSX 或 CSV。", "Save it as XLSX or CSV in Excel or WPS."))
    return InputRejected(check, what, next_=next_)

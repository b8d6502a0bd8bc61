"""DBF as clearing houses and counters deliver it: dBASE III/IV and FoxPro, text in GB18030.

Types: C text; N, F numbers as written (so digits stay as they are); D dates; L booleans; I, B, T, Y, +
FoxPro's binary integers, doubles, date-times, money and counters; 0 (null flags) is no column. Text of a memo
(M, G, P) lies in another file: such columns are empty, with a note. A last character that the field's width
cut in half is dropped, with a note. Deleted and wholly blank records are `other`. Lines are record numbers;
no header line.
Layout: dBASE table file structure (Ashton-Tate, "Using dBASE III Plus", appendix) and "Table File Structure"
of Visual FoxPro.

Checks raised here: `truncated` (fewer records than the header says), `record_count` (data behind the last
record), `damaged_dbf` (field lengths that don't add up, a record that is neither valid nor deleted),
`dbf_type`, `code_page`, `bad_encoding`, and those of `extracted`. Notes: `memo_dropped`, `cut_text`.
"""

from __future__ import annotations

import codecs
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.errors import InputRejected
from zhike.base.text import say
from zhike.datacentre.readers.extracted import ROWS_PER_BATCH, CellBlock, Extracted, Note, write_cells
from zhike.datacentre.readers.figures import double_texts

Bytes = npt.NDArray[np.uint8]
_WIDTHS = {"D": 8, "L": 1, "I": 4, "+": 4, "T": 8, "Y": 8}
_NUMERIC = frozenset("NFIBY+")
_MEMO = frozenset("MGP")
_KNOWN = frozenset("CNFDLIBTY+0") | _MEMO
_FOXPRO = frozenset((0x30, 0x31, 0x32))
_OTHER_SCRIPTS = {
    0x78: "Big5",
    0x79: "EUC-KR",
    0x7B: "Shift JIS",
    0x13: "Shift JIS",
    0x4E: "EUC-KR",
    0x4F: "Big5",
}
_GB18030 = codecs.getincrementaldecoder("gb18030")  # never GBK: it lacks characters of names
_JULIAN_1970 = 2_440_588


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    kind: str
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class _Header:
    records: int
    length: int
    record: int
    fields: tuple[_Field, ...]


def extract(path: Path, target_dir: Path, name: str) -> tuple[Extracted, ...]:
    """Read `path`, writing its cells to a file in `target_dir`; `name` is what the file is called."""
    head = _header(path)
    _check_size(path, head)
    fields = tuple(f for f in head.fields if f.kind != "0")
    live, notes = _count(path, head, fields)
    extracted = Extracted(
        name,
        target_dir / "dbf.arrow",
        tuple(f.name for f in fields),
        live,
        head.records,
        head.records - live,
        0,
        notes,
    )
    numeric = {j for j, f in enumerate(fields) if f.kind in _NUMERIC}
    write_cells(extracted, numeric, _blocks(path, head, fields))
    return (extracted,)


def _header(path: Path) -> _Header:
    with path.open("rb") as stream:
        first = stream.read(32)
        if len(first) < 32:
            raise _rejected("truncated", "文件头不完整", "its header is cut off")
        records, length, record = struct.unpack_from("<IHH", first, 4)
        listed = stream.read(max(0, length - 32))
    if len(listed) < length - 32:
        raise _rejected("truncated", "文件头不完整", "its header is cut off")
    if first[29] in _OTHER_SCRIPTS:
        script = _OTHER_SCRIPTS[first[29]]
        raise _rejected("code_page", f"文件声明的字符集是 {script}", f"it declares to be written in {script}")
    fields = _fields(listed, first[0] in _FOXPRO)
    if not fields or 1 + sum(f.width for f in fields) != record:
        raise _rejected(
            "damaged_dbf", "字段长度与记录长度不符", "its field lengths don't add up to the record's"
        )
    return _Header(records, length, record, fields)


def _fields(listed: bytes, foxpro: bool) -> tuple[_Field, ...]:
    fields: list[_Field] = []
    at, start = 0, 1
    while at + 32 <= len(listed) and listed[at] != 0x0D:
        raw, kind = listed[at : at + 11].split(b"\0")[0], chr(listed[at + 11])
        width = listed[at + 16] + (256 * listed[at + 17] if kind == "C" else 0)  # Clipper's long texts
        _check_field(raw, kind, width, foxpro)
        name = _decoded(raw)
        if name is None:
            raise _bad_encoding(None, repr(raw))
        fields.append(_Field(name.strip(), kind, start, width))
        start += width
        at += 32
    if listed[at : at + 1] != b"\x0d":
        raise _rejected("damaged_dbf", "字段表没有结束标记", "its list of fields has no end")
    return tuple(fields)


def _check_field(raw: bytes, kind: str, width: int, foxpro: bool) -> None:
    if kind not in _KNOWN or (kind == "B" and not foxpro):
        raise _rejected(
            "dbf_type", f"字段 {raw!r} 的类型“{kind}”不受支持", f"field {raw!r} has the unknown type '{kind}'"
        )
    if width == 0 or width != (8 if kind == "B" else _WIDTHS.get(kind, width)):
        raise _rejected(
            "damaged_dbf", f"字段 {raw!r} 的长度 {width} 无效", f"field {raw!r} can't be {width} bytes wide"
        )


def _check_size(path: Path, head: _Header) -> None:
    expected, size = head.length + head.records * head.record, path.stat().st_size
    if size < expected:
        there = (size - head.length) // head.record
        raise _rejected(
            "truncated",
            f"应有 {head.records} 条记录，只有 {there} 条",
            f"it says {head.records} records and holds {there}",
        )
    with path.open("rb") as stream:
        stream.seek(expected)
        while behind := stream.read(1 << 20):
            if behind.strip(b"\x1a\0"):
                raise _rejected(
                    "record_count",
                    f"第 {head.records} 条记录之后还有数据",
                    f"something follows record {head.records}, its last",
                )


def _batches(path: Path, head: _Header) -> Iterator[tuple[int, Bytes]]:
    """Yield the records as bytes (rows × record length) with the number of the first of them."""
    with path.open("rb") as stream:
        stream.seek(head.length)
        for first in range(0, head.records, ROWS_PER_BATCH):
            rows = min(ROWS_PER_BATCH, head.records - first)
            raw = stream.read(rows * head.record)
            yield first + 1, np.frombuffer(raw, np.uint8).reshape(rows, head.record)


def _kept(first: int, records: Bytes) -> npt.NDArray[np.bool_]:
    """Tell which records are data: not deleted, not blank."""
    flags = records[:, 0]
    odd = (flags != 0x20) & (flags != 0x2A)
    if odd.any():
        raise _rejected(
            "damaged_dbf",
            "记录标志无效",
            "a record is neither valid nor deleted",
            line=first + int(odd.argmax()),
        )
    data: npt.NDArray[np.bool_] = (flags == 0x20) & (records[:, 1:] != 0x20).any(axis=1)
    return data


def _count(path: Path, head: _Header, fields: tuple[_Field, ...]) -> tuple[int, tuple[Note, ...]]:
    """Count the records that are data, and what of them is lost: memos, halves of last characters."""
    live, lost = 0, dict.fromkeys(range(len(fields)), 0)
    for first, records in _batches(path, head):
        kept = records[_kept(first, records)]
        live += len(kept)
        for j, field in enumerate(fields):
            lost[j] += _lost(field, kept)
    return live, tuple(_lost_note(f, lost[j]) for j, f in enumerate(fields) if lost[j])


def _lost(field: _Field, records: Bytes) -> int:
    raw = records[:, field.start : field.start + field.width]
    if field.kind in _MEMO:  # neither blank nor block 0
        return int(((raw != 0x20) & (raw != 0x30) & (raw != 0)).any(axis=1).sum())
    if field.kind != "C":
        return 0
    return sum(_is_cut(r.tobytes()) for r in raw[raw[:, -1] >= 0x80])


def _lost_note(field: _Field, count: int) -> Note:
    if field.kind in _MEMO:
        said = say(
            f"“{field.name}”列有 {count} 条备注存放在另一个文件中，未读取。",
            f"{count} texts of column '{field.name}' are kept in another file and aren't read.",
        )
        return Note("memo_dropped", said, None, field.name)
    said = say(
        f"“{field.name}”列有 {count} 个文本末尾的汉字被字段宽度截断，去掉了半个字。",
        f"{count} texts of column '{field.name}' end in half a character, cut by the width; it is dropped.",
    )
    return Note("cut_text", said, None, field.name)


def _blocks(path: Path, head: _Header, fields: tuple[_Field, ...]) -> Iterator[CellBlock]:
    for first, records in _batches(path, head):
        kept = _kept(first, records)
        lines = np.flatnonzero(kept) + first
        records = records[kept]
        cells = [
            _cells(f, np.ascontiguousarray(records[:, f.start : f.start + f.width]), lines) for f in fields
        ]
        flags = pa.array(np.ones(len(lines), np.bool_))
        yield CellBlock(
            pa.array(lines), cells, {j: flags for j, f in enumerate(fields) if f.kind in _NUMERIC}
        )


def _cells(field: _Field, raw: Bytes, lines: npt.NDArray[np.int64]) -> Any:
    if field.kind in _MEMO:
        return pa.nulls(len(raw), pa.string())
    if field.kind in "CNFDL":
        texts = _texts(field, raw, lines)
        if field.kind == "D":
            return _dates(texts)
        return _flags(texts) if field.kind == "L" else texts
    return _binary(field.kind, raw)


def _texts(field: _Field, raw: Bytes, lines: npt.NDArray[np.int64]) -> Any:
    """Return the field's texts without their padding; each different one is decoded once."""
    fixed = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(field.width), len(raw), [None, pa.py_buffer(raw.tobytes())]
    )
    cells = pc.cast(fixed, pa.binary())
    if not (raw >= 0x80).any():
        texts = pc.cast(cells, pa.string())
    else:
        coded = pc.dictionary_encode(cells)
        decoded = [_decoded(cell) for cell in coded.dictionary.to_pylist()]
        if None in decoded:
            at = pc.index(coded.indices, pa.scalar(decoded.index(None), coded.indices.type)).as_py()
            raise _bad_encoding(int(lines[at]), field.name)
        texts = pc.take(pa.array(decoded, pa.string()), coded.indices)
    trim = pc.utf8_rtrim if field.kind == "C" else pc.utf8_trim
    return _or_null(trim(texts, characters=" \0"))


def _decoded(raw: bytes) -> str | None:
    """Decode GB18030 but for a last character that the width cut in half; None where it isn't GB18030."""
    try:
        return _GB18030().decode(raw)
    except UnicodeDecodeError:
        return None


def _is_cut(raw: bytes) -> bool:
    decoder = _GB18030()
    try:
        decoder.decode(raw)
    except UnicodeDecodeError:
        return False  # it will be refused
    return bool(decoder.getstate()[0])


def _bad_encoding(line: int | None, column: str) -> InputRejected:
    what = say("文本不是 GB18030 编码。", "A text isn't GB18030.")
    return InputRejected("bad_encoding", what, line=line, column=column)


def _or_null(texts: Any) -> Any:
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _dates(texts: Any) -> Any:
    """Write eight digits as an ISO date; anything else stays, for the checks to find."""
    iso = pc.replace_substring_regex(texts, pattern=r"^(\d{4})(\d\d)(\d\d)$", replacement=r"\1-\2-\3")
    return pc.if_else(pc.equal(texts, "00000000"), pa.scalar(None, pa.string()), iso)


def _flags(texts: Any) -> Any:
    upper = pc.utf8_upper(texts)
    true, false = pc.is_in(upper, pa.array(["T", "Y"])), pc.is_in(upper, pa.array(["F", "N"]))
    unknown = pc.if_else(pc.equal(upper, "?"), pa.scalar(None, pa.string()), texts)
    return pc.if_else(true, "true", pc.if_else(false, "false", unknown))


def _binary(kind: str, raw: Bytes) -> Any:
    if kind == "B":
        return double_texts(pa.array(raw.view("<f8").ravel()))
    if kind == "Y":
        return _money(raw.view("<i8").ravel())
    if kind == "T":
        return _date_times(raw)
    return pc.cast(pa.array(raw.view("<i4").ravel()), pa.string())


def _money(value: npt.NDArray[np.int64]) -> Any:
    """Write FoxPro's money, whole numbers of 1/10,000, with four decimals."""
    size = np.where(value < 0, -value, value).view(
        np.uint64
    )  # unsigned: the lowest value has no positive twin
    whole, part = pa.array(size // 10_000), pa.array(size % 10_000)
    sign = pc.if_else(pa.array(value < 0), "-", "")
    decimals = pc.utf8_lpad(pc.cast(part, pa.string()), 4, "0")
    return pc.binary_join_element_wise(
        sign, pc.binary_join_element_wise(pc.cast(whole, pa.string()), decimals, "."), ""
    )


def _date_times(raw: Bytes) -> Any:
    """Write FoxPro's Julian day and milliseconds as ISO; day 0 is empty."""
    pairs = raw.view("<i4").reshape(-1, 2).astype(np.int64)
    seconds = (pairs[:, 0] - _JULIAN_1970) * 86_400 + (pairs[:, 1] + 500) // 1000
    texts = pc.cast(pa.array(seconds, pa.timestamp("s")), pa.string())
    return pc.if_else(pa.array(pairs[:, 0] == 0), pa.scalar(None, pa.string()), texts)


def _rejected(check: str, zh: str, en: str, line: int | None = None) -> InputRejected:
    next_ = say("请重新导出或重新传输该文件。", "Export or transfer the file again.")
    return InputRejected(
        check, say(f"DBF 文件被拒收：{zh}。", f"The DBF is rejected: {en}."), line=line, next_=next_
    )

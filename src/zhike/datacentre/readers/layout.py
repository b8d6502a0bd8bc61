"""What a delimited text looks like: encoding, delimiter, quoting, header. Recognised once, shown, then used.

Checks raised here: `bad_encoding`, `mixed_encoding`, `wrong_delimiter`, `unclosed_quote`, `lone_carriage_return`,
`cell_too_long`, `empty_file`, `no_header`, `too_many_columns`, `duplicate_header`.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from zhike.base.errors import InputRejected
from zhike.base.text import Said, say
from zhike.datacentre.readers.surveying import LONGEST_LINE, Block, Survey, survey
from zhike.datacentre.spoilt import mixed_encoding

__all__ = ["Block", "Layout", "Survey", "lay_out", "lone_carriage_return", "survey"]

MOST_COLUMNS = 4_096
_HEAD = LONGEST_LINE + 4_096  # no line is longer, so the head holds one at least
_HEAD_LINES = 200
_DELIMITERS = (",", "\t", "|", ";")
_WRAPPED = re.compile('(?:^|[,\t|;])[ ]*="[^"]*"[ ]*(?:[,\t|;]|$)')
_STARTS_QUOTED = re.compile('(?:^|[,\t|;])[ ]*"')
_NAME = re.compile(r"[\w（）() ]+")


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read a delimited text. `wrapped`: cells may stand as `="…"`; `body`: where the rows begin."""

    encoding: str
    delimiter: str
    quoted: bool
    wrapped: bool
    header: tuple[str, ...]
    header_line: int
    body: Block
    sample: tuple[tuple[str, ...], ...]
    maybe_spoilt: bool


def lay_out(
    path: Path, found: Survey, *, encoding: str = "", delimiter: str = "", header_line: int = 0
) -> Layout:
    """Recognise a surveyed text; what a profile declares is used as declared, and refused where it doesn't fit."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    bom = head.startswith(codecs.BOM_UTF8)
    chosen = _encoding(encoding, bom, found)
    lines = _lines(head[3:] if bom else head, chosen, whole=len(head) == found.size, declared=bool(encoding))
    if not any(line.strip() for line in lines):
        raise _empty_file() if len(head) == found.size else _no_header(None)
    wrapped = any(_WRAPPED.search(line) for line in lines)
    quoted = found.quotes > 0 and (not wrapped or any(_STARTS_QUOTED.search(line) for line in lines))
    if quoted and found.quotes % 2:
        raise _unclosed_quote(path)
    mark = _delimiter(lines, delimiter, quoted)
    rows = _rows(lines, mark, quoted, wrapped)
    at = header_line - 1 if header_line else _header_at([cells for _, cells in rows])
    if at >= len(rows) or not any(rows[at][1]):
        raise _no_header(header_line)
    line, header = rows[at]
    _refuse_header(header, line)
    body = _body(path, found, rows[at + 1][0] if at + 1 < len(rows) else line + 1, line)
    sample = tuple(tuple(cells) for _, cells in rows[at + 1 : at + 51])
    return Layout(chosen, mark, quoted, wrapped, tuple(header), line, body, sample, found.maybe_spoilt)


def _encoding(declared: str, bom: bool, found: Survey) -> str:
    """Choose UTF-8 where the whole text is valid UTF-8, else GB18030 (never GBK: it lacks characters of names)."""
    name = declared.lower().replace("_", "-")
    wanted = {
        "utf8": "utf-8",
        "utf-8-sig": "utf-8",
        "gbk": "gb18030",
        "gb2312": "gb18030",
        "cp936": "gb18030",
    }.get(name, name)
    if wanted not in ("", "utf-8", "gb18030"):
        raise _bad_encoding(declared)
    if (wanted == "utf-8" or bom) and not found.valid_utf8:
        raise _bad_encoding(declared or "utf-8")
    return wanted or ("utf-8" if bom or found.valid_utf8 else "gb18030")


def _bad_encoding(name: str) -> InputRejected:
    return InputRejected(
        "bad_encoding",
        say(f"文件不是 {name} 编码，或编码混杂。", f"The file isn't {name}, or mixes encodings."),
        next_=say(
            "支持 utf-8 与 gb18030；请重新导出或改正映射中的 encoding。",
            "utf-8 and gb18030 are read; export again or mend `encoding` in the mapping.",
        ),
    )


def _lines(head: bytes, encoding: str, *, whole: bool, declared: bool) -> list[str]:
    """Decode the first lines of a text; the last, perhaps cut off, is left out unless the text ends there."""
    raw = head.split(b"\n")
    if not whole or (raw and not raw[-1]):
        raw = raw[:-1]
    out = []
    for number, line in enumerate(raw[:_HEAD_LINES], start=1):
        try:
            out.append(line.removesuffix(b"\r").decode(encoding))
        except UnicodeDecodeError as error:
            raise _bad_encoding(encoding) if declared else mixed_encoding(encoding, number) from error
    return out


def _delimiter(lines: Sequence[str], declared: str, quoted: bool) -> str:
    """Choose the delimiter that splits most lines into the same number of cells (two at least)."""
    if declared:
        _refuse_delimiter(lines, declared, quoted)
        return declared
    scores = []
    for mark in _DELIMITERS:
        width, votes = _widest(_widths(lines, mark, quoted))
        scores.append((votes * min(width, 8) if width > 1 else 0, width, mark))
    score, _, mark = max(scores, key=lambda s: s[:2])
    if score:
        return mark
    if all(_NAME.fullmatch(line.strip()) for line in lines[:1]):  # a table of one column needs none
        return ","
    raise _rejected_delimiter(
        say(
            "看不出分隔符（逗号、制表符、竖线、分号都不是）。",
            "No delimiter (comma, tab, pipe, semicolon) splits this file.",
        )
    )


def _widest(widths: Counter[int]) -> tuple[int, int]:
    """Return the width that most lines have and how many do; wide tables weigh more than narrow titles."""
    return max(
        widths.items(), key=lambda item: (item[1] * min(item[0], 8) * (item[0] > 1), item[0]), default=(1, 0)
    )


def _refuse_delimiter(lines: Sequence[str], declared: str, quoted: bool) -> None:
    if len(declared) != 1 or not declared.isascii() or declared in '"\r\n':
        raise _rejected_delimiter(say("分隔符应为一个 ASCII 字符。", "A delimiter is one ASCII character."))
    widths = _widths(lines, declared, quoted)
    if 2 * sum(n for width, n in widths.items() if width > 1) < sum(widths.values()):
        raise _rejected_delimiter(
            say("声明的分隔符与文件不符。", "The declared delimiter doesn't fit the file.")
        )


def _rejected_delimiter(what: Said) -> InputRejected:
    return InputRejected(
        "wrong_delimiter",
        what,
        next_=say(
            "请在 mapping.toml 的 [profile] 中写明 delimiter。",
            "Give `delimiter` under [profile] in mapping.toml.",
        ),
    )


def _widths(lines: Sequence[str], mark: str, quoted: bool) -> Counter[int]:
    return Counter(len(cells) for _, cells in _cells(lines, mark, quoted) if any(c.strip() for c in cells))


def _cells(lines: Sequence[str], mark: str, quoted: bool) -> Iterator[tuple[int, list[str]]]:
    """Yield rows with the number of their first line; raise InputRejected for what no row can be."""
    if not quoted:
        for number, line in enumerate(lines, start=1):
            if "\r" in line:
                raise lone_carriage_return(number)
            yield number, line.split(mark)
        return
    reader, before = csv.reader((line + "\n" for line in lines), delimiter=mark), 0
    try:
        for row in reader:
            yield before + 1, row
            before = reader.line_num
    except csv.Error as error:
        if "field limit" in str(error):
            raise _cell_too_long(before + 1) from error
        raise lone_carriage_return(before + 1) from error


def _rows(lines: Sequence[str], mark: str, quoted: bool, wrapped: bool) -> list[tuple[int, list[str]]]:
    """Return the first rows with their line numbers; `="…"` is taken off."""
    cells = _cells(lines, mark, quoted)
    return [(n, [_unwrapped(c) if wrapped else c.strip() for c in row]) for n, row in cells]


def _unwrapped(cell: str) -> str:
    bare = cell.strip()
    return bare[2:-1] if bare.startswith('="') and bare.endswith('"') and len(bare) > 2 else bare


def _header_at(rows: Sequence[Sequence[str]]) -> int:
    """Find the header: the first row as wide as most, whose cells are names (no numbers), each standing once.

    Rows above it are titles. Where no row is like that, the first row that isn't blank is taken for it.
    """
    width, _ = _widest(Counter(len(r) for r in rows if any(r)))
    for i, row in enumerate(rows):
        names = [c for c in row if c]
        if len(row) == width and len(names) * 2 > len(row) and not any(map(_numeric, names)):
            return i
    return next((i for i, row in enumerate(rows) if any(row)), len(rows))


def _numeric(cell: str) -> bool:
    return cell.replace(".", "").replace("-", "").replace(",", "").replace(":", "").replace("/", "").isdigit()


def _refuse_header(header: Sequence[str], line: int) -> None:
    """Raise InputRejected for too many columns or a name that stands twice."""
    if len(header) > MOST_COLUMNS:
        raise InputRejected(
            "too_many_columns",
            say(f"列数超过 {MOST_COLUMNS:,}。", f"More than {MOST_COLUMNS:,} columns."),
            line=line,
            next_=say("请只导出需要的列。", "Export only the columns that are needed."),
        )
    for name, times in Counter(h for h in header if h).items():
        if times > 1:
            raise InputRejected(
                "duplicate_header",
                say(f"列名“{name}”出现了 {times} 次。", f"The column name '{name}' stands {times} times."),
                line=line,
                column=name,
                next_=say(
                    "请为各列取不同的名字后重新导出。", "Give each column a name of its own and export again."
                ),
            )


def _body(path: Path, found: Survey, next_line: int, header_line: int) -> Block:
    """Return where the rows begin: behind the header's last line."""
    last = max(next_line - 1, header_line) if next_line > header_line else header_line
    offset = 0
    with path.open("rb") as stream:
        for _ in range(last):
            offset += len(stream.readline())
    return Block(offset, found.size, last + 1)


def _empty_file() -> InputRejected:
    return InputRejected(
        "empty_file",
        say("文件是空的。", "The file is empty."),
        next_=say("请检查导出是否完成。", "See whether the export was finished."),
    )


def _no_header(line: int | None) -> InputRejected:
    return InputRejected(
        "no_header",
        say("找不到表头行。", "No header line was found."),
        line=line,
        next_=say(
            "请在 mapping.toml 的 [profile] 中写明 header_line。",
            "Give `header_line` under [profile] in mapping.toml.",
        ),
    )


def _cell_too_long(line: int) -> InputRejected:
    return InputRejected(
        "cell_too_long",
        say("单元格过长。", "A cell is too long."),
        line=line,
        next_=say("请检查该行的引号。", "Check the quotation marks of that line."),
    )


def lone_carriage_return(line: int) -> InputRejected:
    """Say that a carriage return stands where a line end or a cell's text should be."""
    return InputRejected(
        "lone_carriage_return",
        say(
            "有单独的回车符（旧 Mac 换行，或单元格内换行）。",
            "A carriage return stands alone: an old Mac's line end, or a break in a cell.",
        ),
        line=line,
        next_=say(
            "请以 LF 或 CRLF 换行重新导出，单元格内换行须加引号。",
            "Export with LF or CRLF line ends; breaks inside cells need quotation marks.",
        ),
    )


def _unclosed_quote(path: Path) -> InputRejected:
    """Find the line of the quotation mark that stays open to the end."""
    opened, quotes = 1, 0
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            found = line.count(b'"')
            if found and quotes % 2 == 0:
                opened = number
            quotes += found
    return InputRejected(
        "unclosed_quote",
        say("引号没有闭合。", "A quotation mark is never closed."),
        line=opened,
        next_=say(
            "请重新导出，或去掉单元格中的引号。",
            "Export again, or take the quotation marks out of the cells.",
        ),
    )

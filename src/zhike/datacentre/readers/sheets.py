"""The XML inside a workbook: shared strings, number formats, and the rows of a sheet as a stream.

Read with expat, one element at a time, so that memory doesn't grow with the sheet. (openpyxl drops a row
silently when its number repeats, and can't tell a formula without a value from an empty cell; neither may
happen here.) Cells keep what the format knows: text or number; a number shown as a date or time becomes one
(ECMA-376 part 1, 18.8.30).

Checks raised here: `xml_entities` (a DTD or an entity: XXE, billion laughs), `damaged_workbook` (XML that
isn't well formed, rows or cells that stand twice or out of order, a text that isn't there), `far_cell` (a
value beyond column 512 or row 1,048,576), `cell_too_long`, `nul_byte`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

from zhike.base.errors import InputRejected
from zhike.base.text import say
from zhike.datacentre.readers.extracted import MAX_CELL, refuse_bad_text
from zhike.datacentre.readers.figures import stored_number
from zhike.datacentre.readers.moments import Moment, moment_of, moment_text

MAX_ROWS = 1_048_576
MAX_COLUMNS = 512  # with values; a broker's widest export has under a hundred
_CHUNK = 1 << 18
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Book:
    """What the cells of all sheets refer to: shared strings, what each cell style shows, the first day."""

    strings: Sequence[str]
    styles: Sequence[Moment | None]
    since_1904: bool


@dataclass(slots=True)
class Row:
    """One row: its number, its cells from column 0 on (None = empty), and which of them were what."""

    number: int
    cells: list[str | None] = field(default_factory=list)
    numbers: list[bool] = field(default_factory=list)
    moments: list[int] = field(default_factory=list)
    unvalued: list[int] = field(default_factory=list)


def damaged(zh: str, en: str, line: int | None = None) -> InputRejected:
    """Build the rejection of a workbook whose inside contradicts itself."""
    next_ = say(
        "请用 Excel 或 WPS 打开后另存为新文件。", "Open it in Excel or WPS and save it as a new file."
    )
    return InputRejected(
        "damaged_workbook",
        say(f"工作簿已损坏：{zh}。", f"The workbook is damaged: {en}."),
        line=line,
        next_=next_,
    )


def parse(chunks: Iterable[bytes], start: Start, end: End, text: Callable[[str], None]) -> Iterator[None]:
    """Feed XML to handlers; yield after each chunk; refuse any DTD and any entity.

    Handlers get names with their namespace; `local` takes it off.
    """
    parser = expat.ParserCreate(namespace_separator="\n")
    parser.buffer_text = True

    def forbidden(*_: object) -> None:
        raise InputRejected(
            "xml_entities",
            say(
                "工作簿的 XML 含有 DTD 或实体声明，可能是攻击文件。",
                "The workbook's XML declares a DTD or entities; it may be an attack.",
            ),
        )

    parser.StartDoctypeDeclHandler = forbidden
    parser.EntityDeclHandler = forbidden
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # the latter: an encoding expat doesn't know
        if isinstance(error, KeyError | IndexError):
            raise  # a mistake in a handler, not in the file
        raise damaged("XML 格式错误", f"its XML isn't well formed ({error})") from error
    yield


def elements(chunks: Iterable[bytes]) -> list[tuple[str, dict[str, str]]]:
    """Return all elements of a small part in order, as (local name, attributes)."""
    found: list[tuple[str, dict[str, str]]] = []
    for _ in parse(
        chunks, lambda name, attributes: found.append((local(name), attributes)), _ignored, _ignored
    ):
        pass
    return found


def local(name: str) -> str:
    """Return a name without its namespace, all in which strict workbooks differ from others here."""
    return name.rpartition("\n")[2]


def _ignored(_: str) -> None:
    """Let go an event that nobody needs."""


def unescape(text: str) -> str:
    """Undo the workbook's `_x000A_` escapes."""
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def shared_strings(chunks: Iterable[bytes]) -> list[str]:
    """Return the shared strings in order; the runs of a rich text joined, its phonetic reading left out."""
    strings: list[str] = []
    parts: list[str] = []
    within: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        if local(name) in ("t", "rPh"):
            within.append(local(name))

    def end(name: str) -> None:
        if local(name) in ("t", "rPh"):
            within.pop()
        elif local(name) == "si":
            text = unescape("".join(parts))
            parts.clear()
            refuse_bad_text(text, line=None, column=None)
            strings.append(text)

    def text(piece: str) -> None:
        if within == ["t"]:
            parts.append(piece)

    for _ in parse(chunks, start, end, text):
        pass
    return strings


def cell_styles(chunks: Iterable[bytes]) -> list[Moment | None]:
    """Return for each cell style whether its number format shows a date, a time or both."""
    codes: dict[int, str] = {}
    used: list[int] = []
    inside = False
    for name, attributes in elements(chunks):
        if name == "numFmt" and not inside:
            codes[_integer(attributes.get("numFmtId", ""))] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            inside = True
        elif name in ("cellStyles", "dxfs"):
            break
        elif name == "xf" and inside:
            used.append(_integer(attributes.get("numFmtId", "0")))
    return [moment_of(number, codes.get(number)) for number in used]


def _integer(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise damaged(f"“{text[:20]}”应为整数", f"'{text[:20]}' should be an integer")
    return int(text)


def rows_of(chunks: Iterable[bytes], book: Book) -> Iterator[Row]:
    """Yield the rows that a sheet's XML holds, in order; rows it leaves out are blank."""
    reader = _SheetReader(book)
    for _ in parse(chunks, reader.start, reader.end, reader.text):
        yield from reader.take()


class _SheetReader:
    """The handlers of one sheet: gather a cell's texts, close it into its row, the row into the queue."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._done: list[Row] = []
        self._row: Row | None = None
        self._number = 0
        self._columns: dict[str, int] = {}
        self._starts: dict[str, Callable[[_SheetReader, dict[str, str]], None] | None] = {}
        self._ends: dict[str, Callable[[_SheetReader], None] | None] = {}
        self._column = -1
        self._kind = "n"
        self._style = 0
        self._parts: list[str] = []
        self._length = 0
        self._reading = self._valued = self._formula = self._phonetic = False

    def take(self) -> list[Row]:
        """Hand over the rows closed since last time."""
        done, self._done = self._done, []
        return done

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Open a row, a cell or a text; by table, since this is called for every cell of every sheet."""
        try:
            action = self._starts[name]
        except KeyError:
            action = self._starts[name] = _STARTS.get(local(name))
        if action is not None:
            action(self, attributes)

    def end(self, name: str) -> None:
        """Close a row, a cell or a text."""
        try:
            action = self._ends[name]
        except KeyError:
            action = self._ends[name] = _ENDS.get(local(name))
        if action is not None:
            action(self)

    def open_text(self, _: Mapping[str, str]) -> None:
        self._valued = True
        self._reading = not self._phonetic

    def close_text(self) -> None:
        self._reading = False

    def open_formula(self, _: Mapping[str, str]) -> None:
        self._formula = True

    def open_phonetic(self, _: Mapping[str, str]) -> None:
        self._phonetic = True

    def close_phonetic(self) -> None:
        self._phonetic = False

    def close_row(self) -> None:
        if self._row is not None:
            self._done.append(self._row)
            self._row = None

    def text(self, text: str) -> None:
        if self._reading:
            self._parts.append(text)
            self._length += len(text)
            if self._length > 8 * MAX_CELL:  # escapes may shrink it, not that much
                refuse_bad_text("x" * (MAX_CELL + 1), line=self._number, column=None)

    def open_row(self, attributes: Mapping[str, str]) -> None:
        number = _integer(attributes["r"]) if "r" in attributes else self._number + 1
        if number <= self._number:
            raise damaged(
                f"第 {number} 行出现多次或顺序错乱", f"row {number} stands twice or out of order", number
            )
        self._number = number
        self._row = Row(number)
        self._column = -1

    def open_cell(self, attributes: Mapping[str, str]) -> None:
        place = attributes.get("r")
        self._column = self._column + 1 if place is None else self._column_of(place)
        self._kind = attributes.get("t", "n")
        self._style = _integer(attributes["s"]) if "s" in attributes else 0
        self._parts.clear()
        self._length = 0
        self._reading = self._valued = self._formula = self._phonetic = False

    def _column_of(self, place: str) -> int:
        letters = place.rstrip("0123456789")
        if place[len(letters) :] != str(self._number):
            raise damaged(
                f"单元格 {place[:20]} 不在第 {self._number} 行",
                f"cell {place[:20]} isn't in row {self._number}",
                self._number,
            )
        column = self._columns.get(letters)
        if column is None:
            column = self._columns[letters] = _column_number(letters, self._number)
        return column

    def close_cell(self) -> None:
        row = self._row
        if row is None:
            raise damaged("单元格不在任何一行内", "a cell stands outside of all rows")
        column = self._column
        raw = "".join(self._parts)
        if self._formula and not raw and self._kind != "str" and column < MAX_COLUMNS:
            row.unvalued.append(column)
        if not self._valued:
            return
        text, figure = self._value(raw) if raw else ("", False)
        if column >= MAX_COLUMNS or self._number > MAX_ROWS:
            raise far_cell(self._number, column)
        while len(row.cells) <= column:
            row.cells.append(None)
            row.numbers.append(False)
        if row.cells[column] is not None:
            raise damaged(
                f"第 {self._number} 行有单元格重复", f"row {self._number} holds a cell twice", self._number
            )
        row.cells[column] = text
        row.numbers[column] = figure

    def _value(self, raw: str) -> tuple[str, bool]:
        """Return a cell's text and whether it was a number (dates and times aren't: they read as such)."""
        kind = self._kind
        if kind == "s":
            return self._shared(raw), False
        if kind == "n":
            return self._figure(raw)
        if kind == "b":
            return {"1": "true", "0": "false"}.get(raw.strip(), raw), False
        if kind == "d":
            return raw.strip().removesuffix("Z").replace("T", " ").removesuffix(".000"), False
        text = unescape(raw)
        refuse_bad_text(text, line=self._number, column=None)
        return text, False

    def _shared(self, raw: str) -> str:
        index = _integer(raw.strip())
        if index >= len(self._book.strings):
            raise damaged(f"缺少第 {index} 个共享字符串", f"shared string {index} isn't there", self._number)
        return self._book.strings[index]

    def _figure(self, raw: str) -> tuple[str, bool]:
        text = stored_number(raw)
        if text is None:
            return raw, False
        styles = self._book.styles
        moment = styles[self._style] if self._style < len(styles) else None
        shown = moment_text(float(raw), moment, self._book.since_1904) if moment is not None else None
        if shown is None:
            return text, True
        if self._row is not None:
            self._row.moments.append(self._column)
        return shown, False


_STARTS = {
    "c": _SheetReader.open_cell, "v": _SheetReader.open_text, "t": _SheetReader.open_text,
    "row": _SheetReader.open_row, "f": _SheetReader.open_formula, "rPh": _SheetReader.open_phonetic,
}  # fmt: skip
_ENDS = {
    "c": _SheetReader.close_cell, "v": _SheetReader.close_text, "t": _SheetReader.close_text,
    "row": _SheetReader.close_row, "rPh": _SheetReader.close_phonetic,
}  # fmt: skip


def _column_number(letters: str, line: int) -> int:
    if not (0 < len(letters) <= 3 and letters.isascii() and letters.isalpha() and letters.isupper()):
        raise damaged(f"单元格名“{letters[:20]}”无效", f"'{letters[:20]}' is no column", line)
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def far_cell(row: int, column: int) -> InputRejected:
    """Build the rejection of a value far away from the table."""
    what = say(
        f"第 {row} 行第 {column + 1} 列有一个远离数据区的单元格。",
        f"A cell in row {row}, column {column + 1} stands far away from the data.",
    )
    next_ = say(
        "请删除数据区之外的单元格后重新保存。", "Delete the cells outside of the table and save again."
    )
    return InputRejected("far_cell", what, line=row, next_=next_)

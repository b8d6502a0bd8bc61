"""From text cells to typed columns, a whole column at a time.

Numbers go through one compiled loop; texts are read once for each different value and spread back over the rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.errors import InputRejected
from zhike.base.text import say
from zhike.datacentre import kernels, texts
from zhike.datacentre.catalogue import check
from zhike.datacentre.masks import masked
from zhike.datacentre.spoilt import first_spoilt, mixed_encoding, spoilt_text, utf8_among
from zhike.datacentre.stored import SCALES, reading_type, storage_type
from zhike.datacentre.tables.definition import Column, Type

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_SAMPLE = 4096
LONGEST_CELL = 32_767  # characters, as in a workbook


@dataclass(frozen=True, slots=True)
class Problem:
    """Rows of one column that fail one check; `values` are the texts that stood there (None: not worth showing)."""

    check: str
    column: str | None
    rows: Ints
    values: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """A typed column. `numbers`: scaled whole numbers, day numbers or milliseconds; `codes` point into `words` (-1: none)."""

    array: pa.Array
    absent: Bools
    numbers: Ints | None = None
    codes: Ints | None = None
    words: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """How one column is to be read: number formats its profile allows, a factor, a width and a rule for its codes."""

    thousands: bool = False
    parentheses: bool = False
    units: bool = False
    factor: Fraction = Fraction(1)
    date_order: str = "ymd"
    width: int = 0
    recode: Callable[[texts.Meaning], texts.Meaning] | None = None


class TextCells:
    """One source column: n text cells as bytes in `encoding`; `as_number` marks cells the file stored as numbers.

    `lines` are the line numbers of the cells, for rejections. `delivered` is the encoding that the file came in.
    """

    def __init__(
        self,
        array: pa.Array,
        name: str,
        encoding: str = "utf-8",
        as_number: Bools | None = None,
        lines: Ints | None = None,
        delivered: str = "",
    ) -> None:
        self.name = name
        self.encoding = encoding
        self.as_number = as_number
        self.lines = lines
        self.delivered = delivered or encoding
        self._array = array if array.type == pa.binary() else array.cast(pa.binary())

    def __len__(self) -> int:
        """Return the number of cells."""
        return len(self._array)

    def buffers(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
        """Return the cells' bytes and the n + 1 offsets into them."""
        _, offsets, data = self._array.buffers()
        n, at = len(self._array), self._array.offset
        if offsets is None or n == 0:
            return np.zeros(1, np.uint8), np.zeros(n + 1, np.int32)
        raw = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(1, np.uint8)
        return raw, np.frombuffer(offsets, np.int32)[at : at + n + 1]

    def decoded(self, values: Sequence[bytes]) -> list[str]:
        """Decode bytes to text; raise InputRejected where they aren't what the file's encoding allows."""
        try:
            out = [v.decode(self.encoding) for v in values]
        except UnicodeDecodeError as error:
            raise mixed_encoding(self.delivered, self._line_of(error.object), self.name) from error
        spoilt = first_spoilt(out)
        if spoilt is not None:
            raise spoilt_text(self._line_of(values[spoilt]), self.name)
        if self.delivered == "gb18030":
            self._refuse_mixture(values, out)
        return out

    def _refuse_mixture(self, values: Sequence[bytes], decoded: Sequence[str]) -> None:
        """Refuse a GB18030 file some of whose texts are plainly UTF-8: read as GB18030 they'd be other characters."""
        if all(map(bytes.isascii, values)):
            return
        raw = values if self.encoding == "gb18030" else [t.encode("gb18030") for t in decoded]
        foreign = utf8_among(raw)
        if foreign is not None:
            raise mixed_encoding(self.delivered, self._line_of(values[foreign]), self.name)

    def _line_of(self, value: bytes) -> int | None:
        """Return the line of the first cell that holds `value`."""
        row = pc.index(self._array, pa.scalar(value, pa.binary())).as_py()
        return int(self.lines[row]) if self.lines is not None and row >= 0 else None

    def at(self, rows: Ints) -> list[str]:
        """Return the texts of some rows, for people to read."""
        return [v.decode(self.encoding, "replace") for v in self.raw(rows)]

    def raw(self, rows: Ints) -> list[bytes]:
        """Return the bytes of some rows."""
        cells: list[bytes] = self._array.take(pa.array(rows)).to_pylist()
        return cells

    def distinct(self) -> tuple[list[str], Ints]:
        """Return the different texts and, for each row, which of them it holds."""
        coded = self._array.dictionary_encode()
        return self.decoded(coded.dictionary.to_pylist()), coded.indices.to_numpy(
            zero_copy_only=False
        ).astype(np.int64)

    def taken(self, keep: Bools) -> TextCells:
        """Return the cells of the rows that `keep` marks."""
        flags = self.as_number[keep] if self.as_number is not None else None
        lines = self.lines[keep] if self.lines is not None else None
        return TextCells(
            self._array.filter(pa.array(keep)), self.name, self.encoding, flags, lines, self.delivered
        )

    def seldom_repeats(self) -> bool:
        """Tell, by the first cells, whether most values differ."""
        head = self._array.slice(0, _SAMPLE)
        return len(head) == _SAMPLE and len(head.unique()) > _SAMPLE // 4

    def plain_strings(self) -> tuple[pa.Array, Bools] | None:
        """Return the cells as they stand where all are plain identifiers or empty, else None."""
        data, offsets = self.buffers()
        plain = kernels.plain_cells(data, offsets)
        empty = offsets[1:] == offsets[:-1]
        if not np.all(plain | empty):
            return None
        _, raw_offsets, raw_data = self._array.buffers()
        valid = pa.array(~empty).buffers()[1] if empty.any() else None
        array = pa.Array.from_buffers(
            pa.string(), len(self), [valid, raw_offsets, raw_data], offset=self._array.offset
        )
        return array, empty


@dataclass(slots=True)
class Problems:
    """Collects what is wrong with a block of rows, whose line numbers are `lines`."""

    lines: Ints
    found: list[Problem] = field(default_factory=list)

    def add(self, check: str, column: str | None, rows: Ints | Bools, cells: TextCells | None = None) -> None:
        """Note rows (indices, or a mask over the block) that fail `check`."""
        where: Ints = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows.astype(np.int64)
        if len(where):
            self.found.append(Problem(check, column, where, cells.at(where) if cells is not None else None))


def read_column(cells: TextCells, table: str, column: Column, how: Reading, problems: Problems) -> Typed:
    """Type one column; what can't be read is noted in `problems` and left empty."""
    typed = (
        _numbers(cells, column, how, problems)
        if column.type in SCALES
        else _texts(cells, table, column, how, problems)
    )
    if cells.as_number is not None and column.type is Type.CODE:
        problems.add("number_as_code", cells.name, cells.as_number & ~typed.absent, cells)
    return typed


def constant_column(text: str, n: int, table: str, column: Column, how: Reading, problems: Problems) -> Typed:
    """Type a column whose one value the mapping gives."""
    cells = TextCells(pa.array([text.encode()], pa.binary()), column.name)
    one = read_column(cells, table, column, how, problems)
    at = np.zeros(n, np.int64)
    return Typed(
        one.array.take(pa.array(at)),
        one.absent[at],
        one.numbers[at] if one.numbers is not None else None,
        one.codes[at] if one.codes is not None else None,
        one.words,
    )


def empty_column(n: int, column: Column) -> Typed:
    """Return a column with no value in any row."""
    return Typed(
        pa.nulls(n, reading_type(column)),
        np.ones(n, np.bool_),
        np.zeros(n, np.int64),
        np.full(n, -1, np.int64),
    )


def decimals(numbers: Ints, absent: Bools, column: Column) -> pa.Array:
    """Hold scaled whole numbers in the column's Arrow type."""
    mask = absent if absent.any() else None
    if column.type is Type.COUNT:
        return pa.array(numbers, pa.int64(), mask=mask)
    if column.type is Type.NUMBER:
        return pa.array(numbers / 10.0 ** SCALES[Type.NUMBER], pa.float64(), mask=mask)
    valid = pa.array(~mask).buffers()[1] if mask is not None else None
    whole = np.ascontiguousarray(numbers)
    return pa.Array.from_buffers(reading_type(column), len(whole), [valid, pa.py_buffer(whole)])


def _numbers(cells: TextCells, column: Column, how: Reading, problems: Problems) -> Typed:
    """Read a column of numbers, and a second time, with more care, the cells that weren't plain numbers."""
    data, offsets = cells.buffers()
    scale = SCALES[column.type]
    numbers, codes = kernels.parse_decimals(data, offsets, scale, how.thousands, how.parentheses)
    odd = np.flatnonzero(codes == kernels.NOT_A_NUMBER)
    if len(odd):
        numbers[odd], codes[odd] = _second_look(cells, odd, scale, how, problems)
    problems.add("not_a_number", cells.name, codes == kernels.NOT_A_NUMBER, cells)
    problems.add("number_too_large", cells.name, codes == kernels.TOO_LARGE, cells)
    too_fine = "not_whole" if column.type is Type.COUNT else "too_many_decimals"
    problems.add(too_fine, cells.name, codes == kernels.TOO_FINE, cells)
    absent = (codes != kernels.OK) & (codes != kernels.TOO_FINE)
    if how.factor != 1:
        numbers = _scaled(numbers, how.factor, cells, problems)
    numbers[absent] = 0
    return Typed(decimals(numbers, absent, column), absent, numbers)


def _second_look(
    cells: TextCells, rows: Ints, scale: int, how: Reading, problems: Problems
) -> tuple[Ints, npt.NDArray[np.uint8]]:
    """Read cells that hold more than plain ASCII digits: full-width forms, dashes for nothing, units where allowed."""
    narrow = [texts.halved(t) for t in cells.decoded(cells.raw(rows))]
    problems.add("full_width", cells.name, rows[[w for _, w in narrow]], cells)
    bare = [
        "" if t in texts.NOTHING else _without_unit(t, how.thousands) if how.units else t for t, _ in narrow
    ]
    again = TextCells(pa.array([t.encode() for t in bare], pa.binary()), cells.name)
    return kernels.parse_decimals(*again.buffers(), scale, how.thousands, how.parentheses)


_IN_UNITS = re.compile(r"([+-]?\d+(?:\.\d+)?|[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?)([万亿])", re.ASCII)


def _without_unit(text: str, thousands: bool) -> str:
    """Write out 万 and 亿 (12.5万 is 125000)."""
    found = _IN_UNITS.fullmatch(text)
    if found is None or ("," in text and not thousands):
        return text
    return format(Decimal(found[1].replace(",", "")) * (10_000 if found[2] == "万" else 100_000_000), "f")


def _scaled(numbers: Ints, factor: Fraction, cells: TextCells, problems: Problems) -> Ints:
    """Multiply by the mapping's factor, exactly where it can be."""
    top, bottom = factor.numerator, factor.denominator
    room = np.abs(numbers) < kernels.LIMIT // max(top, 1)
    problems.add("number_too_large", cells.name, ~room, cells)
    product = np.where(room, numbers, 0) * top
    if bottom == 1:
        return product
    problems.add("too_many_decimals", cells.name, product % bottom != 0, cells)
    return np.rint(product / bottom).astype(np.int64)


def _texts(cells: TextCells, table: str, column: Column, how: Reading, problems: Problems) -> Typed:
    """Read a column of texts, dates, times or choices: once for each different text."""
    if column.type is Type.CODE and how.recode is None and not how.width and cells.seldom_repeats():
        plain = cells.plain_strings()
        if plain is not None:
            return Typed(plain[0], plain[1])
    distinct, at = cells.distinct()
    meanings = _meanings(distinct, table, column, how)
    _refuse_spoilt(cells, column, distinct, at, meanings, problems)
    for fails in sorted({m.fails for m in meanings if m.fails}):
        problems.add(fails, cells.name, np.array([m.fails == fails for m in meanings])[at], cells)
    problems.add("full_width", cells.name, np.array([m.widened for m in meanings], np.bool_)[at], cells)
    problems.add(
        "leading_zeros_restored", cells.name, np.array([m.restored for m in meanings], np.bool_)[at], cells
    )
    values = [None if m.fails else m.value for m in meanings]
    return spread(values, at, column)


_REMEMBERED: dict[tuple[object, ...], dict[str, texts.Meaning]] = {}
_MOST_REMEMBERED = 100_000


def _meanings(distinct: Sequence[str], table: str, column: Column, how: Reading) -> list[texts.Meaning]:
    """Read different texts; what was read before in this process is remembered, for blocks of a file are much alike."""
    known = _REMEMBERED.setdefault((table, column.name, how.recode, how.date_order, how.width), {})
    if len(known) > _MOST_REMEMBERED:
        known.clear()
    fresh = [t for t in distinct if t not in known]
    read, recode = texts.reader_of(table, column), how.recode
    for text, year_first in zip(fresh, texts.reordered(fresh, how.date_order), strict=True):
        meaning = texts.padded(read(year_first), how.width)
        known[text] = recode(meaning) if recode else meaning
    return [known[t] for t in distinct]


_FATAL = ("identifier_as_float", "leading_zeros_lost")


def _refuse_spoilt(
    cells: TextCells,
    column: Column,
    distinct: Sequence[str],
    at: Ints,
    meanings: Sequence[texts.Meaning],
    problems: Problems,
) -> None:
    """Raise InputRejected where one value shows that the whole column has lost digits."""
    for i, meaning in enumerate(meanings):
        if meaning.fails in _FATAL:
            said, value = check(meaning.fails).said, masked(distinct[i][:40], column.level)
            raise InputRejected(
                meaning.fails,
                say(f"{said.zh}（“{value}”）", f"{said.en} ('{value}')"),
                line=int(problems.lines[np.flatnonzero(at == i)[0]]),
                column=cells.name,
                next_=check(meaning.fails).next_,
            )


def spread(values: Sequence[texts.Value], at: Ints, column: Column) -> Typed:
    """Give every row the value of its distinct text, in the column's storage type."""
    kind = storage_type(column)
    absent = np.array([v is None for v in values], np.bool_)[at]
    if kind == pa.string():
        words = sorted({str(v) for v in values if v is not None})
        place = {w: i for i, w in enumerate(words)}
        codes = np.array([-1 if v is None else place[str(v)] for v in values], np.int64)[at]
        indices = pa.array(codes.astype(np.int32), mask=absent if absent.any() else None)
        return Typed(
            pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string())), absent, None, codes, words
        )
    numbers = np.array([0 if v is None else int(v) for v in values], np.int64)[at]
    mask = absent if absent.any() else None
    width = np.int64 if pa.types.is_timestamp(kind) else np.bool_ if pa.types.is_boolean(kind) else np.int32
    plain = pa.array(numbers.astype(width), mask=mask)
    return Typed(plain if pa.types.is_boolean(kind) else plain.view(kind), absent, numbers)

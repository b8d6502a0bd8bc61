"""The structure of a text, counted independently of any parser: lines, quotes, encoding, where it can be cut.

Checks raised here: `bad_encoding` (UTF-16), `nul_byte`, `line_too_long`, `cell_too_long` (a record without end).
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from zhike.base.errors import InputRejected
from zhike.base.text import say
from zhike.datacentre import kernels

LONGEST_LINE = 1_000_000
LONGEST_RECORD = 4 << 20
BLOCK = 16 << 20
CHUNK = 8 << 20


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a text that can be read alone: bytes [start, end), and the number of its first line (1-based)."""

    start: int
    end: int
    first_line: int


@dataclass(frozen=True, slots=True)
class Survey:
    """The structure of a whole text, counted independently of any parser."""

    size: int
    lines: int
    quotes: int
    ascii_only: bool
    valid_utf8: bool
    maybe_spoilt: bool
    blocks: tuple[Block, ...]


class Surveyor:
    """Surveys a text that arrives chunk by chunk, in small memory."""

    def __init__(self, block: int = BLOCK) -> None:
        self._block = block
        self._facts = np.zeros(kernels.FACTS, np.int64)
        self._marks = [(0, 0)]
        self._refused: InputRejected | None = None

    def take(self, chunk: bytes) -> None:
        """Read on; what must be refused is kept for `finish` (the file may be no text at all)."""
        facts = self._facts
        if self._refused is not None:
            return
        if not facts[kernels.START] and chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self._refused = _utf16()
            return
        before, unended = int(facts[kernels.LINES]), int(facts[kernels.LINE])
        self._marks += _surveyed(np.frombuffer(chunk, np.uint8), facts, self._block, self._marks[-1])
        try:
            _refuse_monsters(facts, chunk, before, unended)
        except InputRejected as refused:
            self._refused = refused

    def finish(self, path: Path) -> Survey:
        """Return what was found in the text, which lies at `path`; raise InputRejected where it can't be taken."""
        if self._refused is not None:
            raise self._refused
        facts = self._facts
        blocks = _blocks(self._marks, int(facts[kernels.START]))
        _refuse_endless_records(path, blocks, self._block)
        return Survey(
            int(facts[kernels.START]),
            int(facts[kernels.LINES]) + bool(facts[kernels.LINE]),
            int(facts[kernels.QUOTES]),
            not facts[kernels.HIGH],
            not facts[kernels.BAD_UTF8] and not facts[kernels.PENDING],
            bool(facts[kernels.SUSPECT] > 0),
            blocks,
        )


def survey(path: Path, block: int = BLOCK) -> Survey:
    """Read through a text once; raise InputRejected for UTF-16, NULs, or a line without end."""
    surveyor = Surveyor(block)
    with path.open("rb", buffering=0) as stream:
        while chunk := stream.read(CHUNK):
            surveyor.take(chunk)
    return surveyor.finish(path)


def _surveyed(
    chunk: npt.NDArray[np.uint8], facts: npt.NDArray[np.int64], block: int, last: tuple[int, int]
) -> list[tuple[int, int]]:
    cuts = np.zeros(2 * (len(chunk) // block + 3), np.int64)
    cuts[0] = last[0]
    n = kernels.survey(chunk, facts, block, cuts)
    return [(int(cuts[2 * i]), int(cuts[2 * i + 1])) for i in range(1, n + 1)]


def _blocks(marks: Sequence[tuple[int, int]], size: int) -> tuple[Block, ...]:
    ends = [offset for offset, _ in marks[1:]] + [size]
    return tuple(
        Block(start, end, lines + 1) for (start, lines), end in zip(marks, ends, strict=True) if end > start
    )


def _utf16() -> InputRejected:
    return InputRejected(
        "bad_encoding",
        say("文件是 UTF-16 编码。", "The file is UTF-16."),
        next_=say("请另存为 UTF-8 或 GB18030 文本。", "Save it as UTF-8 or GB18030 text."),
    )


def _refuse_monsters(facts: npt.NDArray[np.int64], chunk: bytes, before: int, unended: int) -> None:
    """Refuse NULs and overlong lines; `before` lines and `unended` bytes of the next were read before the chunk."""
    if facts[kernels.NULS]:
        raise InputRejected(
            "nul_byte",
            say(
                "文件含有空字节（可能是 UTF-16 或二进制文件）。",
                "The file holds NUL bytes (UTF-16, or not a text at all).",
            ),
            line=before + chunk.count(b"\n", 0, chunk.index(0)) + 1,
            next_=say("请另存为 UTF-8 或 GB18030 文本。", "Save it as UTF-8 or GB18030 text."),
        )
    if max(facts[kernels.LONGEST], facts[kernels.LINE]) > LONGEST_LINE:
        ends = np.flatnonzero(np.frombuffer(chunk, np.uint8) == 0x0A)
        lengths = np.diff(np.concatenate([[-1 - unended], ends, [len(chunk)]]))
        raise InputRejected(
            "line_too_long",
            say(f"有一行超过 {LONGEST_LINE:,} 字节。", f"A line is longer than {LONGEST_LINE:,} bytes."),
            line=before + int(np.argmax(lengths > LONGEST_LINE)) + 1,
            next_=say("请检查导出：换行符可能丢失。", "Check the export: its line ends may be lost."),
        )


def _refuse_endless_records(path: Path, blocks: Sequence[Block], size: int) -> None:
    """Refuse a text that can't be cut because a quotation mark keeps a record open for megabytes."""
    for block in blocks:
        if block.end - block.start > size + LONGEST_RECORD:
            with path.open("rb") as stream:
                stream.seek(block.start)
                head = np.frombuffer(stream.read(size), np.uint8)
            raise InputRejected(
                "cell_too_long",
                say("一个带引号的单元格跨越数兆字节。", "A cell in quotation marks goes on for megabytes."),
                line=int(kernels.record_lines(head, block.first_line)[-1]),
                next_=say("请检查该行的引号。", "Check the quotation marks of that line."),
            )

"""The survey of a text says the same however it is cut into chunks, and what Python itself says of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhike.base.errors import InputRejected
from zhike.datacentre.readers.surveying import Block, Surveyor
from zhike.datacentre.spoilt import SPOILT

_PIECES = [
    b"\n", b"\r\n", b'"', b"a,b;c", b"0123456789abcdef", "证券买入".encode(), "证券买入".encode("gb18030"), "é🙂".encode(),
    b"\xc3", b"\xe4\xbd", b"\xf0\x9f\x99", b"\x80", b"\xed\xa0\x80", b"\xc0\xaf",
    b"abcdefgh", b"abc", b"x", b"\xe4", b"\xb8\xad",
    *(w.encode() for w in SPOILT), *(w.encode("gb18030") for w in SPOILT),
]  # fmt: skip


def _decodes(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


@given(st.lists(st.sampled_from(_PIECES), max_size=40).map(b"".join), st.integers(1, 40), st.integers(8, 60))
@settings(max_examples=400, deadline=None)
def test_a_text_is_counted_as_python_counts_it_in_whatever_chunks_it_comes(
    text: bytes, chunk: int, block: int
) -> None:
    surveyor = Surveyor(block)
    for start in range(0, len(text), chunk):
        surveyor.take(text[start : start + chunk])
    found = surveyor.finish(Path("never opened: no record is long enough"))
    assert found.size == len(text)
    assert found.lines == text.count(b"\n") + (not text.endswith(b"\n") and bool(text))
    assert found.quotes == text.count(b'"')
    assert found.ascii_only == text.isascii()
    assert found.valid_utf8 == _decodes(text)
    spoilt = any(w.encode(e) in text for w in SPOILT for e in ("utf-8", "gb18030"))
    assert found.maybe_spoilt or not spoilt
    assert [text[b.start : b.end] for b in found.blocks] == _cut(text, found.blocks)


def _cut(text: bytes, blocks: Sequence[Block]) -> list[bytes]:
    """Cut a text at the blocks' own first lines: the bytes must agree with the line numbers."""
    parts = text.split(b"\n")
    lines = [p + b"\n" for p in parts[:-1]] + [parts[-1]]
    firsts = [b.first_line - 1 for b in blocks]
    return [b"".join(lines[a:b]) for a, b in pairwise([*firsts, len(lines)])]


@pytest.mark.parametrize("chunk", [1, 3, 8, 1000])
def test_a_nul_is_told_with_its_line(chunk: int) -> None:
    text = b"a,b\nc,d\ne,\0f\ng\n"
    surveyor = Surveyor()
    for start in range(0, len(text), chunk):
        surveyor.take(text[start : start + chunk])
    with pytest.raises(InputRejected) as refused:
        surveyor.finish(Path("never opened"))
    assert (refused.value.check, refused.value.line) == ("nul_byte", 3)


def test_plain_bytes_within_an_unfinished_character_make_it_no_utf8() -> None:
    # The character is broken off at a word's end and a whole word of plain bytes follows: the fast way must not skip it.
    for pad in range(8):
        surveyor = Surveyor()
        surveyor.take(b"x" * pad + b"\xe4abcdefgh\xb8\xad\n")
        assert not surveyor.finish(Path("never opened")).valid_utf8

"""Text that can't be trusted: two encodings in one file, and characters that were lost before the file came."""

from __future__ import annotations

import re
from collections.abc import Sequence

from zhike.base.errors import InputRejected
from zhike.base.text import say

SPOILT = ("\ufffd", "锟斤拷", "烫烫烫")
_UTF8_NAME = re.compile(rb'\s*(?:=")?((?:[\xe4-\xe9][\x80-\xbf]{2}){2,})"?\s*')
_MIXED = 0.05


def first_spoilt(texts: Sequence[str]) -> int | None:
    """Return the place of the first text with characters that stand for lost ones, or None."""
    if not any(word in text for text in texts if not text.isascii() for word in SPOILT):
        return None
    return next(i for i, text in enumerate(texts) if any(word in text for word in SPOILT))


def utf8_among(raw: Sequence[bytes]) -> int | None:
    """Return the place of a text that is plainly UTF-8 among texts of a GB18030 file, or None.

    Plainly: one in twenty at least of the texts beyond ASCII is UTF-8 for two or more Chinese characters of daily use and
    for nothing else; read as GB18030 they would be other, odd characters.
    """
    high = [v for v in raw if not v.isascii()]
    foreign = [v for v in high if (found := _UTF8_NAME.fullmatch(v)) and _is_common(found[1])]
    return raw.index(foreign[0]) if foreign and len(foreign) >= _MIXED * len(high) else None


def _is_common(name: bytes) -> bool:
    """Tell whether UTF-8 bytes are characters in daily use: what is UTF-8 by accident seldom reads like that."""
    try:
        name.decode().encode("gb2312")
    except UnicodeError:
        return False
    return True


def mixed_encoding(encoding: str, line: int | None = None, column: str | None = None) -> InputRejected:
    """Say that a file isn't in one encoding throughout."""
    return InputRejected(
        "mixed_encoding",
        say(f"文件不全是 {encoding} 编码。", f"The file isn't {encoding} throughout."),
        line=line,
        column=column,
        next_=say(
            "请以一种编码（最好是 UTF-8）重新导出。", "Export it again in one encoding, UTF-8 at best."
        ),
    )


def spoilt_text(line: int | None, column: str | None) -> InputRejected:
    """Say that a file holds text that was lost before it came."""
    return InputRejected(
        "spoilt_text",
        say(
            "文件含有已损坏的文字（U+FFFD、锟斤拷 或 烫烫烫），原文无法恢复。",
            "The file holds spoilt text (U+FFFD, 锟斤拷 or 烫烫烫): what stood there can't be restored.",
        ),
        line=line,
        column=column,
        next_=say("请从源系统重新导出。", "Export it again from the source system."),
    )

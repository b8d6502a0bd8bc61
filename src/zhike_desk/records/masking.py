"""Numbers that name a person are struck out of what people wrote; names and phones are masked in the book itself."""

from __future__ import annotations

import re

_MOBILE = re.compile(r"(?<![0-9])(1[3-9][0-9])[ -]?([0-9]{4})[ -]?([0-9]{4})(?![0-9])")
_CARD = re.compile(r"(?<![0-9])[0-9]{15}(?:[0-9]{2}[0-9Xx])?(?![0-9Xx])")
_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


def struck(text: str) -> str:
    """Strike phone numbers, numbers of identity cards and mail addresses out of what people wrote; the rest stays.

    A phone number keeps its last four digits, a card number its last two.
    """
    text = _CARD.sub(lambda found: "*" * (len(found[0]) - 2) + found[0][-2:], text)
    text = _MOBILE.sub(lambda found: "*" * 7 + found[3], text)
    return _MAIL.sub("***@***", text)

"""Numbers that name a person are struck out of what people wrote and of what is logged; names and phones are masked in the book itself."""

from __future__ import annotations

import logging
import re
from urllib.parse import parse_qsl, urlencode

# 100…: what branches made up have; no network gives them out
_MOBILE = re.compile(r"(?<![0-9])(1[3-9][0-9]|100)[ -]?([0-9]{4})[ -]?([0-9]{4})(?![0-9])")
_CARD = re.compile(r"(?<![0-9])[0-9]{15}(?:[0-9]{2}[0-9Xx])?(?![0-9Xx])")
_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")

_QUOTED = re.compile(r"^(?:DETAIL|CONTEXT):.*\n?", re.MULTILINE)
# how Django's log writes what of an address isn't ASCII; no route of ours has such letters, so somebody typed them: a name
_ESCAPED = re.compile(r"(?:\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|\\x[0-9a-fA-F]{2})+")
SEARCHED = "q"


def struck(text: str) -> str:
    """Strike phone numbers, numbers of identity cards and mail addresses out of what people wrote; the rest stays.

    A phone number keeps its last four digits, a card number its last two.
    """
    text = _CARD.sub(lambda found: "*" * (len(found[0]) - 2) + found[0][-2:], text)
    text = _MOBILE.sub(lambda found: "*" * 7 + found[3], text)
    return _MAIL.sub("***@***", text)


def query(asked: str) -> str:
    """Return a list's query as it may be told to others: what was searched for may be somebody's name, and stays with who typed it."""
    pairs = [
        (name, "***" if name == SEARCHED and value else struck(value))
        for name, value in parse_qsl(asked, keep_blank_values=True)
    ]
    return urlencode(pairs, safe="*,:")


class Struck(logging.Formatter):
    """How the desk's processes write their log: without what names a person: numbers, names in an address, rows a database quotes in its errors."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record with its traceback, struck."""
        return struck(_ESCAPED.sub("***", _QUOTED.sub("", super().format(record))))

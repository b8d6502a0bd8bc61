"""How clients are named to each viewer, and how numbers that name a person are struck out of what people wrote."""

from __future__ import annotations

import re
from dataclasses import dataclass

from zhike_desk.records.models import BookClient
from zhike_desk.records.policy import Cell

_MOBILE = re.compile(r"(?<![0-9])(1[3-9][0-9])[ -]?([0-9]{4})[ -]?([0-9]{4})(?![0-9])")
_CARD = re.compile(r"(?<![0-9])[0-9]{15}(?:[0-9]{2}[0-9Xx])?(?![0-9Xx])")
_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class Named:
    """A client as one viewer may name them: `key` (number or pseudonym), masked name and phone (empty for who sees pseudonyms)."""

    key: str
    name: str
    phone: str


def named(cell: Cell, row: BookClient) -> Named:
    """Name a client as `cell` allows; the name and phone of a book are masked already."""
    if cell.pseudonym:
        return Named(row.pseudonym, row.pseudonym, "")
    return Named(row.client_id, row.name, row.phone)


def struck(text: str) -> str:
    """Strike phone numbers, numbers of identity cards and mail addresses out of what people wrote; the rest stays.

    A phone number keeps its last four digits, a card number its last two.
    """
    text = _CARD.sub(lambda found: "*" * (len(found[0]) - 2) + found[0][-2:], text)
    text = _MOBILE.sub(lambda found: "*" * 7 + found[3], text)
    return _MAIL.sub("***@***", text)

"""What a client is found by: names, how they are read, initials, numbers, as rows that a prefix range finds.

A token is a suffix of something at a character or a syllable, so that a range finds what lies in the middle too: 王小明 is found
by 小明, by xiaoming and ming, by wxm and xm. A number is kept backwards too, for its end. `weight` says what a token is, and orders what fits equally.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from zhike_desk.records.book.tokens import (
    INITIALS,
    LONGEST,
    NAME,
    NUMBER,
    PHONE,
    PINYIN,
    PSEUDONYM,
    WITHIN,
    ending,
    folded,
)
from zhike_desk.records.rows.names import PERSON, readings, syllables

PHONE_END = 4
_STARTS = 10  # suffixes of an institution's name


def rows(listed: pa.Table, identity: pa.Table) -> pa.Table:
    """Return the tokens of clients, given as rows of `book_client` and `book_identity` that go together."""
    columns = (
        listed["client_id"],
        listed["pseudonym"],
        identity["name"],
        identity["phone"],
        listed["branch_id"],
    )
    tokens: list[str] = []
    ids: list[str] = []
    weights: list[int] = []
    branches: list[str] = []
    for client_id, pseudonym, name, phone, branch in zip(*(c.to_pylist() for c in columns), strict=True):
        found = tokens_of(client_id, pseudonym, name or "", phone or "")
        tokens += found
        weights += found.values()
        ids += [client_id] * len(found)
        branches += [branch or ""] * len(found)
    texts = {"token": tokens, "client_id": ids, "branch_id": branches}
    return pa.table(
        {n: pa.array(v, pa.string()) for n, v in texts.items()} | {"weight": pa.array(weights, pa.int64())}
    )


def tokens_of(client_id: str, pseudonym: str, name: str, phone: str) -> dict[str, int]:
    """Return one client's tokens, each with its weight; what is found in two ways has the lighter one."""
    found: dict[str, int] = {}
    for token, weight in (
        *_named(folded(name)),
        *_numbered(client_id, phone),
        (folded(pseudonym), PSEUDONYM),
    ):
        key = token[:LONGEST]
        if key and found.get(key, weight) >= weight:
            found[key] = weight
    return found


def _named(name: str) -> Iterator[tuple[str, int]]:
    if len(name) > PERSON:
        read = syllables(name)
        yield from _suffixes([*name], NAME, _STARTS)
        yield "".join(read), PINYIN
        yield "".join(s[:1] for s in read), INITIALS
        return
    yield from _suffixes([*name], NAME, PERSON)
    for read in readings(name):
        yield from _suffixes(read, PINYIN, PERSON)
        initials = _suffixes([s[:1] for s in read], INITIALS, PERSON)
        yield from (
            found for found in initials if len(found[0]) > 1
        )  # one letter: the syllables begin with it


def _suffixes(parts: list[str], kind: int, most: int) -> Iterator[tuple[str, int]]:
    for start in range(min(len(parts), most)):
        yield "".join(parts[start:]), kind + WITHIN * (start > 0)


def _numbered(client_id: str, phone: str) -> Iterator[tuple[str, int]]:
    number = folded(client_id)
    yield number, NUMBER
    yield ending(number), NUMBER + WITHIN
    yield phone[-PHONE_END:], PHONE

"""What a client is found by: the beginnings of names, readings, initials, numbers, as rows that a prefix range finds.

A token is a suffix of something, so that a range of tokens finds what lies in the middle too: 王小明 is found by 小明,
xiaoming, xm, and by wangxm's parts as well. `weight` orders what fits equally: 0 from the beginning, 1 from within.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from zhike_desk.records.rows.names import readings

SHORTEST_NUMBER = 4
PHONE = 4
_PERSON = 6  # characters: a longer name is an institution's
_WORDS = 10  # suffixes of an institution's name
_LONGEST = 80


def rows(listed: pa.Table, identity: pa.Table) -> pa.Table:
    """Return the tokens of clients, given as rows of `book_client` and `book_identity` that go together."""
    columns = (listed["client_id"], listed["pseudonym"], identity["name"], identity["phone"])
    tokens: list[str] = []
    ids: list[str] = []
    weights: list[int] = []
    for client_id, pseudonym, name, phone in zip(*(c.to_pylist() for c in columns), strict=True):
        for token, weight in tokens_of(client_id, pseudonym, name or "", phone or "").items():
            tokens.append(token)
            ids.append(client_id)
            weights.append(weight)
    return pa.table(
        {
            "token": pa.array(tokens, pa.string()),
            "client_id": pa.array(ids, pa.string()),
            "weight": pa.array(weights, pa.int64()),
        }
    )


def tokens_of(client_id: str, pseudonym: str, name: str, phone: str) -> dict[str, int]:
    """Return one client's tokens, each with its weight."""
    found: dict[str, int] = {}
    for token, weight in (*_named(name), *_numbered(client_id), (pseudonym.lower(), 0), (phone[-PHONE:], 1)):
        if token:
            key = token[:_LONGEST]
            found[key] = min(weight, found.get(key, weight))
    return found


def _named(name: str) -> Iterator[tuple[str, int]]:
    plain = "".join(name.lower().split())
    yield from _suffixes([*plain])
    if len(plain) > _PERSON:
        return
    for read in readings(plain):
        yield from _suffixes(read)
        initials = [syllable[:1] for syllable in read]
        yield from (found for found in _suffixes(initials) if len(found[0]) > 1)


def _suffixes(parts: list[str]) -> Iterator[tuple[str, int]]:
    for start in range(min(len(parts), _WORDS)):
        yield "".join(parts[start:]), int(start > 0)


def _numbered(client_id: str) -> Iterator[tuple[str, int]]:
    number = client_id.lower()
    yield number, 0
    for start in range(1, len(number) - SHORTEST_NUMBER + 1):
        yield number[start:], 1

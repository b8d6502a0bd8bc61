"""Finding a client by what one remembers of them: 张伟, zhangwei, zw, a number or its end, the last four of a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from zhike_desk.records import scope
from zhike_desk.records.book.tokens import KINDS, PSEUDONYM, SHORTEST_END, WITHIN, ending, folded
from zhike_desk.records.models import BookToken
from zhike_desk.records.policy import Cell
from zhike_desk.records.viewer import Viewer

ACTION = "client.list"
MOST = 2_000
"""Tokens a list looks among for what was typed: a letter or two fit half of a branch."""
_LONGEST = 40
_CHUNK, _CHUNKS = 120, 5
_LAST = "\U0010ffff"  # no token begins with it: a prefix's range ends here, on either database
_PSEUDONYM = re.compile(r"p[0-9a-f]{3,10}")  # shorter ones begin syllables, whose ranges are long


@dataclass(frozen=True, slots=True)
class Found:
    """A client that fits: number (or pseudonym, for who sees no number), masked name and phone, branch, and by what it was found.

    `why` is one of name, pinyin, initials, number, pseudonym, phone.
    """

    key: str
    name: str
    phone: str
    branch_id: str
    why: str


def clients(viewer: Viewer, text: str, limit: int = 8) -> list[Found]:
    """Return up to `limit` clients `viewer` may list that fit `text`, the best first; raise Denied where the viewer lists none.

    Who knows clients by pseudonym finds them by pseudonym alone: a search by name would tell whose it is.
    """
    cell = viewer.need(ACTION)
    wanted = _wanted(text, cell.pseudonym)
    if not wanted:
        return []
    tokens = _tokens(viewer, wanted, cell)
    found: dict[str, Found] = {}
    for begin in _beginnings(wanted):
        for weights in _fitting(tokens, begin):
            for row in _visible(viewer, weights, cell.pseudonym):
                found.setdefault(row.key, row)
            if len(found) >= limit:
                return list(found.values())[:limit]
    return list(found.values())


def matching(viewer: Viewer, text: str) -> QuerySet[BookToken, str]:
    """Return the numbers of the first `MOST` tokens' clients that fit `text`, as a query for others to look among.

    The scope of who may be seen is the caller's: what comes back is not for showing.
    """
    cell = viewer.need(ACTION)
    wanted = _wanted(text, cell.pseudonym)
    fit = Q()
    for begin in _beginnings(wanted):
        fit |= Q(token__gte=begin, token__lt=begin + _LAST)
    tokens = _tokens(viewer, wanted, cell).filter(fit) if wanted else BookToken.objects.none()
    return tokens.order_by("token", "weight", "client_id").values_list("client_id", flat=True)[:MOST]


def _wanted(text: str, pseudonym: bool) -> str:
    """Return what to look for; empty where nothing may be, or can be."""
    wanted = folded(text)
    if len(wanted) > _LONGEST or (pseudonym and not _PSEUDONYM.fullmatch(wanted)):
        return ""
    return wanted


def _tokens(viewer: Viewer, wanted: str, cell: Cell) -> QuerySet[BookToken]:
    kinds = Q(weight=PSEUDONYM) if cell.pseudonym else ~Q(weight=PSEUDONYM) | Q(token=wanted)
    return _of(viewer, cell.scope).filter(kinds)


def _beginnings(wanted: str) -> Iterator[str]:
    """Yield what a token must begin with: the text; and where it may be the end of a number, that."""
    yield wanted
    if len(wanted) >= SHORTEST_END and wanted.isascii() and any(c.isdigit() for c in wanted):
        yield ending(wanted)


def _of(viewer: Viewer, whose: str) -> QuerySet[BookToken]:
    """Return the tokens to look among: an index for each scope, so that others' clients are not even read."""
    tokens = BookToken.objects.all()
    if whose == "all":
        return tokens
    if whose == "branch":
        return tokens.filter(branch_id=viewer.branch_id)
    mine = {*scope.own(viewer.staff_id), *scope.moved_to(viewer.staff_id)}
    return tokens.filter(client_id__in=mine)


def _fitting(tokens: QuerySet[BookToken], wanted: str) -> Iterator[dict[str, int]]:
    """Yield clients of whom a token begins with `wanted`, a few at a time, each with the weight of what fits best: the whole token first, then by weight."""
    fit = tokens.filter(token__gte=wanted, token__lt=wanted + _LAST)
    rows = fit.order_by("token", "weight", "client_id").values_list("token", "weight", "client_id")
    for start in range(0, _CHUNK * _CHUNKS, _CHUNK):
        chunk = list(rows[start : start + _CHUNK])
        best: dict[str, int] = {}
        for _, weight, client_id in sorted(chunk, key=lambda r: _fit(r, wanted)):
            best.setdefault(client_id, weight)
        if best:
            yield best
        if len(chunk) < _CHUNK:
            return


def _fit(row: tuple[str, int, str], wanted: str) -> tuple[bool, bool, int, int, str, str]:
    """Order what fits: what begins so before what has it within, the whole token before its beginning, then by weight."""
    token, weight, client_id = row
    within = weight < PSEUDONYM and weight % 2 == WITHIN
    return within, token != wanted, weight, len(token), token, client_id


def _visible(viewer: Viewer, weights: dict[str, int], pseudonym: bool) -> Iterator[Found]:
    """Yield those of the clients that the viewer may see, in the order they come."""
    seen = scope.clients(viewer, ACTION).filter(client_id__in=list(weights))
    rows = {r[0]: r for r in seen.values_list("client_id", "pseudonym", "name", "phone", "branch_id")}
    for client_id, weight in weights.items():
        if client_id not in rows:
            continue
        _, alias, name, phone, branch = rows[client_id]
        if pseudonym:
            yield Found(alias, alias, "", branch, KINDS[weight])
        else:
            yield Found(client_id, name, phone, branch, KINDS[weight])

"""The palette's clients: found by name, reading, initials, number or last four digits, within what the viewer may see."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Min

from zhike_desk.records import scope
from zhike_desk.records.models import BookClient, BookToken
from zhike_desk.records.viewer import Viewer

MOST = 6
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Found:
    """One client found: what its page is found by, the name as the viewer may see it, number and phone (masked; empty for pseudonyms)."""

    key: str
    name: str
    number: str
    phone: str
    grade: str
    logic: str


def clients(viewer: Viewer, text: str) -> list[Found]:
    """Return at most six of `viewer`'s clients that fit `text`, the best first; none for a role that sees no client. Two queries."""
    cell = viewer.may("client.list")
    wanted = "".join(text.lower().split())[:LONGEST]
    if cell is None or not wanted:
        return []
    rows = scope.clients(viewer)
    if cell.pseudonym:  # by name, a pseudonym could be looked up
        rows = rows.filter(pseudonym__startswith="P" + wanted.removeprefix("p"))
        return [
            Found(c.pseudonym, c.pseudonym, "", "", c.grade, c.logic)
            for c in rows.order_by("pseudonym")[:MOST]
        ]
    fits = BookToken.objects.filter(token__gte=wanted, token__lt=wanted + "\U0010ffff")
    best = scope.of_clients(fits, viewer, "client.list").order_by().values("client_id")
    ids = [
        r["client_id"]
        for r in best.annotate(w=Min("weight"), t=Min("token")).order_by("w", "t", "client_id")[:MOST]
    ]
    known = rows.in_bulk(ids)
    return [_found(known[i]) for i in ids]


def _found(client: BookClient) -> Found:
    return Found(client.client_id, client.name, client.client_id, client.phone, client.grade, client.logic)

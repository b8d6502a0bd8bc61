"""Who stands beside a client in the list that was left for their page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlencode

from django.db.models import QuerySet

from zhike_desk.records import prepared
from zhike_desk.records.queries import clients, listing
from zhike_desk.records.queries.client import Portrait
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Beside:
    """The clients before and after one in a list, as their pages are found; empty where there is none. `listed`: a list was left."""

    query: str = ""
    before: str = ""
    after: str = ""
    listed: bool = False

    @property
    def told(self) -> str:
        """Return the query by which the next page knows the list."""
        return urlencode({"in": self.query})


_PLACED = replace(clients.LISTED, named="")
"""The list of clients, entered at a place that is known: no look at where the named one stands."""


def beside(viewer: Viewer, found: Portrait, query: str | None) -> Beside:
    """Return who stands beside a client in the list that `query` asks for; nothing where the list can't be understood. Two queries."""
    if query is None:
        return Beside()
    try:
        state = clients.asked(parse_qs(query))
    except Refused:  # an address somebody cut short: the client is shown, without neighbours
        return Beside()
    place = getattr(found.row, state.sort)
    if place is None:
        return Beside(query, listed=True)
    mark = {"place": place, "client_id": found.row.client_id}
    kept = not state.texts and not state.measures  # what somebody typed is a question of its own
    sides = [
        prepared.rows(_next, viewer, query, side, **mark) if kept else _next(viewer, query, side, **mark)
        for side in ("before", "after")
    ]
    keys = [one[0][0] if one else "" for one in sides]
    return Beside(query, keys[0], keys[1], listed=True)


def _next(
    viewer: Viewer, query: str, side: str, *, place: prepared.Value, client_id: str
) -> QuerySet[Any, tuple[Any, ...]]:
    """Return who stands next to a place on one side of the list that `query` asks for."""
    state = replace(clients.asked(parse_qs(query)), after=None, before=None)
    mark = (place, client_id)
    state = replace(state, after=mark) if side == "after" else replace(state, before=mark)
    name = "pseudonym" if viewer.need("client.list").pseudonym else "client_id"
    return listing.entered(_PLACED, clients.matching(viewer, state), state, 1).values_list(name)

"""Who stands around a client: the staff who serve them, and the clients they belong with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from zhike_desk.records import prepared, scope
from zhike_desk.records.models import BookClient, BookLink, BookRelation, BookStaff
from zhike_desk.records.viewer import Viewer

LINKS_SHOWN = 20
SERVING = ("staff_id", "called", "role", "share", "start_on")
_ORDER: Mapping[str, int] = {"server": 0, "developer": 1, "adviser": 2}


@dataclass(frozen=True, slots=True)
class Server:
    """A member of staff who works with a client: in which role, with which share, since when."""

    staff_id: str
    name: str
    role: str
    share: float
    since: date | None


@dataclass(frozen=True, slots=True)
class Link:
    """Another client this one belongs with, named as the viewer may name them; `starts`: the link starts from this one."""

    key: str
    name: str
    kind: str
    starts: bool
    grade: str
    logic: str


def serving(client_id: str) -> QuerySet[BookRelation]:
    """Return who works with a client on the day of the night, each with the columns `SERVING`."""
    name = BookStaff.objects.filter(staff_id=OuterRef("staff_id")).values("name")[:1]
    return BookRelation.objects.filter(client_id=client_id).annotate(called=Subquery(name))


def servers(rows: Sequence[Mapping[str, Any]]) -> tuple[Server, ...]:
    """Read rows of `serving` (columns as a database writes them into JSON), who serves the client first."""
    found = [_server(row) for row in rows]
    return tuple(sorted(found, key=lambda s: (_ORDER.get(s.role, 9), -s.share, s.staff_id)))


def _server(row: Mapping[str, Any]) -> Server:
    since = date.fromisoformat(row["start_on"]) if row["start_on"] else None
    return Server(row["staff_id"], row["called"] or row["staff_id"], row["role"], row["share"], since)


def links(viewer: Viewer, client: BookClient) -> tuple[Link, ...]:
    """Return the clients of `viewer`'s own scope that a client belongs with; of others nothing is told. One query."""
    hidden = viewer.need("client.view").pseudonym
    return tuple(
        Link(pseudonym if hidden else other_id, pseudonym if hidden else name, kind, starts, grade, logic)
        for other_id, kind, starts, name, pseudonym, grade, logic in prepared.rows(
            _links, viewer, client_id=client.client_id
        )
    )


def _links(viewer: Viewer, *, client_id: str) -> QuerySet[Any, tuple[Any, ...]]:
    other = BookClient.objects.filter(client_id=OuterRef("other_id"))
    columns = {name: Subquery(other.values(name)[:1]) for name in ("name", "pseudonym", "grade", "logic")}
    return (
        BookLink.objects.filter(client_id=client_id)
        .filter(other_id__in=scope.clients(viewer, "client.view").values("client_id"))
        .annotate(**columns)
        .values_list("other_id", "kind", "starts", *columns)
        .order_by("kind", "-starts", "other_id")[:LINKS_SHOWN]
    )

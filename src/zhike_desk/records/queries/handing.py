"""Whom a head hands over: the clients that were chosen, all that a list asks for, or all that one of the staff serves; and who serves them now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

from zhike.base.text import say
from zhike_desk.records import scope
from zhike_desk.records import staff as staff_of
from zhike_desk.records.models import Move
from zhike_desk.records.queries import clients
from zhike_desk.records.queries.today import served_by
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Denied, Viewer

MOST = 10_000
"""Clients of one request: as many as its row keeps."""
NAMED = 30
_ACTION = "client.move"


@dataclass(frozen=True, slots=True)
class Receiver:
    """One of the branch's staff whom clients can be handed to: how many they mainly serve by now's files."""

    staff_id: str
    name: str
    role: str
    clients: int


@dataclass(frozen=True, slots=True)
class Handed:
    """Whom a hand-over would be about: how many, the first thirty as (number, masked name), how many each of the staff serves now."""

    rows: int
    named: tuple[tuple[str, str], ...]
    servers: tuple[tuple[str, int], ...]


def of_list(query: str, *, by: Viewer) -> list[str]:
    """Return the numbers of the clients a list (its URL's query) asks for; raise Refused for more than one request may hold."""
    rows = clients.matching(by, clients.asked(parse_qs(query)), _ACTION)
    return _few(rows.order_by("client_id").values_list("client_id", flat=True)[: MOST + 1])


def of_staff(staff_id: str, *, by: Viewer) -> list[str]:
    """Return the numbers of the clients one of the staff mainly serves now, hand-overs included; raise Refused for too many."""
    rows = served_by(scope.clients(by, _ACTION), staff_id)
    return _few(rows.order_by("client_id").values_list("client_id", flat=True)[: MOST + 1])


def _few(found: Collection[str]) -> list[str]:
    if len(found) > MOST:
        raise Refused(
            say(
                f"一次最多移交 {MOST:,} 位，请缩小范围。", f"{MOST:,} clients at once at the most; narrow it."
            )
        )
    return list(found)


def served(ids: Sequence[str], *, by: Viewer) -> dict[str, str]:
    """Return who serves each client now, hand-overs included; raise Denied where one isn't the viewer's to hand over."""
    rows = scope.clients(by, _ACTION).filter(client_id__in=ids)
    now = dict(rows.values_list("client_id", "staff_id"))
    if len(now) != len(set(ids)):
        raise Denied(_ACTION)
    standing = Move.objects.filter(client_id__in=ids, ended_at__isnull=True)
    return now | dict(standing.values_list("client_id", "to_staff"))


def handed(ids: Sequence[str], *, by: Viewer) -> Handed:
    """Return what is shown of clients before they are handed over; raise Denied where one isn't the viewer's. Four queries."""
    now = Counter(served(ids, by=by).values())
    first = scope.clients(by, _ACTION).filter(client_id__in=ids[:NAMED]).order_by("client_id")
    names = staff_of.names(set(now))
    servers = tuple((names.get(number, number) or "—", many) for number, many in now.most_common())
    return Handed(len(set(ids)), tuple(first.values_list("client_id", "name")), servers)


def receivers(viewer: Viewer) -> list[Receiver]:
    """Return the staff of the branch that clients can be handed to, for who may hand over."""
    viewer.need(_ACTION)
    found = staff_of.working(viewer.branch_id).order_by("role", "staff_id")
    return [Receiver(s.staff_id, s.name, s.role, s.clients) for s in found]

"""The one gate through which clients are seen: every query of clients, and of what belongs to them, begins here.

What is frozen or erased is seen by those with `client.held` alone. "Own" is what the files say of the day of the night
(`book_relation`), corrected by the hand-overs approved since (`Move`).
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from zhike_desk.records import prepared
from zhike_desk.records.models import BookClient, BookRelation, Hold, Move, Task
from zhike_desk.records.policy import Cell
from zhike_desk.records.viewer import Denied, Viewer


def clients(viewer: Viewer, action: str = "client.list") -> QuerySet[BookClient]:
    """Return the clients `viewer` may do `action` with; raise Denied where that is nobody."""
    cell = viewer.need(action)
    found = BookClient.objects.all()
    if viewer.may("client.held") is None:
        found = found.filter(frozen=False).exclude(client_id__in=held())
    return found.filter(_rows(viewer, cell))


def client(viewer: Viewer, client_id: str, action: str = "client.view") -> BookClient:
    """Return one client by number (or pseudonym, for who sees no number); raise Denied where `viewer` may not, or there is none."""
    found = prepared.rows(_one, viewer, action, client_id=client_id)
    if not found:
        raise Denied(action)
    return BookClient.from_db(DEFAULT_DB_ALIAS, _columns(), found[0])


def _one(viewer: Viewer, action: str, *, client_id: str) -> QuerySet[Any, tuple[Any, ...]]:
    key = "pseudonym" if viewer.need(action).pseudonym else "client_id"
    return clients(viewer, action).filter(**{key: client_id}).values_list(*_columns())


@cache
def _columns() -> tuple[str, ...]:
    return tuple(field.attname for field in BookClient._meta.concrete_fields)


def hidden(viewer: Viewer, action: str = "client.list") -> QuerySet[BookClient]:
    """Return the clients that `viewer` would see if they hadn't been frozen or erased at the desk since the night: sums of the night hold them still."""
    cell = viewer.need(action)
    if viewer.may("client.held") is not None:
        return BookClient.objects.none()
    return BookClient.objects.filter(frozen=False, client_id__in=held()).filter(_rows(viewer, cell))


def held() -> QuerySet[Hold, str]:
    """Return the numbers of clients frozen or erased at the desk."""
    return Hold.objects.filter(lifted_at__isnull=True).values_list("client_id", flat=True)


def _rows(viewer: Viewer, cell: Cell) -> Q:
    if cell.scope == "all":
        return Q()
    if cell.scope == "branch":
        return Q(branch_id=viewer.branch_id) if viewer.branch_id else Q(pk__in=[])
    if cell.scope == "own" and viewer.staff_id:
        return Q(client_id__in=own(viewer.staff_id)) | Q(client_id__in=moved_to(viewer.staff_id))
    return Q(pk__in=[])


def own(staff_id: str) -> QuerySet[Any, str]:
    """Return the numbers of clients the files give to `staff_id`, without those handed on since."""
    gone = Move.objects.filter(from_staff=staff_id, ended_at__isnull=True).values("client_id")
    return (
        BookRelation.objects.filter(staff_id=staff_id)
        .exclude(client_id__in=gone)
        .values_list("client_id", flat=True)
    )


def moved_to(staff_id: str) -> QuerySet[Any, str]:
    """Return the numbers of clients handed over to `staff_id`."""
    return Move.objects.filter(to_staff=staff_id, ended_at__isnull=True).values_list("client_id", flat=True)


def of_clients(rows: QuerySet[Any], viewer: Viewer, action: str) -> QuerySet[Any]:
    """Keep of `rows` (of any table with a `client_id`) those of clients `viewer` may do `action` with."""
    return rows.filter(_seen(viewer, action))


def _seen(viewer: Viewer, action: str) -> Q:
    """Return what holds of a row whose client is seen: own clients are few and listed; of a branch's, each row's is looked up."""
    found = clients(viewer, action)
    if viewer.need(action).scope == "own":
        return Q(client_id__in=found.values("client_id"))
    return Q(Exists(found.filter(client_id=OuterRef("client_id"))))


def tasks(viewer: Viewer, action: str = "care.read") -> QuerySet[Task]:
    """Return the tasks `viewer` may do `action` with: those of their clients, and those without a client of their own or their branch.

    Who works with their own clients alone may change only what is theirs to do, or what they set up.
    """
    cell = viewer.need(action)
    bare = Q(client_id="") & _bare(viewer, cell)
    found = Task.objects.filter(bare | _seen(viewer, action))
    if cell.scope == "own" and action.endswith(".write"):
        return found.filter(_mine(viewer))
    return found


def _bare(viewer: Viewer, cell: Cell) -> Q:
    if cell.scope == "all":
        return Q()
    if cell.scope == "branch" and viewer.branch_id:
        return Q(branch_id=viewer.branch_id)
    return _mine(viewer)


def _mine(viewer: Viewer) -> Q:
    own = Q(by_id=viewer.user_id)
    return own | Q(staff_id=viewer.staff_id) if viewer.staff_id else own


def day_of(at: datetime) -> date:
    """Return the day it is at the branch (Asia/Shanghai) at a moment."""
    return timezone.localtime(at).date()

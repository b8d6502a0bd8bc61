"""Who saw whom: the first look of a day at a client's page is written down."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from zhike_desk.records import audit, prepared, scope
from zhike_desk.records.models import AuditRow
from zhike_desk.records.viewer import Viewer

SEEN = "client.view"


def seen(client_id: str, *, by: Viewer, at: datetime) -> bool:
    """Write down that `by` saw a client, once a day; return whether it was the first time. One query, and a row the first time."""
    day = scope.day_of(at).isoformat()
    if prepared.rows(_looks, client_id=client_id, actor=by.username, day=day, end=f"{day}U"):
        return False
    with transaction.atomic():
        audit.append(by, SEEN, at=at, kind="client", object_id=client_id)
    return True


def _looks(*, client_id: str, actor: str, day: str, end: str) -> QuerySet[Any, tuple[Any, ...]]:
    rows = AuditRow.objects.filter(kind="client", object_id=client_id, actor=actor, action=SEEN)
    return rows.filter(at__gte=day, at__lt=end).values_list("pk")[:1]

"""How an action writes: one immediate transaction, a version that must still be the one seen, a row in the log, an inverse to undo it by."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models

from zhike_desk.records.models import Inverse
from zhike_desk.records.models.base import Kept
from zhike_desk.records.refusals import Conflict, Refused
from zhike_desk.records.viewer import Viewer

__all__ = ["Conflict", "Done", "Refused", "change", "inverse"]

UNDO_SECONDS = 10
KEEP_INVERSE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Done:
    """What an action did: the number of its record, its version now, and the code to undo it by (empty: it can't be undone)."""

    id: str
    version: int = 1
    undo: str = ""
    rows: int = 1


def change(record: Kept, seen: int, at: datetime, **fields: Any) -> None:
    """Write `fields` where the record is still at the version `seen`; raise Conflict where it isn't. One UPDATE, no gap."""
    written = (
        type(record)
        ._default_manager.filter(pk=record.pk, version=seen)
        .update(version=models.F("version") + 1, changed_at=at, **fields)
    )
    if not written:
        record.refresh_from_db()
        raise Conflict(record, fields)
    record.refresh_from_db()


def inverse(viewer: Viewer, action: str, payload: Mapping[str, Any], at: datetime) -> str:
    """Store how the act just done is undone; return the code its author may undo it by, for half an hour."""
    code = secrets.token_urlsafe(18)
    Inverse.objects.create(
        code=code,
        by_id=viewer.user_id,
        action=action,
        payload=dict(payload),
        made_at=at,
        until=at + KEEP_INVERSE,
    )
    return code

"""The log of acts: appended in the transaction of the act itself, chained by HMAC, its heads witnessed in another file.

mac(n) = HMAC-SHA-256(key, mac(n-1) ‖ canonical JSON of row n). The key and the witness lie outside the database
(`desk/keys`), so that whoever can write to the database alone can neither forge a row nor cut the end off unseen.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from zhike_desk import keys
from zhike_desk.records.models import AuditHead, AuditRow
from zhike_desk.records.viewer import Viewer

WITNESS = "audit.heads"


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the chain doesn't hold."""

    seq: int
    what: str


def append(
    viewer: Viewer | None,
    action: str,
    *,
    at: datetime,
    kind: str = "",
    object_id: str = "",
    detail: Mapping[str, Any] | None = None,
) -> AuditRow:
    """Append one act to the log; the caller's transaction carries it, so the act stands only with its row.

    `viewer` None is the system itself. `detail` must hold no unmasked identity.
    """
    with transaction.atomic():
        head, _ = AuditHead.objects.select_for_update().get_or_create(pk=1)
        row = AuditRow(
            seq=head.seq + 1,
            at=at.isoformat(timespec="milliseconds"),
            actor=viewer.username if viewer else "system",
            role=viewer.role if viewer else "system",
            action=action,
            kind=kind,
            object_id=object_id,
            detail=json.dumps(dict(detail or {}), ensure_ascii=False, sort_keys=True, default=str),
        )
        row.mac = mac(_key(), head.mac, row)
        row.save(force_insert=True)
        head.seq, head.mac = row.seq, row.mac
        head.save()
        seq, signed = row.seq, row.mac
        transaction.on_commit(lambda: _witness(seq, signed))
    return row


def mac(key: bytes, before: str, row: AuditRow) -> str:
    """Sign one row: HMAC-SHA-256, as hex, over the mac before it and the row's canonical JSON."""
    fields = [row.seq, row.at, row.actor, row.role, row.action, row.kind, row.object_id, row.detail]
    text = before + json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def verify(rows: Iterable[AuditRow] | None = None) -> list[Break]:
    """Walk the chain from its beginning; return every place where it breaks: changed, missing, swapped, cut off at the end."""
    found: list[Break] = []
    before, expected, last = "", 1, 0
    key, seen = _key(), dict(_witnessed())
    for row in rows if rows is not None else _all():
        if row.seq != expected:
            found.append(Break(expected, f"rows {expected} to {row.seq - 1} are missing"))
        elif not hmac.compare_digest(row.mac, mac(key, before, row)):
            found.append(Break(row.seq, "changed since it was written"))
        if row.seq in seen and seen[row.seq] != row.mac:
            found.append(Break(row.seq, "not what the witness saw"))
        before, expected, last = row.mac, row.seq + 1, row.seq
    if seen and max(seen) > last:
        found.append(Break(last + 1, f"cut off: the witness saw rows up to {max(seen)}"))
    return found


def _all() -> Iterator[AuditRow]:
    return AuditRow.objects.order_by("seq").iterator(chunk_size=5000)


def _key() -> bytes:
    return keys.secret(settings.DESK, "audit")


def _witness(seq: int, signed: str) -> None:
    line = f"{seq} {signed}\n".encode()
    descriptor = os.open(_heads(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, line)
    finally:
        os.close(descriptor)


def _witnessed() -> Iterator[tuple[int, str]]:
    if _heads().exists():
        for line in _heads().read_text().splitlines():
            seq, _, signed = line.partition(" ")
            if seq.isdigit() and len(signed) == 64:
                yield int(seq), signed


def _heads() -> Path:
    return Path(settings.DESK) / "keys" / WITNESS

"""Who was erased stays erased: a list outside every backup, which a restore follows.

`desk/keys/erased.jsonl` on the machine, and a copy beside the backups (not within one: an older backup knows nothing of a later
erasure). A line holds the client's number, when, and who decided; nothing else of the person.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from zhike.engine.durable import write_whole
from zhike_desk.records.models import Hold

FILE = "erased.jsonl"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One person erased: the client's number, the moment (ISO), who decided."""

    client_id: str
    at: str
    by: str


def lay(client_id: str, by: str, at: datetime) -> None:
    """Remember an erasure once its transaction stands."""
    line = json.dumps(asdict(Tombstone(client_id, at.isoformat(), by)), ensure_ascii=False) + "\n"
    transaction.on_commit(lambda: _append(here(), line.encode()))


def here() -> Path:
    """Return this desk's list."""
    return Path(settings.DESK) / "keys" / FILE


def read(path: Path) -> dict[str, Tombstone]:
    """Read a list, by client; an absent one holds nobody. Raises ValueError for a line that isn't one."""
    if not path.exists():
        return {}
    lines = (json.loads(line) for line in path.read_text("utf-8").splitlines() if line)
    return {stone.client_id: stone for stone in (Tombstone(**line) for line in lines)}


def all_of_this_desk() -> dict[str, Tombstone]:
    """Return who was erased here, by the list and by the records: a crash between the two loses neither."""
    held = Hold.objects.filter(kind="erased", lifted_at__isnull=True).select_related("by")
    known = {h.client_id: Tombstone(h.client_id, h.changed_at.isoformat(), h.by.username) for h in held}
    return {**known, **read(here())}


def write(path: Path, stones: Mapping[str, Tombstone]) -> None:
    """Write a list: who is in it already stays."""
    together = {**stones, **read(path)}
    if together:
        lines = (json.dumps(asdict(s), ensure_ascii=False) for s in together.values())
        write_whole(path, ("\n".join(lines) + "\n").encode())
        path.chmod(0o600)


def _append(path: Path, line: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, line)
        os.fsync(handle)
    finally:
        os.close(handle)

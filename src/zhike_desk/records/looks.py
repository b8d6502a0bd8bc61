"""Looks at clients that couldn't be logged at once, for somebody was writing: kept in a file, logged by the next who can.

A look is written down before the page is shown: in the log, or here. The file lies among the keys, is appended to under a lock of its own
that nobody holds while waiting for the database, and is emptied only after its rows are committed; a row that is there already is not
written twice, so a crash between the two costs nothing.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from zhike_desk.records import audit, scope
from zhike_desk.records.models import AuditRow
from zhike_desk.records.viewer import Viewer

SEEN = "client.view"
FILE = "looks.jsonl"


def logged(client_id: str, username: str, at: datetime) -> bool:
    """Tell whether the log holds somebody's look at a client on that day."""
    day = scope.day_of(at).isoformat()
    rows = AuditRow.objects.filter(
        kind="client", object_id=client_id, actor=username, action=SEEN, at__gte=day, at__lt=f"{day}U"
    )
    return rows.exists()


def keep(client_id: str, by: Viewer, at: datetime) -> None:
    """Write a look into the file, on the disk when this returns. Raises OSError where it can't be."""
    line = json.dumps({"at": at.isoformat(), "actor": by.username, "role": by.role, "client": client_id})
    with _locked() as file:
        os.write(file, f"\n{line}\n".encode())  # a line of its own: one torn by a crash spoils no other
        os.fsync(file)


def waiting() -> bool:
    """Tell whether any look is kept in the file."""
    try:
        return _path().stat().st_size > 0
    except FileNotFoundError:
        return False


def write_down(at: datetime) -> int:
    """Log what the file keeps, with the moment of each look and of its being logged; return how many rows were written."""
    if not waiting():
        return 0
    with ExitStack() as after:
        with transaction.atomic():
            audit.hold()  # first the database, then the file: nobody waits for the database with the file in their hand
            file = after.enter_context(_locked())
            written = sum(_log(look, at) for look in _lines(file))
        os.ftruncate(file, 0)
    return written


def _log(look: dict[str, str], at: datetime) -> bool:
    moment = datetime.fromisoformat(look["at"])
    if logged(look["client"], look["actor"], moment):
        return False
    by = Viewer(0, look["actor"], look["role"])
    late = {"logged": at.isoformat(timespec="seconds")}
    audit.append(by, SEEN, at=moment, kind="client", object_id=look["client"], detail=late)
    return True


def _lines(file: int) -> Iterator[dict[str, str]]:
    """Yield the looks that are kept; one torn by a crash has no page to it, for that would have been shown only afterwards."""
    size = os.fstat(file).st_size
    for line in os.pread(file, size, 0).decode("utf-8", "replace").splitlines():
        try:
            look = json.loads(line or "null")
        except json.JSONDecodeError:
            continue
        if isinstance(look, dict):
            yield look


@contextmanager
def _locked() -> Iterator[int]:
    """Open the file, in one hand at a time."""
    file = os.open(_path(), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def _path() -> Path:
    return Path(settings.DESK) / "keys" / FILE

"""The log of acts: appended in the transaction of the act itself, chained by HMAC, its heads witnessed in another file.

mac(n) = HMAC-SHA-256(key, mac(n-1) ‖ row n), each field written after its length, so that no two rows read alike. The key and the witness lie outside the database
(`desk/keys`), so that whoever can write to the database alone can neither forge a row nor cut the end off unseen.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from zhike_desk import keys
from zhike_desk.records import scope
from zhike_desk.records.models import AuditHead, AuditRow, Pointer
from zhike_desk.records.viewer import Viewer

WITNESS = "audit.heads"
COLUMNS = ("seq", "at", "actor", "role", "action", "kind", "object_id", "detail", "mac")
DESK_DAY = "desk_day"
"""In a row's detail: the day it was at the desk, where that wasn't the real one."""
MOST_BREAKS = 1_000
_WINDOW = 10_000  # heads of processes side by side come to the witness out of order, by a few
_BRANCH_TIME = ZoneInfo("Asia/Shanghai")

Row = tuple[int, str, str, str, str, str, str, str, str]
"""A row of the log: the values of COLUMNS."""


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

    `viewer` None is the system itself. `detail` must hold no unmasked identity. Whoever appends waits for whoever
    appended before to commit: the chain has no forks. The log's time is real; an act for the day of a branch made up tells that day too.
    """
    with transaction.atomic():
        head = _locked_head()
        real, told = moment(at), dict(detail or {})
        if scope.day_of(real) != scope.day_of(at):
            told[DESK_DAY] = scope.day_of(at).isoformat()
        row = AuditRow(
            seq=head.seq + 1,
            at=real.astimezone(_BRANCH_TIME).isoformat(timespec="milliseconds"),
            actor=viewer.username if viewer else "system",
            role=viewer.role if viewer else "system",
            action=action,
            kind=kind,
            object_id=object_id,
            detail=json.dumps(told, ensure_ascii=False, sort_keys=True, default=str),
        )
        row.mac = mac(_key(), head.mac, _fields(row))
        row.save(force_insert=True)
        head.seq, head.mac = row.seq, row.mac
        head.save(update_fields=["seq", "mac"])
        seq, signed = row.seq, row.mac
        # Robust: the row is committed by then; a witness that can't be written must not turn the act into an error.
        transaction.on_commit(lambda: _witness(seq, signed), robust=True)
    return row


def moment(at: datetime) -> datetime:
    """Return when something is done, by the real clock, that is done `at` by the desk's: they differ at a branch made up, on its last day."""
    if not settings.DEMO:
        return at
    shown = Pointer.objects.values_list("publication__as_of", flat=True).first()
    return timezone.now() if scope.day_of(at) == shown else at


def hold() -> None:
    """Keep everybody else from appending until the caller's transaction ends."""
    _locked_head()


def mac(key: bytes, before: str, fields: Iterable[Any]) -> str:
    """Sign one row: HMAC-SHA-256, as hex, over the mac before it and its fields without its own mac, each after its length."""
    text = before
    for value in fields:
        written = str(value)
        text += f"{len(written)}:{written},"
    return hmac.digest(key, text.encode(), "sha256").hex()


def verify() -> list[Break]:
    """Walk the chain from its beginning; return every place (1,000 at the most) where it was changed, cut, swapped, or cut off.

    Rows and witness are streamed: memory doesn't grow with the log.
    """
    head = AuditHead.objects.filter(pk=1).first()
    rows = AuditRow.objects.order_by("seq").values_list(*COLUMNS).iterator(chunk_size=5_000)
    end = (head.seq, head.mac) if head else (0, "")
    return breaks(rows, _witnessed(), _key(), end=end, late=_looked_up)


def breaks(
    rows: Iterable[Row],
    witnessed: Iterable[tuple[int, str]],
    key: bytes,
    *,
    end: tuple[int, str] | None = None,
    late: Callable[[int], str | None] = lambda seq: None,
) -> list[Break]:
    """Find where `rows`, in order, break the chain signed with `key`, or differ from what was witnessed or from their `end`.

    `late` gives the mac of a row long past, for a head that the witness tells that late.
    """
    chain = _Chain(key, late)
    stream = iter(rows)
    for seq, signed in witnessed:
        while chain.last < seq and (row := next(stream, None)) is not None:
            chain.take(row)
        chain.compare(seq, signed)
    for row in stream:
        chain.take(row)
    if end is not None and end != (chain.last, chain.before):
        chain.tell(chain.last, f"the log says that it ends at {end[0]}")
    return chain.found


class _Chain:
    """What is known of a chain as far as it was walked."""

    def __init__(self, key: bytes, late: Callable[[int], str | None]) -> None:
        self.key, self.late, self.before, self.last, self.forgotten = key, late, "", 0, 0
        self.found: list[Break] = []
        self.recent: dict[int, str] = {}

    def tell(self, seq: int, what: str) -> None:
        if len(self.found) < MOST_BREAKS:
            self.found.append(Break(seq, what))

    def take(self, row: Row) -> None:
        seq, signed = row[0], row[8]
        if seq != self.last + 1:
            self.tell(self.last + 1, f"rows {self.last + 1} to {seq - 1} are missing")
        elif signed != mac(self.key, self.before, row[:8]):
            self.tell(seq, "changed since it was written")
        self.before, self.last = signed, seq
        self.recent[seq] = signed
        if len(self.recent) > 2 * _WINDOW:
            self._forget()

    def _forget(self) -> None:
        """Keep the last rows of the window only."""
        kept = sorted(self.recent)[-_WINDOW:]
        self.forgotten = kept[0] - 1
        self.recent = {seq: self.recent[seq] for seq in kept}

    def compare(self, seq: int, signed: str) -> None:
        """Hold one witnessed head against the row of its number."""
        if seq > self.last:
            self.tell(self.last + 1, f"cut off: the witness saw row {seq}")
            return
        there = self.late(seq) if seq <= self.forgotten else self.recent.get(seq)
        if there != signed:
            self.tell(seq, "not what the witness saw")


def _looked_up(seq: int) -> str | None:
    return AuditRow.objects.filter(seq=seq).values_list("mac", flat=True).first()


def _locked_head() -> AuditHead:
    """Return the end of the chain, locked until the transaction ends; made where two begin a log at once, it is one."""
    locked = AuditHead.objects.select_for_update().filter(pk=1)
    found = locked.first()
    if found is None:
        AuditHead.objects.bulk_create([AuditHead(pk=1)], ignore_conflicts=True)
        found = locked.get()
    return found


def _fields(row: AuditRow) -> list[Any]:
    return [getattr(row, name) for name in COLUMNS[:8]]


def _key() -> bytes:
    return keys.secret(settings.DESK, "audit")


def _witness(seq: int, signed: str) -> None:
    """Write a head down. It begins a line of its own, so that one torn by a crash spoils no other."""
    line = f"\n{seq} {signed}\n".encode()
    descriptor = os.open(_heads(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, line)
    finally:
        os.close(descriptor)


def _witnessed() -> Iterator[tuple[int, str]]:
    if not _heads().exists():
        return
    with _heads().open(encoding="ascii", errors="replace") as file:
        for line in file:
            seq, _, signed = line.strip().partition(" ")
            if seq.isdecimal() and len(signed) == 64:
                yield int(seq), signed


def _heads() -> Path:
    return Path(settings.DESK) / "keys" / WITNESS

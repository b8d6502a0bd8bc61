"""From the desk back to the night: what staff wrote down becomes files of the contract in the inbox, like any other drop.

    inbox/desk-20260701T023000-000001/contact.csv, complaint.csv, survey.csv, client.csv, judgement.csv     columns as docs/dictionary.md says

A folder appears whole or not at all, and before the rows are marked: a crash between the two delivers them again under
the same numbers, which changes nothing. A contact edited after its delivery is delivered again and supersedes itself. What
has gone to the night is no longer undone, only edited; what was undone before its delivery never goes.
"""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone

from zhike.engine.durable import flush, make_folder, write_whole
from zhike_desk.made_up import DESK_FEED
from zhike_desk.records import settings
from zhike_desk.records.models import Answer, Assessment, Complaint, Contact, Hold, Judgement, Setting

INBOX = "inbox"
KNOWN = "feedback.known"
"""The setting that names the newest of the desk's drops which the night shown to readers has read."""
MOST = 20_000
_OURS = re.compile(DESK_FEED + r"-\d{8}T\d{6}-\d{6}")


@dataclass(frozen=True, slots=True)
class Delivered:
    """A drop of the desk's own: its name (empty: nothing had to go), and how many rows of each table are in it."""

    name: str
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """One table on its way out: which rows wait (as of a moment), its columns, and a row as text."""

    waiting: Callable[[datetime], QuerySet[Any]]
    columns: tuple[str, ...]
    row: Callable[[Any], Sequence[object]]


def deliver(home: Path, at: datetime) -> Delivered:
    """Write what waits into the inbox of `home` as one drop and mark it; what may still be undone at `at` waits on.

    Raises OSError where the inbox can't be written; then nothing is marked.
    """
    with transaction.atomic():
        waiting = {table: list(out.waiting(at)[:MOST]) for table, out in _OUTGOING.items()}
        rows = {table: len(found) for table, found in waiting.items() if found}
        if not rows:
            return Delivered("", {})
        name = _name(home, timezone.localtime())
        _write(home / INBOX, name, {t: _csv(t, waiting[t]) for t in rows})
        for found in waiting.values():
            for each in found:
                type(each)._default_manager.filter(pk=each.pk, version=each.version).update(delivered_in=name)
    return Delivered(name, rows)


def known(name: str, at: datetime) -> None:
    """Remember that the night now shown has read the desk's drops up to `name`."""
    if name:
        Setting.objects.update_or_create(
            name=KNOWN, defaults={"value": name, "changed_at": at}, create_defaults={"value": name, "created_at": at, "changed_at": at}
        )  # fmt: skip


def known_to_night() -> str:
    """Return the newest of the desk's drops that the night shown has read, empty before the first.

    Contacts with `delivered_in` up to it are in the book's timeline already; those after it, and those not delivered, are not.
    """
    found: str = Setting.objects.filter(name=KNOWN).values_list("value", flat=True).first() or ""
    return found


def _contacts(at: datetime) -> QuerySet[Contact]:
    return _settled(Contact.objects.all(), at)


def _complaints(at: datetime) -> QuerySet[Complaint]:
    return _settled(Complaint.objects.all(), at)


def _answers(at: datetime) -> QuerySet[Answer]:
    return _settled(Answer.objects.all(), at)


def _settled(rows: QuerySet[Any], at: datetime) -> QuerySet[Any]:
    """Keep what waits, can no longer be undone at a stroke, and isn't about somebody who was erased."""
    settled = at - timedelta(seconds=settings.current().undo.seconds)
    rows = rows.filter(delivered_in="", undone_at__isnull=True, changed_at__lte=settled)
    return rows.exclude(client_id__in=_erased()).order_by("id")


def _assessments(at: datetime) -> QuerySet[Assessment]:
    """Return the newest assessment of each client: two rows of one client in a file would be refused."""
    newer = Assessment.objects.filter(client_id=OuterRef("client_id"), pk__gt=OuterRef("pk"))
    rows = Assessment.objects.filter(~Exists(newer), delivered_in="", changed_at__lte=at)
    return rows.exclude(client_id__in=_erased()).order_by("id")


def _erased() -> QuerySet[Hold, Any]:
    return Hold.objects.filter(kind="erased", lifted_at__isnull=True).values("client_id")


def _judgements(at: datetime) -> QuerySet[Judgement]:
    rows = Judgement.objects.filter(delivered_in="", changed_at__lte=at)
    return rows.select_related("panel", "expert__user").order_by("id")


def _contact_row(row: Contact) -> Sequence[object]:
    task = f"desk-{row.task_id}" if row.task_id else ""
    minutes = "" if row.minutes is None else f"{row.minutes:g}"
    return [row.contact_id, _stamp(row.at), row.client_id, row.staff_id, row.medium, row.purpose, row.outcome, minutes, task]  # fmt: skip


def _complaint_row(row: Complaint) -> Sequence[object]:
    closed = _stamp(row.closed_at) if row.closed_at else ""
    upheld = "" if row.upheld is None else int(row.upheld)
    return [row.complaint_id, _stamp(row.opened_at), row.client_id, row.staff_id, row.category, row.severity, closed, upheld]  # fmt: skip


def _answer_row(row: Answer) -> Sequence[object]:
    return [row.answer_id, _stamp(row.at), row.client_id, row.survey_id, row.question_id, row.kind, f"{row.score:g}", f"{row.scale_max:g}", row.text]  # fmt: skip


def _assessment_row(row: Assessment) -> Sequence[object]:
    return [row.client_id, row.client_kind, row.level, row.assessed_on.isoformat()]


def _judgement_row(row: Judgement) -> Sequence[object]:
    """Tell a judgement; one taken back goes under a number of its own, since an empty cell never erases what a number had."""
    who = row.expert.user
    model = row.panel.published_as or row.panel.base_version
    number = row.judgement_id if row.value is not None else f"{row.judgement_id}-{row.version}"
    return [number, _stamp(row.changed_at), who.staff_id or who.username, model, row.parent, row.left, row.right, row.value]  # fmt: skip


_OUTGOING: Mapping[str, _Outgoing] = {
    "contact": _Outgoing(
        _contacts,
        ("contact_id", "at", "client_id", "staff_id", "medium", "purpose", "outcome", "minutes", "task_id"),
        _contact_row,
    ),
    "complaint": _Outgoing(
        _complaints,
        ("complaint_id", "opened_at", "client_id", "staff_id", "category", "severity", "closed_at", "upheld"),
        _complaint_row,
    ),
    "survey": _Outgoing(
        _answers,
        ("answer_id", "at", "client_id", "survey_id", "question_id", "kind", "score", "scale_max", "text"),
        _answer_row,
    ),
    "client": _Outgoing(
        _assessments, ("client_id", "kind", "risk_level", "risk_assessed_on"), _assessment_row
    ),
    "judgement": _Outgoing(
        _judgements,
        ("judgement_id", "at", "expert_id", "model_id", "parent", "left", "right", "value"),
        _judgement_row,
    ),
}


def _stamp(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S")


def _csv(table: str, rows: Sequence[Any]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_OUTGOING[table].columns)
    writer.writerows(_OUTGOING[table].row(row) for row in rows)
    return out.getvalue().encode()


def _name(home: Path, moment: datetime) -> str:
    """Name a drop so that later ones sort behind it, even within a second or after the clock was set back."""
    last = max(_named(home), default="")
    stem, _, number = last.rpartition("-")
    now = f"{DESK_FEED}-{moment:%Y%m%dT%H%M%S}"
    return f"{now}-000001" if now > stem else f"{stem}-{int(number) + 1:06d}"


def _named(home: Path) -> Iterator[str]:
    """Yield every name a drop of ours has, as far as it is remembered: in rows, in the inbox, by the night."""
    for table in (Contact, Complaint, Answer, Assessment, Judgement):
        yield table._default_manager.aggregate(Max("delivered_in"))["delivered_in__max"] or ""
    yield from (p.name for p in (home / INBOX).glob(f"**/{DESK_FEED}-*") if _OURS.fullmatch(p.name))
    yield known_to_night()


def _write(inbox: Path, name: str, files: Mapping[str, bytes]) -> None:
    """Make the folder aside, flush it, give it its name."""
    make_folder(inbox)
    aside = inbox / f".{name}.new"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    for table, content in files.items():
        write_whole(aside / f"{table}.csv", content)
    flush(aside)
    os.replace(aside, inbox / name)
    flush(inbox)

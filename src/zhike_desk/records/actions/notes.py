"""Notes: what somebody wrote down about a client."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from zhike.base.text import say
from zhike_desk.records import audit, scope
from zhike_desk.records.actions.writing import Done, change, inverse, remove, restore, text
from zhike_desk.records.models import Note
from zhike_desk.records.viewer import Denied, Viewer

LONGEST = 4_000
TEXT = say("备注", "note")


def add(client_id: str, *, text_: str, by: Viewer, at: datetime) -> Done:
    """Write a note about a client; undone, it is gone."""
    with transaction.atomic():
        client = scope.client(by, client_id, "care.write")
        made = Note.objects.create(
            client_id=client.client_id,
            text=text(text_, LONGEST, TEXT),
            by_id=by.user_id,
            created_at=at,
            changed_at=at,
        )
        _logged("note.add", made, by, at)
        return Done(str(made.pk), undo=inverse(by, "care.write", [remove(made)], at))


def edit(note: int, *, text_: str, seen: int, by: Viewer, at: datetime) -> Done:
    """Change a note one has written that is at the version `seen`; raise Conflict where it has changed meanwhile."""
    with transaction.atomic():
        found = _note(note, by)
        step = restore(found, ("text",)) | {"version": seen + 1}
        change(found, seen, at, text=text(text_, LONGEST, TEXT))
        _logged("note.edit", found, by, at)
        return Done(str(found.pk), found.version, inverse(by, "care.write", [step], at))


def take_away(note: int, *, seen: int, by: Viewer, at: datetime) -> Done:
    """Take a note one has written out of sight; it stays in the records. Undone, it is seen again."""
    with transaction.atomic():
        found = _note(note, by)
        step = restore(found, ("removed_at",)) | {"version": seen + 1}
        change(found, seen, at, removed_at=at)
        _logged("note.remove", found, by, at)
        return Done(str(found.pk), found.version, inverse(by, "care.write", [step], at))


def _note(note: int, by: Viewer) -> Note:
    rows = Note.objects.filter(pk=note, by_id=by.user_id, removed_at__isnull=True)
    found: Note | None = scope.of_clients(rows, by, "care.write").first()
    if found is None:
        raise Denied("care.write")
    return found


def _logged(action: str, note: Note, by: Viewer, at: datetime) -> None:
    audit.append(by, action, at=at, kind="client", object_id=note.client_id, detail={"note": note.pk})

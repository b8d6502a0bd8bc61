"""What programs may do: the same actions as the pages, written down in the log as their owner's."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field

from zhike_desk.api import schemas
from zhike_desk.api.door import CHANGES, needs, router, viewer_of
from zhike_desk.records import clock
from zhike_desk.records.actions import contacts, notes, tasks
from zhike_desk.records.actions.writing import Done


@router.post("/contacts", response={200: schemas.Done, **CHANGES}, operation_id="log_contact")
@needs
def log_contact(request: HttpRequest, body: schemas.NewContact) -> dict[str, Any]:
    """Log a contact that took place."""
    done = contacts.log(
        body.client_id, medium=body.medium, purpose=body.purpose, outcome=body.outcome, minutes=body.minutes,
        happened_at=body.happened_at, task_id=body.task_id, by=viewer_of(request), at=clock.now(),
    )  # fmt: skip
    return _told(done)


@router.post("/tasks", response={200: schemas.Done, **CHANGES}, operation_id="add_task")
@needs
def add_task(request: HttpRequest, body: schemas.NewTask) -> dict[str, Any]:
    """Add a task for the token's owner."""
    done = tasks.add(
        body.title, due_on=body.due_on, client_id=body.client_id, minutes=body.minutes,
        by=viewer_of(request), at=clock.now(),
    )  # fmt: skip
    return _told(done)


@router.post("/tasks/{task_id}/close", response={200: schemas.Done, **CHANGES}, operation_id="close_task")
@needs
def close_task(
    request: HttpRequest, body: schemas.Ending, task_id: Annotated[int, Field(ge=1, le=2_147_483_647)]
) -> dict[str, Any]:
    """Close a task with its outcome; 409 where somebody changed it since it was read."""
    return _told(
        tasks.close(task_id, outcome=body.outcome, seen=body.version, by=viewer_of(request), at=clock.now())
    )


@router.post("/notes", response={200: schemas.Done, **CHANGES}, operation_id="add_note")
@needs
def add_note(request: HttpRequest, body: schemas.NewNote) -> dict[str, Any]:
    """Add a note about a client."""
    return _told(notes.add(body.client_id, text_=body.text, by=viewer_of(request), at=clock.now()))


def _told(done: Done) -> dict[str, Any]:
    zh, en = (done.warning.zh, done.warning.en) if done.warning is not None else ("", "")
    return {"id": done.id, "version": done.version, "warning": zh, "warning_en": en}

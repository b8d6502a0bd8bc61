"""What programs may do with clients: the same actions as the pages, written down in the log as their owner's."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field

from zhike.base.text import say
from zhike_desk.api.door import CHANGES, needs, router, viewer_of
from zhike_desk.api.schemas import work as schemas
from zhike_desk.api.schemas.answers import Done as Did
from zhike_desk.api.schemas.work import Number
from zhike_desk.api.telling import did
from zhike_desk.records import clock
from zhike_desk.records.actions import contacts, notes, outcomes, tags, tasks
from zhike_desk.records.actions import undo as undoing
from zhike_desk.records.actions.writing import Done
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Viewer


@router.post("/contacts", response={200: Did, **CHANGES}, operation_id="log_contact")
@needs
def log_contact(request: HttpRequest, body: schemas.NewContact) -> dict[str, Any]:
    """Log a contact that took place; the task or the proposal it names is done by it."""
    done = contacts.log(
        body.client_id, medium=body.medium, purpose=body.purpose, outcome=body.outcome, minutes=body.minutes,
        happened_at=body.happened_at, task_id=body.task_id, proposal_id=body.proposal_id, by=viewer_of(request), at=clock.now(),
    )  # fmt: skip
    return did(done)


@router.post("/tasks", response={200: Did, **CHANGES}, operation_id="add_task")
@needs
def add_task(request: HttpRequest, body: schemas.NewTask) -> dict[str, Any]:
    """Add a task for the token's owner; a head may add one for anybody of the branch."""
    done = tasks.add(
        body.title, due_on=body.due_on, client_id=body.client_id, minutes=body.minutes, reason=body.reason,
        staff_id=body.staff_id, by=viewer_of(request), at=clock.now(),
    )  # fmt: skip
    return did(done)


@router.patch("/tasks/{task_id}", response={200: Did, **CHANGES}, operation_id="change_task")
@needs
def change_task(request: HttpRequest, body: schemas.Change, task_id: Number) -> dict[str, Any]:
    """Move a task to another day, say anew what is to be done, or (heads) hand it to somebody; 409 where somebody changed it since."""
    done = tasks.move(
        task_id, seen=body.version, due_on=body.due_on, title=body.title.strip(), staff_id=body.staff_id,
        by=viewer_of(request), at=clock.now(),
    )  # fmt: skip
    return did(done)


@router.post("/tasks/{task_id}/close", response={200: Did, **CHANGES}, operation_id="close_task")
@needs
def close_task(request: HttpRequest, body: schemas.Ending, task_id: Number) -> dict[str, Any]:
    """Close a task with its outcome; 409 where somebody changed it since it was read."""
    return did(
        tasks.close(task_id, outcome=body.outcome, seen=body.version, by=viewer_of(request), at=clock.now())
    )


@router.post("/tasks/{task_id}/drop", response={200: Did, **CHANGES}, operation_id="drop_task")
@needs
def drop_task(request: HttpRequest, body: schemas.Dropping, task_id: Number) -> dict[str, Any]:
    """Give a task up, with the reason; 409 where somebody changed it since it was read."""
    return did(
        tasks.drop(task_id, reason=body.reason, seen=body.version, by=viewer_of(request), at=clock.now())
    )


@router.post("/notes", response={200: Did, **CHANGES}, operation_id="add_note")
@needs
def add_note(request: HttpRequest, body: schemas.NewNote) -> dict[str, Any]:
    """Add a note about a client."""
    return did(notes.add(body.client_id, text_=body.text, by=viewer_of(request), at=clock.now()))


@router.post("/tags", response={200: Did, **CHANGES}, operation_id="add_tag")
@needs
def add_tag(request: HttpRequest, body: schemas.NewTag) -> dict[str, Any]:
    """Hang a word on a client."""
    return did(tags.add(body.client_id, word=body.word, by=viewer_of(request), at=clock.now()))


@router.delete("/tags", response={200: Did, **CHANGES}, operation_id="take_tag_off")
@needs
def take_tag_off(
    request: HttpRequest,
    client_id: Annotated[str, Field(min_length=1, max_length=40)],
    word: Annotated[str, Field(min_length=1, max_length=20)],
) -> dict[str, Any]:
    """Take a word off a client."""
    return did(tags.take_off(client_id, word=word, by=viewer_of(request), at=clock.now()))


@router.post("/today/end", response={200: Did, **CHANGES}, operation_id="end_entry")
@needs
def end_entry(request: HttpRequest, body: schemas.Response) -> dict[str, Any]:
    """End an entry of the day's list, or answer a proposal: reached, missed, planned, postponed, unsuited."""
    lines = [outcomes.Line(line.proposal_id, line.task_id, line.version) for line in body.lines]
    return did(_ended(body, lines, viewer_of(request)))


def _ended(body: schemas.Response, lines: list[outcomes.Line], by: Viewer) -> Done:
    at = clock.now()
    if any(bool(line.proposal_id) == (line.task_id is not None) for line in lines):
        raise Refused(say("每项须写明一条建议或一项任务。", "Each line names a proposal or a task."))
    if body.how == "reached":
        return outcomes.reached(lines, medium=body.medium, by=by, at=at)
    if body.how == "missed":
        return outcomes.missed(lines, medium=body.medium, by=by, at=at)
    if body.how == "planned":
        return outcomes.planned(lines, by=by, at=at)
    if body.how == "unsuited":
        return outcomes.unsuited(lines, by=by, at=at)
    if body.due_on is None:
        raise Refused(say("请写明改到哪一天。", "Say the day it is put off until."))
    return outcomes.postponed(lines, body.due_on, by=by, at=at)


@router.post("/undo", response={200: Did, **CHANGES}, operation_id="undo")
@needs
def undo(request: HttpRequest, body: schemas.Undoing) -> dict[str, Any]:
    """Take back an act of the token's owner by the code it was answered with; the token needs the scope of that act beside."""
    return did(undoing.undo(body.code, by=viewer_of(request), at=clock.now()))

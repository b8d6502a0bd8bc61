"""Nobody's edit is lost silently: of many writers at once each success is in the record, and who lost is told by whom and what."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connections, transaction
from django.test import RequestFactory

import trust_ground as ground
from trust_ground import AT, DUE
from zhike_desk.gate import PolicyMiddleware
from zhike_desk.records import audit
from zhike_desk.records.actions import notes, tasks, undo
from zhike_desk.records.models import AuditRow, Note, Task
from zhike_desk.records.refusals import Conflict
from zhike_desk.records.viewer import Viewer

WRITERS = 16
People = Callable[[str], Viewer]


@pytest.mark.both
@pytest.mark.parametrize(
    "edits", [5, pytest.param(500, marks=[pytest.mark.slow, pytest.mark.timeout(3_600)])]
)
def test_sixteen_writers_add_one_each_time_and_no_success_is_lost(edits: int, transactional: Path) -> None:
    counted = _note()
    conflicts, errors = _at_once(lambda: [_add_one(counted) for _ in range(edits)])
    assert errors == []
    standing = Note.objects.get(pk=counted)
    assert (standing.text, standing.version) == (str(WRITERS * edits), WRITERS * edits + 1)
    assert AuditRow.objects.filter(action="note.edit").count() == WRITERS * edits
    assert sum(conflicts) > 0  # they did get into each other's way
    assert audit.verify() == []


@pytest.mark.both
def test_writers_that_looked_at_no_version_would_lose_and_be_seen_to(transactional: Path) -> None:
    counted = _note()

    def bold() -> list[int]:
        for _ in range(5):
            text = Note.objects.get(pk=counted).text
            with transaction.atomic():
                Note.objects.filter(pk=counted).update(text=str(int(text) + 1))
        return []

    _, errors = _at_once(bold)
    assert errors == []
    assert int(Note.objects.get(pk=counted).text) < WRITERS * 5


def _note() -> int:
    alice = ground.viewers()["alice"]
    made = ground.note(alice, ground.targets()["alice's"])
    Note.objects.filter(pk=made.pk).update(text="0")
    return made.pk


def _add_one(counted: int) -> int:
    """Add one to the number in a note, reading anew after each conflict; return how often one was met."""
    alice = ground.viewers()["alice"]
    met = 0
    while True:
        found = Note.objects.get(pk=counted)
        try:
            notes.edit(counted, text_=str(int(found.text) + 1), seen=found.version, by=alice, at=AT)
        except Conflict:
            met += 1
        else:
            return met


def _at_once(work: Callable[[], list[int]]) -> tuple[list[int], list[BaseException]]:
    """Let all writers begin together, each on a connection of its own; return what they gave back, and their errors."""
    from zhike_desk.records.following import follow

    given: list[int] = []
    errors: list[BaseException] = []
    together = threading.Barrier(WRITERS)

    def write() -> None:
        try:
            follow()
            together.wait()
            given.extend(work())
        except BaseException as error:  # told by the test, in its own thread
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given, errors


@pytest.mark.both
def test_who_lost_is_shown_field_by_field_what_stands_and_what_was_asked_for(
    db: Path, viewer: People
) -> None:
    alice, bob = viewer("alice"), viewer("bob")
    task = ground.task(alice, ground.targets()["alice's"])
    tasks.move(task.pk, due_on=DUE.replace(day=8), seen=1, by=bob, at=AT)
    before = ground.tables()
    with pytest.raises(Conflict) as caught:
        tasks.move(task.pk, due_on=DUE.replace(day=3), seen=1, by=alice, at=AT)
    assert (caught.value.mine, caught.value.theirs) == (
        {"due_on": DUE.replace(day=3)},
        {"due_on": DUE.replace(day=8)},
    )
    assert ground.tables() == before


def test_over_http_who_lost_gets_409_with_both_values(db: Path, viewer: People) -> None:
    alice = viewer("alice")
    task = ground.task(alice, ground.targets()["alice's"])
    Task.objects.filter(pk=task.pk).update(version=2, title="改过的标题")
    task.refresh_from_db()
    request = RequestFactory().post("/", headers={"HX-Request": "true"})
    answer = PolicyMiddleware(lambda r: None).process_exception(
        request, Conflict(task, {"title": "我的标题"})
    )  # type: ignore[arg-type, return-value]
    assert answer is not None
    assert answer.status_code == 409
    assert "改过的标题" in answer.content.decode()
    assert "我的标题" in answer.content.decode()


@pytest.mark.both
def test_an_undo_that_comes_after_somebody_elses_edit_changes_nothing(db: Path, viewer: People) -> None:
    alice, bob = viewer("alice"), viewer("bob")
    task = ground.task(alice, ground.targets()["alice's"])
    done = tasks.move(task.pk, due_on=DUE.replace(day=3), seen=1, by=alice, at=AT)
    tasks.move(task.pk, due_on=DUE.replace(day=8), seen=2, by=bob, at=AT)
    before = ground.tables()
    with pytest.raises(Conflict):
        undo.undo(done.undo, by=alice, at=AT)
    assert ground.tables() == before

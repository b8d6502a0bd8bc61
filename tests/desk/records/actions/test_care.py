"""Contacts, tasks, notes, tags: logged, permitted, closed, undone; each undo leaves what was there before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

import trust_ground as ground
from trust_ground import AT, DUE
from zhike_desk.records.actions import bulk, consent, contacts, notes, tags, tasks, undo
from zhike_desk.records.models import BookProposal, Contact, Inverse, Note, Tag, Task
from zhike_desk.records.queries import permission
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Denied, Viewer

People = Callable[[str], Viewer]


@pytest.fixture
def alice(viewer: People) -> Viewer:
    return viewer("alice")


@pytest.fixture
def client(db: Path) -> str:
    return ground.targets_of("alice")


def call(client: str, by: Viewer, purpose: str = "care", **more: object) -> object:
    return contacts.log(
        client, **{"medium": "phone", "purpose": purpose, "outcome": "已沟通", "by": by, "at": AT, **more}
    )  # type: ignore[arg-type]


def test_a_contact_with_a_proposal_makes_its_task_done_and_undone_both_are_gone(
    db: Path, alice: Viewer
) -> None:
    proposal = BookProposal.objects.filter(staff_id="E0002", arm="treat", must_do=True).first()
    assert proposal is not None
    done = contacts.log(
        proposal.client_id,
        medium="phone",
        purpose="callback",
        outcome="已回访",
        proposal_id=proposal.proposal_id,
        by=alice,
        at=AT,
    )
    made = Task.objects.get(proposal_id=proposal.proposal_id)
    assert (made.state, made.outcome, made.staff_id) == ("done", "已回访", "E0002")
    assert Contact.objects.get(pk=done.id).task_id == made.pk
    undo.undo(done.undo, by=alice, at=AT)
    assert not Task.objects.filter(proposal_id=proposal.proposal_id).exists()
    assert Contact.objects.get(pk=done.id).undone_at == AT
    tasks.accept_proposal(proposal.proposal_id, by=alice, at=AT)
    with pytest.raises(Refused, match="a task already"):
        tasks.accept_proposal(proposal.proposal_id, by=alice, at=AT)


def test_a_contact_on_a_task_closes_it_and_undone_it_is_open_again(client: str, alice: Viewer) -> None:
    task = ground.task(alice, client)
    done = contacts.log(
        client, medium="visit", purpose="care", outcome="好", task_id=task.pk, by=alice, at=AT
    )
    task.refresh_from_db()
    assert (task.state, task.outcome, task.closed_at) == ("done", "好", AT)
    undo.undo(done.undo, by=alice, at=AT)
    task.refresh_from_db()
    assert (task.state, task.outcome, task.closed_at) == ("open", "", None)


def test_an_attempt_fulfils_nothing_that_is_due(client: str, alice: Viewer) -> None:
    task = ground.task(alice, client)
    before = ground.tables()
    for outcome in ("未接通", "无人接听，改日再打", "No answer"):
        with pytest.raises(Refused, match="not reached"):
            call(client, alice, task_id=task.pk, outcome=outcome)
    assert ground.tables() == before


def test_a_product_is_not_offered_to_who_refused_marketing_whatever_the_files_say(
    client: str, alice: Viewer
) -> None:
    call(client, alice, "product")
    consent.record(client, kind="marketing", given=False, reason="客户来电", by=alice, at=AT)
    for purpose in ("product", "marketing"):
        with pytest.raises(Refused, match="refused marketing"):
            call(client, alice, purpose)
    call(client, alice, "service")
    consent.record(client, kind="marketing", given=True, reason="客户改变主意", by=alice, at=AT)
    call(client, alice, "product")


def test_the_third_contact_in_a_week_is_warned_about_a_fourth_week_later_not_and_must_do_work_never_counts(
    client: str, alice: Viewer
) -> None:
    week = AT + timedelta(days=200)
    must = ground.task(alice, client, must_do=True)

    def log(day: int, **more: object) -> object:
        when = week + timedelta(days=day)
        return contacts.log(
            client, medium="phone", purpose="care", outcome="已沟通", by=alice, at=when, **more
        ).warning  # type: ignore[arg-type]

    assert [log(0, task_id=must.pk), log(0), log(1)] == [None, None, None]
    assert not permission.allowed(alice, [client], week + timedelta(days=1))[client].allowed
    assert "3 times in 7 days" in str(log(2))
    assert log(30) is None
    assert permission.allowed(alice, [client], week + timedelta(days=30))[client] == permission.Permission(
        True, True, 1
    )


def test_a_contact_lies_in_the_past_year_and_a_wrong_medium_or_purpose_is_refused(
    client: str, alice: Viewer
) -> None:
    before = ground.tables()
    for wrong in (
        {"happened_at": AT + timedelta(minutes=1)},
        {"happened_at": AT - timedelta(days=366)},
        {"minutes": -1.0},
        {"minutes": 1441.0},
        {"outcome": "好" * 81},
        {"outcome": "  "},
        {"purpose": "dinner"},
    ):
        with pytest.raises(Refused):
            contacts.log(
                client,
                **{"medium": "phone", "purpose": "care", "outcome": "好", "by": alice, "at": AT, **wrong},
            )  # type: ignore[arg-type]
    with pytest.raises(Refused, match="another client"):
        call(client, alice, task_id=ground.task(alice, _another(alice, client)).pk)
    Task.objects.all().delete()
    assert ground.tables() == before


def _another(alice: Viewer, client: str) -> str:
    from zhike_desk.records import scope

    found = scope.clients(alice, "care.write").exclude(client_id=client).first()
    assert found is not None
    return found.client_id


def test_somebody_elses_contact_and_note_cannot_be_edited_a_head_may_mend_the_contact(
    client: str, viewer: People
) -> None:
    alice, bob = viewer("alice"), viewer("bob")
    theirs, note = ground.contact(bob, client), ground.note(bob, client)
    with pytest.raises(Denied):
        contacts.edit(theirs.pk, seen=1, medium="visit", purpose="care", outcome="好", by=alice, at=AT)
    with pytest.raises(Denied):
        notes.edit(note.pk, text_="改", seen=1, by=alice, at=AT)
    mine = ground.contact(alice, client, delivered_in="desk-1")
    done = contacts.edit(
        mine.pk, seen=1, medium="visit", purpose="care", outcome="好", minutes=5, by=bob, at=AT
    )
    mine.refresh_from_db()
    assert (mine.medium, mine.minutes, mine.version, mine.delivered_in) == (
        "visit",
        5.0,
        2,
        "",
    )  # goes to the inbox anew
    undo.undo(done.undo, by=bob, at=AT)
    mine.refresh_from_db()
    assert (mine.medium, mine.minutes, mine.version) == ("phone", None, 3)


def test_an_undo_is_its_authors_once_and_for_half_an_hour(client: str, viewer: People) -> None:
    alice = viewer("alice")
    done = notes.add(client, text_="好", by=alice, at=AT)
    with pytest.raises(Denied):
        undo.undo(done.undo, by=viewer("bob"), at=AT)
    with pytest.raises(Denied):
        undo.undo("no-such-code", by=alice, at=AT)
    with pytest.raises(Refused, match="too late"):
        undo.undo(done.undo, by=alice, at=AT + timedelta(minutes=31))
    assert Note.objects.count() == 1
    undo.undo(done.undo, by=alice, at=AT + timedelta(minutes=30))
    assert Note.objects.count() == 0
    with pytest.raises(Refused, match="undone already"):
        undo.undo(done.undo, by=alice, at=AT)
    assert Inverse.objects.get(code=done.undo).used_at is not None


def test_what_has_gone_to_the_night_is_edited_and_not_undone(client: str, alice: Viewer) -> None:
    done = contacts.log(client, medium="phone", purpose="care", outcome="好", by=alice, at=AT)
    Contact.objects.update(delivered_in="desk-1")
    with pytest.raises(Refused, match="gone to the night"):
        undo.undo(done.undo, by=alice, at=AT)


def test_tags_of_many_are_changed_as_counted_the_rest_are_told_and_undone_together(
    db: Path, viewer: People
) -> None:
    alice, targets = viewer("alice"), ground.targets()
    mine, other = targets["alice's"], targets["other"]
    tags.add(mine, word="打新", by=alice, at=AT)
    second = _another(alice, mine)
    done = tags.add_many([mine, second, other, "no-such"], word="打新", by=alice, at=AT)
    assert done.rows == 1
    assert [(client, why.en) for client, why in done.left] == [
        (mine, "It hangs there already, or there are 20 tags."),
        (other, "There is no such client."),
        ("no-such", "There is no such client."),
    ]
    undo.undo(done.undo, by=alice, at=AT)
    assert list(Tag.objects.values_list("client_id", flat=True)) == [mine]
    off = tags.take_off(mine, word="打新", by=alice, at=AT)
    assert not Tag.objects.exists()
    undo.undo(off.undo, by=alice, at=AT)
    assert Tag.objects.get().client_id == mine
    with pytest.raises(Refused, match="200 at once"):
        tags.add_many([str(n) for n in range(201)], word="打新", by=alice, at=AT)


def test_a_bulk_job_changes_as_many_rows_as_were_typed_and_is_taken_back_whole(
    db: Path, alice: Viewer
) -> None:
    from zhike_desk.records.models import Job

    with pytest.raises(Refused, match="The list has 27 rows now"):
        bulk.ask("tag.add", "", {"word": "打新"}, typed=26, by=alice, at=AT)
    job = int(bulk.ask("tag.add", "", {"word": "打新"}, typed=27, by=alice, at=AT).id)
    told: list[int] = []
    result = bulk.carry_out(job, AT, told.append)
    assert (result["rows"], result["left"], told, Tag.objects.count()) == (27, [], [27], 27)
    assert bulk.carry_out(job, AT)["rows"] == 27  # run again after a crash: nothing twice
    assert Tag.objects.count() == 27
    Job.objects.filter(pk=job).update(state="done", result=result)
    bulk.take_back(job, by=alice, at=AT)
    assert Tag.objects.count() == 0


def test_tasks_are_ones_own_a_head_hands_them_out_and_what_must_be_done_is_not_dropped(
    client: str, viewer: People
) -> None:
    alice, bob = viewer("alice"), viewer("bob")
    with pytest.raises(Refused, match="for yourself only"):
        tasks.add("回访", due_on=DUE, client_id=client, staff_id="E0001", by=alice, at=AT)
    given = int(tasks.add("回访", due_on=DUE, client_id=client, staff_id="E0002", by=bob, at=AT).id)
    with pytest.raises(Refused, match="Nobody of that number"):
        tasks.add("回访", due_on=DUE, client_id=client, staff_id="E0004", by=bob, at=AT)
    with pytest.raises(Refused, match="between today"):
        tasks.move(given, due_on=DUE.replace(day=1), seen=1, by=alice, at=AT)
    must = ground.task(alice, client, must_do=True)
    with pytest.raises(Refused, match="must be done"):
        tasks.drop(must.pk, reason="不想", seen=1, by=alice, at=AT)
    moved = tasks.move(given, due_on=DUE.replace(day=8), seen=1, by=alice, at=AT)
    undo.undo(moved.undo, by=alice, at=AT)
    assert Task.objects.get(pk=given).due_on == DUE
    closed = tasks.close(given, outcome="好", seen=3, by=alice, at=AT)
    with pytest.raises(Refused, match="closed already"):
        tasks.close(given, outcome="好", seen=closed.version, by=alice, at=AT)

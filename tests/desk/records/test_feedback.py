"""What staff wrote down goes back to the night as files of the contract."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from zhike_desk.records import clock, feedback, scope
from zhike_desk.records.actions import contacts
from zhike_desk.records.actions.undo import undo
from zhike_desk.records.models import Contact, Expert, Hold, Judgement, Panel, User
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Viewer

LATER = timedelta(seconds=11)
Viewing = Callable[[str], Viewer]


@pytest.fixture
def inbox(db: Path, tmp_path: Path) -> Path:
    return tmp_path / "home"


def _logged(viewer: Viewing, outcome: str = "满意") -> tuple[Contact, datetime, str]:
    who, at = viewer("alice"), clock.now()
    client = scope.clients(who).order_by("client_id")[0].client_id
    done = contacts.log(client, medium="phone", purpose="care", outcome=outcome, minutes=7.5, by=who, at=at)
    return Contact.objects.get(pk=done.id), at, done.undo


def _rows(home: Path) -> list[dict[str, str]]:
    files = sorted(home.glob("inbox/desk-*/contact.csv"))
    return [row for file in files for row in csv.DictReader(file.read_text("utf-8").splitlines())]


def test_a_contact_goes_once_with_every_column_of_the_contract(viewer: Viewing, inbox: Path) -> None:
    contact, at, _ = _logged(viewer)
    done = feedback.deliver(inbox, at + LATER)
    assert done.rows == {"contact": 1}
    assert _rows(inbox) == [{
        "contact_id": contact.contact_id, "at": at.strftime("%Y-%m-%d %H:%M:%S"), "client_id": contact.client_id,
        "staff_id": "E0002", "medium": "phone", "purpose": "care", "outcome": "满意", "minutes": "7.5", "task_id": "",
    }]  # fmt: skip
    contact.refresh_from_db()
    assert contact.delivered_in == done.name
    assert feedback.deliver(inbox, at + LATER).name == ""
    assert len(_rows(inbox)) == 1


def test_what_may_still_be_undone_waits(viewer: Viewing, inbox: Path) -> None:
    _, at, code = _logged(viewer)
    assert feedback.deliver(inbox, at + timedelta(seconds=5)).name == ""
    undo(code, by=viewer("alice"), at=at + timedelta(seconds=6))
    assert feedback.deliver(inbox, at + LATER).name == ""
    assert _rows(inbox) == []


def test_what_went_to_the_night_is_edited_and_goes_again_under_its_number(
    viewer: Viewing, inbox: Path
) -> None:
    contact, at, code = _logged(viewer, "没接")
    first = feedback.deliver(inbox, at + LATER).name
    with pytest.raises(Refused):
        undo(code, by=viewer("alice"), at=at + LATER)
    contacts.edit(contact.pk, seen=1, medium="visit", purpose="care", outcome="满意", by=viewer("alice"), at=at + LATER)  # fmt: skip
    second = feedback.deliver(inbox, at + 2 * LATER).name
    assert second > first
    assert [(r["contact_id"], r["medium"]) for r in _rows(inbox)] == [
        (contact.contact_id, "phone"),
        (contact.contact_id, "visit"),
    ]


def test_a_crash_before_the_commit_delivers_the_same_number_again(viewer: Viewing, inbox: Path) -> None:
    contact, at, _ = _logged(viewer)
    with transaction.atomic():
        feedback.deliver(inbox, at + LATER)
        transaction.set_rollback(True)  # the folder is there, the mark is not
    (folder,) = inbox.glob("inbox/desk-*")
    folder.rename(folder.with_name("desk-20000101T000000-000001"))
    assert feedback.deliver(inbox, at + LATER).rows == {"contact": 1}
    assert [r["contact_id"] for r in _rows(inbox)] == [contact.contact_id] * 2


def test_where_the_inbox_cannot_be_written_nothing_is_marked(viewer: Viewing, inbox: Path) -> None:
    contact, at, _ = _logged(viewer)
    inbox.mkdir()
    (inbox / feedback.INBOX).write_text("a file, not a folder")
    with pytest.raises(OSError, match="inbox"), transaction.atomic():
        feedback.deliver(inbox, at + LATER)
    contact.refresh_from_db()
    assert contact.delivered_in == ""


def test_nothing_of_who_a_client_is_leaves_but_the_number_and_nothing_at_all_of_an_erased_one(
    viewer: Viewing, inbox: Path
) -> None:
    contact, at, _ = _logged(viewer)
    Hold.objects.create(
        client_id=contact.client_id, kind="erased", reason="r", by=User.objects.get(username="dora"), created_at=at, changed_at=at
    )  # fmt: skip
    assert feedback.deliver(inbox, at + LATER).name == ""


def test_names_of_drops_rise_even_within_a_second(viewer: Viewing, inbox: Path) -> None:
    names = []
    for _ in range(3):
        _, at, _ = _logged(viewer)
        names.append(feedback.deliver(inbox, at + LATER).name)
    assert names == sorted(set(names))
    assert len(names) == 3


def test_a_judgement_taken_back_goes_under_a_number_of_its_own_without_a_value(
    viewer: Viewing, inbox: Path
) -> None:
    at = clock.now()
    made = {"created_at": at, "changed_at": at}
    erin = User.objects.get(username="erin")
    panel = Panel.objects.create(
        name="t", kind="individual", base_version="individual-1", document={}, by=erin, **made
    )
    expert = Expert.objects.create(panel=panel, user=erin, **made)
    judged = Judgement.objects.create(judgement_id="abc", panel=panel, expert=expert, parent="goal", left="a", right="b", value=3.0, **made)  # fmt: skip
    feedback.deliver(inbox, at)
    Judgement.objects.filter(pk=judged.pk).update(value=None, version=2, delivered_in="")
    assert feedback.deliver(inbox, at).rows == {"judgement": 1}
    files = sorted(inbox.glob("inbox/desk-*/judgement.csv"))
    rows = [row for f in files for row in csv.DictReader(f.read_text("utf-8").splitlines())]
    assert [(r["judgement_id"], r["left"], r["value"]) for r in rows] == [
        ("abc", "a", "3.0"),
        ("abc-2", "a", ""),
    ]

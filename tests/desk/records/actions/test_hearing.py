"""Complaints and answers: written down, closed, undone, handed to the night once, told once in the timeline."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import trust_ground as ground
from zhike_desk.records import clock, feedback
from zhike_desk.records.actions import complaints, surveys, undo
from zhike_desk.records.models import Answer, AuditRow, Complaint, Contact
from zhike_desk.records.queries import nights, timeline
from zhike_desk.records.refusals import Conflict, Refused
from zhike_desk.records.viewer import Denied, Viewer

pytestmark = pytest.mark.both
LATER = timedelta(seconds=11)


@pytest.fixture
def alice(viewer: Callable[[str], Viewer]) -> Viewer:
    return viewer("alice")


@pytest.fixture
def client(db: Path) -> str:
    return ground.targets_of("alice")


def received(client: str, by: Viewer, at: datetime) -> Complaint:
    done = complaints.receive(client, category="佣金费用", severity=2, staff_id="E0002", by=by, at=at)
    return Complaint.objects.get(pk=done.id)


def delivered(home: Path, table: str) -> list[dict[str, str]]:
    files = sorted(home.glob(f"inbox/desk-*/{table}.csv"))
    return [row for file in files for row in csv.DictReader(file.read_text("utf-8").splitlines())]


def kinds(by: Viewer, client: str, only: str) -> list[tuple[str, str]]:
    night = nights.shown()
    assert night is not None
    events = timeline.page(by, client, night, only=only).events
    return [(e.kind, e.outcome) for e in events if e.source in ("complaint", "complaint_closed", "answer")]


def test_a_complaint_goes_with_every_column_and_again_when_it_is_closed(
    alice: Viewer, client: str, tmp_path: Path
) -> None:
    at = clock.now()
    made = received(client, alice, at)
    assert feedback.deliver(tmp_path, at + LATER).rows == {"complaint": 1}
    opened = {
        "complaint_id": made.complaint_id, "opened_at": at.strftime("%Y-%m-%d %H:%M:%S"), "client_id": client,
        "staff_id": "E0002", "category": "佣金费用", "severity": "2", "closed_at": "", "upheld": "",
    }  # fmt: skip
    assert delivered(tmp_path, "complaint") == [opened]
    complaints.close(made.pk, upheld=False, seen=1, by=alice, at=at + LATER)
    feedback.deliver(tmp_path, at + 2 * LATER)
    closed = (at + LATER).strftime("%Y-%m-%d %H:%M:%S")
    assert delivered(tmp_path, "complaint") == [opened, opened | {"closed_at": closed, "upheld": "0"}]
    acts = AuditRow.objects.filter(action__startswith="complaint.").order_by("pk")
    assert [(a.action, a.object_id) for a in acts] == [
        ("complaint.receive", client),
        ("complaint.close", client),
    ]


def test_what_the_night_tells_of_a_complaint_the_desk_does_not_tell_again(
    alice: Viewer, client: str, tmp_path: Path
) -> None:
    at = clock.now()
    made = received(client, alice, at)
    assert kinds(alice, client, "risk") == [("complaint", "")]
    feedback.deliver(tmp_path, at + LATER)
    assert kinds(alice, client, "risk") == []
    done = complaints.close(made.pk, upheld=True, seen=1, by=alice, at=at)
    assert kinds(alice, client, "risk") == [("complaint_closed", "upheld")]
    undo.undo(done.undo, by=alice, at=at)
    made.refresh_from_db()
    assert (made.closed_at, made.upheld, made.delivered_in != "") == (None, None, True)


def test_a_complaint_undone_is_told_and_delivered_nowhere(alice: Viewer, client: str, tmp_path: Path) -> None:
    at = clock.now()
    done = complaints.receive(client, category="服务态度", severity=1, by=alice, at=at)
    undo.undo(done.undo, by=alice, at=at)
    assert kinds(alice, client, "risk") == []
    assert feedback.deliver(tmp_path, at + LATER).name == ""


def test_what_went_to_the_night_is_not_undone(alice: Viewer, client: str, tmp_path: Path) -> None:
    at = clock.now()
    first = complaints.receive(client, category="服务态度", severity=1, by=alice, at=at)
    second = surveys.answer(client, kind="csat", score=4, by=alice, at=at)
    feedback.deliver(tmp_path, at + LATER)
    for code in (first.undo, second.undo):
        with pytest.raises(Refused, match="gone to the night"):
            undo.undo(code, by=alice, at=at + LATER)


def test_what_cannot_be_is_refused_and_nothing_is_written(alice: Viewer, client: str) -> None:
    at = clock.now()
    for wrong in ({"severity": 0}, {"severity": 4}, {"staff_id": "E9999"}, {"category": ""}, {"category": "13800001111"},
                  {"opened_at": at + timedelta(minutes=1)}, {"opened_at": at - timedelta(days=366)}):  # fmt: skip
        with pytest.raises(Refused):
            complaints.receive(client, **{"category": "其他", "severity": 1, "by": alice, "at": at} | wrong)  # type: ignore[arg-type]
    for kind, score in (("csat", 0), ("csat", 6), ("nps", 11), ("other", 1)):
        with pytest.raises(Refused):
            surveys.answer(client, kind=kind, score=score, by=alice, at=at)
    assert (Complaint.objects.count(), Answer.objects.count()) == (0, 0)


def test_a_complaint_is_closed_once_and_only_by_who_serves_the_client(
    alice: Viewer, client: str, viewer: Callable[[str], Viewer]
) -> None:
    at = clock.now()
    made = received(client, alice, at)
    for name in ("charlie", "erin", "dora"):
        with pytest.raises(Denied):
            complaints.close(made.pk, upheld=True, seen=1, by=viewer(name), at=at)
        with pytest.raises(Denied):
            complaints.receive(client, category="其他", severity=1, by=viewer(name), at=at)
    with pytest.raises(Conflict):
        complaints.close(made.pk, upheld=True, seen=7, by=alice, at=at)
    complaints.close(made.pk, upheld=True, seen=1, by=alice, at=at)
    with pytest.raises(Refused, match="closed already"):
        complaints.close(made.pk, upheld=False, seen=2, by=alice, at=at)


def test_an_answer_goes_with_every_column_and_is_told_among_contacts(
    alice: Viewer, client: str, tmp_path: Path
) -> None:
    at = clock.now()
    done = surveys.answer(client, kind="nps", score=0, text_="不推荐", by=alice, at=at)
    assert feedback.deliver(tmp_path, at + LATER).rows == {"survey": 1}
    assert delivered(tmp_path, "survey") == [{
        "answer_id": Answer.objects.get(pk=done.id).answer_id, "at": at.strftime("%Y-%m-%d %H:%M:%S"), "client_id": client,
        "survey_id": "desk", "question_id": "nps", "kind": "nps", "score": "0", "scale_max": "10", "text": "不推荐",
    }]  # fmt: skip
    assert [kind for kind, _ in kinds(alice, client, "contact")] == ["answer"]
    assert Contact.objects.count() == 0

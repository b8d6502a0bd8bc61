"""Risk assessments of the desk's own: by whom, what is refused, and how the night learns of them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

import trust_ground as ground
from zhike_desk.records import clock, feedback
from zhike_desk.records.actions import approvals, suitability
from zhike_desk.records.models import Approval, Assessment, AuditRow, BookClient, BookRelation
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Denied, Viewer

pytestmark = pytest.mark.both
People = Callable[[str], Viewer]


@pytest.fixture
def client(db: Path) -> str:
    """Return a client of Alice's who was assessed more than a week ago."""
    hers = BookRelation.objects.filter(staff_id="E0002").values("client_id")
    before = clock.today() - timedelta(days=7)
    found = BookClient.objects.filter(client_id__in=hers, risk_assessed_on__lt=before, frozen=False)
    return found.order_by("client_id")[0].client_id


def assessed(client: str, by: Viewer, level: str = "C4", days_ago: int = 0) -> object:
    at = clock.now()
    on = clock.today() - timedelta(days=days_ago)
    return suitability.assess(client, level=level, assessed_on=on, reason="问卷 20250630-7", by=by, at=at)


def delivered(home: Path) -> list[dict[str, str]]:
    files = sorted(home.glob("inbox/desk-*/client.csv"))
    return [row for file in files for row in csv.DictReader(file.read_text("utf-8").splitlines())]


def test_a_manager_s_entry_goes_to_the_night_as_the_client_s_own_row_once(
    viewer: People, client: str, tmp_path: Path
) -> None:
    assessed(client, viewer("alice"))
    assert AuditRow.objects.filter(action="suitability.write", object_id=client).count() == 1
    assert feedback.deliver(tmp_path, clock.now()).rows == {"client": 1}
    kind = BookClient.objects.get(client_id=client).kind
    assert delivered(tmp_path) == [
        {"client_id": client, "kind": kind, "risk_level": "C4", "risk_assessed_on": clock.today().isoformat()}
    ]
    assert feedback.deliver(tmp_path, clock.now()).name == ""


def test_of_two_entries_of_one_client_the_later_one_goes_alone(
    viewer: People, client: str, tmp_path: Path
) -> None:
    assessed(client, viewer("alice"), "C2", days_ago=1)
    assessed(client, viewer("alice"), "C3")
    feedback.deliver(tmp_path, clock.now())
    assert [row["risk_level"] for row in delivered(tmp_path)] == ["C3"]
    assert feedback.deliver(tmp_path, clock.now()).name == ""


def test_a_head_s_entry_waits_for_a_second_person(viewer: People, client: str) -> None:
    assessed(client, viewer("bob"))
    assert not Assessment.objects.exists()
    found = Approval.objects.get()
    with pytest.raises(Denied):
        approvals.approve(found.pk, seen=found.version, by=viewer("bob"), at=clock.now())
    approvals.approve(found.pk, seen=found.version, by=viewer("dora"), at=clock.now())
    assert Assessment.objects.get().level == "C4"


def test_what_is_no_grade_lies_ahead_or_is_not_later_is_refused(viewer: People, client: str) -> None:
    known = BookClient.objects.get(client_id=client).risk_assessed_on
    assert known is not None
    for level, ago in (("C6", 0), ("C3", -1), ("C3", (clock.today() - known).days)):
        with pytest.raises(Refused):
            assessed(client, viewer("alice"), level, ago)
    with pytest.raises(Denied):
        assessed(client, viewer("grace"))
    assert not Assessment.objects.exists()


def test_nothing_is_told_of_who_was_erased(viewer: People, client: str, tmp_path: Path) -> None:
    assessed(client, viewer("alice"))
    ground.hold(client, "erased")
    assert feedback.deliver(tmp_path, clock.now()).name == ""

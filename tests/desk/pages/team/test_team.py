"""The team: a head sees the branch, a manager oneself; coverage is what the night counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.test import Client

from zhike_desk.records.models import Approval, BookClient, Move
from zhike_desk.records.queries import team
from zhike_desk.records.viewer import Viewer

AT = datetime(2025, 7, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_a_manager_sees_only_oneself_and_a_head_the_branch(viewer: Callable[[str], Viewer]) -> None:
    assert [r.staff_id for r in team.rows(viewer("alice"), AT)] == ["E0002"]
    assert {"E0001", "E0002", "E0003"} <= {r.staff_id for r in team.rows(viewer("bob"), AT)}
    assert "E0090" not in {r.staff_id for r in team.rows(viewer("bob"), AT)}


def test_coverage_is_the_share_of_clients_contacted_in_thirty_days(viewer: Callable[[str], Viewer]) -> None:
    (row,) = team.rows(viewer("alice"), AT)
    own = list(BookClient.objects.filter(staff_id="E0002", frozen=False))
    reached = [c for c in own if 0 <= c.days_since_contact <= 30]
    assert (row.clients, row.contacted) == (len(own), len(reached))
    assert row.coverage == len(reached) / len(own)


def test_a_hand_over_waits_and_then_stands(signed_in: Callable[[str], Client]) -> None:
    bob = signed_in("bob")
    numbers = list(
        BookClient.objects.filter(staff_id="E0002")
        .order_by("client_id")
        .values_list("client_id", flat=True)[:2]
    )
    bob.post("/team/hand-over/", {"clients": "\n".join(numbers), "to": "E0003", "reason": "离职交接"})
    assert not Move.objects.exists()
    found = Approval.objects.get()
    signed_in("dora").post(f"/approvals/{found.pk}/", {"act": "approve", "version": found.version})
    assert sorted(Move.objects.values_list("client_id", flat=True)) == numbers
    assert numbers[0] in bob.get("/team/").content.decode()
    assert signed_in("alice").post("/team/hand-over/", {"clients": numbers[0]}).status_code == 404

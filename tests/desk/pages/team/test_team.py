"""The team: a head sees the branch, a manager oneself; coverage is what the night counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from zhike_desk.records.actions import contacts
from zhike_desk.records.models import Approval, BookClient, BookRelation, Move
from zhike_desk.records.queries import team
from zhike_desk.records.viewer import Viewer

AT = datetime(2025, 7, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_a_manager_sees_only_oneself_and_a_head_the_branch(viewer: Callable[[str], Viewer]) -> None:
    assert [r.staff_id for r in team.rows(viewer("alice"), AT)] == ["E0002"]
    assert {"E0001", "E0002", "E0003"} <= {r.staff_id for r in team.rows(viewer("bob"), AT)}
    assert "E0090" not in {r.staff_id for r in team.rows(viewer("bob"), AT)}


def test_who_left_stands_apart_and_all_roles_beside_those_mainly_served(
    viewer: Callable[[str], Viewer], signed_in: Callable[[str], Client]
) -> None:
    found = team.rows(viewer("bob"), AT)
    gone = [r.staff_id for r in found if r.left_on is not None]
    assert "E0005" in gone  # left in November 2024
    assert [r.staff_id for r in found][-len(gone) :] == gone
    html = signed_in("bob").get("/team/").content.decode()
    working, _, left = html.partition("已离职")
    assert "E0005" not in working
    assert "E0005" in left
    for row in found:
        assert (
            row.served
            == BookRelation.objects.filter(staff_id=row.staff_id, client_id__in=standing())
            .values("client_id")
            .distinct()
            .count()
        )
    assert any(row.served > row.clients for row in found)


def standing() -> list[str]:
    return list(BookClient.objects.filter(frozen=False).values_list("client_id", flat=True))


def test_attempts_are_no_contacts_here_either(viewer: Callable[[str], Viewer]) -> None:
    alice = viewer("alice")
    client = BookClient.objects.filter(staff_id="E0002", frozen=False)[0].client_id
    for outcome in ("已沟通", "未接通", "无人接听"):
        contacts.log(client, medium="phone", purpose="care", outcome=outcome, by=alice, at=AT)
    (row,) = team.rows(alice, AT)
    assert (row.contacts, row.attempts) == (1, 2)


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


def test_the_figures_of_one_of_the_staff_are_answered_for_by_parts_that_add_up(
    viewer: Callable[[str], Viewer], signed_in: Callable[[str], Client]
) -> None:
    row = next(r for r in team.rows(viewer("bob"), AT) if r.clients and r.assets)
    graded = team.graded(viewer("bob"), row.staff_id)
    assert sum(n for _, n, _ in graded) == row.clients
    assert round(sum(money for *_, money in graded), 2) == round(row.assets, 2)
    browser = signed_in("bob")
    assert f'hx-get="/team/{row.staff_id}/why/"' in browser.get("/team/").content.decode()
    with CaptureQueriesContext(connection) as seen:
        html = browser.get(f"/team/{row.staff_id}/why/").content.decode()
    assert len(seen) <= 15
    assert html.count("什么会改变它") == 5
    counted = re.findall(r'class="value">([^<]*)<', html.split("<details")[1])
    assert sum(int(n) for n in counted) == row.clients


def test_nobody_is_told_of_staff_they_may_not_see(
    viewer: Callable[[str], Viewer], signed_in: Callable[[str], Client]
) -> None:
    assert team.graded(viewer("alice"), "E0003") == []
    assert signed_in("alice").get("/team/E0003/why/").status_code == 404
    assert signed_in("alice").get("/team/E0002/why/").status_code == 200

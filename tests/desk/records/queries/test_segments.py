"""The map of segments: within one's scope, without the frozen, with nothing told about fewer than five where only sums are seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people import BRANCH, OTHER
from zhike_desk.records import scope
from zhike_desk.records.models import BookClient, Hold, Move, User
from zhike_desk.records.queries.segments import Flow, Group, asked, flows, segments, staff
from zhike_desk.records.queries.segments import _mapped as mapped
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Denied, Viewer

Find = Callable[[str], Viewer]


def held(client_id: str) -> None:
    now = timezone.now()
    by = User.objects.get(username="dora")
    Hold.objects.create(
        client_id=client_id, kind="frozen", reason="法院", by=by, created_at=now, changed_at=now
    )


def seen(who: Viewer, **query: str) -> int | None:
    return segments(who, asked(who, {n: [v] for n, v in query.items()})).total.clients


def test_a_head_sees_the_clients_of_the_branch_and_no_others(viewer: Find) -> None:
    ours, theirs = (BookClient.objects.filter(branch_id=b, frozen=False).count() for b in (BRANCH, OTHER))
    assert (seen(viewer("bob")), seen(viewer("heidi"))) == (ours, theirs)
    assert ours + theirs <= 80


def test_a_manager_sees_own_clients_one_by_one_the_same_as_in_the_list(viewer: Find) -> None:
    alice = viewer("alice")
    rows = list(scope.clients(alice))
    found = segments(alice, asked(alice, {}))
    assert found.total.clients == len(rows)
    for (logic, stage), group in found.cells.items():
        assert group.clients == sum((r.logic, r.stage) == (logic, stage) for r in rows)


def test_the_sums_of_a_branch_are_those_of_its_rows(viewer: Find) -> None:
    bob = viewer("bob")
    rows = list(scope.clients(bob).filter(logic="insufficient"))
    found = segments(bob, asked(bob, {})).logics["insufficient"]
    assert found.clients == len(rows)
    assert found.assets == pytest.approx(sum(r.net_now for r in rows if r.net_now > -1e299))
    assert found.revenue == pytest.approx(sum(r.revenue_12m for r in rows if r.revenue_12m > -1e299))


def test_a_client_frozen_at_the_desk_since_the_night_is_no_longer_counted(viewer: Find) -> None:
    bob, dora = viewer("bob"), viewer("dora")
    one = scope.clients(bob).first()
    assert one is not None
    before, all_of_them = seen(bob), scope.clients(dora).count()
    held(one.client_id)
    assert seen(bob) == (before or 0) - 1
    assert scope.clients(dora).count() == all_of_them  # compliance sees them still


def test_a_client_of_another_branch_that_is_frozen_changes_nothing(viewer: Find) -> None:
    bob = viewer("bob")
    before = segments(bob, asked(bob, {}))
    held(str(BookClient.objects.filter(branch_id=OTHER).values_list("client_id", flat=True)[0]))
    assert segments(bob, asked(bob, {})) == before


def test_a_client_handed_over_is_counted_with_who_serves_now(viewer: Find) -> None:
    alice, grace = viewer("alice"), viewer("grace")
    theirs = set(scope.clients(grace).values_list("client_id", flat=True))
    moved = next(c for c in scope.clients(alice).values_list("client_id", flat=True) if c not in theirs)
    before, now = seen(grace) or 0, timezone.now()
    Move.objects.create(
        client_id=moved, branch_id=BRANCH, from_staff=alice.staff_id, to_staff=grace.staff_id, reason="调岗",
        by=User.objects.get(username="bob"), created_at=now, changed_at=now,
    )  # fmt: skip
    assert seen(grace) == before + 1


@pytest.mark.parametrize("name", ["bob", "alice"])
def test_narrowed_to_a_kind_and_a_grade_it_is_what_the_list_holds(viewer: Find, name: str) -> None:
    who = viewer(name)
    wanted = scope.clients(who).filter(kind="individual", grade="standard").count()
    assert seen(who, kind="individual", grade="standard") == wanted


def test_a_head_looks_at_one_managers_clients_others_may_not_ask(viewer: Find) -> None:
    bob = viewer("bob")
    member = staff(bob)[0]
    assert seen(bob, staff_id=member.staff_id) == scope.clients(bob).filter(staff_id=member.staff_id).count()
    assert staff(viewer("erin")) == staff(viewer("alice")) == ()
    with pytest.raises(Refused):
        asked(viewer("erin"), {"staff_id": [member.staff_id]})


def test_a_head_learns_nothing_of_another_branchs_manager(viewer: Find) -> None:
    assert seen(viewer("heidi"), staff_id="E0002") == 0


def test_who_sees_sums_only_never_gets_a_number_about_fewer_than_five(viewer: Find) -> None:
    found = segments(viewer("erin"), asked(viewer("erin"), {}))
    groups = [
        *found.cells.values(),
        *found.quadrants.values(),
        *found.logics.values(),
        *found.stages.values(),
    ]
    assert any(g.hidden for g in groups)
    assert all(g.clients is None or g.clients == 0 or g.clients >= 5 for g in groups)
    assert all(n >= 5 for grades in found.grades.values() for n in grades.values())


def test_what_is_hidden_is_in_no_sum() -> None:
    rows = [
        ("value", "mature", "gold", "keep", 6, 600.0, 60.0),
        ("value", "lost", "gold", "", 4, 400.0, 40.0),
    ]
    found = mapped(rows, 5)
    assert found.cells == {
        ("value", "mature"): Group(6, 600.0, 60.0),
        ("value", "lost"): Group(None, None, None),
    }
    assert (found.total, found.logics["value"], found.hidden) == (
        Group(6, 600.0, 60.0),
        Group(6, 600.0, 60.0),
        1,
    )
    assert mapped(rows, 1).total == Group(10, 1000.0, 100.0)


def test_an_administrator_is_denied(viewer: Find) -> None:
    with pytest.raises(Denied):
        segments(viewer("frank"), asked(viewer("bob"), {}))


def test_moves_are_shown_to_those_whose_clients_are_all_of_them(viewer: Find) -> None:
    assert flows(viewer("alice")) is None
    assert flows(viewer("bob")) is None  # there is another branch
    found = flows(viewer("dora"))
    assert found is not None
    assert set(found) == {"logic", "stage", "grade"}
    shown = [f for rows in found.values() for f in rows]
    assert shown
    assert all(isinstance(f, Flow) and (f.group.hidden or (f.group.clients or 0) >= 5) for f in shown)


def test_a_branchs_map_reads_no_client_but_those_that_are_held(viewer: Find) -> None:
    bob = viewer("bob")
    state = asked(bob, {})
    with CaptureQueriesContext(
        connection,
    ) as told:
        segments(bob, state)
    sql = [q["sql"] for q in told.captured_queries]
    assert len(sql) == 2
    assert [("records_hold" in q, "book_cell" in q) for q in sql if "book_client" in q] == [(True, False)]

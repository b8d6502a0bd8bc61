"""The register of complaints: due days counted by hand, who sees which, what is overdue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

import trust_ground as ground
from zhike_desk.records import clock
from zhike_desk.records.actions import complaints, undo
from zhike_desk.records.models import Complaint
from zhike_desk.records.queries import complaints as query
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Denied, Viewer

pytestmark = pytest.mark.both
People = Callable[[str], Viewer]


def received(by: Viewer, client: str, days_ago: int, category: str = "佣金费用") -> Complaint:
    at = clock.now()
    done = complaints.receive(client, category=category, severity=2, opened_at=at - timedelta(days=days_ago), by=by, at=at)  # fmt: skip
    return Complaint.objects.get(pk=done.id)


def test_working_days_leave_weekends_out() -> None:
    assert query.working_days_later(date(2025, 6, 27), 1) == date(2025, 6, 30)  # Friday → Monday
    assert query.working_days_later(date(2025, 6, 30), 15) == date(2025, 7, 21)
    assert query.working_days_later(date(2025, 6, 28), 1) == date(2025, 6, 30)  # Saturday → Monday


def test_open_ones_are_listed_oldest_first_with_the_days_they_are_due(viewer: People, db: Path) -> None:
    client, today = ground.targets_of("alice"), clock.today()
    received(viewer("alice"), client, 1)
    old = received(viewer("alice"), client, 40, "交易系统")
    found = query.register(viewer("bob"), {}, today)
    assert [r.category for r in found.rows] == ["交易系统", "佣金费用"]
    assert found.counts == {"open": 2, "late": 1, "closed": 0}
    line = found.rows[0]
    opened = today - timedelta(days=40)
    assert (line.opened_on, line.last_by) == (opened, opened + timedelta(days=60))
    assert line.close_by == query.working_days_later(opened, 15)
    assert line.close_by < today
    assert [r.id for r in query.register(viewer("bob"), {"state": ["late"]}, today).rows] == [old.pk]


def test_the_last_day_in_time_is_not_late_and_the_next_one_is(viewer: People, db: Path) -> None:
    made = received(viewer("alice"), ground.targets_of("alice"), 0)
    opened = made.opened_at.astimezone(clock.now().tzinfo).date()
    due = query.working_days_later(opened, 15)
    assert query.register(viewer("bob"), {}, due).counts["late"] == 0
    assert query.register(viewer("bob"), {}, due + timedelta(days=1)).counts["late"] == 1


def test_a_register_shows_a_head_the_branch_and_compliance_all(viewer: People, db: Path) -> None:
    received(viewer("alice"), ground.targets_of("alice"), 2)
    received(viewer("charlie"), ground.targets_of("charlie"), 1)
    seen = {n: len(query.register(viewer(n), {}, clock.today()).rows) for n in ("bob", "heidi", "dora")}
    assert seen == {"bob": 1, "heidi": 1, "dora": 2}
    for name in ("alice", "grace", "erin", "frank"):
        with pytest.raises(Denied):
            query.register(viewer(name), {}, clock.today())


def test_one_that_is_answered_and_closed_tells_its_outcome_and_both_can_be_taken_back(
    viewer: People, db: Path
) -> None:
    alice, at = viewer("alice"), clock.now()
    made = received(alice, ground.targets_of("alice"), 1)
    complaints.acknowledge(made.pk, seen=1, by=alice, at=at)
    with pytest.raises(Refused):
        complaints.acknowledge(made.pk, seen=2, by=alice, at=at)
    done = complaints.close(made.pk, upheld=True, outcome="退还佣金 120 元", seen=2, by=viewer("bob"), at=at)
    (line,) = query.register(viewer("dora"), {"state": ["closed"]}, clock.today()).rows
    assert (line.upheld, line.outcome, line.acknowledged_on) == (True, "退还佣金 120 元", clock.today())
    undo.undo(done.undo, by=viewer("bob"), at=at)
    made.refresh_from_db()
    assert (made.closed_at, made.outcome, made.upheld) == (None, "", None)


def test_pages_of_a_register_follow_each_other_without_gap_or_repeat(viewer: People, db: Path) -> None:
    client = ground.targets_of("alice")
    made = [received(viewer("alice"), client, n // 2).pk for n in range(60)]
    first = query.register(viewer("bob"), {}, clock.today())
    cursor = dict(p.split("=") for p in first.older.split("&"))["after"]
    second = query.register(viewer("bob"), {"after": [cursor]}, clock.today())
    told = [r.id for r in (*first.rows, *second.rows)]
    assert len(first.rows) == 50
    assert sorted(told) == sorted(made)
    assert second.newer
    assert not second.older
    assert [r.opened_on for r in (*first.rows, *second.rows)] == sorted(
        r.opened_on for r in (*first.rows, *second.rows)
    )


def test_a_moment_in_the_evening_belongs_to_the_branch_s_own_day(viewer: People, db: Path) -> None:
    made = received(viewer("alice"), ground.targets_of("alice"), 3)
    evening = datetime.fromisoformat("2025-06-26T16:30:00+00:00")  # half past midnight in Shanghai
    Complaint.objects.filter(pk=made.pk).update(opened_at=evening)
    assert query.register(viewer("bob"), {}, clock.today()).rows[0].opened_on == date(2025, 6, 27)

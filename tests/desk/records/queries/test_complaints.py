"""The register of complaints: due days counted by hand, who sees which, what is overdue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

import trust_ground as ground
from zhike_desk.records import clock, scope, settings
from zhike_desk.records.actions import complaints, undo
from zhike_desk.records.models import BookClient, BookComplaint, BookDay, Complaint
from zhike_desk.records.queries import complaints as query
from zhike_desk.records.queries import working_days
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Denied, Viewer

pytestmark = pytest.mark.both
People = Callable[[str], Viewer]


def received(by: Viewer, client: str, days_ago: int, category: str = "佣金费用") -> Complaint:
    at = clock.now()
    done = complaints.receive(client, category=category, severity=2, opened_at=at - timedelta(days=days_ago), by=by, at=at)  # fmt: skip
    return Complaint.objects.get(pk=done.id)


def worked() -> working_days.WorkingDays:
    return working_days.current(settings.Calendar())


def ours(found: query.Register) -> list[query.Line]:
    return [row for row in found.rows if row.id is not None]


def standing(viewer: Viewer) -> dict[str, int]:
    """Return how many of each state the files alone tell of."""
    return dict(query.register(viewer, {}, clock.today()).counts)


def test_open_ones_are_listed_oldest_first_with_the_days_they_are_due(viewer: People, db: Path) -> None:
    client, today = ground.targets_of("alice"), clock.today()
    before = standing(viewer("bob"))
    received(viewer("alice"), client, 1)
    old = received(viewer("alice"), client, 40, "交易系统")
    found = query.register(viewer("bob"), {}, today)
    assert [r.category for r in ours(found)] == ["交易系统", "佣金费用"]
    assert {n: found.counts[n] - before[n] for n in before} == {"open": 2, "late": 1, "closed": 0}
    line = ours(found)[0]
    opened = today - timedelta(days=40)
    assert (line.opened_on, line.last_by) == (opened, opened + timedelta(days=60))
    assert line.close_by == worked().later(opened, 15)
    assert line.close_by < today
    assert [r.id for r in ours(query.register(viewer("bob"), {"state": ["late"]}, today))] == [old.pk]


def test_the_last_day_in_time_is_not_late_and_the_next_one_is(viewer: People, db: Path) -> None:
    made = received(viewer("alice"), ground.targets_of("alice"), 0)
    opened = made.opened_at.astimezone(clock.now().tzinfo).date()
    due = worked().later(opened, 15)
    late = {"state": ["late"]}
    assert made.pk not in {r.id for r in query.register(viewer("bob"), late, due).rows}
    assert made.pk in {r.id for r in query.register(viewer("bob"), late, due + timedelta(days=1)).rows}


def test_a_register_shows_a_head_the_branch_and_compliance_all(viewer: People, db: Path) -> None:
    received(viewer("alice"), ground.targets_of("alice"), 2)
    received(viewer("charlie"), ground.targets_of("charlie"), 1)
    seen = {n: len(ours(query.register(viewer(n), {}, clock.today()))) for n in ("bob", "heidi", "dora")}
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
    (line,) = ours(query.register(viewer("dora"), {"state": ["closed"]}, clock.today()))
    assert (line.upheld, line.outcome, line.acknowledged_on) == (True, "退还佣金 120 元", clock.today())
    undo.undo(done.undo, by=viewer("bob"), at=at)
    made.refresh_from_db()
    assert (made.closed_at, made.outcome, made.upheld) == (None, "", None)


def test_pages_of_a_register_follow_each_other_without_gap_or_repeat(viewer: People, db: Path) -> None:
    client = ground.targets_of("alice")
    made = [received(viewer("alice"), client, n // 2).pk for n in range(60)]
    files = standing(viewer("bob"))["open"] - 60
    first = query.register(viewer("bob"), {}, clock.today())
    cursor = dict(p.split("=") for p in first.older.split("&"))["after"]
    second = query.register(viewer("bob"), {"after": [cursor]}, clock.today())
    told = [r.id for r in (*first.rows, *second.rows)]
    assert len(first.rows) == 50
    assert len(told) == 60 + files
    assert sorted(number for number in told if number is not None) == sorted(made)
    assert second.newer
    assert not second.older
    assert [r.opened_on for r in (*first.rows, *second.rows)] == sorted(
        r.opened_on for r in (*first.rows, *second.rows)
    )


def test_a_moment_in_the_evening_belongs_to_the_branch_s_own_day(viewer: People, db: Path) -> None:
    made = received(viewer("alice"), ground.targets_of("alice"), 3)
    evening = datetime.fromisoformat("2025-06-26T16:30:00+00:00")  # half past midnight in Shanghai
    Complaint.objects.filter(pk=made.pk).update(opened_at=evening)
    (line,) = ours(query.register(viewer("bob"), {}, clock.today()))
    assert line.opened_on == date(2025, 6, 27)


def test_those_of_the_files_stand_there_too_with_their_source_and_days(viewer: People, db: Path) -> None:
    told = BookComplaint.objects.filter(
        client_id__in=BookClient.objects.filter(branch_id="3101", frozen=False).values("client_id")
    )
    assert told.exists()
    found = [r for s in ("open", "closed") for r in pages(viewer("bob"), s)]
    assert len(found) == told.count()
    for line in found:
        assert line.id is None
        assert line.close_by == worked().later(line.opened_on, 15)
    assert [r.opened_on for r in pages(viewer("bob"), "closed")] == sorted(
        r.opened_on for r in found if r.closed_on
    )


def pages(viewer: Viewer, state: str) -> list[query.Line]:
    """Return every page of a state."""
    found, cursor = [], ""
    while True:
        asked = {"state": [state]} | ({"after": [cursor]} if cursor else {})
        page = query.register(viewer, asked, clock.today())
        found += page.rows
        if not page.older:
            return found
        cursor = dict(p.split("=") for p in page.older.split("&"))["after"]


def test_one_written_down_here_that_came_back_by_the_files_stands_once(viewer: People, db: Path) -> None:
    bob = viewer("bob")
    told = BookComplaint.objects.filter(client_id__in=scope.clients(bob).values("client_id")).first()
    assert told is not None

    def whole() -> int:
        return sum(standing(bob)[state] for state in ("open", "closed"))

    before = whole()
    made = received(viewer("alice"), ground.targets_of("alice"), 1)
    assert whole() == before + 1
    Complaint.objects.filter(pk=made.pk).update(complaint_id=told.complaint_id)
    assert whole() == before


def test_a_day_the_exchanges_were_closed_is_no_working_day(db: Path) -> None:
    days = set(BookDay.objects.values_list("date", flat=True))
    first, last = min(days), max(days)
    closed = [
        day
        for n in range((last - first).days)
        if (day := first + timedelta(days=n)).weekday() < 5 and day not in days
    ]
    assert closed  # the stretch has a holiday
    assert not worked().works(closed[0])
    assert worked().later(closed[0] - timedelta(days=1), 1) > closed[0]

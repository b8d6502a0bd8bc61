"""An entry a client: its place, its reasons, its time; where the day ends; one outcome for what it deals with."""

from __future__ import annotations

from datetime import timedelta

import pytest

from days_list import (
    SignedIn,
    Who,
    entry_of,
    listed,
    must_do,
    planted,
    planted_again,
    task,
    twins,
    when,
    whole,
)
from zhike_desk.records import clock
from zhike_desk.records.actions import outcomes
from zhike_desk.records.actions.outcomes import Line
from zhike_desk.records.actions.undo import undo
from zhike_desk.records.models import BookProposal, BookStaff, Contact, Task
from zhike_desk.records.queries import entries, today, workload
from zhike_desk.records.queries.entries import Work
from zhike_desk.records.refusals import Refused


def test_what_must_be_done_comes_first_then_the_pressing_then_the_better_client(viewer: Who) -> None:
    def key(work: Work) -> tuple[bool, int, float]:
        left = min((r.due_on - when().today).days for r in work.reasons if r.must_do == work.must_do)
        assert work.client is not None
        return (not work.must_do, (left > 3) + (left > 14), -work.client.score)

    for works in (whole(viewer("alice")), whole(viewer("bob")), whole(viewer("bob"), "E0002")):
        assert len(works) > 5
        assert [key(w) for w in works] == sorted(key(w) for w in works)


def test_a_client_stands_once_with_every_reason_and_takes_as_long_as_the_longest(viewer: Who) -> None:
    by = viewer("alice")
    before = workload.load(by, when().today)
    entry = twins(by)
    assert len(entry.reasons) == 2
    assert entry.minutes == max(r.minutes for r in entry.reasons)
    keys = [w.client.key for w in whole(by) if w.client is not None]
    assert len(keys) == len(set(keys))
    after = workload.load(by, when().today)
    assert (before.works - after.works, after.works) == (1, len(whole(by)))
    assert after.minutes == sum(w.minutes for w in whole(by))


def test_a_task_and_a_proposal_for_one_client_are_one_entry(viewer: Who) -> None:
    by = viewer("alice")
    last = whole(by)[-1]
    assert last.client is not None
    task(by, "送资料", last.client.key)
    found = [w for w in whole(by) if w.client is not None and w.client.key == last.client.key]
    assert [len(w.reasons) for w in found] == [len(last.reasons) + 1]
    # what one put down for today stands before what the night proposes, in its part of the list
    same = [w for w in whole(by) if w.must_do == found[0].must_do]
    assert same[0] == found[0]
    assert workload.load(by, when().today).works == len(whole(by))


def test_one_outcome_deals_with_the_reasons_it_is_given_and_one_undo_brings_all_back(viewer: Who) -> None:
    by = viewer("alice")
    entry = twins(by)
    lines = [Line(r.proposal_id) for r in entry.reasons]
    done = outcomes.reached(lines, medium="phone", by=by, at=clock.now())
    assert Contact.objects.count() == 1
    assert set(Task.objects.values_list("state", "outcome")) == {("done", "已联系")}
    assert Task.objects.count() == 2
    assert not listed(whole(by)) & {r.proposal_id for r in entry.reasons}
    undo(done.undo, by=by, at=clock.now())
    assert not Task.objects.exists()
    assert entry_of(by, entry.reasons[0]) == entry
    outcomes.reached(lines[:1], medium="phone", by=by, at=clock.now())
    assert [r.proposal_id for r in entry_of(by, entry.reasons[1]).reasons] == [lines[1].proposal_id]


def test_reasons_of_two_clients_are_not_ended_by_one_contact(viewer: Who) -> None:
    by = viewer("alice")
    one, other = (w.reasons[0].proposal_id for w in whole(by)[:2])
    with pytest.raises(Refused, match="one client"):
        outcomes.reached([Line(one), Line(other)], medium="phone", by=by, at=clock.now())
    assert not Contact.objects.exists()


def test_the_day_ends_where_its_hours_are_full_on_whatever_page(
    viewer: Who, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = viewer("alice")
    works = whole(by)
    room = works[0].minutes + works[1].minutes + 1
    found = today.day(by, when(), room=room)
    assert [w.beyond for w in found.works].index(True) == 2
    assert sum(w.beyond for w in found.works) == 1
    assert not any(w.beyond for w in today.day(by, when()).works)
    monkeypatch.setattr(today, "PAGE", 2)
    first = today.day(by, when(), room=room)
    assert not any(w.beyond for w in first.works)
    second = today.day(by, when(), room=room, after=first.older, spent=first.minutes)
    assert [w.beyond for w in second.works] == [True, False]
    planted("book_staff", "capacity_hours = 5")  # 14 minutes of a working day
    html = signed_in("alice").get("/today/").content.decode()
    assert "今天做得完" in html or "其余：今天的工时已排满" in html


def test_what_is_done_today_takes_of_its_hours(viewer: Who) -> None:
    by, work = viewer("alice"), must_do(viewer("alice"))
    whole_day = workload.left(by, clock.now())
    assert whole_day == pytest.approx(140 * 60 / 21.75)
    outcomes.reached([Line(work.proposal_id)], medium="phone", by=by, at=clock.now())
    assert workload.left(by, clock.now()) == pytest.approx(whole_day - work.minutes)
    assert workload.left(viewer("bob"), clock.now()) is None


def test_the_last_contact_is_told_by_its_day(viewer: Who, signed_in: SignedIn) -> None:
    by, as_of = viewer("alice"), when().as_of
    assert as_of is not None
    first = whole(by)[0].client
    assert first is not None
    planted("book_client", "days_since_contact = 80 WHERE client_id = %s", first.key)
    day = as_of - timedelta(days=80)
    assert (
        entries.works(by, [[BookProposal.objects.filter(client_id=first.key)[0]]], when(), named=False)[
            0
        ].client.last_contact
        == day
    )  # type: ignore[union-attr]
    assert f"{day} 联系（80 天前）" in signed_in("alice").get("/today/").content.decode()


def test_a_branchs_hours_hold_its_heads_where_they_serve_clients(viewer: Who) -> None:
    bob = viewer("bob")
    staff = list(BookStaff.objects.filter(branch_id="3101", left_on__isnull=True))
    heads = [s for s in staff if s.role == "head" and s.capacity_hours]
    assert heads
    planted("book_staff", "clients = 0 WHERE role = 'head'")
    without = workload.capacity(bob, "today.view")
    planted_again("book_staff", "clients = 7 WHERE role = 'head'")
    with_them = workload.capacity(bob, "today.view")
    assert without is not None
    assert with_them is not None
    assert with_them - without == pytest.approx(sum(s.capacity_hours or 0 for s in heads) * 60 / 21.75)

"""The day's list: the right lines in the right order, never one held back, and how each line ends and comes back."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from days_list import (
    SignedIn,
    Who,
    ends,
    entry_of,
    listed,
    may_do,
    must_do,
    planted,
    proposals,
    reasons,
    task,
    when,
    whole,
)
from zhike.datacentre.tables.sentences import in_words
from zhike_desk.records import clock
from zhike_desk.records.actions import outcomes, tasks
from zhike_desk.records.actions.outcomes import Line
from zhike_desk.records.actions.undo import undo
from zhike_desk.records.models import BookClient, BookProposal, Contact, Inverse, Task
from zhike_desk.records.queries import nights, overnight, today, workload
from zhike_desk.records.queries.entries import Work
from zhike_desk.records.refusals import Conflict, Refused
from zhike_desk.records.viewer import Denied, Viewer


def test_a_manager_has_the_proposals_of_own_clients_and_no_other(viewer: Who) -> None:
    assert listed(whole(viewer("alice"))) == proposals(staff_id="E0002", arm="treat")
    assert listed(whole(viewer("charlie"))) == proposals(staff_id="E0004", arm="treat")


def test_a_head_has_the_whole_branch_or_one_of_its_staff_and_nobody_elses(viewer: Who) -> None:
    assert listed(whole(viewer("bob"))) == proposals(branch_id="3101", arm="treat")
    assert listed(whole(viewer("bob"), "E0006")) == proposals(staff_id="E0006", arm="treat")
    assert whole(viewer("bob"), "E0004") == []


def test_pages_hold_every_line_once(viewer: Who, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [w.reasons for w in whole(viewer("alice"))]
    monkeypatch.setattr(today, "PAGE", 3)
    assert [w.reasons for w in whole(viewer("alice"))] == before
    branch = [r.proposal_id for r in reasons(whole(viewer("bob")))]
    assert len(branch) == len(set(branch)) == len(proposals(branch_id="3101", arm="treat"))


def test_a_place_that_is_gone_is_refused_and_a_cursor_tells_no_places(
    viewer: Who, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = viewer("alice")
    monkeypatch.setattr(today, "PAGE", 2)
    assert today.day(by, when()).older == whole(by)[1].reasons[0].proposal_id
    for cursor in ("nowhere", next(iter(proposals(staff_id="E0004")))):
        with pytest.raises(Refused):
            today.day(by, when(), after=cursor)


def test_own_tasks_that_are_due_stand_among_the_pages_once(
    viewer: Who, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = viewer("alice")
    for title in ("甲", "乙"):
        task(by, title)
    monkeypatch.setattr(today, "PAGE", 2)
    found = [r.title.zh for r in reasons(whole(by)) if r.task_id is not None]
    assert sorted(found) == ["乙", "甲"]


def test_one_held_back_is_neither_work_nor_counted_nor_hinted_at(viewer: Who, signed_in: SignedIn) -> None:
    by = viewer("alice")
    held = next(w for w in whole(by) if not w.must_do and len(w.reasons) == 1).reasons[0]
    before = workload.load(by, when().today)
    planted("book_proposal", "arm = 'hold' WHERE proposal_id = %s", held.proposal_id)
    after = workload.load(by, when().today)
    assert held.proposal_id not in listed(whole(by))
    assert (before.works - after.works, before.minutes - after.minutes) == (1, held.minutes)
    browser = signed_in("alice")
    assert held.proposal_id not in browser.get("/today/").content.decode()
    assert browser.post("/today/end/", ends(held.proposal_id)).status_code == 404
    for act in (outcomes.planned, outcomes.unsuited):
        with pytest.raises(Denied):
            act([Line(held.proposal_id)], by=by, at=clock.now())


def test_reached_logs_a_contact_closes_the_line_and_comes_back_by_undo(viewer: Who) -> None:
    by, work = viewer("alice"), must_do(viewer("alice"))
    done = outcomes.reached([Line(work.proposal_id)], medium="phone", by=by, at=clock.now())
    contact = Contact.objects.get()
    assert (contact.outcome, contact.purpose, contact.staff_id) == ("已联系", "callback", "E0002")
    assert Task.objects.get().state == "done"
    assert work.proposal_id not in listed(whole(by))
    assert workload.done(by, clock.now()) == workload.DoneToday(contacts=1, unreached=0, tasks=0)
    undo(done.undo, by=by, at=clock.now())
    assert work.proposal_id in listed(whole(by))
    assert workload.done(by, clock.now()).contacts == 0


def test_an_attempt_at_a_call_back_is_no_call_back_and_the_line_stays(viewer: Who) -> None:
    by, work = viewer("alice"), must_do(viewer("alice"))
    outcomes.missed([Line(work.proposal_id)], medium="phone", by=by, at=clock.now())
    assert Contact.objects.get().purpose == "service"
    left = entry_of(by, work)
    assert left.client is not None
    assert (left.client.attempts, left.client.reached) == (1, False)
    assert not Task.objects.exists()


def test_put_off_it_is_a_task_of_that_day_and_one_undo_takes_both_away(viewer: Who) -> None:
    by, work, day = viewer("alice"), must_do(viewer("alice")), when().today + timedelta(days=3)
    done = outcomes.postponed([Line(work.proposal_id)], day, by=by, at=clock.now())
    assert Task.objects.get().due_on == day
    assert work.proposal_id not in listed(whole(by))
    assert Inverse.objects.count() == 1
    undo(done.undo, by=by, at=clock.now())
    assert not Task.objects.exists()
    assert work.proposal_id in listed(whole(by))


def test_what_must_be_done_is_never_unsuitable_and_the_rest_may_be(viewer: Who) -> None:
    by = viewer("alice")
    with pytest.raises(Refused):
        outcomes.unsuited([Line(must_do(by).proposal_id)], by=by, at=clock.now())
    assert not Task.objects.exists()
    gone = may_do(by)
    done = outcomes.unsuited([Line(gone.proposal_id)], by=by, at=clock.now())
    assert (Task.objects.get().state, Task.objects.get().outcome) == ("dropped", "不合适")
    undo(done.undo, by=by, at=clock.now())
    assert not Task.objects.exists()


def test_whom_two_contacts_reached_this_week_is_shown_with_the_reason_and_left_alone(
    viewer: Who, signed_in: SignedIn
) -> None:
    by = viewer("alice")
    work = next(w for w in whole(by) if not w.must_do).reasons[0]
    for _ in range(2):
        outcomes.missed([Line(work.proposal_id)], medium="phone", by=by, at=clock.now())
    entry = entry_of(by, work)
    left = next(r for r in entry.reasons if r.proposal_id == work.proposal_id)
    assert entry.minutes == 0
    assert left.why_not is not None
    assert "上限 2 次" in left.why_not.zh
    browser = signed_in("alice")
    line = _line_of(browser.get("/today/").content.decode(), work.proposal_id)
    assert "上限 2 次" in line
    assert "data-end" not in line
    answer = browser.post("/today/end/", ends(work.proposal_id, how="planned"))
    assert answer.status_code == 422
    assert all(r.why_not is None for r in reasons(whole(by)) if r.must_do)


def test_a_button_answers_with_a_toast_and_the_code_to_undo_by(signed_in: SignedIn, viewer: Who) -> None:
    browser, work = signed_in("alice"), must_do(viewer("alice"))
    answer = browser.post("/today/end/", ends(work.proposal_id, medium="wecom"))
    assert answer.status_code == 200
    assert answer.content.strip() == b""
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert browser.post("/undo/", {"code": toast["undo"]}, headers={"HX-Request": "true"}).status_code == 204
    assert work.proposal_id in browser.get("/today/").content.decode()


def test_a_preset_day_a_chosen_day_and_no_day_at_all(signed_in: SignedIn, viewer: Who) -> None:
    browser, works = signed_in("alice"), [w.reasons[0].proposal_id for w in whole(viewer("alice"))]
    one, five = (when().today + timedelta(days=n) for n in (1, 5))
    browser.post("/today/end/", {"line": f"proposal:{works[0]}", "due": ["", one.isoformat()]})
    browser.post("/today/end/", ends(works[1], due=five.isoformat(), how="postponed"))
    assert browser.post("/today/end/", ends(works[2], due="", how="postponed")).status_code == 422
    assert dict(Task.objects.values_list("proposal_id", "due_on")) == {works[0]: one, works[1]: five}


def test_a_task_somebody_changed_first_is_not_put_off(viewer: Who) -> None:
    by = viewer("alice")
    made = task(by, "甲")
    with pytest.raises(Conflict):
        outcomes.postponed(
            [Line(task_id=made, seen=9)], when().today + timedelta(days=1), by=by, at=clock.now()
        )
    assert Task.objects.get().due_on == when().today


def test_minutes_are_summed_against_the_hours_of_a_working_day(viewer: Who) -> None:
    by = viewer("alice")
    load = workload.load(by, when().today)
    works = whole(by)
    assert load.works == len(works)
    assert load.minutes == sum(w.minutes for w in works)
    assert load.must_do == sum(w.must_do for w in works)
    assert load.capacity == pytest.approx(140 * 60 / 21.75)


def test_a_head_sees_what_lies_on_each_and_a_manager_does_not(viewer: Who, signed_in: SignedIn) -> None:
    found = {c.staff_id: c.load.works for c in workload.colleagues(viewer("bob"), when().today)}
    assert (
        found["E0006"]
        == BookProposal.objects.filter(staff_id="E0006", arm="treat").values("client_id").distinct().count()
    )
    assert "E0004" not in found
    with pytest.raises(Denied):
        workload.colleagues(viewer("alice"), when().today)
    assert signed_in("alice").get("/today/team/").status_code == 404


def test_what_lies_on_each_is_what_their_own_list_says(viewer: Who) -> None:
    bob, one = viewer("bob"), BookProposal.objects.filter(staff_id="E0002", arm="treat").order_by("place")[0]
    tasks.add("先回电话", due_on=when().today, client_id=one.client_id, minutes=90, by=bob, at=clock.now())
    tasks.add("整理", due_on=when().today, staff_id="E0002", minutes=30, by=bob, at=clock.now())
    found = {c.staff_id: c.load for c in workload.colleagues(bob, when().today)}
    for staff in ("E0002", "E0006"):
        lies = workload.load(bob, when().today, staff=staff)
        told = found[staff]
        assert (told.works, told.must_do, told.overdue) == (lies.works, lies.must_do, lies.overdue)
        assert told.minutes == pytest.approx(lies.minutes)


def narrowed(viewer: Viewer, **asked: str) -> list[Work]:
    wanted, found, after = today.asked({n: [v] for n, v in asked.items()}), [], ""
    while True:
        day = today.day(viewer, when(), wanted=wanted, staff=asked.get("staff", ""), after=after)
        found += day.works
        if not (after := day.older):
            return found


def test_the_list_is_narrowed_by_its_address_to_kinds_must_do_and_one_of_the_staff(viewer: Who) -> None:
    bob = viewer("bob")
    tasks.add("整理", due_on=when().today, by=bob, at=clock.now())
    everything = narrowed(bob)
    kinds = {reason.kind for work in everything for reason in work.reasons}
    assert {"own", "care"} <= kinds
    for kind in sorted(kinds):
        fit = [w for w in everything if any(r.kind == kind for r in w.reasons)]
        assert [w.reasons for w in narrowed(bob, kind=kind)] == [w.reasons for w in fit]
        assert today.count(bob, when(), today.asked({"kind": [kind]})) == (len(fit), False)
    must, may = narrowed(bob, must_do="yes"), narrowed(bob, must_do="no")
    assert all(w.must_do for w in must)
    assert not any(w.must_do for w in may)
    assert len(must) + len(may) == len(everything)
    both = narrowed(bob, kind="care,retain", must_do="no", staff="E0002")
    assert both
    assert {w.staff_id for w in both} == {"E0002"}
    with pytest.raises(Refused):
        today.asked({"kind": ["nothing"]})


def test_a_narrowed_list_is_saved_as_a_view_and_read_within_the_budget(
    viewer: Who, signed_in: SignedIn
) -> None:
    browser = signed_in("bob")
    query = "kind=care&must_do=no&staff=E0002"
    browser.post("/views/save/", {"page": "today", "name": "关怀", "query": query, "shared": "1"})
    browser.get(f"/today/?{query}")
    with CaptureQueriesContext(connection) as asked:
        html = browser.get(f"/today/?{query}").content.decode()
    assert len(asked) <= 15, [q["sql"][:100] for q in asked]
    assert f'href="/today/?{query.replace("&", "&amp;")}" aria-current="page"' in html
    for chip in ("事由：关怀", "必做：非必做", "员工："):
        assert chip in html
    number = len(narrowed(viewer("bob"), kind="care", must_do="no", staff="E0002"))
    assert browser.get(f"/today/count/?{query}&badge=1").content.decode().strip() == str(number)
    assert "关怀" in signed_in("alice").get("/today/").content.decode().partition("保存的视图")[2]
    assert "员工：" not in signed_in("alice").get("/today/?staff=E0003").content.decode()


def test_in_a_first_night_nothing_has_changed_and_the_page_says_so(viewer: Who, signed_in: SignedIn) -> None:
    as_of = when().as_of
    assert as_of is not None
    found = overnight.overnight(viewer("alice"), as_of)
    assert found.first == {"stage", "logic", "grade"}
    assert found.changes == ()
    assert found.book.clients >= 18
    assert "这是第一次夜间运行" in signed_in("alice").get("/today/night/").content.decode()


def test_a_stage_that_changed_tonight_is_told_for_own_clients_with_the_nights_words(
    viewer: Who, signed_in: SignedIn
) -> None:
    as_of = when().as_of
    assert as_of is not None
    mine = BookClient.objects.filter(staff_id="E0002", frozen=False).first()
    assert mine is not None
    planted("book_transition", "before = 'mature' WHERE \"table\" = 'stage'")
    since = "stage_since = CASE WHEN client_id = %s THEN CAST(%s AS date) ELSE NULL END"
    if connection.vendor == "sqlite":
        since = since.replace("CAST(%s AS date)", "%s")
    planted("book_client", since, mine.client_id, as_of.isoformat())
    found = overnight.overnight(viewer("alice"), as_of)
    assert found.first == {"logic", "grade"}
    assert [(c.key, c.table, c.value, c.why) for c in found.changes] == [
        (mine.client_id, "stage", mine.stage, in_words(mine.stage_reason))
    ]
    assert overnight.overnight(viewer("charlie"), as_of).changes == ()
    assert f"/clients/{mine.client_id}/" in signed_in("alice").get("/today/night/").content.decode()


def test_roles_without_a_day_have_no_such_page(signed_in: SignedIn) -> None:
    for name in ("erin", "dora", "frank"):
        assert signed_in(name).get("/today/").status_code == 404


def test_before_the_first_night_the_head_is_led_to_the_data_and_no_book_is_read(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in("bob")
    monkeypatch.setattr(nights, "shown", lambda: None)
    with CaptureQueriesContext(connection) as queries:
        html = browser.get("/today/").content.decode()
        for url in ("/today/load/", "/today/night/", "/today/team/", "/tasks/", "/palette/?q=x"):
            assert browser.get(url).status_code == 200
    assert "还没有夜间运行过" in html
    assert "today/load" not in html
    assert not [q for q in queries.captured_queries if "book_" in q["sql"]]


def test_the_list_and_what_stands_beside_it_cost_few_queries(signed_in: SignedIn) -> None:
    for name in ("alice", "bob"):
        browser = signed_in(name)
        for url, most in (("/today/", 15), ("/today/load/", 8), ("/today/night/", 11)):
            browser.get(url)
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(url).status_code == 200
            assert len(queries) <= most, url


def _line_of(html: str, proposal: str) -> str:
    found = re.search(rf'<li class="work[^"]*" id="w-{proposal}".*?<div class="work-said"', html, re.S)
    assert found is not None
    return found.group()

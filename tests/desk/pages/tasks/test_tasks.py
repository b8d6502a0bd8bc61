"""Tasks: one's own list and week, changed in place only as one saw them, many at once by the count that is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from zhike.base.text import Said
from zhike.datacentre.tables.sentences import in_words
from zhike_desk.records import clock
from zhike_desk.records.actions import outcomes, tasks
from zhike_desk.records.actions.undo import undo
from zhike_desk.records.models import BookClient, BookProposal, Hold, SavedView, Task
from zhike_desk.records.queries import tasks as query
from zhike_desk.records.viewer import Viewer
from zhike_desk.ui.words import word

SignedIn = Callable[[str], Client]
Who = Callable[[str], Viewer]


def add(by: Viewer, title: str, days: int = 0, **more: object) -> Task:
    done = tasks.add(title, due_on=clock.today() + timedelta(days=days), by=by, at=clock.now(), **more)  # type: ignore[arg-type]
    return Task.objects.get(pk=int(done.id))


def titles(viewer: Viewer, **asked: str) -> list[str]:
    state = query.asked({name.replace("__", "."): [value] for name, value in asked.items()})
    return [r.title.zh for r in query.page(viewer, state).rows]


def test_one_sees_own_tasks_soonest_first_and_a_head_the_branchs(viewer: Who) -> None:
    alice, bob, charlie = viewer("alice"), viewer("bob"), viewer("charlie")
    add(alice, "后", 5)
    add(alice, "先", 1)
    add(charlie, "别处", 0)
    assert titles(alice) == ["先", "后"]
    assert titles(bob) == ["先", "后"]
    assert titles(charlie) == ["别处"]


def test_filters_keep_what_they_say(viewer: Who) -> None:
    by = viewer("alice")
    add(by, "今天")
    later = add(by, "下月", 30, minutes=45)
    tasks.close(later.pk, outcome="", seen=1, by=by, at=clock.now())
    day = clock.today().isoformat()
    assert titles(by) == ["今天"]
    assert titles(by, state="done") == ["下月"]
    assert titles(by, state="open,done", due_on__max=day) == ["今天"]
    assert titles(by, state="open,done", sort="-minutes") == ["下月", "今天"]
    assert titles(by, must_do="yes") == []


def test_pages_hold_every_task_once(viewer: Who, monkeypatch: pytest.MonkeyPatch) -> None:
    by = viewer("alice")
    made = {add(by, f"第 {n}", n % 3).pk for n in range(7)}
    monkeypatch.setattr(query.listing.sliced, "__defaults__", (3,))
    seen, after = [], ""
    while True:
        page = query.page(by, query.asked({"after": [after]} if after else {}))
        seen += [r.id for r in page.rows]
        if not page.older:
            break
        after = page.older
    assert len(seen) == 7
    assert set(seen) == made


def test_a_line_is_changed_in_place_and_back_by_undo(signed_in: SignedIn, viewer: Who) -> None:
    task, browser = add(viewer("alice"), "改期"), signed_in("alice")
    day = (clock.today() + timedelta(days=4)).isoformat()
    answer = browser.post(f"/tasks/{task.pk}/write/", {"due": day, "seen": "1"})
    assert answer.status_code == 200
    task.refresh_from_db()
    assert (task.due_on.isoformat(), task.version) == (day, 2)
    code = json.loads(answer.headers["HX-Trigger"])["toast"]["undo"]
    undo(code, by=viewer("alice"), at=clock.now())
    task.refresh_from_db()
    assert task.due_on == clock.today()


def test_who_comes_second_is_shown_both_and_writes_nothing(signed_in: SignedIn, viewer: Who) -> None:
    task = add(viewer("alice"), "争")
    theirs, mine = (clock.today() + timedelta(days=n) for n in (2, 6))
    tasks.move(task.pk, seen=1, due_on=theirs, by=viewer("bob"), at=clock.now())
    answer = signed_in("alice").post(f"/tasks/{task.pk}/write/", {"due": mine.isoformat(), "seen": "1"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert theirs.isoformat() in html
    assert mine.isoformat() in html
    task.refresh_from_db()
    assert (task.due_on, task.version) == (theirs, 2)


def test_what_is_to_be_done_is_changed_in_the_line_and_an_overdue_day_may_stay(
    signed_in: SignedIn, viewer: Who
) -> None:
    task = add(viewer("alice"), "回访")
    late = clock.today() - timedelta(days=2)
    Task.objects.filter(pk=task.pk).update(due_on=late)
    form = {"due": late.isoformat(), "seen": "1", "title": "改为面谈"}
    answer = signed_in("alice").post(f"/tasks/{task.pk}/write/", form)
    assert "改为面谈" in answer.content.decode()
    task.refresh_from_db()
    assert (task.title, task.due_on, task.version) == ("改为面谈", late, 2)


def test_a_list_narrowed_to_a_colleague_keeps_its_other_filters_and_says_its_order(
    signed_in: SignedIn, viewer: Who
) -> None:
    add(viewer("bob"), "会议")
    html = signed_in("bob").get("/tasks/?kind=own&sort=-minutes").content.decode()
    (url,) = re.findall(r'href="/tasks/\?([^"]*staff_id=E0002[^"]*)"', html)
    assert "kind=own" in url
    assert "sort=-minutes" in url
    assert "按预计用时，从大到小" in html


def test_the_hours_of_another_branchs_staff_are_not_told(viewer: Who) -> None:
    assert query.week(viewer("bob"), clock.today(), staff="E0002").capacity is not None
    assert query.week(viewer("bob"), clock.today(), staff="E0004").capacity is None


def test_many_are_done_by_the_count_that_is_told_and_one_undo_opens_them_all(viewer: Who) -> None:
    by = viewer("alice")
    made = [add(by, f"第 {n}") for n in range(3)]
    tasks.move(made[2].pk, seen=1, due_on=clock.today() + timedelta(days=1), by=viewer("bob"), at=clock.now())
    done = outcomes.many_done({t.pk: 1 for t in made}, by=by, at=clock.now())
    assert done.rows == Task.objects.filter(state="done").count() == 2
    assert [(pk, why.en) for pk, why in done.left] == [(str(made[2].pk), "changed by somebody else")]
    undo(done.undo, by=by, at=clock.now())
    assert Task.objects.filter(state="open").count() == 3


def test_all_that_fit_are_put_off_and_the_count_is_told(signed_in: SignedIn, viewer: Who) -> None:
    for n in range(3):
        add(viewer("alice"), f"第 {n}")
    day = clock.today() + timedelta(days=2)
    fields = {
        "all": "1",
        "query": "state=open",
        "how": "postponed",
        "until": day.isoformat(),
        "next": "/tasks/",
    }
    answer = signed_in("alice").post("/tasks/many/", fields, follow=True)
    assert "已处理 3 项" in answer.content.decode()
    assert Task.objects.filter(due_on=day).count() == 3


def test_another_branchs_tasks_are_left_alone(viewer: Who, signed_in: SignedIn) -> None:
    task = add(viewer("charlie"), "别处")
    assert outcomes.many_done({task.pk: 1}, by=viewer("bob"), at=clock.now()).rows == 0
    browser = signed_in("alice")
    assert browser.get(f"/tasks/{task.pk}/").status_code == 404
    assert browser.post(f"/tasks/{task.pk}/end/", {"how": "done", "seen": "1"}).status_code == 404
    task.refresh_from_db()
    assert task.state == "open"


def test_a_head_hands_tasks_on_and_a_manager_may_not(viewer: Who) -> None:
    task = add(viewer("alice"), "交接")
    by = viewer("alice")
    refused = outcomes.many_moved({task.pk: 1}, staff_id="E0003", by=by, at=clock.now())
    assert (refused.rows, len(refused.left)) == (0, 1)
    assert outcomes.many_moved({task.pk: 1}, staff_id="E0003", by=viewer("bob"), at=clock.now()).rows == 1
    task.refresh_from_db()
    assert task.staff_id == "E0003"
    assert query.colleagues(by) == []


def test_a_week_adds_minutes_up_by_day_and_tells_what_was_due_before(viewer: Who) -> None:
    by = viewer("alice")
    monday = clock.today() - timedelta(days=clock.today().weekday())
    for day, minutes in ((8, 30.0), (8, 15.0), (10, 20.0)):
        add(by, f"{day}", (monday - clock.today()).days + day, minutes=minutes)
    week = query.week(by, monday + timedelta(days=7))
    assert [(d.count, d.minutes) for d in week.days[:4]] == [(0, 0.0), (2, 45.0), (0, 0.0), (1, 20.0)]
    assert query.week(by, monday + timedelta(days=14)).earlier == 3
    assert week.capacity == pytest.approx(140 * 60 / 21.75)


def test_a_new_task_for_a_client_is_added_and_one_for_a_stranger_is_not(signed_in: SignedIn) -> None:
    own = BookClient.objects.filter(staff_id="E0002", frozen=False).first()
    other = BookClient.objects.filter(staff_id="E0004").first()
    assert own is not None
    assert other is not None
    browser, day = signed_in("alice"), clock.today().isoformat()
    fields = {"title": "寄年报", "due": day, "minutes": "15", "client": own.client_id}
    assert browser.post("/tasks/new/", fields).status_code == 302
    assert Task.objects.get().client_id == own.client_id
    assert browser.post("/tasks/new/", fields | {"client": other.client_id}).status_code == 404
    assert browser.post("/tasks/new/", fields | {"title": " "}).status_code == 422
    assert browser.post("/tasks/new/", fields | {"due": "2020-01-01"}).status_code == 422
    assert Task.objects.count() == 1


def test_a_page_costs_at_most_twelve_queries(signed_in: SignedIn, viewer: Who) -> None:
    own = BookClient.objects.filter(staff_id="E0002", frozen=False).values_list("client_id", flat=True)[:5]
    for client_id in own:
        add(viewer("alice"), "查", client_id=client_id)
    for name in ("alice", "bob"):
        browser = signed_in(name)
        for url in ("/tasks/", "/tasks/count/", "/tasks/week/"):
            browser.get(url)
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(url).status_code == 200
            assert len(queries) <= 12, url


def test_a_view_is_saved_shown_and_forgotten(signed_in: SignedIn) -> None:
    browser = signed_in("alice")
    browser.post("/views/save/", {"page": "tasks", "name": "已完成的", "query": "state=done"})
    assert "已完成的" in browser.get("/tasks/").content.decode()
    view = SavedView.objects.get(page="tasks")
    assert signed_in("bob").post(f"/views/{view.pk}/forget/", {"page": "tasks"}).status_code == 404
    browser.post(f"/views/{view.pk}/forget/", {"page": "tasks"})
    assert not SavedView.objects.exists()


def test_a_day_that_is_none_is_refused_in_words(signed_in: SignedIn) -> None:
    assert signed_in("alice").get("/tasks/week/?on=someday").status_code == 422
    assert date.fromisoformat(clock.today().isoformat()) == clock.today()


def test_a_proposals_task_is_told_in_both_languages_until_somebody_words_it_anew(
    viewer: Who, signed_in: SignedIn
) -> None:
    by = viewer("alice")
    proposal = BookProposal.objects.filter(staff_id=by.staff_id, must_do=True, arm="treat").first()
    assert proposal is not None
    done = tasks.accept_proposal(proposal.proposal_id, by=by, at=clock.now())
    row = query.one(by, int(done.id))
    assert row is not None
    assert row.title == in_words(proposal.reason) != Said("", "")
    browser = signed_in("alice")
    browser.cookies["zhike_language"] = "en"
    later = clock.today() + timedelta(days=1)
    sent = {"due": later.isoformat(), "title": row.title.en, "seen": "1"}
    assert browser.post(f"/tasks/{row.id}/write/", sent).status_code in (200, 302)
    moved = query.one(by, row.id)
    assert moved is not None
    assert (moved.title, moved.due_on) == (row.title, later)
    tasks.move(row.id, seen=moved.version, title="约面谈", by=by, at=clock.now())
    renamed = query.one(by, row.id)
    assert renamed is not None
    assert renamed.title == Said("约面谈", "约面谈")


def test_a_tasks_minutes_are_answered_for_beside_what_else_is_open_on_its_day(
    viewer: Who, signed_in: SignedIn
) -> None:
    alice = viewer("alice")
    own, other = add(alice, "甲", 1, minutes=20), add(alice, "乙", 1, minutes=35)
    add(alice, "丙", 2, minutes=50)
    browser = signed_in("alice")
    assert f'hx-get="/tasks/{own.pk}/why/"' in browser.get("/tasks/").content.decode()
    found = query.reckoned(alice, own.pk)
    assert found is not None
    assert (found.row.minutes, found.others, found.rule) == (20, other.minutes, "")
    with CaptureQueriesContext(connection) as seen:
        html = browser.get(f"/tasks/{own.pk}/why/").content.decode()
    assert len(seen) <= 12
    assert re.findall(r'class="value">([^<]*)<', html)[:2] == ["+20", "+35"]
    assert html.count("什么会改变它") == 3
    assert "建立" in html


def test_what_else_lies_on_a_colleague_is_not_told_and_what_is_frozen_counts_for_nobody(viewer: Who) -> None:
    alice, bob = viewer("alice"), viewer("bob")
    hers = BookClient.objects.filter(staff_id="E0002", frozen=False).order_by("client_id")[:2]
    with_her, with_him = (
        Task.objects.create(
            client_id=hers[0].client_id, staff_id=staff, branch_id="3101", title=staff, due_on=clock.today(), minutes=10,
            created_at=clock.now(), changed_at=clock.now(), by_id=bob.user_id,
        ) for staff in ("E0002", "E0003")
    )  # fmt: skip
    hidden = Task.objects.create(
        client_id=hers[1].client_id, staff_id="E0002", branch_id="3101", title="x", due_on=clock.today(), minutes=25,
        created_at=clock.now(), changed_at=clock.now(), by_id=bob.user_id,
    )  # fmt: skip
    add(bob, "他", 0, minutes=40)
    Task.objects.filter(title="他").update(staff_id="E0003")
    his = query.reckoned(alice, with_him.pk)
    assert his is not None
    assert (his.others, his.room) == (0.0, None)
    before = query.reckoned(alice, with_her.pk)
    Hold.objects.create(
        client_id=hidden.client_id, kind="frozen", reason="x", by_id=bob.user_id,
        created_at=clock.now(), changed_at=clock.now(),
    )  # fmt: skip
    after = query.reckoned(alice, with_her.pk)
    assert before is not None
    assert after is not None
    assert before.others - after.others == 25


def test_a_task_made_of_a_proposal_names_its_rule_and_why_it_is_permitted(
    viewer: Who, signed_in: SignedIn
) -> None:
    row = BookProposal.objects.filter(staff_id="E0002", arm="treat").order_by("place")[0]
    done = tasks.accept_proposal(row.proposal_id, by=viewer("alice"), at=clock.now())
    html = signed_in("alice").get(f"/tasks/{done.id}/why/").content.decode()
    assert word("rule", row.rule) in html
    assert in_words(row.suitability).zh[:12] in html
    assert signed_in("charlie").get(f"/tasks/{done.id}/why/").status_code == 404

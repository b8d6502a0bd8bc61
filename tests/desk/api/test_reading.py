"""What programs read is what the pages show, within the token's scopes: the branch, a client, jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from itertools import chain

import pytest

from api_caller import calling, read
from days_list import whole
from trust_ground import AT, targets, targets_of
from zhike_desk.records import clock, scope
from zhike_desk.records.actions import bulk, complaints, tags, tasks
from zhike_desk.records.models import AuditRow, BookClient, BookComplaint, BookLink, Job
from zhike_desk.records.queries import client as portraits
from zhike_desk.records.queries import market, nights, segments
from zhike_desk.records.viewer import Viewer

Who = Callable[[str], Viewer]


def mine() -> str:
    return targets_of("alice")


def test_the_market_is_the_pages_market(viewer: Who) -> None:
    alice = viewer("alice")
    found = read(calling(alice, "market.view"), "/api/market", days=30)
    days = market.days(alice, 30)
    assert [day["date"] for day in found["days"]] == [day.date.isoformat() for day in days]
    last = asdict(days[-1]) | {"date": days[-1].date.isoformat()}
    assert found["days"][-1] == pytest.approx(last)
    runs = market.runs(alice, market.days(alice))
    assert (found["state_days"], found["regime_days"]) == (runs["state"], runs["regime_known"])
    assert min(runs.values()) > 0


def test_a_run_longer_than_what_is_read_is_told_whole(viewer: Who) -> None:
    alice = viewer("alice")
    whole_runs = market.runs(alice, market.days(alice))
    assert read(calling(alice, "market.view"), "/api/market", days=1)["state_days"] == whole_runs["state"]


def test_phases_are_told_as_the_page_counts_them(viewer: Who) -> None:
    alice = viewer("alice")
    found = read(calling(alice, "market.view"), "/api/market/phases")
    assert found == [pytest.approx(asdict(phase)) for phase in market.phases(alice)]
    assert found


def test_segments_are_one_s_own_and_add_up(viewer: Who) -> None:
    alice = viewer("alice")
    found = read(calling(alice, "segment.view"), "/api/segments")
    whole_map = segments.segments(alice, segments.asked(alice, {}))
    assert sum(cell["clients"] for cell in found["cells"]) == found["total"]["clients"]
    assert found["total"] == pytest.approx(asdict(whole_map.total))
    assert found["total"]["clients"] == sum(sum(cell["grades"].values()) for cell in found["cells"])
    assert found["transitions"] is None  # the night's sums hold the clients of others


def test_an_analyst_is_told_transitions_and_nothing_about_a_few(viewer: Who) -> None:
    found = read(calling(viewer("erin"), "segment.view"), "/api/segments")
    assert set(found["transitions"]) == {"logic", "stage", "grade"}
    counts = [one["clients"] for one in [*found["cells"], *chain(*found["transitions"].values())]]
    assert None in counts
    assert all(count is None or count >= segments.LEAST for count in counts)


def test_segments_are_narrowed_as_on_the_page_and_what_cannot_be_asked_is_refused(viewer: Who) -> None:
    bob = calling(viewer("bob"), "segment.view")
    everybody = read(bob, "/api/segments")["total"]["clients"]
    staff = read(bob, "/api/segments", staff_id="E0002")["total"]["clients"]
    assert 0 < staff < everybody
    assert bob.get("/api/segments", {"kind": "nobody"}).status_code == 422
    alice = calling(viewer("alice"), "segment.view")
    assert alice.get("/api/segments", {"staff_id": "E0002"}).status_code == 422


@pytest.mark.parametrize(("name", "staff"), [("alice", ""), ("bob", ""), ("bob", "E0002")])
def test_the_day_s_list_comes_whole_in_its_order(viewer: Who, name: str, staff: str) -> None:
    by = viewer(name)
    tasks.add("自己的事", due_on=clock.today(), by=viewer("alice"), at=clock.now())
    caller, entries, asked = calling(by, "today.view", "care.read"), [], {"staff": staff}
    while True:
        day = read(caller, "/api/today", **asked)
        entries += day["entries"]
        if not day["after"]:
            break
        asked = {"staff": staff, "after": day["after"], "ranked": day["ranked"], "spent": day["spent"]}
    works = whole(by, staff)
    assert [e["rank"] for e in entries] == list(range(1, len(works) + 1))
    assert [e["client"] and e["client"]["key"] for e in entries] == [w.client and w.client.key for w in works]
    told = [(r["rule"], r["title"], r["title_en"], r["minutes"]) for e in entries for r in e["reasons"]]
    assert told == [(r.rule, r.title.zh, r.title.en, r.minutes) for w in works for r in w.reasons]
    assert day["spent"] == pytest.approx(sum(w.minutes for w in works))
    assert any(rule for rule, *_ in told)


def test_the_day_s_list_is_narrowed_as_on_the_page(viewer: Who) -> None:
    bob = calling(viewer("bob"), "today.view", "care.read")
    kind = read(bob, "/api/today")["entries"][0]["reasons"][0]["kind"]
    part = read(bob, "/api/today", staff="E0002", kind=kind)
    assert read(bob, "/api/today", staff="E0002")["room"] is not None
    assert part["room"] is None  # a part of the list doesn't say where the day is full
    assert not any(e["beyond"] for e in part["entries"])
    narrowed = read(bob, "/api/today", kind=kind)["entries"]
    assert narrowed
    assert all(kind in {r["kind"] for r in e["reasons"]} for e in narrowed)
    assert all(e["must_do"] for e in read(bob, "/api/today", must_do="yes")["entries"])
    assert bob.get("/api/today", {"kind": "nothing"}).status_code == 422


def test_the_day_s_list_has_tasks_in_it_and_needs_the_scope_of_tasks_too(viewer: Who) -> None:
    assert calling(viewer("alice"), "today.view").get("/api/today").status_code == 404
    assert calling(viewer("alice"), "care.read").get("/api/today").status_code == 404


def test_a_portrait_tells_who_stands_around_a_client_and_what_is_due(viewer: Who) -> None:
    alice, key, at = viewer("alice"), mine(), clock.now()
    tags.add(key, word="打新", by=alice, at=at)
    number = int(tasks.add("送资料", due_on=clock.today(), client_id=key, by=alice, at=at).id)
    found = read(calling(alice), f"/api/clients/{key}")
    night = nights.shown()
    assert night is not None
    page = portraits.portrait(alice, key, night)
    assert found["tags"] == ["打新"]
    assert [(t["task_id"], t["version"], t["title"]) for t in found["tasks"]] == [(number, 1, "送资料")]
    assert [p["proposal_id"] for p in found["proposals"]] == [d.proposal_id for d in page.written.proposals]
    assert [s["staff_id"] for s in found["staff"]] == [s.staff_id for s in page.written.staff]
    assert "E0002" in {s["staff_id"] for s in found["staff"]}
    assert [(p["measure"], p["value"], p["place"]) for p in found["peers"]] == [
        (c.measure, c.value, c.place) for c in page.compared
    ]


def test_who_a_client_belongs_with_is_told_within_one_s_scope(viewer: Who) -> None:
    bob = viewer("bob")
    ours = BookClient.objects.filter(branch_id=bob.branch_id).values("client_id")
    link = BookLink.objects.filter(client_id__in=ours, other_id__in=ours).first()
    assert link is not None
    found = read(calling(bob), f"/api/clients/{link.client_id}")["links"]
    assert link.other_id in {one["key"] for one in found}
    assert all("*" in one["name"] for one in found)


def test_care_is_left_out_for_a_token_that_may_not_read_it(viewer: Who) -> None:
    alice, key = viewer("alice"), mine()
    tags.add(key, word="打新", by=alice, at=clock.now())
    found = read(calling(alice, "client.view"), f"/api/clients/{key}")
    assert (found["tags"], found["tasks"], found["proposals"]) == ([], [], [])
    assert calling(alice, "client.view").get(f"/api/clients/{key}/complaints").status_code == 404


def test_the_timeline_is_narrowed_and_tells_who_wrote_what(viewer: Who) -> None:
    from zhike_desk.records.actions import contacts, notes

    alice, key = viewer("alice"), mine()
    notes.add(key, text_="喜欢打新", by=alice, at=clock.now())
    contacts.log(key, medium="visit", purpose="care", outcome="满意", minutes=20, by=alice, at=clock.now())
    caller = calling(alice)
    (note,) = read(caller, f"/api/clients/{key}/timeline", only="note")["events"]
    assert (note["text"], note["who"]) == ("喜欢打新", alice.name)
    visit = read(caller, f"/api/clients/{key}/timeline", only="contact")["events"][0]
    assert (visit["medium"], visit["outcome"], visit["minutes"]) == ("visit", "满意", 20)
    assert caller.get(f"/api/clients/{key}/timeline", {"only": "nothing"}).status_code == 422


@pytest.mark.parametrize("part", ["", "/timeline", "/complaints"])
def test_a_look_through_the_api_is_a_look(viewer: Who, part: str) -> None:
    key = mine()
    read(calling(viewer("alice")), f"/api/clients/{key}{part}")
    assert AuditRow.objects.filter(action="client.view", actor="alice", object_id=key).count() == 1


def test_complaints_of_a_client_are_told_with_how_far_they_are(viewer: Who) -> None:
    alice, key, at = viewer("alice"), mine(), clock.now()
    numbers = [
        int(complaints.receive(key, category=f"服务 {n}", severity=n, by=alice, at=at).id) for n in (1, 2, 3)
    ]
    complaints.acknowledge(numbers[1], seen=1, by=alice, at=at)
    complaints.close(numbers[2], upheld=True, outcome="已退费", seen=1, by=alice, at=at)
    other = targets()["grace's"]
    complaints.receive(other, category="别人的", severity=1, by=viewer("bob"), at=at)
    found = read(calling(alice), f"/api/clients/{key}/complaints")
    assert {c["id"]: (c["state"], c["version"]) for c in found if c["id"]} == {
        numbers[0]: ("open", 1),
        numbers[1]: ("acknowledged", 2),
        numbers[2]: ("closed", 2),
    }
    closed = next(c for c in found if c["id"] == numbers[2])
    assert (closed["upheld"], closed["outcome"], closed["severity"]) == (True, "已退费", 3)
    assert closed["opened_on"] == at.date().isoformat()


def test_complaints_that_came_with_the_files_are_told_beside_and_changed_nowhere_here(viewer: Who) -> None:
    bob = viewer("bob")
    came = BookComplaint.objects.filter(client_id__in=scope.clients(bob).values("client_id")).first()
    assert came is not None
    found = read(calling(bob), f"/api/clients/{came.client_id}/complaints")
    told = [(c["id"], c["version"], c["by"], c["opened_on"], c["severity"]) for c in found]
    assert (None, 0, "", came.opened_on.isoformat(), came.severity) in told
    days = [c["opened_on"] for c in found]
    assert days == sorted(days, reverse=True)


def test_complaints_of_another_s_client_are_not_there(viewer: Who) -> None:
    alice, theirs = calling(viewer("alice")), targets()["grace's"]
    assert alice.get(f"/api/clients/{theirs}/complaints").status_code == 404


def test_one_s_own_jobs_are_told_and_nobody_else_s(viewer: Who) -> None:
    alice, at, key = viewer("alice"), clock.now(), mine()
    tags.add(key, word="打新", by=alice, at=at)
    count = bulk.count("tag.add", "", by=alice)
    number = int(bulk.ask("tag.add", "", {"word": "打新"}, typed=count, by=alice, at=at).id)
    taken = Job.objects.create(
        kind="night", arguments={}, by_id=viewer("erin").user_id, created_at=AT, changed_at=AT
    )
    result = bulk.carry_out(number, at)
    begun = at - timedelta(seconds=9)
    Job.objects.filter(pk=number).update(state="done", result=result, started_at=begun, ended_at=at)
    caller = calling(alice, "job.view")
    (listed,) = read(caller, "/api/jobs")
    whole_job = read(caller, f"/api/jobs/{number}")
    assert (listed["id"], listed["state"], listed["done"], listed["total"]) == (number, "done", count, count)
    assert (whole_job["result"]["rows"], whole_job["seconds"]) == (count - 1, 9.0)
    assert [one["id"] for one in whole_job["left"]] == [key]
    assert "hangs there already" in whole_job["left"][0]["why_en"]
    assert caller.get(f"/api/jobs/{taken.pk}").status_code == 404
    # on the page a head sees the branch's runs of data; a token has no `data.view`, so it sees its owner's alone
    assert calling(viewer("bob"), "job.view").get(f"/api/jobs/{taken.pk}").status_code == 404


def test_codes_of_undoing_and_a_trial_s_clients_are_no_part_of_a_job_that_is_told(viewer: Who) -> None:
    bob = viewer("bob")
    secret = {"undo": ["a-code"], "moves": [{"client_id": "0020000001"}], "samples": ["x"], "rows": 3}
    job = Job.objects.create(kind="ahp_diff", arguments={}, by_id=bob.user_id, created_at=AT, changed_at=AT, state="done", result=secret)  # fmt: skip
    found = read(calling(bob, "job.view"), f"/api/jobs/{job.pk}")
    assert found["result"] == {"rows": 3, "generation": None, "as_of": None}
    assert "a-code" not in str(found)
    assert "0020000001" not in str(found)

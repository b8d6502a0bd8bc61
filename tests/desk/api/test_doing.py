"""What programs do is what the pages do: one action, one row in the log, one code to take it back by."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from api_caller import calling, done, read, send
from days_list import proposals, whole
from trust_ground import targets_of
from zhike_desk.records import clock, scope
from zhike_desk.records.models import Answer, AuditRow, BookProposal, Complaint, Contact, Tag, Task
from zhike_desk.records.viewer import Viewer

Who = Callable[[str], Viewer]


@pytest.fixture
def alice(viewer: Who) -> Client:
    return calling(viewer("alice"))


@pytest.fixture
def key(db: object) -> str:
    return targets_of("alice")


def day(later: int) -> str:
    return (clock.today() + timedelta(days=later)).isoformat()


def added(by: Client, key: str = "") -> int:
    body = {"title": "回访", "due_on": day(1), "client_id": key}
    return int(done(send(by, "/api/tasks", body))["id"])


def undone(by: Client, did: dict[str, Any]) -> dict[str, Any]:
    return done(send(by, "/api/undo", {"code": did["undo"]}))


def test_a_task_is_changed_and_taken_back(alice: Client, key: str) -> None:
    number = added(alice, key)
    change = {"version": 1, "due_on": day(5), "title": "带资料回访"}
    did = done(send(alice, f"/api/tasks/{number}", change, "patch"))
    assert did["version"] == 2
    task = Task.objects.get(pk=number)
    assert (task.due_on.isoformat(), task.title) == (day(5), "带资料回访")
    assert undone(alice, did)["rows"] == 1
    task.refresh_from_db()
    assert (task.due_on.isoformat(), task.title) == (day(1), "回访")
    again = send(alice, "/api/undo", {"code": did["undo"]})
    assert (again.status_code, again.json()["detail_en"]) == (422, "This has been undone already.")  # type: ignore[attr-defined]


def test_who_changes_a_task_late_is_told_what_stands_and_nothing_changes(alice: Client, key: str) -> None:
    number = added(alice, key)
    done(send(alice, f"/api/tasks/{number}", {"version": 1, "due_on": day(5)}, "patch"))
    late = send(alice, f"/api/tasks/{number}", {"version": 1, "due_on": day(9)}, "patch")
    assert late.status_code == 409
    assert late.json() == {"version": 2, "theirs": {"due_on": day(5)}, "mine": {"due_on": day(9)}}  # type: ignore[attr-defined]


def test_a_task_is_given_up_with_its_reason(alice: Client, key: str) -> None:
    number = added(alice, key)
    did = done(send(alice, f"/api/tasks/{number}/drop", {"version": 1, "reason": "客户出国"}))
    assert (Task.objects.get(pk=number).state, Task.objects.get(pk=number).outcome) == ("dropped", "客户出国")
    undone(alice, did)
    assert Task.objects.get(pk=number).state == "open"


def test_a_head_gives_a_task_to_one_of_the_branch_and_a_manager_to_nobody(alice: Client, viewer: Who) -> None:
    body = {"title": "回访", "due_on": day(1), "staff_id": "E0002"}
    bob = calling(viewer("bob"))
    assert Task.objects.get(pk=done(send(bob, "/api/tasks", body))["id"]).staff_id == "E0002"
    assert send(alice, "/api/tasks", {**body, "staff_id": "E0003"}).status_code == 422


def test_a_tag_is_hung_on_taken_off_and_taken_back(alice: Client, key: str) -> None:
    did = done(send(alice, "/api/tags", {"client_id": key, "word": "打新"}))
    assert read(alice, f"/api/clients/{key}")["tags"] == ["打新"]
    assert send(alice, "/api/tags", {"client_id": key, "word": "打新"}).status_code == 422
    off = done(alice.delete(f"/api/tags?client_id={key}&word=打新"))
    assert not Tag.objects.exists()
    undone(alice, off)
    assert Tag.objects.get().word == "打新"
    assert did["undo"] != off["undo"]


def test_an_answer_is_written_down_and_one_off_its_scale_refused(alice: Client, key: str) -> None:
    body = {"client_id": key, "kind": "csat", "score": 4, "text": "还不错"}
    did = done(send(alice, "/api/answers", body))
    assert (Answer.objects.get().score, Answer.objects.get().survey_id) == (4, "desk")
    assert send(alice, "/api/answers", {**body, "score": 9}).status_code == 422
    undone(alice, did)
    assert Answer.objects.get().undone_at is not None


def test_a_complaint_is_written_down_acknowledged_and_closed(alice: Client, key: str) -> None:
    body = {"client_id": key, "category": "服务态度", "severity": 2, "staff_id": "E0002"}
    number = done(send(alice, "/api/complaints", body))["id"]
    told = done(send(alice, f"/api/complaints/{number}/acknowledge", {"version": 1}))
    assert told["version"] == 2
    late = send(alice, f"/api/complaints/{number}/close", {"version": 1, "upheld": True})
    assert late.status_code == 409
    closing = {"version": 2, "upheld": False, "outcome": "已解释"}
    did = done(send(alice, f"/api/complaints/{number}/close", closing))
    found = Complaint.objects.get(pk=number)
    assert (found.upheld, found.outcome, found.closed_at is None) == (False, "已解释", False)
    undone(alice, did)
    assert Complaint.objects.get(pk=number).closed_at is None
    assert set(AuditRow.objects.filter(action__startswith="complaint.").values_list("actor", flat=True)) == {
        "alice"
    }


def test_a_contact_fulfils_a_proposal_and_both_are_taken_back(alice: Client, viewer: Who) -> None:
    work = next(w for w in whole(viewer("alice")) if w.client and w.must_do and w.reasons[0].proposal_id)
    assert work.client is not None
    named = work.reasons[0].proposal_id
    body = {"client_id": work.client.key, "medium": "phone", "purpose": "service", "outcome": "已联系"}
    did = done(send(alice, "/api/contacts", {**body, "proposal_id": named}))
    assert Task.objects.get(proposal_id=named).state == "done"
    assert Contact.objects.get(pk=did["id"]).task is not None
    undone(alice, did)
    assert not Task.objects.exists()
    assert Contact.objects.get().undone_at is not None


HOW: dict[str, tuple[dict[str, Any], tuple[str, int]]] = {
    "reached": ({"medium": "wecom"}, ("done", 1)),
    "missed": ({}, ("", 1)),
    "planned": ({}, ("open", 0)),
    "postponed": ({"due_on": True}, ("open", 0)),
    "unsuited": ({}, ("dropped", 0)),
}


@pytest.mark.parametrize("how", HOW)
def test_a_proposal_is_answered_as_an_entry_of_the_day_ends_and_taken_back(
    alice: Client, viewer: Who, how: str
) -> None:
    more, (state, contacts) = HOW[how]
    free = [w for w in whole(viewer("alice")) if len(w.reasons) == 1 and w.reasons[0].why_not is None]
    named = next(r.proposal_id for w in free for r in w.reasons if r.proposal_id and not r.must_do)
    sent = {**more, **({"due_on": day(3)} if "due_on" in more else {})}
    did = done(send(alice, "/api/today/end", {"how": how, "lines": [{"proposal_id": named}], **sent}))
    found = Task.objects.filter(proposal_id=named).first()
    assert (found.state if found else "", Contact.objects.count()) == (state, contacts)
    assert how != "postponed" or (found is not None and found.due_on.isoformat() == day(3))
    undone(alice, did)
    assert not Task.objects.exists()
    assert not Contact.objects.filter(undone_at__isnull=True).exists()


def test_a_line_that_names_nothing_or_two_things_is_refused_and_so_is_a_day_that_is_missing(
    alice: Client,
) -> None:
    named = sorted(proposals(arm="treat"))[0]
    for lines in ([{}], [{"proposal_id": named, "task_id": 1}]):
        assert send(alice, "/api/today/end", {"how": "planned", "lines": lines}).status_code == 422
    lines = [{"proposal_id": named}]
    assert send(alice, "/api/today/end", {"how": "postponed", "lines": lines}).status_code == 422
    assert not Task.objects.exists()


def test_a_proposal_of_another_s_client_is_not_there(alice: Client, viewer: Who) -> None:
    mine = scope.clients(viewer("alice")).values("client_id")
    theirs = BookProposal.objects.filter(arm="treat").exclude(client_id__in=mine).order_by("proposal_id")
    names = [*(p.proposal_id for p in theirs[:2]), "nothing"]
    assert len(names) == 3
    for name in names:
        body = {"how": "planned", "lines": [{"proposal_id": name}]}
        assert send(alice, "/api/today/end", body).status_code == 404
    assert not Task.objects.exists()


def test_undo_is_of_one_s_own_acts_and_needs_the_scope_of_the_act(
    alice: Client, viewer: Who, key: str
) -> None:
    did = done(send(alice, "/api/notes", {"client_id": key, "text": "喜欢打新"}))
    code = {"code": did["undo"]}
    assert send(calling(viewer("bob")), "/api/undo", code).status_code == 404
    assert send(calling(viewer("alice"), "care.write"), "/api/undo", code).status_code == 404
    assert send(calling(viewer("alice"), "undo"), "/api/undo", code).status_code == 404
    assert undone(calling(viewer("alice"), "undo", "care.write"), did)["rows"] == 1


def test_a_moment_without_its_zone_is_refused_not_broken(alice: Client, key: str) -> None:
    body = {
        "client_id": key,
        "medium": "phone",
        "purpose": "care",
        "outcome": "好",
        "happened_at": "2025-06-30T10:00:00",
    }
    assert send(alice, "/api/contacts", body).status_code == 422
    zoned = {**body, "happened_at": clock.now().replace(hour=0, minute=0).isoformat()}
    assert send(alice, "/api/contacts", zoned).status_code == 200


@pytest.mark.parametrize("sent", [b"{", b"\xff\xfe", b"[1"])
def test_what_is_no_json_is_refused_in_both_languages(alice: Client, sent: bytes) -> None:
    answer = alice.post("/api/notes", sent, content_type="application/json")
    assert answer.status_code == 422
    assert set(answer.json()) == {"detail", "detail_en"}


@pytest.mark.both
@pytest.mark.parametrize(
    "path",
    ["/api/clients/a%00b", "/api/search?q=a%00b", "/api/clients?tag=a%00b", "/api/segments?staff_id=%00"],
)
def test_the_character_nul_is_refused_where_it_is_read(alice: Client, path: str) -> None:
    assert alice.get(path).status_code == 422


@pytest.mark.both
@pytest.mark.parametrize("field", ["client_id", "text"])
def test_the_character_nul_is_refused_where_it_is_written(alice: Client, key: str, field: str) -> None:
    assert send(alice, "/api/notes", {"client_id": key, "text": "好", field: "a\0b"}).status_code == 422
    odd = json.dumps({"client_id": key, "text": "好", field: "a\0b"}).encode("utf-16")
    assert alice.post("/api/notes", odd, content_type="application/json").status_code == 422
    assert send(alice, "/api/notes", {"client_id": key, "text": r"放在 C:\u0000 里"}).status_code == 200

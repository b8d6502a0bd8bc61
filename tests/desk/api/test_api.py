"""The API: what pages show, to tokens, within their scopes; and never an answer its description doesn't have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from api_caller import caller, described, token
from zhike_desk.records import scope
from zhike_desk.records.models import (
    ApiToken,
    AuditRow,
    BookClient,
    BookRelation,
    BookTimeline,
    Contact,
    Task,
)
from zhike_desk.records.policy import policy
from zhike_desk.records.queries import timeline
from zhike_desk.records.viewer import Viewer

Who = Callable[[str], Viewer]
EVERYTHING = ("client.list", "client.view", "client.money", "care.read", "care.write")


@pytest.fixture
def alice(viewer: Who) -> Client:
    return caller(token(viewer("alice"), *EVERYTHING))


def own(staff_id: str = "E0002") -> str:
    return BookClient.objects.filter(staff_id=staff_id).order_by("-score")[0].client_id


def test_without_a_token_or_with_one_that_ended_there_is_nothing(viewer: Who) -> None:
    assert Client().get("/api/clients").status_code == 401
    secret = token(viewer("alice"), "client.list")
    assert caller(secret).get("/api/clients").status_code == 200
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert caller(secret).get("/api/clients").status_code == 401
    ApiToken.objects.update(expires_at=timezone.now() + timedelta(days=1), revoked_at=timezone.now())
    assert caller(secret).get("/api/clients").status_code == 401


def test_a_token_sees_its_owner_s_clients_masked(alice: Client) -> None:
    rows = alice.get("/api/clients").json()["rows"]
    mine = set(BookRelation.objects.filter(staff_id="E0002").values_list("client_id", flat=True))
    assert rows
    assert {row["key"] for row in rows} <= mine
    assert all("*" in row["name"] for row in rows)


def test_a_token_may_do_what_its_scopes_say_and_no_more(viewer: Who) -> None:
    reader = caller(token(viewer("alice"), "client.list"))
    number = own()
    assert reader.get(f"/api/clients/{number}").status_code == 404
    body = {"client_id": number, "medium": "phone", "purpose": "care", "outcome": "已沟通"}
    assert reader.post("/api/contacts", body, content_type="application/json").status_code == 404
    assert not Contact.objects.exists()


def test_money_is_left_out_for_a_token_that_may_not_see_it(viewer: Who) -> None:
    number = own()
    poor = caller(token(viewer("alice"), "client.view")).get(f"/api/clients/{number}").json()
    rich = caller(token(viewer("alice"), "client.view", "client.money")).get(f"/api/clients/{number}").json()
    assert (poor["attribution"], poor["holdings"], poor["expected"]) == ([], [], [])
    assert rich["expected"]
    parts = ("benchmark", "timing", "selection", "trading", "interest", "cost")
    for one in rich["attribution"]:
        assert sum(one[p] for p in parts) == pytest.approx(one["pnl"], abs=1e-6)
    assert rich["attribution"]


def test_a_timeline_tells_of_money_only_who_may_see_it(viewer: Who) -> None:
    number = (
        BookTimeline.objects.filter(client_id__in=scope.clients(viewer("alice")).values("client_id"))
        .filter(kind__in=timeline.MONEY)
        .values_list("client_id", flat=True)[0]
    )
    path = f"/api/clients/{number}/timeline"
    poor = caller(token(viewer("alice"), "client.view")).get(path).json()["events"]
    rich = caller(token(viewer("alice"), "client.view", "client.money")).get(path).json()["events"]
    assert {e["kind"] for e in rich} & set(timeline.MONEY)
    assert not {e["kind"] for e in poor} & set(timeline.MONEY)
    assert {e["kind"] for e in poor}


def test_another_s_client_is_not_there(alice: Client) -> None:
    theirs = BookClient.objects.exclude(
        client_id__in=BookRelation.objects.filter(staff_id="E0002").values("client_id")
    )[0].client_id
    assert alice.get(f"/api/clients/{theirs}").json() == alice.get("/api/clients/9999999999").json()


def test_pages_meet(alice: Client) -> None:
    seen: list[str] = []
    after = ""
    while True:
        page = alice.get("/api/clients", {"after": after} if after else {}).json()
        seen += [row["key"] for row in page["rows"]]
        after = page["older"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == alice.get("/api/clients/count").json()["count"]


def test_a_contact_is_logged_as_its_owner_s_and_written_down(alice: Client) -> None:
    body = {"client_id": own(), "medium": "phone", "purpose": "care", "outcome": "已沟通", "minutes": 5}
    answer = alice.post("/api/contacts", body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert Contact.objects.get(pk=answer.json()["id"]).staff_id == "E0002"
    assert AuditRow.objects.filter(action="contact.log", actor="alice").count() == 1


def test_who_comes_late_is_told_what_stands_now(alice: Client) -> None:
    body = {"title": "回访", "due_on": "2025-07-10", "client_id": own()}
    number = alice.post("/api/tasks", body, content_type="application/json").json()["id"]
    Task.objects.filter(pk=number).update(version=2)
    late = alice.post(
        f"/api/tasks/{number}/close", {"version": 1, "outcome": "已联系"}, content_type="application/json"
    )
    assert late.status_code == 409
    assert late.json()["version"] == 2
    assert Task.objects.get(pk=number).state == "open"


def test_every_operation_is_in_the_policy_and_every_one_of_the_policy_is_there(db: Path) -> None:
    operations = {
        f"api:{operation['operationId']}"
        for path in described()["paths"].values()
        for operation in path.values()
    }
    written = {
        name for name in policy().routes if name.startswith("api:") and policy().route(name) != "public"
    }
    assert operations == written
    assert all(policy().route(name) in policy().tokens for name in operations)


def test_who_sees_pseudonyms_and_asks_for_the_order_of_names_gets_the_usual_order_of_what_they_asked_for(
    viewer: Who,
) -> None:
    erin = caller(token(viewer("erin"), "client.list"))
    usual = erin.get("/api/clients?logic=trend").json()["rows"]
    asked = erin.get("/api/clients?logic=trend&sort=sort_key")
    assert asked.status_code == 200
    assert asked.json()["rows"] == usual
    assert {row["logic"] for row in usual} == {"trend"}

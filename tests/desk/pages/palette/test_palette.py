"""The palette finds one's own clients however they are written, pages and acts one may use, and nothing else; undo is one's own."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from zhike_desk.records import clock
from zhike_desk.records.actions import tasks
from zhike_desk.records.models import BookClient, BookIdentity, Task
from zhike_desk.records.viewer import Viewer

SignedIn = Callable[[str], Client]
Who = Callable[[str], Viewer]


def found(browser: Client, text: str) -> list[str]:
    html = browser.get("/palette/", {"q": text}).content.decode()
    return re.findall(r'role="option"[^>]* href="([^"]+)"', html)


def own(staff: str) -> BookClient:
    client = BookClient.objects.filter(staff_id=staff, frozen=False, kind="individual").first()
    assert client is not None
    return client


def test_a_client_is_found_by_name_number_and_last_four_and_stays_masked(signed_in: SignedIn) -> None:
    client = own("E0002")
    known = BookIdentity.objects.get(client_id=client.client_id)
    browser, url = signed_in("alice"), f"/clients/{client.client_id}/"
    for text in (known.name, client.client_id, client.client_id[-5:]):
        assert url in found(browser, text), text
    html = browser.get("/palette/", {"q": client.client_id}).content.decode()
    assert client.name in html
    assert known.name not in html
    assert known.phone not in html or not known.phone


def test_whoever_is_not_the_viewers_is_not_found(signed_in: SignedIn) -> None:
    client = own("E0004")
    known = BookIdentity.objects.get(client_id=client.client_id)
    for text in (known.name, client.client_id):
        assert f"/clients/{client.client_id}/" not in found(signed_in("alice"), text)
        assert f"/clients/{client.client_id}/" not in found(signed_in("bob"), text)
        assert f"/clients/{client.client_id}/" in found(signed_in("charlie"), text)


def test_no_pseudonym_is_found_by_a_name(signed_in: SignedIn) -> None:
    client = own("E0002")
    known = BookIdentity.objects.get(client_id=client.client_id)
    browser = signed_in("erin")
    assert found(browser, known.name) == []
    assert found(browser, client.client_id) == []
    assert found(browser, client.pseudonym) == [f"/clients/{client.pseudonym}/"]


def test_pages_and_acts_are_those_the_role_may_use(signed_in: SignedIn) -> None:
    assert found(signed_in("alice"), "任务") == ["/tasks/", "/tasks/new/", "/tasks/week/"]
    assert found(signed_in("erin"), "任务") == []
    assert found(signed_in("frank"), "休眠") == []


def test_it_answers_with_eight_at_most_within_its_bytes_and_queries(signed_in: SignedIn) -> None:
    browser = signed_in("bob")
    browser.get("/palette/?q=0")
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get("/palette/?q=0")
    assert len(queries) <= 10
    assert 0 < answer.content.count(b'role="option"') <= 8
    assert len(gzip.compress(answer.content)) <= 3_000
    assert len(answer.content) <= 3_000


def test_an_act_is_taken_back_by_its_author_once_and_by_nobody_else(signed_in: SignedIn, viewer: Who) -> None:
    done = tasks.add("撤", due_on=clock.today(), by=viewer("alice"), at=clock.now())
    assert signed_in("bob").post("/undo/", {"code": done.undo}).status_code == 404
    assert Task.objects.count() == 1
    browser = signed_in("alice")
    assert browser.post("/undo/", {"code": done.undo}, headers={"HX-Request": "true"}).status_code == 204
    assert not Task.objects.exists()
    assert browser.post("/undo/", {"code": done.undo}).status_code == 422
    assert browser.get("/undo/").status_code == 405

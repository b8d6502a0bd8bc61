"""The gate of requests: what it lets through, whom it leads to the sign-in, and what it answers to whoever may not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.utils import translation

import trust_ground as ground
from trust_ground import AT
from zhike.base.text import say
from zhike_desk import gate
from zhike_desk.records.actions import notes
from zhike_desk.records.models import Note, User
from zhike_desk.records.refusals import Conflict, Refused
from zhike_desk.records.viewer import Denied, Viewer

SignedIn = Callable[[str], Client]


def asked(
    name: str, view: str | None, *, namespaces: tuple[str, ...] = (), path: str = "/somewhere/?x=1"
) -> HttpRequest:
    """Return a request of somebody's (nobody's without a name) for a route."""
    request = RequestFactory().get(path)
    request.user = User.objects.get(username=name) if name else AnonymousUser()
    match: Any = None if view is None else SimpleNamespace(view_name=view, namespaces=list(namespaces))
    request.resolver_match = match
    return request


def gated(request: HttpRequest) -> HttpResponse | None:
    return gate.PolicyMiddleware(lambda _: HttpResponse()).process_view(request)


def test_what_is_public_or_the_api_s_own_is_let_through_to_anybody(db: Path) -> None:
    assert gated(asked("", "account_login")) is None
    assert gated(asked("", "api:clients", namespaces=("api",))) is None
    assert gated(asked("", "nowhere", namespaces=("x", "api"))) is None


@pytest.mark.parametrize("view", ["clients", "account_logout", "nowhere", None])
def test_who_has_not_signed_in_is_led_to_the_sign_in_and_back(db: Path, view: str | None) -> None:
    answer = gated(asked("", view))
    assert answer is not None
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/somewhere/%3Fx%3D1")


def test_what_anybody_signed_in_may_is_let_through_and_a_page_to_whose_role_it_is(db: Path) -> None:
    assert gated(asked("frank", "account_logout")) is None
    assert gated(asked("alice", "clients")) is None


@pytest.mark.parametrize("view", ["clients", "nowhere", None, "admin:clients"])
def test_who_may_not_is_answered_as_if_there_were_no_such_address(db: Path, view: str | None) -> None:
    request = asked("frank", view, namespaces=("admin",) if view and ":" in view else ())
    with pytest.raises(Http404):
        gated(request)
    assert request.resolver_match is None


def test_an_error_of_ours_is_answered_as_what_it_is_and_another_is_left_alone(db: Path) -> None:
    door = gate.PolicyMiddleware(lambda _: HttpResponse())
    request = asked("alice", "clients")
    with pytest.raises(Http404) as missing:
        door.process_exception(request, Denied("client.view"))
    assert isinstance(missing.value.__cause__, Denied)
    assert request.resolver_match is None
    refusal = door.process_exception(asked("alice", "clients"), Refused(say("不行。", "No.")))
    assert refusal is not None
    assert refusal.status_code == 422
    assert "不行。" in refusal.content.decode()
    assert door.process_exception(asked("alice", "clients"), ValueError("other")) is None


def test_who_comes_late_is_shown_what_stands(db: Path, signed_in: SignedIn) -> None:
    alice = Viewer.of(User.objects.get(username="alice"))
    client = ground.targets_of("alice")
    made = notes.add(client, text_="甲", by=alice, at=AT)
    notes.edit(int(made.id), text_="乙", seen=1, by=alice, at=AT)
    with pytest.raises(Conflict) as late:
        notes.edit(int(made.id), text_="丙", seen=1, by=alice, at=AT)
    answer = gate.PolicyMiddleware(lambda _: HttpResponse()).process_exception(
        asked("alice", "clients"), late.value
    )
    assert answer is not None
    assert answer.status_code == 409
    assert all(word in answer.content.decode() for word in ("乙", "丙"))
    assert Note.objects.get(pk=made.id).text == "乙"


def test_both_gates_pass_a_request_on_and_give_its_answer_back() -> None:
    answer, request = HttpResponse("here"), RequestFactory().get("/")
    heard: list[HttpRequest] = []

    def page(given: HttpRequest) -> HttpResponse:
        heard.append(given)
        return answer

    assert gate.PolicyMiddleware(page)(request) is answer
    assert gate.SecondFactorMiddleware(page)(request) is answer
    assert heard == [request, request]


def test_a_viewer_is_who_signed_in(db: Path) -> None:
    found = gate.viewer_of(asked("charlie", "clients"))
    row = User.objects.get(username="charlie")
    assert found == Viewer(row.pk, "charlie", "manager", "E0004", "3102", "曹查理")
    with pytest.raises(Denied, match=r"^signed-in$"):
        gate.viewer_of(asked("", "clients"))
    row.display_name = ""
    assert Viewer.of(row, frozenset({"care.read"})) == Viewer(
        row.pk, "charlie", "manager", "E0004", "3102", "charlie", frozenset({"care.read"})
    )


def test_nobody_signs_themselves_up(db: Path) -> None:
    assert gate.ClosedSignup().is_open_for_signup(RequestFactory().get("/")) is False


def second(request: HttpRequest) -> str | None:
    answer = gate.SecondFactorMiddleware(lambda _: HttpResponse()).process_view(request)
    return None if answer is None else f"{answer.status_code} {answer['Location']}"


@override_settings(DEMO=False)
def test_the_ways_to_a_second_factor_and_out_stay_open_and_no_other(db: Path) -> None:
    led = "302 /account/2fa/totp/activate/"
    for view in ("mfa_index", "account_logout", "language", "theme"):
        assert second(asked("bob", view)) is None, view
    for other in ("clients", "home", "", None):
        assert second(asked("bob", other)) == led, other
    for name in ("bob", "dora", "frank"):
        assert second(asked(name, "clients")) == led
    for name in ("alice", "grace", "erin", ""):
        assert second(asked(name, "clients")) is None


@override_settings(DEMO=False)
@pytest.mark.parametrize(("kind", "enough"), [("totp", True), ("webauthn", True), ("recovery_codes", False)])
def test_what_is_a_second_factor(db: Path, kind: str, enough: bool) -> None:
    Authenticator.objects.create(user=User.objects.get(username="bob"), type=kind, data={"secret": "x"})
    assert (second(asked("bob", "clients")) is None) == enough


@override_settings(DEMO=True)
def test_a_branch_made_up_asks_for_none(db: Path) -> None:
    assert second(asked("bob", "clients")) is None


def test_a_further_key_is_named_by_its_number_in_the_language_of_the_request(db: Path) -> None:
    bob = User.objects.get(username="bob")
    for user, kind in ((bob, "webauthn"), (bob, "totp"), (User.objects.get(username="dora"), "webauthn")):
        Authenticator.objects.create(user=user, type=kind, data={})
    with translation.override("zh-hans"):
        assert gate.Factors().generate_authenticator_name(bob, "webauthn") == "密钥 2"
    with translation.override("en"):
        assert gate.Factors().generate_authenticator_name(bob, "recovery_codes") == "Key 1"

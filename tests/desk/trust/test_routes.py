"""Every route has a policy, somebody it lets in and somebody it keeps out; what isn't written down is denied."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from django.urls import get_resolver, path, reverse

import trust_walk
from people import PEOPLE
from zhike_desk.gate import PolicyMiddleware
from zhike_desk.records.models import User
from zhike_desk.records.policy import OPEN, policy

NOWHERE = "/there-is-no-such-page/"
SAMPLES = {"<int>": "1", "<uuid>": str(uuid4())}


def routes() -> Iterator[tuple[str, str]]:
    """Yield every route of the desk: its name, and an address it answers to, without the first slash."""
    return ((name, address.removeprefix("/")) for name, address in trust_walk.addresses(SAMPLES))


def test_every_route_has_a_name_that_policy_yaml_knows_and_every_name_there_is_a_route() -> None:
    names = [name for name, _ in routes()]
    assert [name for name in names if policy().route(name) is None] == []
    ours = [name for name in policy().routes if name.partition(":")[0] not in trust_walk.ALONE]
    assert [name for name in ours if name not in names] == []
    assert len(names) == len(set(names))


def test_a_route_nobody_wrote_down_would_be_found() -> None:
    planted = [path("planted/<int:number>/", lambda request: None, name="planted")]  # type: ignore[arg-type, return-value]
    found = list(trust_walk.patterns(planted))
    assert [name for name, *_ in found if policy().route(name) is None] == ["planted"]
    assert [trust_walk.address(pattern, kinds, SAMPLES) for _, pattern, kinds in found] == ["/planted/1/"]


@pytest.mark.parametrize("name", sorted(name for name, _ in routes() if policy().route(name) != "public"))
def test_a_route_lets_in_whom_the_policy_names_and_nobody_else(name: str, db: Path) -> None:
    action = policy().routes[name]
    gate = PolicyMiddleware(lambda request: None)  # type: ignore[arg-type, return-value]
    address = f"/{dict(routes())[name]}"
    let_in = {person: _passes(gate, address, name, person) for person in PEOPLE}
    assert let_in == {
        person: action in OPEN or policy().cell(PEOPLE[person].role, action) is not None for person in PEOPLE
    }
    assert any(let_in.values())
    assert not _passes(gate, address, name, None)  # who hasn't signed in


def _passes(gate: PolicyMiddleware, address: str, name: str, person: str | None) -> bool:
    request = RequestFactory().get(address)
    request.user = User.objects.get(username=person) if person else AnonymousUser()
    request.resolver_match = get_resolver().resolve(address) if _resolves(address) else None
    if request.resolver_match is None or request.resolver_match.view_name != name:
        pytest.fail(f"{address} is not an address of {name}")
    try:
        return gate.process_view(request) is None
    except Http404:
        return False


def _resolves(address: str) -> bool:
    try:
        get_resolver().resolve(address)
    except Http404:
        return False
    return True


@pytest.mark.parametrize("person", sorted(PEOPLE))
def test_over_http_a_denied_route_answers_like_one_that_does_not_exist(
    person: str, signed_in: Callable[[str], Client]
) -> None:
    browser = signed_in(person)
    nowhere = browser.get(NOWHERE)
    assert nowhere.status_code == 404
    role = PEOPLE[person].role
    for name, address in routes():
        action = policy().routes[name]
        if action in OPEN or policy().cell(role, action) is not None:
            continue
        answer = browser.get(f"/{address}")
        assert answer.status_code == 404, name
        assert _text(answer, f"/{address}") == _text(nowhere, NOWHERE), name


def _text(answer: HttpResponse, address: str) -> str:
    """Strike what differs from request to request: the token of forms, and the address that was asked for."""
    return re.sub(r"[A-Za-z0-9]{32,}", "", answer.content.decode().replace(address, ""))


def test_who_has_not_signed_in_is_led_to_the_sign_in_from_every_page(db: Path) -> None:
    browser = Client()
    for name, address in routes():
        if policy().routes[name] != "public":
            answer = browser.get(f"/{address}")
            assert answer.status_code == 302, name
            assert answer["Location"].startswith(reverse("account_login")), name

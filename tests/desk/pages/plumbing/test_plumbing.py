"""The framework's tables: administrators look at them, nobody writes there, and nothing in them lets one in or names a client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client, override_settings
from django.urls import reverse

import trust_ground as ground
from people import PEOPLE
from zhike_desk.records import audit
from zhike_desk.records.actions import tokens
from zhike_desk.records.models import ApiToken, Job, User
from zhike_desk.records.plumbing import site
from zhike_desk.records.viewer import Viewer

SignedIn = Callable[[str], Client]
PLUMBING = {"user", "usersession", "authenticator", "apitoken", "job", "setting", "publication"}


def pages() -> Iterator[str]:
    yield reverse("plumbing:index")
    for pattern in site.get_urls()[1:]:
        yield reverse(f"plumbing:{pattern.name}")  # type: ignore[union-attr]


def test_the_tables_are_those_of_the_plumbing_and_no_other() -> None:
    assert {model._meta.model_name for model in site._registry} == PLUMBING
    assert len(list(pages())) == len(PLUMBING) + 1


def test_an_administrator_sees_each_table(signed_in: SignedIn) -> None:
    frank = signed_in("frank")
    for page in pages():
        assert frank.get(page).status_code == 200, page
    assert "alice" in frank.get("/plumbing/records/user/").content.decode()
    found = frank.get("/plumbing/records/user/?q=grace").content.decode()
    assert "grace" in found
    assert "charlie" not in found
    assert 'href="/plumbing/"' in frank.get("/settings/").content.decode()


@pytest.mark.parametrize("person", sorted(set(PEOPLE) - {"frank"}))
def test_nobody_else_does(person: str, signed_in: SignedIn) -> None:
    browser = signed_in(person)
    assert {browser.get(page).status_code for page in pages()} == {404}
    assert "/plumbing/" not in browser.get("/settings/").content.decode()


@override_settings(DEMO=False)
def test_outside_a_branch_made_up_it_takes_a_second_factor(signed_in: SignedIn) -> None:
    assert signed_in("frank").get("/plumbing/").headers["Location"] == "/account/2fa/totp/activate/"
    Authenticator.objects.create(user=User.objects.get(username="frank"), type="totp", data={"secret": "x"})
    assert signed_in("frank").get("/plumbing/").status_code == 200


def test_whatever_is_sent_there_changes_nothing(signed_in: SignedIn) -> None:
    frank, before = signed_in("frank"), ground.tables()
    pk = User.objects.get(username="alice").pk
    sent = {
        "role": "admin",
        "is_superuser": "on",
        "_save": "1",
        "action": "delete_selected",
        "_selected_action": pk,
    }
    for page in pages():
        for call in (frank.post, frank.put, frank.patch, frank.delete):
            assert call(page, sent).status_code == 405, page  # type: ignore[operator]
    for more in ("add/", f"{pk}/", f"{pk}/change/", f"{pk}/delete/", f"{pk}/history/"):
        assert frank.get(f"/plumbing/records/user/{more}").status_code == 404
        assert frank.post(f"/plumbing/records/user/{more}", sent).status_code == 404
    for name in ("login", "logout", "password_change", "autocomplete", "jsi18n", "r/1/1"):
        assert frank.get(f"/plumbing/{name}/").status_code == 404
    assert ground.tables() == before


def test_nothing_that_lets_one_in_is_shown_or_can_be_asked_for(db: Path, signed_in: SignedIn) -> None:
    alice = User.objects.get(username="alice")
    tokens.create("审计", scopes=["client.list"], days=1, by=Viewer.of(alice), at=ground.AT)
    Authenticator.objects.create(user=alice, type="totp", data={"secret": "KEEPTHISSECRET"})
    Client().post("/account/login/", {"login": "grace", "password": "grace-is-here"})
    Job.objects.create(
        kind="export", arguments={"query": "q=张三"}, created_at=ground.AT, changed_at=ground.AT
    )
    frank = signed_in("frank")
    shown = "".join(frank.get(page).content.decode() for page in pages())
    digest = ApiToken.objects.get(owner=alice).digest
    for secret in (digest, alice.password, "KEEPTHISSECRET", "张三"):
        assert secret not in shown
    assert "grace" in frank.get("/plumbing/usersessions/usersession/").content.decode()
    for table, asked in (
        ("records/apitoken", f"digest__startswith={digest[:2]}"),
        ("records/user", "password__startswith=m"),
        ("mfa/authenticator", "data__icontains=KEEP"),
        ("records/job", "arguments__icontains=张"),
    ):
        assert frank.get(f"/plumbing/{table}/?{asked}").status_code == 400, asked
    assert audit.verify() == []

"""A second factor is obligatory for heads, compliance and administrators, except at a branch made up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client, override_settings

from zhike_desk.records.models import User

SignedIn = Callable[[str], Client]
OBLIGED = ("bob", "dora", "frank")


@pytest.mark.parametrize("name", OBLIGED)
@override_settings(DEMO=False)
def test_without_one_every_page_leads_to_setting_it_up(signed_in: SignedIn, name: str) -> None:
    browser = signed_in(name)
    for path in ("/", "/clients/", "/parts/"):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers.get("Location")) == (302, "/account/2fa/totp/activate/")


@pytest.mark.parametrize("name", OBLIGED)
@override_settings(DEMO=False)
def test_with_one_the_pages_open(signed_in: SignedIn, name: str) -> None:
    Authenticator.objects.create(user=User.objects.get(username=name), type="totp", data={"secret": "x"})
    assert "2fa" not in signed_in(name).get("/").headers.get("Location", "")


@override_settings(DEMO=False)
def test_recovery_codes_alone_are_no_second_factor(signed_in: SignedIn) -> None:
    Authenticator.objects.create(user=User.objects.get(username="bob"), type="recovery_codes", data={})
    assert signed_in("bob").get("/parts/").status_code == 302


@pytest.mark.parametrize("name", ["alice", "erin", "grace"])
@override_settings(DEMO=False)
def test_the_other_roles_need_none(signed_in: SignedIn, name: str) -> None:
    assert "2fa" not in signed_in(name).get("/").headers.get("Location", "")


@pytest.mark.parametrize("name", OBLIGED)
@override_settings(DEMO=True)
def test_a_branch_made_up_needs_none(signed_in: SignedIn, name: str) -> None:
    assert "2fa" not in signed_in(name).get("/").headers.get("Location", "")


@override_settings(DEMO=False)
def test_the_way_out_stays_open(signed_in: SignedIn) -> None:
    assert signed_in("bob").get("/account/logout/").status_code == 200

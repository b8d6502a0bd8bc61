"""Signing in, the second factor, sessions: they look like ours, in two languages, and obey the strict policy."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

import template_rules

SignedIn = Callable[[str], Client]
PUBLIC = ["/account/login/", "/account/signup/", "/account/password/reset/", "/account/inactive/"]
OWN = [
    "/account/logout/",
    "/account/password/change/",
    "/account/2fa/",
    "/account/sessions/",
    "/account/reauthenticate/",
]


def text_of(answer) -> str:  # type: ignore[no-untyped-def]
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.parametrize("path", PUBLIC)
def test_the_pages_before_signing_in_are_ours(db: Path, path: str) -> None:
    page = text_of(Client().get(path))
    assert 'class="entrance"' in page
    assert "desk.css" in page
    assert template_rules.inline(page) == []


@pytest.mark.parametrize("path", OWN)
def test_the_pages_of_ones_account_are_ours_and_obey_the_policy(
    db: Path, signed_in: SignedIn, path: str
) -> None:
    answer = signed_in("alice").get(path)
    page = text_of(answer)
    assert template_rules.inline(page) == []
    assert "<title>" in page
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_a_wrong_password_is_said_and_what_was_typed_is_not_lost(db: Path) -> None:
    page = text_of(Client().post("/account/login/", {"login": "alice", "password": "wrong"}))
    assert 'class="form-errors" role="alert"' in page
    assert 'value="alice"' in page
    assert "wrong" not in re.sub(r'class="wrong"', "", page)


def acts() -> list[tuple[str, str, str]]:
    from zhike_desk.records.models import AuditRow

    return list(AuditRow.objects.order_by("seq").values_list("action", "actor", "object_id"))


def test_signing_in_failing_to_a_new_password_and_signing_out_are_in_the_log_and_nothing_typed_is(
    db: Path,
) -> None:
    before, browser = len(acts()), Client()
    browser.post("/account/login/", {"login": "alice", "password": "not-hers"})
    browser.post("/account/login/", {"login": "alice-is-here", "password": "alice"})
    browser.post("/account/login/", {"login": "alice", "password": "alice-is-here"})
    words = {
        "oldpassword": "alice-is-here",
        "password1": "quite another one",
        "password2": "quite another one",
    }
    browser.post("/account/password/change/", words)
    browser.post("/account/logout/")
    assert acts()[before:] == [
        ("session.refused", "system", "alice"),
        ("session.begin", "alice", "alice"),
        ("user.password", "alice", "alice"),
        ("session.end", "alice", "alice"),
    ]


def test_who_cannot_be_written_down_does_not_get_in(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from zhike_desk.records import audit

    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(audit, "append", full)
    browser = Client(raise_request_exception=False)
    answer = browser.post("/account/login/", {"login": "alice", "password": "alice-is-here"})
    assert answer.status_code == 500
    assert browser.get("/clients/").status_code == 302  # to the sign-in


def test_signing_in_leads_to_the_first_page(db: Path) -> None:
    browser = Client()
    answer = browser.post("/account/login/", {"login": "alice", "password": "alice-is-here"}, follow=True)
    assert answer.redirect_chain[0][0] == "/"
    assert "退出登录" in text_of(answer)


def test_a_second_factor_is_set_up_from_a_picture_that_the_policy_lets_through(db: Path) -> None:
    browser = Client()
    browser.post("/account/login/", {"login": "bob", "password": "bob-is-here"})
    asked = browser.get("/account/2fa/totp/activate/", follow=True)
    assert "确认是您本人" in text_of(asked)
    back = {"password": "bob-is-here", "next": "/account/2fa/totp/activate/"}
    page = text_of(browser.post("/account/reauthenticate/", back, follow=True))
    assert 'src="data:image/svg+xml' in page
    secret = re.search(r"<code>([A-Z2-7]{16,})</code>", page)
    assert secret
    code = _totp(secret[1])
    done = browser.post("/account/2fa/totp/activate/", {"code": code}, follow=True)
    codes = re.findall(r"<li>(\w{8})</li>", text_of(browser.get("/account/2fa/recovery-codes/")))
    assert done.status_code == 200
    assert len(codes) == 10
    browser.post("/account/logout/")
    browser.post("/account/login/", {"login": "bob", "password": "bob-is-here"})
    assert "输入验证码" in text_of(browser.get("/account/2fa/authenticate/"))
    assert text_of(browser.post("/account/2fa/authenticate/", {"code": codes[0]}, follow=True))
    assert get_user_model().objects.get(username="bob").pk == int(browser.session["_auth_user_id"])


def _totp(secret: str) -> str:
    from allauth.mfa.totp.internal import auth

    return str(auth.format_hotp_value(auth.hotp_value(secret, next(auth.yield_hotp_counters_from_time()))))


def test_sessions_show_where_one_is_signed_in(db: Path) -> None:
    browser = Client(headers={"User-Agent": "A browser of tests"})
    browser.post("/account/login/", {"login": "alice", "password": "alice-is-here"})
    page = text_of(browser.get("/account/sessions/"))
    assert "A browser of tests" in page
    assert "就是这里" in page


def test_a_demo_branch_offers_its_accounts_and_a_real_one_none(db: Path) -> None:
    from django.test import override_settings

    offered = text_of(Client().get("/account/login/"))
    assert offered.count('name="login" value="') >= 6
    with override_settings(DEMO=False):
        real = text_of(Client().get("/account/login/"))
    assert "zhike-demo" not in real
    assert 'name="login" value="' not in real

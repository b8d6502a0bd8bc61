"""A passkey in a real browser, with an authenticator of its own: added, then signed in by, alone and after the password; and refused where it must be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import Browser, Page, expect

import desk_browser
from desk_browser import Window
from zhike_desk.records.following import follow
from zhike_desk.records.models import AuditRow, User

_KEY = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def known(name: str) -> None:
    """Keep the password as the server does; the tests' own way of keeping it is quicker, and unknown there."""
    kept = PBKDF2PasswordHasher().encode(f"{name}-is-here", "of-the-test")
    User.objects.filter(username=name).update(password=kept)


@contextmanager
def with_authenticator(server: str, chromium: Browser, name: str = "localhost") -> Iterator[Window]:
    """Open a window at a name of this machine (a passkey belongs to a name), with a virtual authenticator."""
    address = server.replace("127.0.0.1", name)
    with desk_browser.window(
        chromium, address, {"zhike_language": "zh-hans"}, width=1440, theme="light"
    ) as found:
        wire = found.page.context.new_cdp_session(found.page)
        wire.send("WebAuthn.enable")
        wire.send("WebAuthn.addVirtualAuthenticator", {"options": _KEY})
        yield found


def sign_in(window: Window, name: str) -> Page:
    page = window.open("/account/login/")
    page.fill("[name=login]", name)
    page.fill("[name=password]", f"{name}-is-here")
    page.click("button.first")
    window.settle()
    return page


def add(window: Window, name: str, *, alone: bool) -> None:
    page = window.open("/account/2fa/webauthn/add/")
    page.fill("[name=password]", f"{name}-is-here")
    page.click("button.first")
    page.wait_for_url(re.compile("webauthn/add/"))
    window.settle()
    page.set_checked("[name=passwordless]", alone)
    page.fill("[name=name]", "办公电脑")
    assert window.faults() == []
    page.click("#mfa_webauthn_add")
    page.wait_for_url(re.compile("recovery-codes|2fa/$"))


def out(window: Window) -> None:
    page = window.open("/account/logout/")
    page.click("main button[type=submit]")
    page.wait_for_url(re.compile("/account/login/"))
    window.settle()


def keys() -> list[str]:
    follow()
    return [str(a) for a in Authenticator.objects.filter(user__username="alice", type="webauthn")]


def test_a_passkey_is_added_and_lets_in_without_a_password(
    transactional: Path, server: str, chromium: Browser
) -> None:
    known("alice")
    with with_authenticator(server, chromium) as window:
        sign_in(window, "alice")
        add(window, "alice", alone=True)
        assert keys() == ["办公电脑"]
        listed = window.open("/account/2fa/webauthn/")
        expect(listed.locator("table")).to_contain_text("直接登录")
        assert window.faults() == []
        out(window)
        window.page.click("#passkey_login")
        window.page.wait_for_url(re.compile(r":\d+/(today/)?$"))
        assert window.complaints == []
    follow()
    assert AuditRow.objects.filter(action="factor.add", object_id="webauthn", actor="alice").count() == 1
    assert AuditRow.objects.filter(action="session.begin", actor="alice").count() == 2


def test_a_key_that_is_a_second_step_is_asked_for_after_the_password_and_can_be_removed(
    transactional: Path, server: str, chromium: Browser
) -> None:
    known("alice")
    with with_authenticator(server, chromium) as window:
        sign_in(window, "alice")
        add(window, "alice", alone=False)
        out(window)
        page = sign_in(window, "alice")
        assert "/account/2fa/authenticate/" in page.url
        assert window.faults() == []
        page.click("#mfa_webauthn_authenticate")
        page.wait_for_url(re.compile(r":\d+/(today/)?$"))
        number = Authenticator.objects.get(user__username="alice", type="webauthn").pk
        away = f"/account/2fa/webauthn/keys/{number}/remove/"
        window.open(f"/account/2fa/webauthn/reauthenticate/?next={away}")
        assert window.faults() == []
        page.click("#mfa_webauthn_reauthenticate")
        page.wait_for_url(re.compile("/remove/$"))
        page.click("button.final")
        page.wait_for_url(re.compile("/account/2fa/webauthn/$"))
        assert window.complaints == []
    assert keys() == []


def test_a_disabled_account_is_not_let_in_by_its_passkey(
    transactional: Path, server: str, chromium: Browser
) -> None:
    known("alice")
    with with_authenticator(server, chromium) as window:
        sign_in(window, "alice")
        add(window, "alice", alone=True)
        out(window)
        User.objects.filter(username="alice").update(is_active=False)
        window.page.click("#passkey_login")
        window.page.wait_for_url(re.compile("/account/inactive/"))
        assert window.page.request.get(f"{window.address}/clients/", max_redirects=0).status == 302


@pytest.mark.parametrize(
    ("name", "why"), [("127.0.0.1", "此地址不能使用通行密钥"), ("localhost", "没有完成")]
)
def test_where_it_cannot_be_the_page_says_why(
    transactional: Path, server: str, chromium: Browser, name: str, why: str
) -> None:
    with with_authenticator(server, chromium, name) as window:
        page = window.open("/account/login/")
        page.click("#passkey_login")
        expect(page.locator("[data-passkey-failed]")).to_contain_text(why)
        expect(page.locator(f"[data-passkey-failed] p:visible:has-text('{why}')")).to_have_count(1)
        assert window.faults() == []

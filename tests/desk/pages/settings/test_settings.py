"""Settings: what concerns the branch is asked for; one's own tokens are shown once."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.test import Client

from zhike_desk.records import settings
from zhike_desk.records.models import ApiToken, Approval

SignedIn = Callable[[str], Client]


def test_a_change_is_asked_for_and_holds_once_another_agrees(signed_in: SignedIn) -> None:
    frank = signed_in("frank")
    form = {"care.contacts": "3", "care.contacts.version": "0", "reason": "忙季"}
    assert frank.post("/settings/put/", form).status_code == 302
    assert settings.current().care.contacts == 2
    found = Approval.objects.get(action="settings.write")
    signed_in("dora").post(f"/approvals/{found.pk}/", {"act": "approve", "version": found.version})
    assert settings.current().care.contacts == 3


def test_a_value_a_setting_cannot_take_is_refused(signed_in: SignedIn) -> None:
    answer = signed_in("frank").post(
        "/settings/put/", {"night.at": "25:99", "night.at.version": "0", "reason": "x"}
    )
    assert answer.status_code == 422
    assert not Approval.objects.exists()


def test_a_token_is_shown_once_and_only_its_digest_is_kept(signed_in: SignedIn) -> None:
    alice = signed_in("alice")
    html = alice.post(
        "/settings/token/", {"name": "日报", "scope": "client.list", "days": "30"}
    ).content.decode()
    (secret,) = re.findall(r"<code>(zhike_[\w-]+)</code>", html)
    assert secret not in alice.get("/settings/").content.decode()
    token = ApiToken.objects.get()
    assert secret not in (token.digest, token.name)
    alice.post(f"/settings/token/{token.pk}/revoke/")
    assert ApiToken.objects.get().revoked_at is not None


def test_a_token_may_not_do_what_its_owner_may_not(signed_in: SignedIn) -> None:
    answer = signed_in("erin").post("/settings/token/", {"name": "x", "scope": "care.write", "days": "30"})
    assert answer.status_code == 422
    assert not ApiToken.objects.exists()


def test_each_role_sees_its_own_part(signed_in: SignedIn) -> None:
    seen = {
        name: signed_in(name).get("/settings/").content.decode() for name in ("alice", "bob", "dora", "frank")
    }
    assert all("我的账号" in html for html in seen.values())
    assert [name for name, html in seen.items() if "营业部设置" in html] == ["bob", "dora", "frank"]
    assert [name for name, html in seen.items() if "用户与角色" in html] == ["bob", "dora", "frank"]
    assert signed_in("alice").post("/settings/put/", {"reason": "x"}).status_code == 404


def test_a_branch_sees_what_its_numbers_rest_on(signed_in: SignedIn) -> None:
    html = signed_in("bob").get("/settings/").content.decode()
    for title in ("等级与象限", "费率表", "夜间的阈值"):
        assert title in html
    assert re.search(
        r"个人</th><td><code>[^<]+</code></td><td class=\"n\">0\.5%", html
    )  # diamond: five of a thousand
    assert re.search(r"印花税</th><td>沪 A</td><td class=\"n\">—</td><td class=\"n\">万分之 5<", html)
    assert re.search(r"科创板</th><td class=\"n\">±20%", html)
    assert "等级与象限" not in signed_in("alice").get("/settings/").content.decode()

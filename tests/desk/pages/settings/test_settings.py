"""Settings: what concerns the branch is asked for; one's own tokens are shown once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from api_caller import everything
from zhike_desk.records import settings
from zhike_desk.records.models import ApiToken, Approval, User
from zhike_desk.records.viewer import Viewer

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


@pytest.mark.parametrize("name", ["alice", "bob", "erin"])
def test_all_that_a_token_may_be_for_is_there_to_be_chosen_in_words_of_both_languages(
    signed_in: SignedIn, viewer: Callable[[str], Viewer], name: str
) -> None:
    browser, told = signed_in(name), []
    for language in ("zh-hans", "en"):
        browser.cookies["zhike_language"] = language
        found = re.findall(
            r'name="scope" value="([\w.]+)"><span>([^<]+)<', browser.get("/settings/").content.decode()
        )
        assert sorted(scope for scope, _ in found) == list(everything(viewer(name)))
        told.append({words for _, words in found})
    assert len(told[0]) == len(told[1]) == len(everything(viewer(name)))
    assert all(re.search(r"[\u4e00-\u9fff]", words) for words in told[0])
    assert not any(re.search(r"[\u4e00-\u9fff]", words) for words in told[1])


def test_a_token_s_scopes_are_told_in_words(signed_in: SignedIn) -> None:
    alice = signed_in("alice")
    alice.post("/settings/token/", {"name": "日报", "scope": ["undo", "client.list"], "days": "30"})
    html = alice.get("/settings/").content.decode()
    assert re.search(
        r"<summary class=\"nowrap\">2 项</summary><p class=\"small\">客户列表、撤销令牌可做的操作</p>", html
    )


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
    for title in ("等级与象限", "费率表", "夜间的资源", "建议规则的阈值"):
        assert title in html
    assert re.search(
        r"个人</th><td>个人客户模型 第 1 版</td><td class=\"n\">0\.5%", html
    )  # diamond: five of a thousand
    assert re.search(r"印花税</th><td>沪 A</td><td class=\"n\">—</td><td class=\"n\">万分之 5<", html)
    assert re.search(r"科创板</th><td class=\"n\">±20%", html)
    assert "等级与象限" not in signed_in("alice").get("/settings/").content.decode()


def test_another_role_is_asked_for_by_an_administrator_and_holds_once_compliance_agrees(
    signed_in: SignedIn,
) -> None:
    frank, grace = signed_in("frank"), User.objects.get(username="grace")
    assert f'action="/settings/user/{grace.pk}/"' in frank.get("/settings/").content.decode()
    form = {
        "act": "role", "version": grace.version, "role": "manager", "staff_id": grace.staff_id, "branch_id": grace.branch_id,
        "reason": "转岗",
    }  # fmt: skip
    assert frank.post(f"/settings/user/{grace.pk}/", form).status_code == 302
    grace.refresh_from_db()
    assert grace.role == "adviser"
    asked = Approval.objects.get(action="users.write")
    decided = {"act": "approve", "version": asked.version}
    assert frank.post(f"/approvals/{asked.pk}/", decided).status_code in (404, 422)  # not one's own
    signed_in("dora").post(f"/approvals/{asked.pk}/", decided)
    grace.refresh_from_db()
    assert grace.role == "manager"
    assert "冯格蕾" in signed_in("dora").get("/compliance/roles/").content.decode()


def test_a_head_asks_for_who_serves_clients_of_the_branch_and_for_nobody_else(signed_in: SignedIn) -> None:
    bob, users = signed_in("bob"), {u.username: u for u in User.objects.all()}
    page = bob.get("/settings/").content.decode()
    assert f'action="/settings/user/{users["alice"].pk}/"' in page
    assert "heidi" not in page
    roles = re.findall(rf'<select id="role-{users["alice"].pk}".*?</select>', page, re.S)[0]
    assert set(re.findall(r'value="(\w+)"', roles)) == {"manager", "adviser"}
    form = {"act": "role", "staff_id": "E0002", "reason": "转岗"}
    for name, role, status in (
        ("alice", "adviser", 302),
        ("alice", "admin", 422),
        ("charlie", "adviser", 404),
    ):
        given = {**form, "role": role, "version": users[name].version}
        assert bob.post(f"/settings/user/{users[name].pk}/", given).status_code == status
    assert Approval.objects.filter(action="users.write").count() == 1

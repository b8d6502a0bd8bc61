"""What is regulated on a client's page: nothing chosen beforehand, what stands is shown first, a new grade waits for the night."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

import trust_ground as ground
from people import BRANCH
from zhike_desk.records.models import Approval, Assessment, BookClient, Consent, User

pytestmark = pytest.mark.both
SignedIn = Callable[[str], Client]
NOW = datetime(2025, 6, 20, 4, 0, tzinfo=UTC)


def url(client: str, name: str = "client") -> str:
    return reverse(name, args=[client])


def dialog(browser: Client, client: str, name: str) -> str:
    page = browser.get(url(client)).content.decode()
    found = re.search(rf'<dialog class="dialog" id="{name}".*?</dialog>', page, re.DOTALL)
    assert found is not None
    return found[0]


def test_consent_begins_with_what_stands_and_nothing_is_chosen(signed_in: SignedIn) -> None:
    client = BookClient.objects.filter(opt_out=True, branch_id=BRANCH, frozen=False)[0].client_id
    alice = User.objects.get(username="alice")
    Consent.objects.create(client_id=client, kind="recording", given=True, reason="录音 88", by=alice, created_at=NOW, changed_at=NOW)  # fmt: skip
    shown = dialog(signed_in("bob"), client, "consent")
    assert "已同意（2025-06-20）" in shown
    assert "录音 88" in shown
    assert "已拒绝（文件标记）" in shown
    assert "未登记" in shown
    assert shown.index("目前的授权") < shown.index("<select")
    assert "checked" not in shown
    assert "提交复核" in shown
    assert "登记后立即生效" in dialog(signed_in("alice"), ground.targets_of("alice"), "consent")


def test_consent_without_an_answer_is_refused(signed_in: SignedIn) -> None:
    client = ground.targets_of("alice")
    sent = {"kind": "marketing", "reason": "来电"}
    answer = signed_in("alice").post(url(client, "client_consent"), sent, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#consent-told"
    assert not Consent.objects.exists()
    signed_in("alice").post(url(client, "client_consent"), {**sent, "given": "no"})
    assert Consent.objects.get().given is False


def test_an_assessment_waits_for_the_night_on_the_page_until_the_files_have_it(signed_in: SignedIn) -> None:
    client, browser = ground.targets_of("alice"), signed_in("alice")
    row = BookClient.objects.get(client_id=client)
    assert f"{row.risk_level}（{row.risk_assessed_on} 测评）" in dialog(browser, client, "assess")
    browser.post(
        url(client, "client_assess"), {"level": "C4", "assessed_on": "2025-06-27", "reason": "问卷 7"}
    )
    page = browser.get(url(client)).content.decode()
    assert "新测评 C4（2025-06-27）待夜间生效" in page
    assert "下一夜写入" in page
    Assessment.objects.update(delivered_in="desk-20250630T020000-000001")
    assert "已交夜间" in browser.get(url(client)).content.decode()
    Assessment.objects.update(
        level=row.risk_level, assessed_on=row.risk_assessed_on
    )  # as when the night has it
    assert "待夜间生效" not in browser.get(url(client)).content.decode()


def test_the_form_of_an_assessment_says_where_identity_is_changed_and_needs_a_reason(
    signed_in: SignedIn,
) -> None:
    client, browser = ground.targets_of("alice"), signed_in("alice")
    assert "柜台系统" in dialog(browser, client, "assess")
    sent = {"level": "C4", "assessed_on": "2025-06-27", "reason": ""}
    answer = browser.post(url(client, "client_assess"), sent, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#assess-told"
    assert not Assessment.objects.exists()


def test_a_head_s_assessment_is_asked_for_and_an_adviser_has_no_form(signed_in: SignedIn) -> None:
    client = ground.targets_of("alice")
    signed_in("bob").post(url(client, "client_assess"), {"level": "C1", "assessed_on": "2025-06-30", "reason": "问卷"})  # fmt: skip
    assert Approval.objects.get().action == "suitability.write"
    theirs = ground.targets_of("grace")
    assert 'id="assess"' not in signed_in("grace").get(url(theirs)).content.decode()
    assert signed_in("grace").post(url(theirs, "client_assess"), {}).status_code == 404

"""Compliance: registers add up to the branch; a frozen client is seen by compliance alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import parse_qsl

from django.conf import settings
from django.test import Client

from zhike_desk.records.models import Approval, BookClient, BookStaff, Complaint, Pointer, User
from zhike_desk.records.queries import compliance
from zhike_desk.records.viewer import Viewer

DAY = date(2025, 7, 1)


def test_every_open_account_of_a_person_is_good_expiring_expired_or_missing(
    viewer: Callable[[str], Viewer],
) -> None:
    dora = viewer("dora")
    counts = compliance.assessments(dora, DAY, {}).counts
    people = list(BookClient.objects.filter(kind="individual", closed_on__isnull=True, frozen=False))
    assert counts["missing"] == sum(c.risk_assessed_on is None for c in people)
    known = [c.risk_assessed_on for c in people if c.risk_assessed_on is not None]
    assert counts["expired"] == sum(d < date(2023, 7, 1) for d in known)
    assert counts["expiring"] == sum(date(2023, 7, 1) <= d <= date(2023, 7, 31) for d in known)
    rows = compliance.assessments(dora, DAY, {"state": ["expired"]}).rows
    assert all(r.holds_until is not None and r.holds_until < DAY for r in rows)


def test_a_frozen_client_is_gone_for_everybody_but_compliance(signed_in: Callable[[str], Client]) -> None:
    number = BookClient.objects.filter(staff_id="E0002").order_by("-score")[0].client_id
    User.objects.create_user("dave", password="dave-is-here-too", role="compliance")
    signed_in("dora").post("/compliance/hold/", {"client": number, "kind": "frozen", "reason": "司法协助"})
    found = Approval.objects.get()
    assert signed_in("alice").get(f"/clients/{number}/").status_code == 200
    signed_in("dave").post(f"/approvals/{found.pk}/", {"act": "approve", "version": found.version})
    assert signed_in("alice").get(f"/clients/{number}/").status_code == 404
    assert number not in signed_in("bob").get("/clients/").content.decode()
    assert number in signed_in("dora").get("/compliance/holds/").content.decode()
    assert signed_in("bob").post("/compliance/hold/", {"client": number}).status_code == 404


def pages(viewer: Viewer, state: str, size: int) -> list[list[compliance.Assessment]]:
    """Return the pages of a register, followed by their cursors to the end."""
    found, query = [], {"state": [state]}
    while True:
        page = compliance.assessments(viewer, DAY, query, size)
        found.append(list(page.rows))
        if not page.older:
            return found
        query = {name: [value] for name, value in parse_qsl(page.older)}


def test_every_expired_assessment_is_on_one_page_or_the_next(viewer: Callable[[str], Viewer]) -> None:
    dora = viewer("dora")
    for state in ("expired", "expiring", "missing"):
        count = compliance.assessments(dora, DAY, {}).counts[state]
        found = pages(dora, state, 2)
        numbers = [r.who.client_id for page in found for r in page]
        assert len(numbers) == len(set(numbers)) == count
    expired = pages(dora, "expired", 2)
    assert len(expired) > 2
    days = [r.assessed_on for page in expired for r in page]
    assert days == sorted(d for d in days if d is not None)


def test_a_line_names_the_manager_and_leads_to_the_client(
    signed_in: Callable[[str], Client], viewer: Callable[[str], Viewer]
) -> None:
    rows = compliance.assessments(viewer("dora"), date(2025, 6, 30), {}).rows
    served = next(r for r in rows if r.who.staff)
    number = BookClient.objects.get(client_id=served.who.client_id).staff_id
    assert served.who.staff == BookStaff.objects.get(staff_id=number).name
    page = signed_in("dora").get("/compliance/").content.decode()
    assert f'href="/clients/{served.who.client_id}/"' in page
    assert served.who.staff in page


def test_the_list_of_clients_shows_the_same_people_as_the_register(
    signed_in: Callable[[str], Client], viewer: Callable[[str], Viewer]
) -> None:
    page = signed_in("dora").get("/compliance/?state=expired").content.decode()
    rows = compliance.assessments(viewer("dora"), date(2025, 6, 30), {}).rows
    assert rows
    link = page.split('href="/clients/?', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    listed = signed_in("dora").get(f"/clients/?{link}").content.decode()
    assert all(r.who.name in listed for r in rows)


def test_those_who_refuse_by_the_files_are_a_list_and_not_a_number(
    signed_in: Callable[[str], Client],
) -> None:
    refused = list(BookClient.objects.filter(opt_out=True, frozen=False)[:50])
    assert refused
    page = signed_in("dora").get("/compliance/consents/?source=files").content.decode()
    assert all(f'href="/clients/{c.client_id}/"' in page for c in refused)


def test_whose_number_it_is_is_shown_before_it_is_asked_for_and_to_who_decides(
    signed_in: Callable[[str], Client],
) -> None:
    row = BookClient.objects.filter(staff_id="E0002", closed_on__isnull=True).order_by("-score")[0]
    dora = signed_in("dora")
    shown = dora.get("/compliance/hold/", {"client": row.client_id, "kind": "erased"}).content.decode()
    assert row.name in shown
    assert row.client_id in shown
    assert f"{row.net_now / 1e4:,.1f}" in shown
    assert "保存期未开始" in shown
    assert "批准后将改为封存" in shown
    assert not Approval.objects.exists()
    assert dora.get("/compliance/hold/", {"client": "nobody", "kind": "erased"}).status_code == 422
    assert (
        signed_in("bob").get("/compliance/hold/", {"client": row.client_id, "kind": "frozen"}).status_code
        == 404
    )
    dora.post("/compliance/hold/", {"client": row.client_id, "kind": "erased", "reason": "客户要求"})
    User.objects.create_user("dave", password="dave-is-here-too", role="compliance")
    second = signed_in("dave").get("/approvals/").content.decode()
    assert f"{row.net_now / 1e4:,.1f}" in second
    assert "保存期未开始" in second


def test_a_closed_account_is_kept_for_twenty_years_from_its_closing(
    signed_in: Callable[[str], Client],
) -> None:
    row = BookClient.objects.filter(closed_on__isnull=False)[0]
    assert row.closed_on is not None
    shown = signed_in("dora").get("/compliance/hold/", {"client": row.client_id, "kind": "erased"})
    assert row.closed_on.replace(year=row.closed_on.year + 20).isoformat() in shown.content.decode()


def test_a_head_closes_a_complaint_from_the_register_and_compliance_sees_how(
    signed_in: Callable[[str], Client],
) -> None:
    client = BookClient.objects.filter(staff_id="E0002")[0].client_id
    signed_in("alice").post(f"/clients/{client}/complaint/", {"category": "佣金费用", "severity": "3"})
    made, bob = Complaint.objects.get(), signed_in("bob")
    page = bob.get("/compliance/complaints/").content.decode()
    assert "佣金费用" in page
    assert "办结期限" in page
    assert 'name="outcome"' in page
    assert 'name="outcome"' not in signed_in("dora").get("/compliance/complaints/").content.decode()
    bob.post("/compliance/complaints/acknowledge/", {"complaint": made.pk, "seen": 1})
    sent = {"complaint": made.pk, "seen": 2, "upheld": "yes", "outcome": "已退还"}
    assert signed_in("dora").post("/compliance/complaints/close/", sent).status_code == 404
    bob.post("/compliance/complaints/close/", sent)
    closed = signed_in("dora").get("/compliance/complaints/?state=closed").content.decode()
    assert "已退还" in closed
    assert "成立" in closed


def test_before_the_first_night_each_register_marks_its_own_place(transactional: Path) -> None:
    Pointer.objects.all().delete()
    browser = Client()
    browser.force_login(User.objects.get(username="dora"), settings.AUTHENTICATION_BACKENDS[0])
    for path in ("/compliance/", "/compliance/consents/", "/compliance/complaints/", "/compliance/holds/"):
        html = browser.get(path).content.decode()
        assert "还没有夜间运行过" in html
        tabs = html[html.index('class="tabs"') :]
        assert re.findall(r'href="([^"]*)" aria-current="page"', tabs) == [path]

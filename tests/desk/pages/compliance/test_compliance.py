"""Compliance: registers add up to the branch; a frozen client is seen by compliance alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.test import Client

from zhike_desk.records.models import Approval, BookClient, User
from zhike_desk.records.queries import compliance
from zhike_desk.records.viewer import Viewer

DAY = date(2025, 7, 1)


def test_every_open_account_of_a_person_is_good_expiring_expired_or_missing(
    viewer: Callable[[str], Viewer],
) -> None:
    dora = viewer("dora")
    counts = compliance.assessments(dora, DAY, "expired").counts
    people = list(BookClient.objects.filter(kind="individual", closed_on__isnull=True, frozen=False))
    assert counts["missing"] == sum(c.risk_assessed_on is None for c in people)
    known = [c.risk_assessed_on for c in people if c.risk_assessed_on is not None]
    assert counts["expired"] == sum(d < date(2023, 7, 1) for d in known)
    assert counts["expiring"] == sum(date(2023, 7, 1) <= d <= date(2023, 7, 31) for d in known)
    rows = compliance.assessments(dora, DAY, "expired").rows
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
    assert number in signed_in("dora").get("/compliance/").content.decode()
    assert signed_in("bob").post("/compliance/hold/", {"client": number}).status_code == 404

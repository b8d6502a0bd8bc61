"""From where on things are pointed out is the branch's to say: each such setting changes what somebody sees."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

from django.test import Client
from django.urls import reverse

from zhike_desk.pages.client.band import band
from zhike_desk.records import settings
from zhike_desk.records.models import BookClient, Setting
from zhike_desk.records.queries import client, compliance, nights
from zhike_desk.records.viewer import Viewer

CHANGED = {
    "stale_days": "tests/desk/records/queries/test_alerts.py",
    "uncontacted_days": "here",
    "assessment_days": "here",
}


def put(name: str, value: int) -> None:
    at = "2025-07-01T09:00:00+08:00"
    Setting.objects.update_or_create(name=name, defaults={"value": value, "created_at": at, "changed_at": at})


def test_every_shown_setting_has_a_test_that_it_changes_something() -> None:
    assert {f.name for f in fields(settings.Shown)} == set(CHANGED)


def test_from_how_many_days_without_contact_a_client_is_pointed_out(viewer: object) -> None:
    night = nights.shown()
    assert night is not None
    by: Viewer = viewer("alice")  # type: ignore[operator]
    row = BookClient.objects.filter(staff_id="E0002", frozen=False, days_since_contact__gt=8).order_by(
        "-days_since_contact"
    )[0]
    silent = int(row.days_since_contact)

    def told(days: int) -> bool:
        put("shown.uncontacted_days", days)
        return (
            f"{silent} 天未联系"
            in band(client.portrait(by, row.client_id, night), night.as_of, reveals=()).short
        )

    assert (told(silent), told(silent + 1)) == (True, False)


def test_from_how_many_days_before_its_end_an_assessment_is_pointed_out(
    viewer: object, signed_in: object
) -> None:
    night = nights.shown()
    assert night is not None
    row = BookClient.objects.filter(
        kind="individual",
        closed_on__isnull=True,
        frozen=False,
        risk_valid_until__gt=night.as_of + timedelta(days=1),
    ).order_by("risk_valid_until")[0]
    assert row.risk_valid_until is not None
    left = (row.risk_valid_until - night.as_of).days
    by: Viewer = viewer("dora")  # type: ignore[operator]

    def expiring(days: int) -> int:
        put("shown.assessment_days", days)
        return compliance.assessments(by, night.as_of, {"state": ["expiring"]}).counts["expiring"]

    assert expiring(left) > expiring(left - 1)
    browser: Client = signed_in("dora")  # type: ignore[operator]
    assert f"{left} 天后到期" not in browser.get(reverse("client", args=[row.client_id])).content.decode()
    put("shown.assessment_days", left)
    assert f"{left} 天后到期" in browser.get(reverse("client", args=[row.client_id])).content.decode()

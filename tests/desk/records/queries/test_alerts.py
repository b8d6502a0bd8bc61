"""Alerts about the night: for whom, when, and what they say."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import override_settings

from zhike_desk.records import clock
from zhike_desk.records.models import Job
from zhike_desk.records.queries.alerts import alerts
from zhike_desk.records.viewer import Viewer

Viewing = Callable[[str], Viewer]
MONDAY = datetime.fromisoformat("2025-07-07T21:00:00+08:00")


def _names(viewer: Viewer, at: datetime) -> list[str]:
    return [alert.name for alert in alerts(viewer, at)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "inbox" / "counter-1").mkdir(parents=True)
    return tmp_path


def _came(home: Path, at: datetime) -> None:
    os.utime(home / "inbox" / "counter-1", (at.timestamp(), at.timestamp()))


def test_a_failed_night_is_told_until_one_succeeds(viewer: Viewing) -> None:
    now = clock.real()
    fields = {"kind": "night", "created_at": now, "changed_at": now}
    Job.objects.create(state="failed", result={"error": {"zh": "没有行情。", "en": "No market."}}, **fields)
    with override_settings(DEMO=False):
        (found,) = [a for a in alerts(viewer("bob"), now) if a.name == "failed"]
        assert "No market." in found.what.en
        Job.objects.create(state="done", **fields)
        assert "failed" not in _names(viewer("bob"), now)


def test_files_are_late_after_their_hour_on_a_working_day_and_only_where_none_came(
    viewer: Viewing, home: Path
) -> None:
    with override_settings(DEMO=False, HOME=home):
        _came(home, MONDAY - timedelta(days=1))
        assert "late" in _names(viewer("bob"), MONDAY)
        assert "late" not in _names(viewer("bob"), MONDAY.replace(hour=19, minute=59))
        assert "late" not in _names(viewer("bob"), MONDAY + timedelta(days=5))  # Saturday
        _came(home, MONDAY.replace(hour=9))
        assert "late" not in _names(viewer("bob"), MONDAY)


def test_old_numbers_are_told_from_the_fourth_day_on(viewer: Viewing) -> None:
    from zhike_desk.records.queries import nights

    shown = nights.shown()
    assert shown is not None
    noon = datetime.fromisoformat(f"{shown.as_of}T12:00:00+08:00")
    with override_settings(DEMO=False):
        assert "stale" not in _names(viewer("bob"), noon + timedelta(days=3))
        assert "stale" in _names(viewer("bob"), noon + timedelta(days=4))


def test_who_does_not_see_the_branchs_data_and_a_branch_made_up_hear_nothing(viewer: Viewing) -> None:
    late = MONDAY + timedelta(days=365)
    assert alerts(viewer("bob"), late) == []
    with override_settings(DEMO=False):
        assert alerts(viewer("alice"), late) == []
        assert "stale" in _names(viewer("bob"), late)

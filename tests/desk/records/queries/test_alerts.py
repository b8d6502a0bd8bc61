"""Alerts about the night: for whom, when, and what they say."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from zhike.datacentre.store import manifest as manifests
from zhike.datacentre.store.manifest import DropEntry
from zhike_desk.records import clock
from zhike_desk.records.models import Job, Setting, User
from zhike_desk.records.queries.alerts import alerts, watch
from zhike_desk.records.viewer import Viewer

Viewing = Callable[[str], Viewer]
SignedIn = Callable[[str], Client]
MONDAY = datetime.fromisoformat("2025-07-07T21:00:00+08:00")


def _names(viewer: Viewer, at: datetime) -> list[str]:
    return [alert.name for alert in alerts(viewer, at)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "inbox" / "counter-1").mkdir(parents=True)
    return tmp_path


def _came(home: Path, at: datetime) -> None:
    _touch(home / "inbox" / "counter-1", at)


def _touch(path: Path, at: datetime) -> None:
    os.utime(path, (at.timestamp(), at.timestamp()))


def _stored(home: Path, name: str, feed: str) -> Path:
    """Put a drop into the store as the night does: its folder, and its line in the manifest."""
    held = manifests.load(home)
    number = len(held.drops) + 1
    folder = f"drops/{number:06d}-x"
    (home / folder).mkdir(parents=True)
    entry = DropEntry(number, f"{number}", name, feed, folder, "")
    manifests.save(home, replace(held, state=held.state + 1, drops=(*held.drops, entry)))
    return home / folder


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


def test_a_drop_that_the_night_stored_came_when_it_was_delivered_not_when_it_was_stored(
    viewer: Viewing, home: Path
) -> None:
    """The night of Monday 02:30 stores what came on Sunday: on Monday evening nothing has come."""
    (home / "inbox" / "counter-1").rmdir()
    stored, taken = _stored(home, "counter-1", "counter"), home / "inbox" / "taken" / "counter-1"
    taken.mkdir(parents=True)
    _touch(stored, MONDAY.replace(hour=2, minute=30))
    _touch(taken, MONDAY - timedelta(days=1))
    with override_settings(DEMO=False, HOME=home):
        assert "late" in _names(viewer("bob"), MONDAY)
        _touch(taken, MONDAY.replace(hour=18))
        assert "late" not in _names(viewer("bob"), MONDAY)


def test_what_the_desk_itself_wrote_down_is_no_delivery(viewer: Viewing, home: Path) -> None:
    (home / "inbox" / "counter-1").rmdir()
    _touch(_stored(home, "desk-20250707T023000-000001", "desk"), MONDAY.replace(hour=2, minute=31))
    with override_settings(DEMO=False, HOME=home):
        assert "late" in _names(viewer("bob"), MONDAY)
        _touch(_stored(home, "files", "upload"), MONDAY.replace(hour=10))
        assert "late" not in _names(viewer("bob"), MONDAY)


def test_a_feed_that_comes_every_day_is_missed_by_name(viewer: Viewing, home: Path) -> None:
    (home / "inbox" / "counter-1").rmdir()
    for feed in ("counter", "quotes"):
        for back in (3, 4, 5):
            folder = home / "inbox" / "taken" / f"{feed}-{back}"
            folder.mkdir(parents=True)
            _touch(folder, MONDAY - timedelta(days=back))
    (home / "inbox" / "counter-9").mkdir()
    _touch(home / "inbox" / "counter-9", MONDAY.replace(hour=17))
    with override_settings(DEMO=False, HOME=home):
        (found,) = [a for a in alerts(viewer("bob"), MONDAY) if a.name == "missing"]
        assert found.what.en.endswith("quotes.")
        (home / "inbox" / "quotes-9").mkdir()
        _touch(home / "inbox" / "quotes-9", MONDAY.replace(hour=17))
        assert not {"late", "missing"} & set(_names(viewer("bob"), MONDAY))


def test_the_frame_asks_once_in_twenty_seconds_and_then_in_one_query(signed_in: SignedIn) -> None:
    browser = signed_in("bob")
    browser.get("/help/")
    with CaptureQueriesContext(connection) as kept:
        browser.get("/help/")
    caches["memory"].clear()
    with CaptureQueriesContext(connection) as fresh:
        browser.get("/help/")
    assert len(fresh) == len(kept) + 1


def test_who_sees_the_data_is_told_in_the_header_how_the_night_went(signed_in: SignedIn) -> None:
    now = clock.real()
    fields = {"kind": "night", "created_at": now, "changed_at": now}
    Job.objects.create(state="done", started_at=now - timedelta(minutes=12), ended_at=now, **fields)
    pages = {name: signed_in(name).get("/help/").content.decode() for name in ("bob", "alice")}
    assert "用时 12 分" in pages["bob"]
    assert "用时 12 分" not in pages["alice"]
    Job.objects.create(state="failed", result={"error": {"zh": "没有行情。", "en": "No market."}}, **fields)
    caches["memory"].clear()
    pages = {
        (name, url): signed_in(name).get(url).content.decode()
        for name, url in (("bob", "/help/"), ("alice", "/help/"), ("bob", "/data/"), ("frank", "/settings/"))
    }
    assert "夜间运行失败" in pages["bob", "/help/"]
    assert "夜间运行失败" not in pages["alice", "/help/"]
    assert "没有行情。" in pages["bob", "/data/"]
    assert "没有行情。" in pages["frank", "/settings/"]


def test_the_settings_say_how_long_undo_is_offered_and_from_when_numbers_are_stale(
    signed_in: SignedIn,
) -> None:
    assert 'data-undo-seconds="10"' in signed_in("alice").get("/help/").content.decode()
    now = clock.real()
    for name, value in (("undo.seconds", 25), ("shown.stale_days", 7)):
        Setting.objects.create(name=name, value=value, created_at=now, changed_at=now)
    caches["memory"].clear()
    assert 'data-undo-seconds="25"' in signed_in("alice").get("/help/").content.decode()
    assert watch(Viewer.of(User.objects.get(username="alice")), now).stale_days == 7


def test_who_does_not_see_the_branchs_data_and_a_branch_made_up_hear_nothing_of_late_files(
    viewer: Viewing,
) -> None:
    late = MONDAY + timedelta(days=365)
    assert alerts(viewer("bob"), late) == []
    with override_settings(DEMO=False):
        assert alerts(viewer("alice"), late) == []
        assert "stale" in _names(viewer("bob"), late)

"""Thresholds of the night, set at the desk by two people: in force from the next night on, over what zhike.toml says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client

from zhike.config import BRANCH, FILE, proposal_settings
from zhike.run import NightSettings
from zhike_desk.records import clock, settings, thresholds
from zhike_desk.records.jobs import Work
from zhike_desk.records.models import Approval, Setting
from zhike_desk.worker import night

SignedIn = Callable[[str], Client]


@pytest.fixture
def home(db: Path) -> Iterator[Path]:
    """Give the home folder, without its files of settings afterwards."""
    yield db
    for name in (FILE, BRANCH):
        (db / name).unlink(missing_ok=True)


def put(name: str, value: object) -> None:
    Setting.objects.create(name=name, value=value, created_at=clock.now(), changed_at=clock.now())


def test_a_threshold_is_changed_by_two_and_reaches_the_next_night(home: Path, signed_in: SignedIn) -> None:
    (home / FILE).write_text("[proposals]\nflow_share = 0.5\n", "utf-8")
    frank, name = signed_in("frank"), "proposals.flow_amount"
    html = frank.get("/settings/").content.decode()
    assert f'name="{name}" value="100000"' in html
    assert 'name="proposals.flow_share" value="0.5"' in html  # as the file says
    form = {name: "250000", f"{name}.version": "0", "reason": "大户多"}
    assert frank.post("/settings/put/", form).status_code == 302
    found = Approval.objects.get(action="settings.write")
    thresholds.hand_on(home)
    assert not (home / BRANCH).exists()  # asked for is not set
    signed_in("dora").post(f"/approvals/{found.pk}/", {"act": "approve", "version": found.version})
    thresholds.hand_on(home)
    night = NightSettings.of(home).proposals
    assert (night.flow_amount, night.flow_share) == (250_000.0, 0.5)
    assert 'value="250000"' in frank.get("/settings/").content.decode()


def test_holidays_that_are_set_reach_the_night_too_and_go_when_they_are_taken_back(home: Path) -> None:
    put("calendar.holidays", "2026-02-15~2026-02-17")
    put("calendar.workdays", "2026-02-14")
    thresholds.hand_on(home)
    found = proposal_settings(home)
    assert found.days_off == ("2026-02-15", "2026-02-16", "2026-02-17")
    assert found.days_worked == ("2026-02-14",)
    Setting.objects.all().delete()
    thresholds.hand_on(home)
    assert not (home / BRANCH).exists()
    thresholds.hand_on(home)  # nothing there, nothing to do


def test_whole_numbers_stay_whole_and_every_threshold_can_be_set_as_it_stands(home: Path) -> None:
    for entry in thresholds.entries():
        put(entry.name, thresholds.fit(entry.name, str(entry.value)))
    thresholds.hand_on(home)
    assert proposal_settings(home) == proposal_settings(home, (FILE,))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("callback_days", "30.5"),
        ("callback_days", "-1"),
        ("callback_days", "10000000"),
        ("assessment_months", "240000"),
        ("flow_share", "1.2"),
        ("hold_share", "1"),
        ("flow_amount", "很多"),
        ("salt", "x"),
        ("flow_amount", True),
    ],
)
def test_what_a_threshold_cannot_take_is_refused(home: Path, name: str, value: object) -> None:
    with pytest.raises(settings.Unfit):
        thresholds.fit(f"proposals.{name}", value)


def test_a_night_is_told_before_it_begins(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Begun(Exception):
        pass

    def begun(where: Path, *_: object, **__: object) -> None:
        told.append(NightSettings.of(where).proposals.callback_days)
        raise Begun

    told: list[int] = []
    put("proposals.callback_days", 20)
    monkeypatch.setattr(night, "run_night", begun)
    with pytest.raises(Begun):
        night.night(Work(0, "night", {}, None, clock.now()))
    assert told == [20]

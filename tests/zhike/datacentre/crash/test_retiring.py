"""Removing what is past its limit, killed at any system call: nothing is missing without a record, and the same again finishes it."""

from __future__ import annotations

import pytest

from crashing import forks
from crashing.trials import Range, Tally, kill_everywhere, killed_at, refuse_everywhere, sample, watched_calls
from crashing.yard import Scene
from small_drops import SETTINGS
from zhike.datacentre.audit import audit

SCENE = "old files"


@pytest.mark.usefixtures("strace")
@pytest.mark.timeout(240)
def test_a_killed_removal_leaves_everything_explained_and_a_rerun_finishes_it(
    ground: Range, yard: dict[str, Scene]
) -> None:
    scene, tally = yard[SCENE], Tally()
    points = ground.points(scene)
    kill_everywhere(ground, scene, tally, points)
    print(tally)
    assert tally.broken == []
    assert tally.struck.total() >= 15
    for call, number in points:
        home = scene.home(ground.home)
        pid = ground.server.begin("do", home, spoilt="", **scene.deed.asked)
        killed_at(call, number)(pid)
        assert ground.server.end(pid) in (forks.DONE, -9)
        found = [b for r in audit(home, SETTINGS).results for b in r.breaks if not r.invariant.warns]
        assert found == [], (call, number)


@pytest.mark.usefixtures("strace")
@pytest.mark.timeout(180)
def test_a_refused_system_call_ends_a_removal_in_success_or_a_clean_error(
    ground: Range, yard: dict[str, Scene]
) -> None:
    tally = Tally()
    refuse_everywhere(ground, yard[SCENE], tally, sample(ground.points(yard[SCENE]), 16, 1))
    print(tally)
    assert tally.broken == []
    assert tally.struck.total() >= 8


@pytest.mark.usefixtures("strace")
def test_the_record_of_a_removal_is_on_disk_before_anything_goes(
    ground: Range, yard: dict[str, Scene]
) -> None:
    calls = watched_calls(ground.server, yard[SCENE], ground.place)
    names = [c.name for c in calls if "/retired" in c.text or "/raw/" in c.text]
    first_gone = next(i for i, c in enumerate(calls) if c.name.startswith("unlink") and "/raw/" in c.text)
    flushed = [
        i for i, c in enumerate(calls) if c.name == "fsync" and "/retired" in c.text and i < first_gone
    ]
    assert len(flushed) >= 2, names  # the record, and the folder it lies in


# A planted fault: what this harness must find.


@pytest.mark.usefixtures("strace")
def test_a_removal_that_is_not_finished_is_found_out(ground: Range, yard: dict[str, Scene]) -> None:
    points = [p for p in ground.points(yard[SCENE]) if p[0].startswith("unlink")]
    tally, spoilt = Tally(), Range(ground.server, ground.place, ground.home, "unrecorded")
    kill_everywhere(spoilt, yard[SCENE], tally, points)
    assert tally.wrong["unconverged"]

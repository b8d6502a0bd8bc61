"""kill -9 at any moment: a reader sees the state before or the state after, whole; doing it again mends everything."""

from __future__ import annotations

import random
import signal
import time
from dataclasses import replace

import pytest

from crashing.trials import Range, Tally, kill_at_times, kill_everywhere, killed_after, sample
from crashing.yard import Scene
from zhike.datacentre.store.house import Store

SCENES = ("first drop", "second drop", "undo", "undo of clients", "closing drop", "undo in a closed month")
MANY = 64  # of the system calls of a scene: every rare one, and of the hundreds of writes as many as fit


def seconds_of(ground: Range, scene: Scene) -> float:
    """Return the seconds of the quickest of three runs: a slow one, on a busy machine, would have the kills come too late."""
    return min(_run(ground, scene) for _ in range(3))


def _run(ground: Range, scene: Scene) -> float:
    home, begun = scene.home(ground.home), time.perf_counter()
    ground.server.run("do", home, **scene.deed.asked)
    return time.perf_counter() - begun


def judged(tally: Tally) -> None:
    print(tally)
    assert tally.broken == []


@pytest.mark.usefixtures("strace")
@pytest.mark.timeout(180)
def test_a_killed_ingest_or_undo_leaves_a_whole_state_and_a_rerun_converges(
    ground: Range, yard: dict[str, Scene]
) -> None:
    tally = Tally()
    for seed, name in enumerate(SCENES):
        kill_everywhere(ground, yard[name], tally, sample(ground.points(yard[name]), 6, seed))
    judged(tally)
    assert tally.struck.total() >= 24


@pytest.mark.timeout(120)
def test_kills_at_random_times_leave_a_whole_state(ground: Range, yard: dict[str, Scene]) -> None:
    tally = Tally()
    for seed, name in enumerate(("second drop", "packed drop", "undo")):
        kill_at_times(ground, yard[name], tally, 6, seconds_of(ground, yard[name]), seed)
    judged(tally)
    assert tally.trials.total() == 18
    assert tally.struck.total() >= 4  # the others had ended by then
    assert tally.readings >= 18


@pytest.mark.slow
@pytest.mark.usefixtures("strace")
@pytest.mark.timeout(3600)
def test_a_kill_at_every_kind_of_call_and_at_random_times(ground: Range, yard: dict[str, Scene]) -> None:
    tally = Tally()
    for name in SCENES:
        kill_everywhere(ground, yard[name], tally, sample(ground.points(yard[name]), MANY, 1))
    for seed, name in enumerate((*SCENES, "packed drop")):
        kill_at_times(ground, yard[name], tally, 15, seconds_of(ground, yard[name]), seed)
    judged(tally)
    assert tally.struck.total() >= 300


@pytest.mark.timeout(120)
def test_a_drop_killed_five_times_over_converges(ground: Range, yard: dict[str, Scene]) -> None:
    scene, tally, dice = yard["second drop"], Tally(), random.Random(5)
    longest = seconds_of(ground, scene)
    ends = []

    def killed_often(pid: int) -> None:
        killed_after(dice.uniform(0, longest))(pid)
        for _ in range(4):
            again = ground.server.begin("do", ground.home, **scene.deed.asked)
            killed_after(dice.uniform(0, longest))(again)
            ends.append(ground.server.end(again))

    for _ in range(4):
        ground.run(tally, scene, "five timed", killed_often, kills=True)
    judged(tally)
    assert (tally.trials.total(), len(ends)) == (4, 16)
    assert tally.struck.total() + ends.count(-signal.SIGKILL) >= 5  # of 20; the others had ended by then


def test_the_scenes_of_a_closed_month_do_put_files_together(yard: dict[str, Scene]) -> None:
    with_month = [n for n, s in yard.items() if Store(s.base).manifest().compacted]
    assert with_month == ["undo in a closed month"]
    assert any("trade-2025-03.parquet" in name for name in yard["closing drop"].final)


# Planted faults: what this harness must find.


@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize(
    ("spoilt", "call", "scene", "kind"),
    [
        ("pointer_first", "rename", "second drop", "partial"),
        ("pointer_first", "rename", "second drop", "mixed"),
        ("in_place", "write", "undo", "partial"),
        ("over_the_old", "fsync", "second drop", "partial"),
        ("unswept", "rename", "second drop", "unconverged"),
    ],
)
def test_a_store_that_is_not_crash_safe_is_found_out(
    ground: Range, yard: dict[str, Scene], spoilt: str, call: str, scene: str, kind: str
) -> None:
    points = [p for p in ground.points(yard[scene], spoilt) if p[0] == call]
    tally = Tally()
    kill_everywhere(replace(ground, spoilt=spoilt), yard[scene], tally, points[-12:])
    assert tally.wrong[kind]

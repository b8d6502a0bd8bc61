"""Publishing a generation, killed, refused or out of disk anywhere: a reader sees the last whole one or the new whole one.

Doing it again converges to what an undisturbed run leaves, byte for byte.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crashing import tracing
from crashing.disk import Disk, Refused, small_disk
from crashing.flushing import unflushed
from crashing.forks import DONE, watched
from crashing.trials import (
    Range,
    Tally,
    kill_at_times,
    kill_everywhere,
    look,
    noted,
    refuse_everywhere,
    sample,
    undisturbed,
    watched_calls,
)
from crashing.yard import Deed, Scene

MANY = 96  # of the system calls of a scene (about 260): every rare one, and of the 200 writes as many as fit
SCENES = ("first night", "next night", "eighth night", "same night")
Point = tuple[str, int]


def points_of(ground: Range, scene: Scene) -> list[Point]:
    return tracing.points(watched_calls(ground.server, scene, ground.place), ground.home)


def judged(tally: Tally) -> None:
    print(tally)
    assert tally.broken == []


@pytest.mark.usefixtures("strace")
@pytest.mark.timeout(180)
def test_a_killed_night_leaves_a_whole_generation_and_a_rerun_converges(
    ground: Range, yard: dict[str, Scene]
) -> None:
    tally = Tally()
    for seed, name in enumerate(SCENES[:3]):
        kill_everywhere(ground, yard[name], tally, sample(points_of(ground, yard[name]), 8, seed))
    judged(tally)
    assert tally.struck.total() >= 20


@pytest.mark.slow
@pytest.mark.usefixtures("strace")
@pytest.mark.timeout(3600)
def test_a_night_killed_at_every_kind_of_call_and_at_random_times(
    ground: Range, yard: dict[str, Scene]
) -> None:
    tally = Tally()
    for name in SCENES:
        kill_everywhere(ground, yard[name], tally, sample(points_of(ground, yard[name]), MANY, 1))
    for seed, name in enumerate(SCENES):
        kill_at_times(ground, yard[name], tally, 15, 0.25, seed)
    judged(tally)
    assert tally.struck.total() >= 300


@pytest.mark.usefixtures("strace")
@pytest.mark.timeout(180)
def test_a_refused_system_call_ends_in_success_or_a_clean_error(
    ground: Range, yard: dict[str, Scene]
) -> None:
    tally = Tally()
    for seed, name in enumerate(SCENES[:3]):
        refuse_everywhere(ground, yard[name], tally, sample(points_of(ground, yard[name]), 8, seed))
    judged(tally)
    assert tally.struck.total() >= 16


@pytest.mark.slow
@pytest.mark.usefixtures("strace")
@pytest.mark.timeout(3600)
def test_a_refusal_at_every_kind_of_call(ground: Range, yard: dict[str, Scene]) -> None:
    tally = Tally()
    for name in SCENES[:3]:
        refuse_everywhere(ground, yard[name], tally, sample(points_of(ground, yard[name]), MANY, 1))
    judged(tally)
    assert tally.struck.total() >= 100


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    try:
        with small_disk(tmp_path / "disk") as mounted:
            yield mounted
    except Refused as error:
        pytest.skip(f"no small disk can be mounted here ({error}): a full disk was not tried")


def fill(ground: Range, disk: Disk, scene: Scene, tally: Tally, pages: range) -> None:
    for left in pages:

        def strike(pid: int, left: int = left) -> None:
            disk.leave(left)
            undisturbed(pid)

        ground.run(tally, scene, f"full {left} pages left", strike, kills=False, relief=disk.relieve)


@pytest.mark.timeout(180)
def test_a_full_disk_ends_in_a_clean_error_and_room_makes_all_well(
    ground: Range, disk: Disk, yard: dict[str, Scene]
) -> None:
    tally = Tally()
    fill(replace(ground, home=disk.place / "home"), disk, yard["next night"], tally, range(1, 40, 5))
    judged(tally)
    assert tally.struck.total() >= 3


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_disk_that_is_full_at_any_page(ground: Range, disk: Disk, yard: dict[str, Scene]) -> None:
    tally, here = Tally(), replace(ground, home=disk.place / "home")
    for name in SCENES[:3]:
        fill(here, disk, yard[name], tally, range(0, 60, 2))
    judged(tally)
    assert tally.struck.total() >= 20


@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize("name", SCENES[:3])
def test_all_is_flushed_before_the_pointer_swings(ground: Range, yard: dict[str, Scene], name: str) -> None:
    assert unflushed(watched_calls(ground.server, yard[name], ground.place), str(ground.home)) == []


def nights(ground: Range, scene: Scene, spoilt: str = "") -> tuple[int, list[str], int]:
    """Publish day after day, the same day twice now and then; return readings, torn ones, and whole generations seen."""
    home, notes, whole, dice = (
        scene.home(ground.home),
        ground.place / "notes",
        {scene.before},
        random.Random(1),
    )
    with watched(ground.server, home, notes):
        for day in range(1, 25):
            for _ in range(dice.choice((1, 1, 2))):
                deed = Deed(None, day=f"2025-05-{day:02d}")
                assert ground.server.run("do", home, spoilt=spoilt, **deed.asked) == DONE
            whole.add(look(home))
    return *noted(notes, whole), len(whole)


@pytest.mark.timeout(120)
def test_a_reader_sees_whole_generations_only_night_after_night(
    ground: Range, yard: dict[str, Scene]
) -> None:
    readings, torn, generations = nights(ground, yard["next night"])
    print(f"{readings} readings over {generations} generations")
    assert torn == []
    assert generations == 25
    assert readings > generations


# Planted faults: what this harness must find.


@pytest.mark.timeout(120)
@pytest.mark.parametrize("spoilt", ["pointer_first", "in_place"])
def test_a_reader_that_is_shown_half_a_generation_is_found_out(
    ground: Range, yard: dict[str, Scene], spoilt: str
) -> None:
    assert nights(ground, yard["next night"], spoilt)[1]


@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize(
    ("spoilt", "call", "kind"),
    [
        ("pointer_first", "rename", "partial"),
        ("pointer_first", "rename", "mixed"),
        ("in_place", "write", "partial"),
        ("unswept", "rename", "unconverged"),
    ],
)
def test_publishing_that_is_not_crash_safe_is_found_out(
    ground: Range, yard: dict[str, Scene], spoilt: str, call: str, kind: str
) -> None:
    calls = watched_calls(ground.server, yard["next night"], ground.place, spoilt)
    points = [p for p in tracing.points(calls, ground.home) if p[0] == call]
    tally = Tally()
    kill_everywhere(replace(ground, spoilt=spoilt), yard["next night"], tally, points[-8:])
    assert tally.wrong[kind]


@pytest.mark.usefixtures("strace")
def test_publishing_that_hides_refusals_is_found_out(ground: Range, yard: dict[str, Scene]) -> None:
    points = [p for p in points_of(ground, yard["next night"]) if p[0] in ("fsync", "rename")]
    tally = Tally()
    refuse_everywhere(replace(ground, spoilt="swallowed"), yard["next night"], tally, points[-6:])
    assert tally.wrong["lost"]


@pytest.mark.usefixtures("strace")
def test_publishing_that_does_not_flush_is_found_out(ground: Range, yard: dict[str, Scene]) -> None:
    calls = watched_calls(ground.server, yard["next night"], ground.place, "unflushed")
    found = unflushed(calls, str(ground.home))
    assert any("generations/2025-05-01" in place for place in found)

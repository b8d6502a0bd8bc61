"""Publishing a generation, killed, refused or out of disk anywhere: a reader sees the last whole one or the new whole one.

Doing it again converges to what an undisturbed run leaves, byte for byte.
"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from crashing.disk import Disk
from crashing.flushing import unflushed
from crashing.trials import (
    Range,
    Tally,
    fill,
    kill_at_times,
    kill_everywhere,
    readings,
    refuse_everywhere,
    sample,
    watched_calls,
)
from crashing.yard import Deed, Scene

MANY = 96  # of the system calls of a scene (about 260): every rare one, and of the 200 writes as many as fit
SCENES = ("first night", "next night", "eighth night", "same night")


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
        kill_everywhere(ground, yard[name], tally, sample(ground.points(yard[name]), 8, seed))
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
        kill_everywhere(ground, yard[name], tally, sample(ground.points(yard[name]), MANY, 1))
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
        refuse_everywhere(ground, yard[name], tally, sample(ground.points(yard[name]), 8, seed))
    judged(tally)
    assert tally.struck.total() >= 16


@pytest.mark.slow
@pytest.mark.usefixtures("strace")
@pytest.mark.timeout(3600)
def test_a_refusal_at_every_kind_of_call(ground: Range, yard: dict[str, Scene]) -> None:
    tally = Tally()
    for name in SCENES[:3]:
        refuse_everywhere(ground, yard[name], tally, sample(ground.points(yard[name]), MANY, 1))
    judged(tally)
    assert tally.struck.total() >= 100


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
    dice = random.Random(1)
    days = [f"2025-05-{day:02d}" for day in range(1, 25) for _ in range(dice.choice((1, 1, 2)))]
    return readings(ground.server, scene, ground.place, [Deed(None, day=day) for day in days], spoilt)


@pytest.mark.timeout(120)
def test_a_reader_sees_whole_generations_only_night_after_night(
    ground: Range, yard: dict[str, Scene]
) -> None:
    times, torn, generations = nights(ground, yard["next night"])
    print(f"{times} readings over {generations} generations")
    assert torn == []
    assert generations == 25
    assert times > generations


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
    points = [p for p in ground.points(yard["next night"], spoilt) if p[0] == call]
    tally = Tally()
    kill_everywhere(replace(ground, spoilt=spoilt), yard["next night"], tally, points[-8:])
    assert tally.wrong[kind]


@pytest.mark.usefixtures("strace")
def test_publishing_that_hides_refusals_is_found_out(ground: Range, yard: dict[str, Scene]) -> None:
    points = [p for p in ground.points(yard["next night"]) if p[0] in ("fsync", "rename")]
    tally = Tally()
    refuse_everywhere(replace(ground, spoilt="swallowed"), yard["next night"], tally, points[-6:])
    assert tally.wrong["lost"]


@pytest.mark.usefixtures("strace")
def test_publishing_that_does_not_flush_is_found_out(ground: Range, yard: dict[str, Scene]) -> None:
    calls = watched_calls(ground.server, yard["next night"], ground.place, "unflushed")
    found = unflushed(calls, str(ground.home))
    assert any("generations/2025-05-01" in place for place in found)

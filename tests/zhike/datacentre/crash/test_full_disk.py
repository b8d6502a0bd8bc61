"""A disk that fills up at every page of the way: a clean refusal, nothing lost, and room makes all well again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crashing.disk import Disk
from crashing.trials import Range, Tally, fill
from crashing.yard import Scene

SCENES = ("first drop", "long drop", "packed drop", "undo")


@pytest.mark.timeout(180)
def test_a_full_disk_ends_in_a_clean_error_and_room_makes_all_well(
    ground: Range, disk: Disk, yard: dict[str, Scene]
) -> None:
    tally = Tally()
    here = replace(ground, home=disk.place / "home")
    for name in SCENES:
        fill(here, disk, yard[name], tally, range(1, 40, 5))
    print(tally)
    assert tally.broken == []
    assert tally.struck.total() >= 12


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_disk_that_is_full_at_any_page(ground: Range, disk: Disk, yard: dict[str, Scene]) -> None:
    tally = Tally()
    here = replace(ground, home=disk.place / "home")
    for name in SCENES:
        fill(here, disk, yard[name], tally, range(0, 50, 2))
    print(tally)
    assert tally.broken == []
    assert tally.struck.total() >= 40


def test_a_disk_that_takes_only_a_part_of_a_write_is_found_out(
    ground: Range, disk: Disk, yard: dict[str, Scene]
) -> None:
    tally = Tally()
    here = replace(ground, home=disk.place / "home", spoilt="short_writes")
    fill(here, disk, yard["long drop"], tally, range(3, 10))
    assert tally.wrong["unconverged"]

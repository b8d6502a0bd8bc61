"""A reader in another process, reading without pause while drops come and go, sees whole states only."""

from __future__ import annotations

from pathlib import Path

import pytest

from crashing.forks import Forks
from crashing.trials import readings
from crashing.yard import Deed, Scene


def comings_and_goings(
    server: Forks, scene: Scene, place: Path, spoilt: str = ""
) -> tuple[int, list[str], int]:
    """Ingest and undo the second drop, over and over; return readings, torn ones, and whole states that there were."""
    deeds = [deed for number in range(2, 14) for deed in (scene.deed, Deed(None, str(number)))]
    return readings(server, scene, place, deeds, spoilt)


@pytest.mark.timeout(120)
def test_a_reader_sees_whole_states_only_while_drops_come_and_go(
    server: Forks, yard: dict[str, Scene], tmp_path: Path
) -> None:
    times, torn, states = comings_and_goings(server, yard["second drop"], tmp_path)
    print(f"{times} readings over {states} states")
    assert torn == []
    assert states == 25
    assert times > states


@pytest.mark.timeout(120)
@pytest.mark.parametrize("spoilt", ["pointer_first", "in_place"])
def test_a_reader_that_is_shown_half_a_state_is_found_out(
    server: Forks, yard: dict[str, Scene], tmp_path: Path, spoilt: str
) -> None:
    assert comings_and_goings(server, yard["second drop"], tmp_path, spoilt)[1]

"""A night's processes fit into the memory that is set, as far as one process does."""

from __future__ import annotations

import pytest

from zhike.engine import EngineSettings
from zhike.run.room import room_of

GB = 1_000_000_000


def test_two_workers_fit_into_two_gigabytes_with_ranges_of_a_size() -> None:
    room = room_of(EngineSettings(threads=2, memory=2 * GB))
    assert room.workers == 2
    assert 100_000 < room.rows < 200_000


@pytest.mark.parametrize("threads", [1, 2, 4, 16])
@pytest.mark.parametrize("memory", [1 * GB, 2 * GB, 4 * GB, 16 * GB, 64 * GB])
def test_what_works_at_once_fits_and_one_worker_more_would_not_or_is_not_asked_for(
    memory: int, threads: int
) -> None:
    room = room_of(EngineSettings(threads=threads, memory=memory))

    def held(workers: int, rows: int) -> int:
        return 330_000_000 + 96_000_000 + workers * (450_000_000 + rows * 1_700)

    assert held(room.workers, room.rows) <= memory or room == room_of(
        EngineSettings(threads=1, memory=memory)
    )
    assert room.workers == threads or held(room.workers + 1, 25_000) > 0.93 * memory


def test_with_little_memory_one_worker_takes_the_least_range() -> None:
    room = room_of(EngineSettings(threads=8, memory=256 << 20))
    assert (room.workers, room.rows) == (1, 25_000)


def test_sixteen_cores_with_two_gigabytes_have_the_workers_that_fit() -> None:
    assert room_of(EngineSettings(threads=16, memory=2 * GB)).workers == 2


def test_a_larger_market_leaves_less_room_for_clients() -> None:
    usual, larger = (
        room_of(EngineSettings(threads=2, memory=2 * GB), cells).rows for cells in (1_500_000, 3_000_000)
    )
    assert 0 < usual - larger == pytest.approx(1_500_000 * 64 / 2 / 1_700, abs=1)

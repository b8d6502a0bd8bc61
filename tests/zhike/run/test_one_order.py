"""A night's sums are taken in one order, here and in worker processes: what comes of them doesn't depend on the cores."""

from __future__ import annotations

from pathlib import Path

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from zhike.base.sums import in_one_order
from zhike.datacentre.tasks import Workers
from zhike.engine import EngineSettings
from zhike.run import run_night


def threads(_: object = None) -> set[int]:
    """Return how many threads linear algebra uses in this process."""
    return {lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"}


@pytest.fixture(autouse=True)
def _several_threads() -> object:
    with threadpool_limits(2, "blas"):
        if threads() == {1}:
            pytest.skip("linear algebra has one thread here whatever it is told")
        yield


def test_linear_algebra_has_one_thread_while_it_is_wanted_and_as_many_as_before_afterwards() -> None:
    with in_one_order():
        assert threads() == {1}
    assert threads() == {2}


def test_worker_processes_have_one_thread_each() -> None:
    with Workers(2) as workers:
        workers.warm(1 << 30)
        assert list(workers.spread(threads, [0, 1])) == [{1}, {1}]


def test_a_night_has_one_thread_at_every_step_and_gives_the_others_back(home: Path) -> None:
    seen: dict[str, set[int]] = {}
    run_night(home, None, EngineSettings(threads=1), progress=lambda step, done, total: seen.update({step: threads()}))  # fmt: skip
    assert {"market", "clients", "logic", "pages", "publish"} <= set(seen)
    assert set.union(*seen.values()) == {1}
    assert threads() == {2}

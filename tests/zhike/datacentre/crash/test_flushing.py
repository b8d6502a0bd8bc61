"""When the pointer swings, everything that it leads to is on disk: a power cut takes nothing that was acknowledged."""

from __future__ import annotations

import pytest

from crashing.flushing import unflushed
from crashing.trials import Range, watched_calls
from crashing.yard import Scene

pytestmark = pytest.mark.usefixtures("strace")


@pytest.mark.parametrize(
    "name", ["first drop", "second drop", "packed drop", "undo", "undo of clients", "closing drop"]
)
def test_all_is_flushed_before_the_pointer_swings(ground: Range, yard: dict[str, Scene], name: str) -> None:
    assert unflushed(watched_calls(ground.server, yard[name], ground.place), str(ground.home)) == []


def test_a_store_that_does_not_flush_is_found_out(ground: Range, yard: dict[str, Scene]) -> None:
    calls = watched_calls(ground.server, yard["second drop"], ground.place, "unflushed")
    found = unflushed(calls, str(ground.home))
    for lost in ("drops/000002", "derived/00000002", "raw/", "states"):
        assert any(f"{ground.home}/{lost}" in place for place in found), lost

"""The bench of the life cycle says which promises a market's figures break."""

from __future__ import annotations

import pytest
from lifecycle import PROMISED, broken

KEPT = {
    "called": 100,
    "right_halved": 70,
    "right_cooling": 80,
    "awake": 10_000,
    "cooling": 2_000,
    "halved": 300,
}


@pytest.mark.parametrize("logins", PROMISED)
def test_figures_within_the_bounds_break_nothing(logins: bool) -> None:
    assert broken(KEPT, logins=logins) == []


@pytest.mark.parametrize(
    ("worse", "said"),
    [
        ({"right_cooling": 40}, "false 0.0075, more than 0.006"),
        ({"right_halved": 40}, "right 0.400, less than 0.55"),
        ({"halved": 1_000}, "found 0.070, less than 0.12"),
        ({"called": 0, "right_halved": 0, "right_cooling": 0}, "right 0.000, less than 0.55"),
    ],
)
def test_a_broken_bound_is_said_with_its_figure(worse: dict[str, int], said: str) -> None:
    assert said in broken(KEPT | worse, logins=True)

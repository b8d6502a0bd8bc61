"""A night's costs stay within what is stored, and a regression is caught."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from _bounds import Bound, load, rendered, verdicts
from _counted import Measured, counted, delivered
from check import BOUNDS, told


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    folder = tmp_path_factory.mktemp("check")
    return counted(delivered(folder / "branch"), folder / "home")


def test_the_night_of_a_small_branch_costs_what_is_stored(measured: Measured) -> None:
    assert told(load(BOUNDS), measured, BOUNDS) == 0


def test_a_bound_below_what_was_counted_fails_and_the_message_says_where_and_what_next(
    measured: Measured, capsys: pytest.CaptureFixture[str]
) -> None:
    planted = load(BOUNDS)
    planted["night.queries"] = replace(planted["night.queries"], value=planted["night.queries"].value - 1)
    assert told(planted, measured, BOUNDS) == 1
    said = capsys.readouterr().err
    for expected in ("1 of", "night.queries: more", str(BOUNDS), "make bench-check RENEW=1"):
        assert expected in said


@pytest.mark.slow
def test_the_same_branch_again_gives_the_same_counts(measured: Measured, tmp_path: Path) -> None:
    assert counted(delivered(tmp_path / "branch"), tmp_path / "home") == measured


def test_a_count_may_leave_its_bound_by_the_tolerance_on_either_side() -> None:
    bound = Bound(100, 0.02, "why")
    assert [bound.verdict(n) for n in (97.9, 98, 100, 102, 102.1)] == ["less", "", "", "", "more"]


def test_a_count_without_bound_a_bound_without_count_and_one_without_reason_are_told() -> None:
    bounds = {"a": Bound(1, 0, "why"), "b": Bound(1, 0, "why"), "c": Bound(1, 0, "")}
    found = verdicts(bounds, {"a": 1, "c": 1, "d": 1})
    assert found == {"a": "", "b": "not counted", "c": "no reason", "d": "no bound"}


def test_renewing_keeps_reasons_and_values_within_tolerance_and_asks_for_reasons_of_new_ones(
    tmp_path: Path,
) -> None:
    old = {"a": Bound(100, 0.1, "few"), "b": Bound(100, 0, "all"), "gone": Bound(1, 0, "old")}
    path = tmp_path / "bounds.toml"
    path.write_text(rendered(old, {"a": 105, "b": 105, "c": 1.5}), "utf-8")
    renewed = {"a": Bound(100, 0.1, "few"), "b": Bound(105, 0, "all"), "c": Bound(1.5, 0, "")}
    assert load(path) == renewed

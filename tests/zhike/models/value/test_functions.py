"""Value functions: sums by hand, NaN stays NaN, files that can't be meant are refused."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.base.errors import UsageError
from zhike.models.value.functions import (
    Log,
    Percentile,
    PiecewiseLinear,
    Thresholds,
    ValueFunction,
    from_plain,
    plain,
)

NAN = float("nan")
LINES = PiecewiseLinear(((0.0, 0.0), (10.0, 0.5), (20.0, 1.0)))
STEPS = Thresholds((10.0, 100.0), (0.0, 0.4, 1.0))
EVERY: list[ValueFunction] = [Percentile(), LINES, STEPS, Log(1.0, 100.0)]


def test_a_percentile_counts_those_below_and_half_of_the_equal_ones() -> None:
    # of 1 2 2 4: below 2 is one, equal are two: (1 + 1) / 4
    assert Percentile()(np.array([1.0, 2, 2, 4])).tolist() == [0.125, 0.5, 0.5, 0.875]


def test_a_percentile_against_a_given_group_reaches_0_and_1_outside_it() -> None:
    scores = Percentile()(np.array([0.0, 2.0, 9.0, NAN]), np.array([1.0, 2.0, NAN, 3.0]))
    assert scores[:3].tolist() == [0, 0.5, 1]
    assert np.isnan(scores[3])


def test_where_all_are_equal_everybody_stands_in_the_middle_and_against_nobody_nobody_stands_anywhere() -> (
    None
):
    assert Percentile()(np.full(5, 7.0)).tolist() == [0.5] * 5
    assert np.isnan(Percentile()(np.array([1.0, 2.0]), np.array([NAN]))).all()


def test_lines_between_points_are_level_outside_them() -> None:
    assert LINES(np.array([-5.0, 0, 5, 15, 99])).tolist() == [0, 0, 0.25, 0.75, 1]


def test_a_threshold_belongs_to_the_step_above_it() -> None:
    assert STEPS(np.array([9.99, 10, 99, 100, np.inf])).tolist() == [0, 0.4, 0.4, 1, 1]


def test_a_logarithm_puts_10_half_way_from_1_to_100() -> None:
    assert Log(1, 100)(np.array([-3.0, 0, 1, 10, 100, 1e9])).tolist() == pytest.approx([0, 0, 0, 0.5, 1, 1])


@pytest.mark.parametrize("function", EVERY)
def test_what_is_not_known_stays_unknown_and_reversed_is_one_minus_the_score(function: ValueFunction) -> None:
    values = np.array([3.0, NAN, 50.0, 7.0])
    scores = function(values)
    assert np.isnan(scores).tolist() == [False, True, False, False]
    back = from_plain({**plain(function), "reversed": True})(values)
    np.testing.assert_allclose(back, 1 - scores)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=20), st.sampled_from(EVERY))
def test_every_score_lies_between_0_and_1(values: list[float], function: ValueFunction) -> None:
    given_values = np.array(values, dtype=float)
    scores = function(given_values)
    assert scores.shape == given_values.shape
    assert (np.isnan(scores) == np.isnan(given_values)).all()
    known = scores[~np.isnan(scores)]
    assert ((known >= 0) & (known <= 1)).all()


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_percentiles_keep_the_order_and_their_mean_is_one_half(values: list[float]) -> None:
    measures = np.array(values)
    scores = Percentile()(measures)
    assert scores.mean() == pytest.approx(0.5)
    order = np.argsort(measures, kind="stable")
    assert (np.diff(scores[order]) >= 0).all()


@pytest.mark.parametrize("function", EVERY)
def test_a_function_comes_back_from_json_as_it_was(function: ValueFunction) -> None:
    assert from_plain(json.loads(json.dumps(plain(function)))) == function


def test_a_function_is_read_from_toml() -> None:
    read = tomllib.loads('kind = "thresholds"\ncuts = [5, 6]\nscores = [0, 0.5, 1]\nreversed = true\n')
    assert from_plain(read) == Thresholds((5, 6), (0, 0.5, 1), reversed=True)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"kind": "quadratic"}, "quadratic"),
        ({}, "None"),
        ("percentile", "table"),
        (None, "table"),
        ({"kind": "log", "low": 1}, "high"),
        ({"kind": "log", "low": 1, "high": 2, "base": 10}, "base"),
        ({"kind": "log", "low": 0, "high": 2}, "above 0"),
        ({"kind": "log", "low": 3, "high": 2}, "rise"),
        ({"kind": "log", "low": "a", "high": 2}, "numbers"),
        ({"kind": "log", "low": NAN, "high": 2}, "finite"),
        ({"kind": "log", "low": True, "high": 2}, "finite"),
        ({"kind": "percentile", "reversed": "yes"}, "true or false"),
        ({"kind": "thresholds", "cuts": [2, 1], "scores": [0, 0.5, 1]}, "rise"),
        ({"kind": "thresholds", "cuts": [1, 2], "scores": [0, 1]}, "2 cuts need 3 scores"),
        ({"kind": "thresholds", "cuts": [], "scores": [1]}, "one cut or more"),
        ({"kind": "thresholds", "cuts": [1], "scores": [0, 1.5]}, "between 0 and 1"),
        ({"kind": "thresholds", "cuts": 5, "scores": [0, 1]}, "lists of numbers"),
        ({"kind": "piecewise_linear", "points": [[0, 0]]}, "two points"),
        ({"kind": "piecewise_linear", "points": [[0, 0], [1]]}, "two points"),
        ({"kind": "piecewise_linear", "points": [[0, 0], [0, 1]]}, "rise"),
        ({"kind": "piecewise_linear", "points": [[0, -1], [1, 1]]}, "between 0 and 1"),
        ({"kind": "piecewise_linear", "points": "ab"}, "points"),
    ],
)
def test_a_function_that_cannot_be_meant_is_refused_and_named(given: Any, named: str) -> None:
    with pytest.raises(UsageError) as refused:
        from_plain(given, where="individual.toml current")
    assert named in str(refused.value)
    assert "individual.toml current" in refused.value.where


def test_calling_with_a_group_does_nothing_to_functions_that_need_none() -> None:
    call: Callable[..., np.ndarray] = Log(1, 100)
    assert call(np.array([10.0]), np.array([5.0])).tolist() == pytest.approx([0.5])


def test_numbers_of_numpy_are_numbers_too() -> None:
    assert Thresholds((np.int64(3), np.float64(4)), (0, 0.5, np.float32(1)))(np.array([3.5])).tolist() == [
        0.5
    ]  # type: ignore[arg-type]

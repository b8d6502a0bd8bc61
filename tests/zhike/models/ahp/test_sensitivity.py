"""Sensitivity: crossings by hand, against a search step by step, ties, many alternatives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zhike.base.errors import UsageError
from zhike.models.ahp.sensitivity import gradient, lines, stability, tornado


@pytest.mark.parametrize("size", [1e-9, 1.0, 1e9])
def test_the_size_of_scores_changes_nothing(size: float) -> None:
    found = stability([0.5, 0.3, 0.2], np.array([[1, 0, 0.5], [0.2, 0.9, 0.4], [0.3, 0.3, 0.9]]) * size)
    again = stability([0.5, 0.3, 0.2], np.array([[1, 0, 0.5], [0.2, 0.9, 0.4], [0.3, 0.3, 0.9]]))
    np.testing.assert_allclose(found.margin, again.margin)
    assert not found.tied
    assert stability([0.5, 0.5], np.zeros((2, 2))).tied


def test_two_alternatives_swap_where_their_lines_cross() -> None:
    # a has 1 and 0, b has 0 and 1; a leads with .6 until the first weight is below .5
    found = stability([0.6, 0.4], np.eye(2))
    assert found.down.tolist() == pytest.approx([0.5, np.nan], nan_ok=True)
    assert found.up.tolist() == pytest.approx([np.nan, 0.5], nan_ok=True)
    assert found.down_swap.tolist() == [[0, 1], [-1, -1]]
    assert found.up_swap.tolist() == [[-1, -1], [0, 1]]
    assert found.margin.tolist() == pytest.approx([0.1, 0.1])
    assert found.critical == 0
    assert not found.tied


def test_the_order_of_criteria_changes_where_a_weight_meets_its_neighbour() -> None:
    # .5 .3 .2: the first comes down to t while the second grows to .3 (1 − t) / .5: they meet at t = .375
    found = stability([0.5, 0.3, 0.2])
    assert found.down[0] == pytest.approx(0.375)
    assert found.up[1] == pytest.approx(5 / 12)  # t = .5 (1 − t) / .7
    assert found.down[1] == pytest.approx(0.2 / 0.9)  # t = .2 (1 − t) / .7
    assert np.isnan(found.up[0])
    assert found.up_swap[1].tolist() == [0, 1]


def test_one_that_is_best_everywhere_is_never_overtaken() -> None:
    found = stability([0.5, 0.5], np.array([[0.9, 0.8], [0.1, 0.2]]))
    assert np.isnan(found.down).all()
    assert np.isnan(found.up).all()
    assert found.critical is None
    assert np.isinf(found.margin).all()


def test_the_first_place_alone_is_another_question_than_any_place() -> None:
    scores = np.array([[0.9, 0.9], [0.5, 0.3], [0.3, 0.4]])  # the second and third swap, the first never
    assert np.isnan(stability([0.5, 0.5], scores, places=1).down).all()
    every = stability([0.5, 0.5], scores)
    assert every.down[0] == pytest.approx(1 / 3)  # .5t + .3(1−t) = .3t + .4(1−t)
    assert every.down_swap[0].tolist() == [1, 2]
    assert stability([0.5, 0.5], scores, places=2).down[0] == pytest.approx(1 / 3)


def test_those_who_are_equal_now_are_said_to_be_and_do_not_count_as_a_change() -> None:
    scores = np.array([[1.0, 0.0], [0.0, 1.0], [0.1, 0.1]])
    found = stability([0.5, 0.5], scores)
    assert found.tied
    assert found.up[0] == pytest.approx(0.9)  # 1 − t = .1: the second falls behind the third
    assert found.up_swap[0].tolist() == [1, 2]


def test_those_who_are_equal_but_for_rounding_part_as_their_slopes_say() -> None:
    for nudge in (-2e-13, -1e-16, 0.0, 1e-16, 2e-13):  # a half falls on either side of any grid
        scores = np.array([[0.9, 0.1 + nudge], [0.2, 0.8], [0.45, 0.45]])
        found = stability([0.5, 0.5], scores)
        assert found.tied
        assert found.up[0] == pytest.approx(7 / 12)  # .2 t + .8 (1 − t) = .45
        assert found.up_swap[0].tolist() == [1, 2]


def test_one_criterion_alone_has_nowhere_to_go() -> None:
    found = stability([1.0], np.array([[0.2], [0.9]]))
    assert np.isnan([found.down[0], found.up[0]]).all() or found.down[0] >= 0
    assert stability([1.0]).critical is None


def test_where_one_criterion_has_all_the_weight_the_others_come_in_equally() -> None:
    scores = np.array([[1.0, 0.0, 0.0], [0.9, 1.0, 0.0]])
    # at t the second has .9 t + .5 (1 − t), the first t: they meet at t = 5/6
    assert stability([1, 0, 0], scores).down[0] == pytest.approx(5 / 6)


def order_at(weights: np.ndarray, scores: np.ndarray, j: int, t: float) -> np.ndarray:
    moved = weights * (1 - t) / (1 - weights[j])
    moved[j] = t
    return scores @ moved


@given(
    arrays(np.float64, (5, 3), elements=st.floats(0, 1).map(lambda x: round(x, 2))),
    arrays(np.float64, 3, elements=st.floats(0.05, 1).map(lambda x: round(x, 2))),
    st.integers(1, 5),
)
def test_nothing_changes_before_the_crossing_and_the_pair_is_level_at_it(
    scores: np.ndarray, weights: np.ndarray, places: int
) -> None:
    weights = weights / weights.sum()
    found = stability(weights, scores, places=places)
    now = scores @ weights
    first = np.argsort(-now, kind="stable")[:places]
    strict = now[first][:, None] - now > 1e-9  # who is ahead of whom now, among the first places
    for j in range(3):
        for end, swap, limit in (
            (found.down[j], found.down_swap[j], 0.0),
            (found.up[j], found.up_swap[j], 1.0),
        ):
            if not np.isnan(end):
                level = order_at(weights, scores, j, end)
                assert abs(level[swap[0]] - level[swap[1]]) < 1e-9
                assert now[swap[0]] > now[swap[1]]
            last = limit if np.isnan(end) else end
            for part in (0.25, 0.5, 0.9, 0.999):
                there = order_at(weights, scores, j, weights[j] + part * (last - weights[j]))
                if not found.tied:
                    assert ((there[first][:, None] - there)[strict] > -1e-9).all()


def test_gradients_are_the_slopes_of_the_lines() -> None:
    scores = np.array([[0.9, 0.1, 0.4], [0.2, 0.8, 0.6]])
    weights = np.array([0.5, 0.3, 0.2])
    at = np.array([0.5, 0.6])
    drawn = lines(weights, scores, 0, at)
    np.testing.assert_allclose(drawn[0], scores @ weights)
    np.testing.assert_allclose((drawn[1] - drawn[0]) / 0.1, gradient(weights, scores)[:, 0])
    # by hand for the first: .9 − (.3 · .1 + .2 · .4) / .5
    assert gradient(weights, scores)[0, 0] == pytest.approx(0.9 - 0.11 / 0.5)


def test_a_tornado_moves_each_weight_by_a_share_of_itself() -> None:
    found = tornado([0.5, 0.5], np.array([[1.0, 0.0], [0.2, 0.2]]), swing=0.2)
    assert found.now == 0.5
    assert found.low.tolist() == pytest.approx([0.4, 0.6])
    assert found.high.tolist() == pytest.approx([0.6, 0.4])
    assert found.order.tolist() == [0, 1]


def test_of_very_many_alternatives_only_the_first_places_can_be_asked_for() -> None:
    scores = np.random.default_rng(3).random((200_000, 4))
    with pytest.raises(UsageError, match="first places"):
        stability([1, 1, 1, 1], scores)
    found = stability([1, 1, 1, 1], scores, places=10)
    few = np.argsort(-scores.mean(axis=1))[:2000]
    again = stability([1, 1, 1, 1], scores[few], places=10)
    assert (np.nan_to_num(found.margin) <= np.nan_to_num(again.margin) + 1e-12).all()
    assert found.places == 10


@pytest.mark.parametrize(
    ("weights", "scores"),
    [
        ([], None),
        ([1, 2], np.ones((2, 3))),
        ([1, -1], None),
        ([0, 0], None),
        ([1, np.nan], None),
        ([1], np.array([[np.inf]])),
        ([1], np.ones((0, 1))),
    ],
)
def test_numbers_that_cannot_be_meant_are_refused(weights: list[float], scores: np.ndarray | None) -> None:
    with pytest.raises(UsageError):
        stability(weights, scores)

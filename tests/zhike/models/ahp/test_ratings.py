"""Ratings mode: sums by hand, missing values re-weighted, ties, and nobody changes another's score."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zhike.base.errors import UsageError
from zhike.models.ahp.ratings import contributions, intensities, ranks, rate

NAN = float("nan")


def test_the_best_grade_scores_1_and_the_others_in_proportion() -> None:
    scale = intensities(("high", "middle", "low"), (0.6, 0.3, 0.1))
    assert scale.scores == pytest.approx((1, 0.5, 1 / 6))
    assert scale.rated(["low", "high"]).tolist() == pytest.approx([1 / 6, 1])
    assert np.isnan(scale.rated([None, ""])).all()


def test_a_grade_that_is_not_on_the_scale_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="superb"):
        intensities(("high", "low"), (2, 1)).rated(["superb"])


@pytest.mark.parametrize("priorities", [(1, 0), (1, NAN), (1, -2), (1, 2, 3)])
def test_grades_without_a_positive_priority_each_are_refused(priorities: tuple[float, ...]) -> None:
    with pytest.raises(UsageError):
        intensities(("a", "b"), priorities)


def test_a_score_is_the_weighted_sum() -> None:
    rated = rate(np.array([[1.0, 0.5], [0.0, 1.0]]), [3, 1])  # .75 · 1 + .25 · .5; .25 · 1
    assert rated.score.tolist() == [0.875, 0.25]
    assert rated.rank.tolist() == [1, 2]
    assert rated.present.tolist() == [1, 1]


def test_what_is_missing_leaves_its_weight_to_the_others_and_says_how_much_was_there() -> None:
    rated = rate(np.array([[0.5, NAN, 1.0], [NAN, NAN, NAN]]), [0.25, 0.5, 0.25])  # (.125 + .25) / .5
    assert rated.score[0] == 0.75
    assert np.isnan(rated.score[1])
    assert rated.rank.tolist() == [1, 0]
    assert rated.present.tolist() == [0.5, 0]


def test_where_all_is_known_all_the_weight_was_there_whatever_the_rounding() -> None:
    for k in range(1, 40):
        assert rate(np.full((1, k), 0.5), np.linspace(0.1, 0.9, k)).present.tolist() == [1]


def test_contributions_sum_to_the_score() -> None:
    scores = np.array([[1.0, 0.5, 0.0], [0.5, NAN, 0.5], [NAN, NAN, NAN]])
    parts = contributions(scores, [0.5, 0.25, 0.25])
    assert parts[0].tolist() == [0.5, 0.125, 0]
    rated = rate(scores, [0.5, 0.25, 0.25]).score
    assert np.nansum(parts[:2], axis=1).tolist() == pytest.approx(rated[:2].tolist())
    assert np.isnan(parts[2]).all()


def test_equal_scores_share_the_better_rank_and_the_next_one_is_left_out() -> None:
    assert ranks(np.array([0.2, 0.9, NAN, 0.9, 0.9, 0.1])).tolist() == [4, 1, 0, 1, 1, 5]
    assert ranks(np.array([NAN])).tolist() == [0]
    assert ranks(np.array([])).tolist() == []


@given(arrays(np.float64, (7, 3), elements=st.sampled_from([0, 0.1, 0.3, 1, NAN])), st.permutations(range(7)))
def test_who_else_is_scored_changes_no_bit_of_a_score(scores: np.ndarray, order: list[int]) -> None:
    weights = [0.2, 0.3, 0.5]
    whole = rate(scores, weights).score
    np.testing.assert_array_equal(rate(scores[order], weights).score, whole[order])
    for row, score in zip(scores, whole, strict=True):
        np.testing.assert_array_equal(rate(row[None, :], weights).score, [score])


def test_columns_may_be_given_one_by_one() -> None:
    scores = np.array([[0.1, 0.9], [0.8, NAN]])
    np.testing.assert_array_equal(
        rate([scores[:, 0], scores[:, 1]], [1, 1]).score, rate(scores, [1, 1]).score
    )


@pytest.mark.parametrize(
    ("columns", "weights"),
    [
        (np.zeros(3), [1]),
        (np.zeros((2, 2)), [1]),
        (np.zeros((2, 2)), [1, -1]),
        (np.zeros((2, 2)), [0, 0]),
        (np.zeros((2, 2)), [1, NAN]),
        (np.array([[1.2]]), [1]),
        (np.array([[-0.1]]), [1]),
        ([np.zeros(2), np.zeros(3)], [1, 1]),
        ([], []),
    ],
)
def test_scores_and_weights_that_cannot_be_meant_are_refused(columns: object, weights: list[float]) -> None:
    with pytest.raises(UsageError):
        rate(columns, weights)  # type: ignore[arg-type]


def test_no_alternatives_score_nothing() -> None:
    assert rate(np.zeros((0, 2)), [1, 1]).score.shape == (0,)

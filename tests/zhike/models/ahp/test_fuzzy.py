"""Fuzzy weights: by hand, crisp judgements give the geometric mean, Chang is refused with the reason."""

from __future__ import annotations

import numpy as np
import pytest

from zhike.base.errors import UsageError
from zhike.models.ahp.fuzzy import fuzzy_weights, triangles
from zhike.models.ahp.priorities import geometric

FOUR = np.array([[1, 3, 7, 3], [1 / 3, 1, 9, 1], [1 / 7, 1 / 9, 1, 1 / 7], [1 / 3, 1, 7, 1]])


def test_two_items_by_hand() -> None:
    # (2, 4, 8) and its reciprocal (1/8, 1/4, 1/2): geometric means √2, 2, √8 and √(1/8), 1/2, √(1/2)
    given = np.array([[[1, 1, 1], [2, 4, 8]], [[1 / 8, 1 / 4, 1 / 2], [1, 1, 1]]])
    found = fuzzy_weights(given)
    low, high = np.sqrt([2, 1 / 8]), np.sqrt([8, 1 / 2])
    assert found.middle.tolist() == pytest.approx([0.8, 0.2])
    assert found.low.tolist() == pytest.approx((low / high.sum()).tolist())  # .4 and .1
    assert found.low.tolist() == pytest.approx([0.4, 0.1])
    assert found.high.tolist() == pytest.approx([1.6, 0.4])
    assert found.crisp.tolist() == pytest.approx([0.8, 0.2])


def test_judgements_without_width_give_the_geometric_mean() -> None:
    found = fuzzy_weights(triangles(FOUR, steps=0))
    expected = geometric(FOUR).weights
    for each in (found.low, found.middle, found.high, found.crisp):
        np.testing.assert_allclose(each, expected)


def test_a_triangle_reaches_one_step_to_either_side_and_the_diagonal_has_no_width() -> None:
    wide = triangles(FOUR)
    assert wide[0, 1].tolist() == [2, 3, 4]
    assert wide[1, 0].tolist() == pytest.approx([1 / 4, 1 / 3, 1 / 2])
    assert wide[1, 3].tolist() == [0.5, 1, 2]
    assert wide[2, 2].tolist() == [1, 1, 1]
    found = fuzzy_weights(wide)
    assert (found.low < found.middle).all()
    assert (found.middle < found.high).all()
    assert found.crisp.sum() == pytest.approx(1)


def test_the_cut_of_a_wider_triangle_holds_that_of_a_narrower_one() -> None:
    narrow, broad = fuzzy_weights(triangles(FOUR, 0.5)), fuzzy_weights(triangles(FOUR, 1))
    assert (broad.low < narrow.low).all()
    assert (broad.high > narrow.high).all()


def test_changs_extent_analysis_is_refused_with_the_reason() -> None:
    with pytest.raises(UsageError) as refused:
        fuzzy_weights(triangles(FOUR), method="chang")
    assert "zero weight" in str(refused.value)
    assert "Wang, Luo and Hua 2008" in str(refused.value)
    assert "零权重" in refused.value.sentence("zh")


@pytest.mark.parametrize(
    "given",
    [
        np.ones((2, 2)),
        np.ones((2, 3, 3)),
        np.zeros((2, 2, 3)),
        np.array([[[1, 1, 1], [4, 3, 2]], [[1 / 2, 1 / 3, 1 / 4], [1, 1, 1]]]),
        np.array([[[1, 1, 1], [2, 3, 4]], [[1 / 2, 1 / 3, 1 / 4], [1, 1, 1]]]),
    ],
)
def test_triangles_that_are_none_are_refused(given: np.ndarray) -> None:
    with pytest.raises(UsageError):
        fuzzy_weights(given)


def test_incomplete_judgements_and_unknown_methods_are_refused() -> None:
    with pytest.raises(UsageError, match="missing"):
        triangles(np.array([[1, np.nan], [np.nan, 1]]))
    with pytest.raises(UsageError, match="mikhailov"):
        fuzzy_weights(triangles(FOUR), method="mikhailov")

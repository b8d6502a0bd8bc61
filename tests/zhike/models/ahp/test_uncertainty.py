"""Uncertainty: steps of the scale by hand, reciprocity, seeds, ranks that sum to one, a whole hierarchy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from zhike.base.errors import UsageError
from zhike.models.ahp.priorities import eigenvector
from zhike.models.ahp.uncertainty import (
    DEFAULTS,
    perturbed,
    rank_acceptability,
    step,
    uncertainty,
)

THREE = np.array([[1.0, 3, 5], [1 / 3, 1, 2], [1 / 5, 1 / 2, 1]])


def test_a_step_goes_to_the_next_mark_of_the_scale() -> None:
    given = np.array([3.0, 1, 1, 1 / 3, 1 / 2, 2.5, 9])
    assert step(given, 1).tolist() == pytest.approx([4, 2, 2, 1 / 2, 1, 3.5, 10])
    assert step(given, -1).tolist() == pytest.approx([2, 1 / 2, 1 / 2, 1 / 4, 1 / 3, 1.5, 8])
    assert step(given, 0).tolist() == pytest.approx(given.tolist())


def test_drawn_matrices_are_reciprocal_and_within_a_step() -> None:
    drawn = perturbed(THREE, seed=7)
    np.testing.assert_allclose(drawn * drawn.transpose(0, 2, 1), 1)
    assert drawn.shape == (2000, 3, 3)
    first = drawn[:, 0, 1]
    assert 2 <= first.min() < 2.2
    assert 3.8 < first.max() <= 4


@pytest.mark.parametrize(("down", "up", "law"), [(2, 4, "triangular"), (2, 4, "normal")])
def test_half_the_mass_lies_where_the_law_puts_it(down: float, up: float, law: str) -> None:
    settings = replace(DEFAULTS, draws=100_000, law=law)  # type: ignore[arg-type]
    first = perturbed(THREE, seed=1, settings=settings)[:, 0, 1]
    left, right = np.log(3 / down), np.log(up / 3)
    if law == "triangular":
        assert (first < 3).mean() == pytest.approx(left / (left + right), abs=0.01)
        assert np.log(first / 3).mean() == pytest.approx((right - left) / 3, abs=0.005)
    else:
        assert (first < 3).mean() == pytest.approx(0.5, abs=0.01)
        assert ((first > down) & (first < up)).mean() == pytest.approx(0.9, abs=0.01)


def test_without_uncertainty_every_draw_is_the_judgement_and_ranks_are_sure() -> None:
    found = uncertainty([THREE], seed=3, settings=replace(DEFAULTS, steps=0.0, draws=50))
    weights = eigenvector(THREE).weights
    for each in (found.mean, found.low, found.median, found.high):
        np.testing.assert_allclose(each, weights)
    assert found.acceptability.tolist() == np.eye(3).tolist()


def test_the_same_seed_gives_the_same_numbers_and_another_others() -> None:
    one, two, other = (uncertainty([THREE], seed=s) for s in (5, 5, 6))
    np.testing.assert_array_equal(one.median, two.median)
    assert (one.median != other.median).any()


def test_a_clear_order_is_kept_and_a_close_one_is_shared() -> None:
    found = uncertainty([np.array([[1, 1, 7.0], [1, 1, 7], [1 / 7, 1 / 7, 1]])], seed=1)
    assert found.acceptability[2].tolist() == [0, 0, 1]
    assert found.acceptability[0, 0] == pytest.approx(0.5, abs=0.05)
    np.testing.assert_allclose(found.acceptability.sum(axis=0), 1)
    np.testing.assert_allclose(found.acceptability.sum(axis=1), 1)
    assert (found.low < found.median).all()
    assert (found.median < found.high).all()


def test_ranks_that_equal_items_share_are_divided_among_them() -> None:
    shares = rank_acceptability(np.array([[3.0, 1, 3], [1, 2, 3]]))
    # the first draw: items 0 and 2 share ranks 1 and 2, item 1 is third; the second: 2, 1, 0
    assert shares.tolist() == [[0.25, 0.25, 0.5], [0, 0.5, 0.5], [0.75, 0.25, 0]]


def test_a_whole_hierarchy_is_followed_to_its_leaves() -> None:
    top, below = np.array([[1.0, 3], [1 / 3, 1]]), np.array([[1.0, 1], [1, 1]])

    def leaves(weights: Sequence[np.ndarray]) -> np.ndarray:
        goal, first = weights
        return np.column_stack([goal[:, :1] * first, goal[:, 1]])

    found = uncertainty([top, below], seed=2, combine=leaves)
    assert found.mean.shape == (3,)
    assert found.mean.sum() == pytest.approx(1)
    sure = uncertainty([top, below], seed=2, combine=leaves, settings=replace(DEFAULTS, steps=0.0))
    assert sure.median.tolist() == pytest.approx([0.375, 0.375, 0.25])


def test_what_is_missing_stays_missing_for_whoever_completes_it() -> None:
    given = THREE.copy()
    given[0, 2] = given[2, 0] = np.nan
    assert np.isnan(perturbed(given, seed=1)[:, 0, 2]).all()
    with pytest.raises(UsageError):
        uncertainty([given], seed=1)
    by_path = uncertainty(
        [given], seed=1, priority=lambda m: (x := np.stack([m[:, 0, 1] * m[:, 1, 2], m[:, 1, 2], m[:, 1, 1]], 1)) / x.sum(1, keepdims=True)
    )  # fmt: skip
    assert by_path.median.sum() == pytest.approx(1, abs=0.05)


def test_what_could_be_weighed_can_be_drawn_at_the_end_of_the_range_too() -> None:
    found = uncertainty([np.array([[1, 1e100], [1e-100, 1]])], seed=1)
    assert found.median.tolist() == pytest.approx([1, 1e-100])


@pytest.mark.parametrize(
    "change",
    [{"draws": 0}, {"steps": -1.0}, {"steps": np.nan}, {"law": "cauchy"}, {"percentiles": (9, 5, 1)}],
)
def test_settings_that_mean_nothing_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        perturbed(THREE, seed=1, settings=replace(DEFAULTS, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "matrix", [np.ones((2, 3)), np.array([[1.0, 0], [1, 1]]), np.array([[1.0, -3], [1, 1]])]
)
def test_matrices_that_are_none_are_refused(matrix: np.ndarray) -> None:
    with pytest.raises(UsageError):
        perturbed(matrix, seed=1)


def test_several_nodes_need_to_be_told_how_they_combine() -> None:
    for nodes in ([], [THREE, THREE]):
        with pytest.raises(UsageError):
            uncertainty(nodes, seed=1)

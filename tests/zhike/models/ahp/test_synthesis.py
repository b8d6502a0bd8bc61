"""Synthesis of alternatives: published hierarchies, both modes, and the reversal of Belton and Gear."""

from __future__ import annotations

import numpy as np
import pytest

from zhike.base.errors import UsageError
from zhike.models.ahp.priorities import eigenvector
from zhike.models.ahp.synthesis import Reversal, local_priorities, reversals, synthesis


def reciprocal(n: int, *upper: float) -> np.ndarray:
    matrix = np.ones((n, n))
    matrix[np.triu_indices(n, 1)] = upper
    return np.triu(matrix) + np.tril(1 / matrix.T, -1)


# Saaty (1990), How to make a decision, EJOR 48: criteria and the three houses under each of them.
HOUSE = reciprocal(
    8,
    5, 3, 7, 6, 6, 1 / 3, 1 / 4,
    1 / 3, 5, 3, 3, 1 / 5, 1 / 7,
    6, 3, 4, 6, 1 / 5,
    1 / 3, 1 / 4, 1 / 7, 1 / 8,
    1 / 2, 1 / 5, 1 / 6,
    1 / 5, 1 / 6,
    1 / 2,
)  # fmt: skip
HOUSES = [
    reciprocal(3, 6, 8, 4),
    reciprocal(3, 7, 1 / 5, 1 / 8),
    reciprocal(3, 8, 6, 1 / 4),
    reciprocal(3, 1, 1, 1),
    reciprocal(3, 5, 4, 1 / 3),
    reciprocal(3, 8, 6, 1 / 5),
    reciprocal(3, 1 / 2, 1 / 2, 1),
    reciprocal(3, 1 / 7, 1 / 5, 3),
]
# Belton and Gear (1983), Omega 11: three equal criteria; D is a copy of B.
BELTON_GEAR = [
    reciprocal(4, 1 / 9, 1, 1 / 9, 9, 1, 1 / 9),
    reciprocal(4, 9, 9, 9, 1, 1, 1),
    reciprocal(4, 8 / 9, 8, 8 / 9, 9, 1, 1 / 9),
]


def test_the_houses_come_out_as_published_and_the_ideal_mode_puts_another_one_first() -> None:
    criteria = eigenvector(HOUSE).weights
    found = synthesis("ABC", local_priorities(HOUSES), criteria)
    np.testing.assert_allclose(found.distributive, [0.396, 0.341, 0.263], atol=5e-4)
    np.testing.assert_allclose(found.ideal[:2], [0.358, 0.360], atol=5e-4)
    assert found.disagreements == (("A", "B"),)
    assert found.warning is not None
    assert "A by the distributive mode, B by the ideal" in found.warning.en


def test_two_alternatives_and_two_criteria_by_hand() -> None:
    found = synthesis(["a", "b"], np.array([[0.8, 1 / 3], [0.2, 2 / 3]]), [0.5, 0.5])
    assert found.distributive.tolist() == pytest.approx([0.5 * 0.8 + 0.5 / 3, 0.5 * 0.2 + 1 / 3])
    best = np.array([0.5 * 1 + 0.5 * 0.5, 0.5 * 0.25 + 0.5 * 1])
    assert found.ideal.tolist() == pytest.approx((best / best.sum()).tolist())
    assert found.disagreements == ()
    assert found.warning is None


def test_belton_and_gear_without_and_with_the_copy_of_b() -> None:
    three = synthesis("ABC", local_priorities([m[:3, :3] for m in BELTON_GEAR]), [1, 1, 1])
    four = synthesis("ABCD", local_priorities(BELTON_GEAR), [1, 1, 1])
    np.testing.assert_allclose(three.distributive, [0.451178, 0.469697, 0.079125], atol=1e-6)
    np.testing.assert_allclose(four.distributive, [0.365432, 0.288889, 0.05679, 0.288889], atol=1e-6)
    np.testing.assert_allclose(four.ideal, [0.305085, 0.322034, 0.050847, 0.322034], atol=1e-6)


def test_a_copy_of_b_turns_the_order_of_a_and_b_in_distributive_mode_and_never_in_ideal_mode() -> None:
    found = reversals("ABCD", BELTON_GEAR, [1, 1, 1])
    assert Reversal("D", "A", "B") in found.distributive
    assert Reversal("B", "A", "D") in found.distributive
    assert found.ideal == ()


def test_consistent_judgements_under_one_criterion_never_reverse() -> None:
    weights = np.array([0.5, 0.3, 0.15, 0.05])
    found = reversals("abcd", [weights[:, None] / weights], [1])
    assert found.distributive == found.ideal == ()


def test_two_alternatives_have_nothing_to_reverse() -> None:
    found = reversals("ab", [reciprocal(2, 3)], [1])
    assert found.distributive == found.ideal == ()


@pytest.mark.parametrize(
    ("names", "local", "weights"),
    [
        ("abc", np.ones((2, 1)), [1]),
        ("ab", np.ones((2, 1)), [1, 1]),
        ("aa", np.ones((2, 1)), [1]),
        ("ab", np.array([[1.0], [0.0]]), [1]),
        ("ab", np.array([[1.0], [np.nan]]), [1]),
        ("ab", np.ones((2, 1)), [0]),
        ("ab", np.ones((2, 2)), [2, -1]),
        ("", np.ones((0, 1)), [1]),
    ],
)
def test_what_does_not_fit_together_is_refused(names: str, local: np.ndarray, weights: list[float]) -> None:
    with pytest.raises(UsageError):
        synthesis(names, local, weights)


def test_matrices_of_different_sizes_are_refused() -> None:
    with pytest.raises(UsageError, match="one size"):
        local_priorities([np.ones((2, 2)), np.ones((3, 3))])

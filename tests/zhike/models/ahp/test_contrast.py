"""Weights from data: published worked examples, sums by hand, constant columns, holes."""

from __future__ import annotations

import numpy as np
import pytest

from zhike.base.errors import UsageError
from zhike.models.ahp.contrast import contrast, critic_weights, entropy_weights

NAN = float("nan")
# Diakoulaki, Mavrotas and Papayannakis (1995): eight pharmaceutical firms, profitability, market share, productivity
FIRMS = np.array(
    [
        [61, 1.08, 4.33], [20.7, 0.26, 4.34], [16.3, 1.98, 2.53], [9, 3.29, 1.65],
        [5.4, 2.77, 2.33], [4, 4.12, 1.21], [-6.1, 3.52, 2.10], [-34.6, 3.31, 0.98],
    ]
)  # fmt: skip
# Tuş and Aytaç Adalı (2019), Opsearch 56: time and attendance software
SOFTWARE = np.array(
    [[5000, 3, 3, 4, 3, 2], [680, 5, 3, 2, 2, 1], [2000, 3, 2, 3, 4, 3], [600, 4, 3, 1, 2, 2], [800, 2, 4, 3, 3, 4]]
)  # fmt: skip
# Xu (2004), European Journal of Operational Research 156
XU = np.array([[30, 30, 38, 29], [19, 54, 86, 29], [19, 15, 85, 28.9], [68, 70, 60, 29]])


def test_critic_of_the_firms_in_the_original_paper() -> None:
    # the paper prints .20 .48 .32; more digits as in scikit-criteria's tests
    np.testing.assert_allclose(critic_weights(FIRMS), [0.20222554, 0.48090173, 0.31687273], atol=1e-8)


def test_critic_of_the_software_example() -> None:
    np.testing.assert_allclose(
        critic_weights(SOFTWARE), [0.157, 0.249, 0.168, 0.121, 0.154, 0.151], atol=5e-4
    )


def test_entropy_of_xus_example() -> None:
    np.testing.assert_allclose(entropy_weights(XU), [0.4630, 0.3992, 0.1378, 0.0000], atol=5e-5)


def test_entropy_by_hand() -> None:
    # shares 1/2 1/2 tell nothing; shares 1 0 tell everything; 3/4 1/4: e = .8113
    given = np.array([[1.0, 1, 3], [1, 0, 1]])
    bits = -(0.75 * np.log2(0.75) + 0.25 * np.log2(0.25))
    assert entropy_weights(given).tolist() == pytest.approx([0, 1 / (2 - bits), (1 - bits) / (2 - bits)])


def test_turning_a_cost_round_turns_its_correlations() -> None:
    given = np.array([[1.0, 9, 1], [2, 7, 5], [3, 8, 2], [4, 1, 3]])
    turned = given * [1, -1, 1]
    np.testing.assert_allclose(
        critic_weights(given, cost=[False, True, False]), critic_weights(turned), atol=1e-12
    )
    assert (np.abs(critic_weights(given) - critic_weights(turned)) > 0.01).any()
    np.testing.assert_allclose(
        entropy_weights(given, [False, True, False], "range"), entropy_weights(turned, None, "range")
    )


def test_a_constant_column_weighs_nothing_and_changes_nothing_for_the_others() -> None:
    wider = np.column_stack([FIRMS, np.full(len(FIRMS), 7.7)])
    for weigh in (critic_weights, lambda d: entropy_weights(d, None, "range")):
        found = weigh(wider)
        assert found[-1] == 0
        np.testing.assert_allclose(found[:-1], weigh(FIRMS))


def test_a_row_with_nothing_known_and_an_empty_column_change_nothing() -> None:
    holes = np.column_stack([np.vstack([FIRMS, np.full(3, NAN)]), np.full(len(FIRMS) + 1, NAN)])
    np.testing.assert_allclose(critic_weights(holes)[:3], critic_weights(FIRMS))
    np.testing.assert_allclose(
        entropy_weights(holes, None, "range")[:3], entropy_weights(FIRMS, None, "range")
    )
    assert critic_weights(holes)[3] == 0


def test_scaling_a_column_changes_no_weight() -> None:
    np.testing.assert_allclose(critic_weights(SOFTWARE * [1e-9, 1, 1e9, 1, 1, 1]), critic_weights(SOFTWARE))
    np.testing.assert_allclose(entropy_weights(XU * [1, 1e6, 1, 1]), entropy_weights(XU), atol=1e-12)


def test_the_table_of_differences_stands_beside_the_experts_weights() -> None:
    found = contrast(("profit", "share", "output"), [2, 1, 1], FIRMS)
    assert found.experts.tolist() == [0.5, 0.25, 0.25]
    np.testing.assert_allclose(found.critic_difference, critic_weights(FIRMS) - [0.5, 0.25, 0.25])
    for each in (found.entropy_difference, found.critic_difference):
        assert each.sum() == pytest.approx(0)


def test_the_only_column_that_varies_has_all_the_weight() -> None:
    assert critic_weights(np.array([[1.0], [2]])).tolist() == [1]
    assert critic_weights(np.array([[1.0, 5], [2, 5]])).tolist() == [1, 0]


@pytest.mark.parametrize(
    "data", [np.zeros((0, 2)), np.zeros(3), np.ones((3, 2)), np.array([[1.0, np.inf]]), np.full((3, 2), NAN)]
)
def test_data_that_give_no_weights_are_refused(data: np.ndarray) -> None:
    for weigh in (critic_weights, entropy_weights):
        with pytest.raises(UsageError):
            weigh(data)


def test_what_does_not_fit_together_is_refused() -> None:
    with pytest.raises(UsageError, match="negative"):
        entropy_weights(FIRMS)
    with pytest.raises(UsageError, match="same"):
        critic_weights(np.array([[1.0, 2], [2, 4], [3, 6]]))
    with pytest.raises(UsageError, match="scaling"):
        entropy_weights(XU, None, "rank")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="less is better"):
        critic_weights(XU, cost=[True])
    for experts in ([1.0], [1.0, -1, 1, 1], [0.0] * 4, [NAN] * 4):
        with pytest.raises(UsageError):
            contrast("abcd"[: len(experts)] if len(experts) > 1 else "abcd", experts, XU)
    with pytest.raises(UsageError, match="4 columns"):
        contrast("abc", [1, 1, 1], XU)

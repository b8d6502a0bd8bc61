import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahp_matrices import SCALE, drawn, matrices, reciprocal, weights
from zhike.base.errors import UsageError
from zhike.models.ahp.priorities import eigenvector, geometric


@given(matrices())
def test_the_eigenvector_is_one_to_machine_precision(matrix):
    found = eigenvector(matrix)
    np.testing.assert_allclose(matrix @ found.weights, found.lambda_max * found.weights, rtol=1e-13)
    assert found.weights.sum() == pytest.approx(1, abs=1e-14)
    assert found.lambda_max >= len(matrix) * (1 - 1e-14)


@pytest.mark.parametrize("method", [eigenvector, geometric])
@given(w=weights())
def test_consistent_matrices_give_their_weights_back_however_far_apart(method, w):
    found = method(w[:, None] / w)
    np.testing.assert_allclose(found.weights, w, rtol=2e-14)
    assert found.lambda_max == pytest.approx(len(w), rel=1e-14)


@pytest.mark.parametrize("method", [eigenvector, geometric])
@given(matrix=matrices(), seed=st.integers(0, 99))
def test_another_order_of_items_gives_the_same_weights_in_that_order(method, matrix, seed):
    order = np.random.default_rng(seed).permutation(len(matrix))
    np.testing.assert_allclose(
        method(matrix[np.ix_(order, order)]).weights, method(matrix).weights[order], rtol=1e-12
    )


@given(matrix=matrices())
def test_geometric_means_of_the_reversed_judgements_are_reciprocal(matrix):
    forth, back = geometric(matrix).weights, geometric(matrix.T).weights
    np.testing.assert_allclose(forth * back / (forth * back)[0], 1, rtol=1e-13)


@pytest.mark.parametrize("method", [eigenvector, geometric])
def test_a_batch_gives_what_each_matrix_gives_alone(method):
    rng = np.random.default_rng(3)
    batch = np.array([[drawn(rng, 6) for _ in range(20)] for _ in range(3)])
    found = method(batch)
    assert found.weights.shape == (3, 20, 6)
    assert found.lambda_max.shape == (3, 20)
    alone = [[method(each) for each in row] for row in batch]
    np.testing.assert_allclose(found.weights, [[p.weights for p in row] for row in alone], rtol=1e-13)
    np.testing.assert_allclose(found.lambda_max, [[p.lambda_max for p in row] for row in alone], rtol=1e-13)
    assert method(batch[:0]).weights.shape == (0, 20, 6)


@pytest.mark.parametrize("x", [9.0, 1e3, 1e6, 1e12, 1e100])
def test_a_circle_of_contradictions_gives_equal_weights(x):
    found = eigenvector(np.array([[1, x, 1 / x], [1 / x, 1, x], [x, 1 / x, 1]]))
    np.testing.assert_allclose(found.weights, 1 / 3, rtol=1e-12)
    assert found.lambda_max == pytest.approx(1 + x + 1 / x, rel=1e-12)


def test_wild_contradictions_reach_machine_precision_too():
    rng = np.random.default_rng(5)
    batch = np.array([reciprocal(6, np.power(rng.choice(SCALE, 15), 8)) for _ in range(200)])
    found = eigenvector(batch)
    after = (batch @ found.weights[:, :, None])[:, :, 0]
    np.testing.assert_allclose(after / found.weights / found.lambda_max[:, None], 1, rtol=1e-13)


def test_two_items_by_hand():
    for method in (eigenvector, geometric):
        found = method(np.array([[1, 7], [1 / 7, 1]]))
        np.testing.assert_allclose(found.weights, [7 / 8, 1 / 8], rtol=1e-15)
        assert found.lambda_max == pytest.approx(2, rel=1e-15)


@pytest.mark.parametrize(
    "bad", [np.ones((2, 3)), np.ones(3), np.ones((0, 0)), np.full((2, 2), np.nan), np.zeros((2, 2))]
)
def test_what_is_no_complete_positive_matrix_is_refused(bad):
    with pytest.raises(UsageError):
        eigenvector(bad)


def test_contradictions_beyond_what_numbers_hold_are_refused_not_guessed():
    x = 1e90
    circle = reciprocal(4, [x, 1, 1 / x, x, 1, x])
    np.testing.assert_allclose(eigenvector(circle).weights, 1 / 4, rtol=1e-12)
    rng = np.random.default_rng(0)
    with pytest.raises(UsageError, match="contradict"):
        eigenvector(np.array([reciprocal(5, np.power(rng.choice(SCALE, 10), 90)) for _ in range(50)]))

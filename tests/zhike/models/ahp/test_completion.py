import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahp_matrices import drawn, gaps, reciprocal, weights
from zhike.base.errors import UsageError
from zhike.models.ahp.completion import harker, least_squares, optimal
from zhike.models.ahp.judgements import judgements
from zhike.models.ahp.priorities import eigenvector, geometric

WAYS = [optimal, harker, least_squares]
# Bozóki, Fülöp and Rónyai (2010): Saaty's house matrix with 12 of its 28 judgements left out
HOUSE = {
    (0, 1): 5, (0, 2): 3, (0, 3): 7, (0, 4): 6, (0, 5): 6, (1, 3): 5, (1, 5): 3, (2, 4): 3, (2, 6): 6, (5, 3): 4,
    (6, 0): 3, (6, 4): 5, (7, 0): 4, (7, 1): 7, (7, 3): 8, (7, 5): 6,
}  # fmt: skip
# as AHPy's tests print them, found by cyclic coordinates with a tolerance of 1e-4
HOUSE_COMPLETED = {
    (1, 2): 0.33002, (1, 4): 1.71974, (1, 6): 0.46635, (2, 3): 9.9205, (2, 5): 4.8525, (2, 7): 0.56961, (3, 4): 0.52528,
    (3, 6): 0.14244, (4, 5): 0.93120, (4, 7): 0.109308, (5, 6): 0.29121, (6, 7): 0.40309,
}  # fmt: skip


def open_matrix(n, judged):
    matrix = np.full((n, n), np.nan)
    np.fill_diagonal(matrix, 1)
    for (i, j), value in judged.items():
        matrix[i, j], matrix[j, i] = value, 1 / value
    return matrix


def contradiction_of_completed(matrix, filled):
    """Return how far missing entries are from v_i x_ij w_j = v_j x_ji w_i, where no change of one makes λmax smaller."""
    values, vectors = np.linalg.eig(filled)
    w = np.abs(vectors[:, values.real.argmax()])
    values, vectors = np.linalg.eig(filled.T)
    v = np.abs(vectors[:, values.real.argmax()])
    flow = v[:, None] * filled * w
    return np.abs((flow - flow.T)[np.isnan(matrix)]).max() / flow.max()


def test_the_published_four_items_are_completed_to_the_root_of_eight_fifteenths():
    matrix = judgements("abcd", [[1, 1, 5, 2], [None, 1, 3, 4], [None, None, 1, None], [None] * 4]).matrix
    found = optimal(matrix)
    assert found.matrix[2, 3] == pytest.approx((8 / 15) ** 0.5, rel=1e-12)
    # printed as 0.7302965066047, where λmax is larger by 1.4e-14: their search stopped at the seventh digit
    assert found.matrix[2, 3] == pytest.approx(0.7302965066047, rel=5e-7)
    np.testing.assert_allclose(found.weights, [0.3738, 0.3920, 0.0985, 0.1357], atol=5e-5)
    assert found.lambda_max == pytest.approx(4.092367293939255, rel=1e-14)


def test_the_published_eight_items_with_twelve_pairs_missing():
    matrix = open_matrix(8, HOUSE)
    found = optimal(matrix)
    for pair, value in HOUSE_COMPLETED.items():
        assert found.matrix[pair] == pytest.approx(value, rel=3e-5)
    assert found.lambda_max == pytest.approx(9.2981, abs=5e-5)
    assert contradiction_of_completed(matrix, found.matrix) < 1e-13


def test_harkers_three_items():
    found = harker(open_matrix(3, {(0, 1): 2, (1, 2): 2}))
    np.testing.assert_allclose(found.weights, [4 / 7, 2 / 7, 1 / 7], rtol=1e-14)
    assert found.lambda_max == pytest.approx(3, rel=1e-14)
    assert found.matrix[0, 2] == pytest.approx(4, rel=1e-14)


@pytest.mark.parametrize("way", WAYS)
@given(w=weights(), data=st.data())
def test_what_is_left_of_a_consistent_matrix_is_completed_to_it(way, w, data):
    whole = w[:, None] / w
    found = way(np.where(data.draw(gaps(len(w))), whole, np.nan))
    np.testing.assert_allclose(found.weights, w, rtol=1e-11)
    np.testing.assert_allclose(found.matrix, whole, rtol=1e-11)
    assert found.lambda_max == pytest.approx(len(w), rel=1e-12)


@given(st.integers(3, 8), st.integers(0, 10**6), st.data())
def test_no_completion_has_a_smaller_eigenvalue_than_the_optimal_one(n, seed, data):
    rng = np.random.default_rng(seed)
    matrix = np.where(data.draw(gaps(n)), drawn(rng, n), np.nan)
    found = optimal(matrix)
    assert found.lambda_max <= harker(matrix).lambda_max * (1 + 1e-13)
    if np.isnan(matrix).any():
        assert contradiction_of_completed(matrix, found.matrix) < 1e-10
        noise = reciprocal(n, np.exp(0.2 * rng.normal(size=n * (n - 1) // 2)))
        other = np.where(np.isnan(matrix), found.matrix * noise, matrix)
        assert found.lambda_max <= eigenvector(other).lambda_max * (1 + 1e-13)


@pytest.mark.parametrize("way", WAYS)
def test_another_order_of_items_gives_the_same_completion_in_that_order(way):
    matrix = open_matrix(8, HOUSE)
    order = [3, 7, 0, 5, 1, 6, 2, 4]
    found, turned = way(matrix), way(matrix[np.ix_(order, order)])
    np.testing.assert_allclose(turned.matrix, found.matrix[np.ix_(order, order)], rtol=1e-10)


def test_nothing_missing_is_what_it_always_was():
    matrix = drawn(np.random.default_rng(1), 6)
    np.testing.assert_allclose(optimal(matrix).weights, eigenvector(matrix).weights, rtol=1e-14)
    np.testing.assert_allclose(harker(matrix).weights, eigenvector(matrix).weights, rtol=1e-13)
    np.testing.assert_allclose(least_squares(matrix).weights, geometric(matrix).weights, rtol=1e-13)


@pytest.mark.parametrize("way", WAYS)
def test_two_hundred_items_in_a_chain_with_a_few_more_judgements(way):
    rng = np.random.default_rng(9)
    judged = np.eye(200, dtype=bool) | np.eye(200, k=1, dtype=bool) | (rng.random((200, 200)) < 0.01)
    matrix = np.where(judged | judged.T, drawn(rng, 200), np.nan)
    found = way(matrix)
    assert found.lambda_max > 200
    assert found.weights.sum() == pytest.approx(1, abs=1e-12)
    if way is optimal:
        assert contradiction_of_completed(matrix, found.matrix) < 1e-10


@pytest.mark.parametrize("way", WAYS)
def test_unconnected_comparisons_and_what_is_no_square_are_refused(way):
    with pytest.raises(UsageError, match="1, 2; 3"):
        way(open_matrix(3, {(0, 1): 2}))
    with pytest.raises(UsageError):
        way(np.ones((2, 3)))
    assert way(np.ones((1, 1))).weights.tolist() == [1]


@pytest.mark.parametrize("way", WAYS)
def test_weights_too_far_apart_for_numbers_are_refused(way):
    with pytest.raises(UsageError, match="apart"):
        way(open_matrix(4, {(0, 1): 1e90, (1, 2): 1e90, (2, 3): 2}))

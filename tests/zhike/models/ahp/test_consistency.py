import math

import numpy as np
import pytest
from hypothesis import given

from ahp_matrices import drawn, matrices, reciprocal
from zhike.base.errors import UsageError
from zhike.models.ahp.consistency import ConsistencySettings, completed, consistency, mends
from zhike.models.ahp.priorities import eigenvector, geometric

HOUSE = reciprocal(
    8,
    [5, 3, 7, 6, 6, 1 / 3, 1 / 4, 1 / 3, 5, 3, 3, 1 / 5, 1 / 7, 6, 3, 4, 6, 1 / 5, 1 / 3, 1 / 4, 1 / 7, 1 / 8,
     1 / 2, 1 / 5, 1 / 6, 1 / 5, 1 / 6, 1 / 2],
)  # fmt: skip


def judged(matrix, method="eigenvector", table="simulated"):
    return consistency(matrix, completed(matrix, method), table)


def test_three_items_by_hand():
    found = judged(np.array([[1, 2, 8], [1 / 2, 1, 2], [1 / 8, 1 / 2, 1]]), table="saaty1980")
    turned = 2 ** (1 / 3)  # (2 · 2 / 8)^(1/3) the other way round; λmax = 1 + x + 1 / x
    assert found.lambda_max == pytest.approx(1 + turned + 1 / turned, rel=1e-14)
    assert found.index == pytest.approx((found.lambda_max - 3) / 2)
    assert found.ratio == pytest.approx(found.index / 0.58)
    assert found.gci == pytest.approx(3 * math.log(turned) ** 2)
    assert found.errors[0, 2] == pytest.approx(turned)
    assert found.acceptable


@given(matrices(3, 8))
def test_gci_is_aguaron_and_moreno_jimenez_formula(matrix):
    n, w = len(matrix), geometric(matrix).weights
    sums = sum(math.log(matrix[i, j] * w[j] / w[i]) ** 2 for i in range(n) for j in range(i + 1, n))
    assert judged(matrix).gci == pytest.approx(2 * sums / ((n - 1) * (n - 2)), abs=1e-12)


@given(matrices(1, 8))
def test_errors_are_reciprocal_and_nobody_is_less_than_consistent(matrix):
    found = judged(matrix)
    np.testing.assert_allclose(found.errors * found.errors.T, 1, rtol=1e-13)
    assert found.index >= 0
    assert found.ratio is not None
    assert (found.ratio == 0) or len(matrix) > 2


def test_saatys_house_is_mended_where_he_mended_it():
    found = mends(HOUSE, completed(HOUSE, "eigenvector"), "eigenvector", "saaty1980")
    assert len(found) == 3
    worst = found[0]
    assert (worst.i, worst.j, worst.given, worst.scale) == (2, 6, 6, 1 / 2)
    assert worst.consistent == pytest.approx(0.4587, abs=5e-5)
    assert worst.scale_ratio == pytest.approx(0.0822, abs=5e-5)  # Saaty (2003): .083
    changed = HOUSE.copy()
    changed[2, 6], changed[6, 2] = worst.consistent, 1 / worst.consistent
    assert worst.ratio == pytest.approx((eigenvector(changed).lambda_max - 8) / 7 / 1.41, rel=1e-12)


@pytest.mark.parametrize("method", ["eigenvector", "geometric"])
def test_one_wrong_pair_among_consistent_ones_is_found_and_mended_to_nothing(method):
    w = np.array([8.0, 4, 2, 1, 1])
    matrix = w[:, None] / w
    matrix[1, 3], matrix[3, 1] = 1 / 4, 4
    worst = mends(matrix, completed(matrix, method), method)[0]
    assert (worst.i, worst.j) == (1, 3)
    assert worst.consistent == pytest.approx(4, rel=1e-12)
    assert worst.scale == 4
    assert worst.ratio == pytest.approx(0, abs=1e-12)


def test_advice_works_where_judgements_are_missing_and_passes_over_lone_bridges():
    matrix = HOUSE.copy()
    for i, j in ((0, 1), (2, 4), (3, 5)):
        matrix[i, j] = matrix[j, i] = np.nan
    matrix[7, 1:], matrix[1:, 7] = np.nan, np.nan
    matrix[7, 7] = 1
    found = mends(
        matrix, completed(matrix, "eigenvector"), "eigenvector", settings=ConsistencySettings(pairs=99)
    )
    assert (found[0].i, found[0].j) == (2, 6)
    assert found[0].scale_ratio < judged(matrix).ratio
    assert all(7 not in (each.i, each.j) for each in found)


def test_a_consistent_matrix_needs_no_advice():
    w = np.array([5.0, 3, 2])
    matrix = w[:, None] / w
    assert mends(matrix, completed(matrix, "eigenvector"), "eigenvector") == ()


def test_beyond_the_table_there_is_no_cr_and_gci_decides():
    found = judged(drawn(np.random.default_rng(2), 40), table="saaty2005")
    assert found.ratio is None
    assert found.remark is not None
    assert not found.acceptable
    assert judged(np.ones((40, 40)), table="saaty2005").acceptable


def test_a_tree_of_comparisons_cannot_contradict_itself():
    matrix = np.array([[1, 2, np.nan], [1 / 2, 1, 3], [np.nan, 1 / 3, 1]])
    assert judged(matrix).gci == 0
    assert judged(matrix).ratio == pytest.approx(0, abs=1e-14)


def test_limits_are_settings():
    assert [ConsistencySettings().gci_limit(n) for n in (1, 3, 4, 5, 30)] == [0.31, 0.31, 0.35, 0.37, 0.37]
    strict = consistency(HOUSE, completed(HOUSE, "eigenvector"), settings=ConsistencySettings(most_cr=0.2))
    assert strict.acceptable
    assert not judged(HOUSE).acceptable


def test_an_unknown_method_is_refused():
    with pytest.raises(UsageError, match="eigenvector"):
        completed(HOUSE, "mean")

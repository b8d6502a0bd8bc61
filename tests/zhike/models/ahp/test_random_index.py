import itertools

import numpy as np
import pytest

from zhike.base.errors import UsageError
from zhike.models.ahp.random_index import DEFAULT, NAMES, STANDARD_ERRORS, TABLES, random_index

PUBLISHED = {  # 500,000 draws a size: R package ahpsurvey
    3: 0.5251686, 4: 0.8836651, 5: 1.1081014, 6: 1.2492774, 7: 1.3415514, 8: 1.4048466, 9: 1.4507197, 10: 1.4857266,
    11: 1.5141022, 12: 1.5356638, 13: 1.5545925, 14: 1.5703498, 15: 1.5839958,
}  # fmt: skip


def test_three_items_are_the_mean_over_every_matrix_by_the_closed_form():
    scale = [1 / k for k in range(9, 1, -1)] + list(range(1, 10))
    turned = [(a * b / c) ** (1 / 3) for a, b, c in itertools.product(scale, repeat=3)]
    index = np.mean([(x + 1 / x - 2) / 2 for x in turned])  # λmax = 1 + x + 1 / x
    assert TABLES[DEFAULT][3] == pytest.approx(index, abs=6e-7)
    assert STANDARD_ERRORS[3] == 0


@pytest.mark.parametrize("n", PUBLISHED)
def test_our_table_agrees_with_the_published_simulation(n):
    spread = 0.7 / n  # above the standard deviation of one matrix's CI at every size
    assert (
        abs(TABLES[DEFAULT][n] - PUBLISHED[n])
        < 4 * np.hypot(STANDARD_ERRORS[n], spread / 500_000**0.5) + 1e-3
    )


def test_our_table_goes_to_thirty_and_rises():
    assert sorted(TABLES[DEFAULT]) == list(range(3, 31))
    assert all(a < b for a, b in itertools.pairwise(TABLES[DEFAULT].values()))
    assert max(STANDARD_ERRORS.values()) < 1e-3


@pytest.mark.parametrize(
    ("name", "n", "value"),
    [
        ("saaty1980", 12, 1.48),
        ("saaty2005", 12, 1.54),
        ("alonso_lamata", 3, 0.5245),
        ("alonso_lamata_fit", 3, 0.4792),
        ("donegan_dodd", 100, 1.6339),
    ],
)
def test_published_values(name, n, value):
    assert random_index(n, name).value == pytest.approx(value, abs=5e-5)


@pytest.mark.parametrize("name", NAMES)
def test_two_items_cannot_contradict_each_other(name):
    assert random_index(1, name).value == 0
    assert random_index(2, name).value == 0


def test_between_printed_sizes_a_line_is_drawn_and_told():
    found = random_index(22, "donegan_dodd")
    assert found.value == pytest.approx(1.5371 + (1.5619 - 1.5371) * 2 / 5)
    assert found.remark is not None


def test_where_a_table_ends_there_is_none_and_the_longer_ones_are_named():
    found = random_index(16, "saaty1980")
    assert found.value is None
    assert found.remark is not None
    assert "saaty1980" in found.remark.en
    assert all(name in found.remark.en for name in ("simulated", "donegan_dodd", "alonso_lamata_fit"))
    assert "saaty2005" not in found.remark.en


def test_an_unknown_table_is_refused_with_a_near_name():
    with pytest.raises(UsageError, match="saaty1980"):
        random_index(4, "saaty1908")

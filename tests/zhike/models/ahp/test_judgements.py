import numpy as np
import pytest

from zhike.base.errors import UsageError
from zhike.models.ahp.judgements import components, judgements


def test_one_triangle_and_texts_are_enough():
    given = judgements(["a", "b", "c"], [[1, "1/3", None], [None, 1, None], [0.2, "4", None]])
    assert given.matrix.tolist() == [[1, 1 / 3, 5], [3, 1, 1 / 4], [1 / 5, 4, 1]]
    assert given.complete
    assert given.missing == ()


@pytest.mark.parametrize("text", ["1 / 3", " 1/3 ", "１/３", "１ ／ ３", "1\t/3"])
def test_spaces_around_a_stroke_and_full_width_digits_are_read(text):
    assert judgements(["a", "b"], [[1, text], [None, 1]]).matrix[0, 1] == 1 / 3


@pytest.mark.parametrize("text", ["1 3", "3²", "1½"])
def test_digits_that_do_not_belong_together_are_not_brought_together(text):
    with pytest.raises(UsageError, match="'a' over 'b'"):
        judgements(["a", "b"], [[1, text], [None, 1]])


def test_names_are_the_same_with_spaces_around_them():
    assert judgements([" a", "b　"], [[1, 1], [1, 1]]).items == ("a", "b")
    with pytest.raises(UsageError, match="twice"):
        judgements(["a", "a "], [[1, 1], [1, 1]])


def test_what_nobody_judged_is_missing_on_both_sides():
    given = judgements(["a", "b", "c"], [[1, 2, float("nan")], ["", 1, 3], [None, None, 1]])
    assert given.missing == ((0, 2),)
    assert np.isnan(given.matrix[2, 0])


@pytest.mark.parametrize(
    ("big", "small"),
    [(3, 0.33), (7, 0.14), (9, 0.11), (6, 0.17), (6, 0.16), (8, 0.125), (8, 0.13), (8, 0.12), (3, 0.3), (3, 0.333),
     (1.5, 0.67), (2.449, 0.408), (8.4, 0.1186)],
)  # fmt: skip
def test_printed_decimals_of_a_reciprocal_are_one_judgement_and_the_larger_entry_is_it(big, small):
    for upper, lower in ((big, small), (small, big)):
        matrix = judgements(["a", "b"], [[1, upper], [lower, 1]]).matrix
        assert sorted(matrix[[0, 1], [1, 0]]) == [1 / big, big]


@pytest.mark.parametrize(
    ("upper", "lower"), [(3, 3), (3, 0.5), (3, 0.34), (0.5, 0.5), (1, 1.2), (1, 2), (9, 0.12), (3, 0.3334)]
)
def test_entries_that_contradict_each_other_are_refused_and_both_are_named(upper, lower):
    with pytest.raises(UsageError) as error:
        judgements(["price", "speed"], [[1, upper], [lower, 1]], where="model.json")
    assert "price" in str(error.value)
    assert f"{upper:g}" in str(error.value)
    assert f"{lower:g}" in str(error.value)
    assert "model.json" in str(error.value)


@pytest.mark.parametrize(
    "value", [0, -1, float("inf"), 1e101, "three", "1/0", "1e400", "1/" + "9" * 5000, True, [3], 10**400]
)
def test_what_is_no_positive_number_is_refused_with_its_place(value):
    with pytest.raises(UsageError, match="'b' over 'c'"):
        judgements(["a", "b", "c"], [[1, 1, 1], [1, 1, value], [1, None, 1]])


@pytest.mark.parametrize(
    ("items", "matrix"),
    [
        ([], []),
        (["a", "a"], [[1, 1], [1, 1]]),
        (["a", " "], [[1, 1], [1, 1]]),
        (["a", "b"], [[1, 2]]),
        (["a", "b"], [[1, 2], [3]]),
        (["a", "b"], [[1, 2], "12"]),
        (["a", "b"], [[2, 2], [0.5, 1]]),
    ],
)
def test_what_is_no_matrix_over_distinct_names_is_refused(items, matrix):
    with pytest.raises(UsageError):
        judgements(items, matrix)


def test_groups_that_nothing_compares_are_named():
    matrix = [[1, 2, None, None], [None, 1, None, None], [None, None, 1, 3], [None, None, None, 1]]
    with pytest.raises(UsageError, match="a, b; c, d"):
        judgements("abcd", matrix)
    assert components(judgements("abcd", matrix, connected=False).matrix) == [[0, 1], [2, 3]]


def test_values_beyond_nine_are_kept_and_known():
    given = judgements(["a", "b"], [[1, 20], [None, 1]])
    assert given.matrix[1, 0] == 1 / 20
    assert given.beyond_scale == ((0, 1),)


def test_one_item_and_two_hundred():
    assert judgements(["a"], [[1]]).matrix.tolist() == [[1]]
    w = np.random.default_rng(7).uniform(1, 9, 200)
    given = judgements([f"c{i}" for i in range(200)], w[:, None] / w)
    np.testing.assert_allclose(given.matrix, w[:, None] / w, rtol=1e-15)
    assert (given.matrix * given.matrix.T == pytest.approx(1, abs=3e-16)) is True


def test_a_refused_value_is_shown_no_longer_than_a_line():
    with pytest.raises(UsageError) as error:
        judgements(["a", "b"], [[1, "9" * 5000], [None, 1]])
    assert max(map(len, str(error.value).splitlines())) < 150


@pytest.mark.parametrize("matrix", [5, None, {"a": 1}, "12", np.array(5.0), np.ones(2)])
def test_what_is_no_table_is_refused(matrix):
    with pytest.raises(UsageError):
        judgements(["a", "b"], matrix)


@pytest.mark.parametrize("pair", [(1 + 1e-10, 1), (1, 1 + 1e-10), (1 - 1e-10, 1), (1 - 1e-10, 1 - 1e-10)])
def test_what_differs_from_one_by_rounding_alone_comes_out_reciprocal(pair):
    matrix = judgements("ab", [[1, pair[0]], [pair[1], 1]]).matrix
    assert matrix[0, 1] * matrix[1, 0] == pytest.approx(1, abs=2e-16)

"""Scores are the experts' weights times what each criterion gives, and say what each part was."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from value_models import TEXT, small
from zhike.models.value import Scored, ValueModel, default_models, most_points, ordered_of, scored, values_of

NAN = float("nan")


def by(model: ValueModel, logics: list[str | None], **measures: list[float]) -> Scored:
    values = values_of(model, {name: np.array(v, np.float64) for name, v in measures.items()})
    return scored(model, values, logics, ordered_of(model, values))


def test_a_score_by_hand() -> None:
    # weights: now .75 (earnings .5, holdings .5), later .25 (wallet .8, risk .2); earnings of 10 and 30: percentiles .25 and .75
    found = by(small(), [None] * 3, earned=[10, 30, 0], held=[100, 50, 0], gap=[50, 0, 0], debt=[0, 0.5, 1])
    assert found.current == pytest.approx([62.5, 62.5, 0.0])
    assert found.potential == pytest.approx([60.0, 10.0, 0.0])
    assert found.score == pytest.approx([0.75 * 62.5 + 0.25 * 60, 0.75 * 62.5 + 0.25 * 10, 0.0])
    assert found.parts[0] == pytest.approx([9.375, 37.5, 10.0, 5.0])


def test_the_weight_of_what_is_not_known_goes_to_the_criteria_beside_it() -> None:
    found = by(small(), [None] * 2, earned=[10, 30], held=[100, 100], gap=[NAN, 100], debt=[0.5, 0.5])
    assert found.potential == pytest.approx([50.0, 90.0])
    assert found.score[0] == pytest.approx(0.75 * 62.5 + 0.25 * 50)
    assert np.isnan(found.parts[0, 2])


def test_a_branch_of_the_hierarchy_that_is_not_known_leaves_its_weight_to_the_others() -> None:
    found = by(small(), [None] * 2, earned=[10, 30], held=[100, 100], gap=[NAN, 100], debt=[NAN, 0.5])
    assert np.isnan(found.potential[0])
    assert found.score[0] == pytest.approx(62.5)


def test_of_whom_nothing_is_known_there_is_no_score() -> None:
    found = by(small(), [None] * 2, earned=[NAN, 1], held=[NAN, 1], gap=[NAN, 1], debt=[NAN, 1])
    assert np.isnan(found.score).tolist() == [True, False]


def test_clients_of_a_logic_are_weighed_by_its_variant() -> None:
    # for value clients holdings weigh 4 : 1 against earnings
    found = by(
        small(),
        ["value", "trend", None],
        earned=[10, 10, 10],
        held=[100, 100, 100],
        gap=[0, 0, 0],
        debt=[1, 1, 1],
    )
    assert found.current == pytest.approx([0.2 * 50 + 0.8 * 100, 75.0, 75.0])


def test_measures_of_one_criterion_are_added_as_far_as_they_are_known() -> None:
    model = small(TEXT.replace('["held"]', '["held", "gap"]'))
    values = values_of(model, {"earned": np.zeros(3), "held": np.array([1.0, NAN, NAN]), "gap": np.array([2.0, 2.0, NAN]), "debt": np.zeros(3)})  # fmt: skip
    assert values[:2, 1].tolist() == [3.0, 2.0]
    assert np.isnan(values[2, 1])


@given(
    st.lists(st.tuples(*[st.one_of(st.just(NAN), st.floats(0, 200))] * 4), min_size=1, max_size=30),
    st.randoms(use_true_random=False),
)
def test_parts_add_up_to_the_score_whoever_else_is_scored(
    rows: list[tuple[float, ...]], dice: object
) -> None:
    model = small()
    columns = dict(zip(("earned", "held", "gap", "debt"), map(list, zip(*rows, strict=True)), strict=True))
    values = values_of(model, {n: np.array(v) for n, v in columns.items()})
    ordered = ordered_of(model, values)
    whole = scored(model, values, [None] * len(rows), ordered)
    known = ~np.isnan(whole.score)
    np.testing.assert_allclose(np.nansum(whole.parts[known], axis=1), whole.score[known], atol=1e-9)
    assert ((whole.score[known] >= 0) & (whole.score[known] <= 100)).all()
    for i in range(len(rows)):  # alone, to the last bit
        alone = scored(model, values[i : i + 1], [None], ordered)
        np.testing.assert_array_equal(alone.score, whole.score[i : i + 1])


def test_full_marks_are_a_hundred_points_and_not_a_bit_more() -> None:
    model = default_models()[0]
    for lacking in range(1 << len(model.leaves) - 5):
        best = [0.0 if b.function.reversed else 1e9 for b in model.bindings]
        values = np.array([[NAN if lacking >> k & 1 else x for k, x in enumerate(best)]] * 2)
        found = scored(model, values, ["trend", "sentiment"], {k: np.array([-1.0]) for k in model.compared})
        for points in (found.score, found.current, found.potential):
            assert (np.isnan(points) | (points <= 100)).all()


def test_the_most_a_criterion_can_bring_is_its_weight_in_points() -> None:
    assert most_points(small(), None, ("earnings", "holdings", "wallet", "risk")) == pytest.approx(
        {"earnings": 37.5, "holdings": 37.5, "wallet": 20.0, "risk": 5.0}
    )
    assert most_points(small(), "value", ("holdings", "risk")) == pytest.approx(
        {"holdings": 75.0, "risk": 25.0}
    )

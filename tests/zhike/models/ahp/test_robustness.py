"""How firm an evaluation stands: leaves, alternatives in both modes, uncertainty through a hierarchy."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from zhike.models.ahp import Evaluation, evaluate
from zhike.models.ahp.reading import document
from zhike.models.ahp.robustness import RobustnessSettings, plain, robustness
from zhike.models.ahp.uncertainty import UncertaintySettings


def evaluated(given: dict[str, Any]) -> Evaluation:
    return evaluate(document(given, "test").model)


def consistent(*weights: float) -> list[list[float]]:
    return [[a / b for b in weights] for a in weights]


SPLIT = {
    "criteria": ["x", "y"],
    "matrix": consistent(3, 2),
    "children": {"x": {"criteria": ["p", "q"], "matrix": consistent(3, 1)}},
}
CHOICE = {
    "criteria": ["x", "y"],
    "matrix": consistent(1, 1),
    "children": {
        "x": {"criteria": ["a", "b"], "matrix": consistent(4, 1)},
        "y": {"criteria": ["b", "a"], "matrix": consistent(3, 2)},
    },
}
SURE = RobustnessSettings(UncertaintySettings(draws=20, steps=0.0))


def test_flat_criteria_are_ranked_among_themselves() -> None:
    found = robustness(evaluated({"criteria": ["a", "b", "c"], "matrix": consistent(5, 3, 2)}))
    assert found.ranked == found.criteria == ("a", "b", "c")
    assert found.any_place.down[0] == pytest.approx(0.375)  # where a and b have .375 both
    assert found.modes is None


def test_leaves_of_a_split_hierarchy_are_ranked_under_the_goal() -> None:
    found = robustness(evaluated(SPLIT), SURE)  # p .45, q .15, y .4
    assert found.ranked == ("p", "q", "y")
    np.testing.assert_allclose(found.weights, [0.45, 0.15, 0.4])
    assert found.first_place.down[0] == pytest.approx(4 / 7)  # .75 t = 1 − t
    assert found.any_place.up[0] == pytest.approx(0.8)  # .25 t = 1 − t
    assert found.any_place.up_swap[0].tolist() == [2, 1]
    assert found.modes is None


def test_alternatives_are_told_by_name_whatever_their_order_and_brought_together_in_both_modes() -> None:
    found = robustness(evaluated(CHOICE), SURE)
    assert found.modes is not None
    np.testing.assert_allclose(found.modes.distributive, [0.6, 0.4])  # a: (.8 + .4) / 2
    best = np.array([(1 + 2 / 3) / 2, (0.25 + 1) / 2])
    np.testing.assert_allclose(found.modes.ideal, best / best.sum())


def test_without_uncertainty_every_draw_is_the_evaluation_itself() -> None:
    for given in (SPLIT, CHOICE):
        found = robustness(evaluated(given), SURE)
        for each in (found.uncertain.low, found.uncertain.median, found.uncertain.high):
            np.testing.assert_allclose(each, found.weights)


def test_large_models_are_drawn_less_often_but_often_enough() -> None:
    few = replace(SURE, most_entries=60, least_draws=7)
    assert robustness(evaluated(SPLIT), few).uncertain.draws == 7
    assert robustness(evaluated(SPLIT), replace(few, least_draws=1)).uncertain.draws == 60 // 8


def test_all_of_it_is_ready_for_json() -> None:
    told = json.loads(json.dumps(plain(robustness(evaluated(SPLIT)))))
    assert told["sensitivity"]["first_place"]["x"]["down_swap"] == ["p", "y"]
    assert told["sensitivity"]["first_place"]["x"]["up"] is None
    assert told["sensitivity"]["first_place"]["x"]["up_swap"] is None
    assert told["uncertainty"]["seed"] == 1
    assert sum(told["uncertainty"]["items"]["p"]["rank_acceptability"]) == pytest.approx(1)
    assert "synthesis" not in told
    assert set(plain(robustness(evaluated(CHOICE)))["synthesis"]) == {
        "distributive",
        "ideal",
        "disagreements",
    }


def test_who_is_equal_now_is_told_as_a_tie() -> None:
    equal = robustness(evaluated({"criteria": ["a", "b", "c", "d"], "matrix": consistent(2, 1, 2, 1)}))
    assert equal.ties == (("a", "c"), ("b", "d"))
    assert plain(equal)["sensitivity"]["tied"] == {"any_place": True, "first_place": True}
    assert plain(robustness(evaluated(SPLIT)))["sensitivity"]["tied"] == {
        "any_place": False,
        "first_place": False,
    }

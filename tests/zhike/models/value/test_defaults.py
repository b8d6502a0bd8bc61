"""The default hierarchies give the weights and consistency that were worked out for them, and every name is labelled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from zhike.models.ahp.judgements import judgements
from zhike.models.ahp.priorities import eigenvector
from zhike.models.value.defaults import KINDS, template

SAATY_1980 = {3: 0.58, 4: 0.90, 5: 1.12}
WEIGHTS = {
    ("individual",): [0.483, 0.272, 0.157, 0.088],
    ("individual", "current"): [0.424, 0.122, 0.227, 0.227],
    ("individual", "potential"): [0.298, 0.298, 0.158, 0.158, 0.089],
    ("individual", "relationship"): [0.122, 0.424, 0.227, 0.227],
    ("individual", "cost_risk"): [0.167, 0.167, 0.333, 0.333],
    ("institution",): [0.376, 0.215, 0.215, 0.121, 0.074],
    ("institution", "contribution"): [0.333, 0.167, 0.333, 0.167],
    ("institution", "scale"): [0.540, 0.297, 0.163],
    ("institution", "synergy"): [0.5, 0.25, 0.25],
    ("institution", "relationship"): [0.25, 0.5, 0.25],
    ("institution", "risk"): [0.4, 0.4, 0.2],
}
RATIOS = {("individual",): 0.005, ("institution",): 0.007}
WORST = 0.009


def nodes(document: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, document
    for item, child in document.get("children", {}).items():
        yield from nodes(child, (*path, item))


@pytest.mark.parametrize("kind", KINDS)
def test_every_matrix_gives_its_weights_and_hardly_contradicts_itself(kind: str) -> None:
    found = {}
    for path, node in nodes(template(kind).document, (kind,)):
        matrix = judgements(node["criteria"], node["matrix"]).matrix
        priorities, n = eigenvector(matrix), len(matrix)
        np.testing.assert_allclose(priorities.weights, WEIGHTS[path], atol=5.1e-4)
        ratio = (float(priorities.lambda_max) - n) / (n - 1) / SAATY_1980[n]
        assert ratio < WORST + 5e-4
        if path in RATIOS:
            assert ratio == pytest.approx(RATIOS[path], abs=5e-4)
        found[path] = True
    assert set(found) == {path for path in WEIGHTS if path[0] == kind}


@pytest.mark.parametrize("kind", KINDS)
def test_every_criterion_has_a_name_in_both_languages_and_stands_in_one_place(kind: str) -> None:
    given = template(kind)
    items = [item for _, node in nodes(given.document, ()) for item in node["criteria"]]
    assert len(set(items)) == len(items)
    assert given.document["goal"] == kind
    assert set(given.labels) == {kind, *items}
    assert all(label.zh and label.en.isascii() for label in given.labels.values())


def test_there_is_no_other_hierarchy() -> None:
    with pytest.raises(KeyError):
        template("../individual")

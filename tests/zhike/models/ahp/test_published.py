"""Published examples reproduce to their printed digits, or to a recomputation where the print is wrong."""

import json
from pathlib import Path

import numpy as np
import pytest

from zhike.models.ahp import (
    completed,
    consistency,
    document,
    evaluate,
    harker,
    judgements,
    least_squares,
    mends,
)

CASES = json.loads((Path(__file__).parents[3] / "fixtures/ahp_cases.json").read_text(encoding="utf-8"))[
    "cases"
]
SINGLE = [pytest.param(c, id=c["name"]) for c in CASES if "children" not in c]
WHOLE = [pytest.param(c, id=c["name"]) for c in CASES if "children" in c]


def printed(value, digits):
    return pytest.approx(value, abs=0.5 * 10**-digits * (1 + 1e-6))


@pytest.mark.parametrize("case", SINGLE)
def test_weights_and_consistency_as_recomputed(case):
    given, known = judgements(case["items"], case["matrix"]), case["recomputed"]
    found = completed(given.matrix, "eigenvector")
    np.testing.assert_allclose(found.weights, known["weights"], atol=6e-7)
    assert found.lambda_max == pytest.approx(known["lambda_max"], abs=6e-7)
    for table, ratio in known["consistency_ratio"].items():
        assert consistency(given.matrix, found, table).ratio == pytest.approx(ratio, abs=6e-6)
    if "gci" in known:
        assert consistency(given.matrix, found).gci == pytest.approx(known["gci"], abs=6e-7)


@pytest.mark.parametrize("case", SINGLE)
def test_weights_and_consistency_as_printed(case):
    given, print_ = judgements(case["items"], case["matrix"]), case["published"]
    found = completed(given.matrix, "eigenvector")
    if print_["weights_reproduce"]:
        assert found.weights.tolist() == [printed(w, print_["digits"]) for w in print_["weights"]]
    misprinted = case["name"] in ("saaty_school_criteria", "saaty_school_learning")
    if print_["consistency_ratio"] is not None and not misprinted:
        ratio = consistency(given.matrix, found, print_["random_index"]).ratio
        assert ratio == pytest.approx(print_["consistency_ratio"], abs=1e-3)


@pytest.mark.parametrize("case", [c for c in SINGLE if "worst" in c.values[0]["recomputed"]])
def test_the_pair_that_contradicts_most(case):
    given = judgements(case["items"], case["matrix"])
    found = completed(given.matrix, "eigenvector")
    errors = np.abs(np.log(consistency(given.matrix, found).errors))
    worst = mends(given.matrix, found, "eigenvector")[0]
    assert errors[worst.i, worst.j] == pytest.approx(errors.max(), rel=1e-8)
    if len(given.items) > 3:  # of three all contradict alike
        assert [worst.i, worst.j] == case["recomputed"]["worst"]


@pytest.mark.parametrize("case", SINGLE)
def test_other_methods_as_recomputed(case):
    matrix, known = judgements(case["items"], case["matrix"]).matrix, case["recomputed"]
    if "geometric" in known:
        np.testing.assert_allclose(completed(matrix, "geometric").weights, known["geometric"], atol=6e-7)
    else:
        np.testing.assert_allclose(least_squares(matrix).weights, known["least_squares"], atol=6e-7)
        np.testing.assert_allclose(harker(matrix).weights, known["harker"], atol=6e-7)
        for pair, value in known["completed"].items():
            i, j = map(int, pair.split(","))
            assert completed(matrix, "eigenvector").matrix[i, j] == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize("case", WHOLE)
def test_hierarchies(case):
    children = {name: {"criteria": case["items"], "matrix": m} for name, m in case["children"].items()}
    model = document(
        {"criteria": case["criteria"], "matrix": case["matrix"], "children": children}, case["name"]
    )
    found = evaluate(model.model)
    known = case["recomputed"]
    assert list(found.global_weights) == case["items"]
    np.testing.assert_allclose(list(found.global_weights.values()), known["weights"], atol=6e-7)
    np.testing.assert_allclose(found.weights, known["criteria_weights"], atol=6e-7)
    if case["published"]["weights_reproduce"]:
        digits = case["published"]["digits"]
        assert list(found.global_weights.values()) == [
            printed(w, digits) for w in case["published"]["weights"]
        ]


# further examples, from the literature: upper triangles, weights and λmax as printed (the weights stopped short of the last digit)
FURTHER = {
    "distances from Philadelphia (Saaty 1977)": (
        ["1/3", 8, 3, 3, 7, 9, 3, 3, 9, "1/6", "1/5", 2, "1/3", 6, 6],
        [0.263, 0.397, 0.033, 0.116, 0.164, 0.027],
        6.45,
    ),
    "four chairs, second trial (Saaty 1977)": ([4, 6, 7, 3, 4, 2], [0.62, 0.22, 0.10, 0.06], 4.10),
}


@pytest.mark.parametrize("name", FURTHER)
def test_further_examples(name):
    upper, weights, largest = FURTHER[name]
    n, entries = len(weights), iter(upper)
    rows = [[None] * i + [1] + [next(entries) for _ in range(n - i - 1)] for i in range(n)]
    found = completed(judgements([str(i) for i in range(n)], rows).matrix, "eigenvector")
    np.testing.assert_allclose(found.weights, weights, atol=4e-3)
    assert found.lambda_max == printed(largest, 2)

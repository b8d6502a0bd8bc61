"""Drafts: the nodes of a document, and the document that judgements make of it."""

from __future__ import annotations

import pytest

from zhike.base.errors import UsageError
from zhike.models.value import default_text
from zhike_desk.records.valuing import drafting

TEXT = default_text("individual")


def test_the_nodes_of_a_model_are_its_top_its_criteria_and_what_logics_judge_otherwise() -> None:
    keys = [node.key for node in drafting.nodes_of(TEXT)]
    assert keys == [
        "goal", "current", "potential", "relationship", "cost_risk", "sentiment:goal", "trend:current", "value:current",
    ]  # fmt: skip
    top = drafting.nodes_of(TEXT)[0]
    assert top.label.zh == "个人客户价值"
    assert [c.label.zh for c in top.criteria] == ["当前价值", "潜在价值", "关系", "成本与风险"]
    assert len(top.pairs) == 6


@pytest.mark.parametrize("kind", ["individual", "institution"])
def test_a_document_written_anew_describes_the_same_model(kind: str) -> None:
    text = default_text(kind)
    again, was = drafting.model(drafting.toml(drafting.tree(text))), drafting.model(text)
    assert (again.weights, again.variants, again.bindings) == (was.weights, was.variants, was.bindings)
    assert (again.grades, again.labels, again.high, again.kinds) == (
        was.grades,
        was.labels,
        was.high,
        was.kinds,
    )


def test_judgements_replace_their_node_and_nothing_else() -> None:
    three = ((1.0, 1.0, 1.0, 1.0), (None, 1.0, 1.0, 1.0), (None, None, 1.0, 1.0), (None, None, None, 1.0))
    made = drafting.with_judgements(drafting.tree(TEXT), "individual-2", {"current": three})
    found, was = drafting.model(drafting.toml(made)), drafting.model(TEXT)
    current = found.weights.node("current")
    assert current is not None
    assert current.weights == pytest.approx((0.25, 0.25, 0.25, 0.25))
    assert found.version == "individual-2"
    assert found.weights.weights == was.weights.weights
    trend, before = dict(found.variants)["trend"].node("current"), dict(was.variants)["trend"].node("current")
    assert trend == before  # judged otherwise for these clients, before and after


def test_a_variant_is_judged_apart() -> None:
    even = ((1.0, 1.0, 1.0, 1.0), (None, 1.0, 1.0, 1.0), (None, None, 1.0, 1.0), (None, None, None, 1.0))
    made = drafting.with_judgements(drafting.tree(TEXT), "x", {"trend:current": even})
    found = drafting.model(drafting.toml(made))
    trend = dict(found.variants)["trend"].node("current")
    assert trend is not None
    assert trend.weights == pytest.approx((0.25, 0.25, 0.25, 0.25))
    assert found.weights == drafting.model(TEXT).weights


def test_a_criterion_that_could_not_stand_in_an_address_is_refused() -> None:
    with pytest.raises(UsageError, match="a/b"):
        drafting.checked(TEXT.replace('"commission", "interest"', '"a/b", "interest"'))

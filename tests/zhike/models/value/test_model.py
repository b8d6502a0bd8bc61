"""A model's document says everything; what is wrong with it is told with its place."""

from __future__ import annotations

import re

import pytest

from value_models import TEXT, small
from zhike.base.errors import UsageError
from zhike.features.clients import MEASURES
from zhike.models.value import BINDABLE, default_models

PUBLISHED = {
    "individual-1": "8e7cef2bb2ecd6f71eab2f869bd101ed5968976e8daa44165a6b12cd6874c381",
    "institution-1": "6087dc993c423f0599e96cf0b3880dd1960043aacca07a08f6fbf6ea55bf2c77",
}
"""SHA-256 of the models that came with releases: who changes one gives it another version."""


def test_a_model_has_its_weights_variants_and_bindings() -> None:
    model = small()
    assert model.leaves == ("earnings", "holdings", "wallet", "risk")
    assert model.weights.weights == pytest.approx((0.75, 0.25))
    assert [(logic, w.node("now").weights) for logic, w in model.variants] == [
        ("value", pytest.approx((0.2, 0.8)))
    ]  # type: ignore[union-attr]
    assert model.compared == (0,)
    assert model.measures == ("debt", "earned", "gap", "held")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('["gap"]', '["gab"]', "no measure 'gab'.*Did you mean 'gap'"),
        ("bind.wallet =", "bind.walet =", "'walet' isn't known here.*Did you mean 'wallet'"),
        ('bind.risk = {', 'bind.holdings.x = {', "Table|twice|valid TOML|isn't known"),
        ('version = "small-1"', 'version = "Small 1"', "version 'Small 1' can't be used"),
        ('version = "small-1"', "", "version is missing"),
        ('["individual"]', '["people"]', "no kind of client 'people'"),
        ('current = "now"', 'current = "earnings"', "'earnings' isn't a criterion that is split"),
        ("high = [50, 50]", "high = [50, 150]", "between 0 and 100"),
        ("logic.value.", "logic.valeu.", "Did you mean 'value'"),
        ('logic.value.children.now.matrix = [[1, "1/4"], ["", 1]]', 'logic.value.children.now.criteria = ["a", "b"]', "must have the same criteria|isn't known"),
        ("kind = \"percentile\"", "kind = \"centile\"", "'centile' is no value function"),
        ('current = "now"', 'current = "later"', "can't be the same criterion"),
        ('["individual"]', "[]", "kinds is missing"),
        ('["individual"]', '["individual", "individual"]', "Twice among kinds"),
        ('measures = ["gap"]', 'measures = ["gap", "gap"]', "Twice among measures"),
        ("[0, 0], [100, 1]] } }", "[0, 0], [1" + "0" * 400 + ", 1]] } }", "finite numbers"),
        ("patience = 60", "patience = 0.5", "whole days"),
        ("diamond = 0.1", "diamond = nan", "must be numbers"),
        ("band = 2", "band = inf", "must be numbers"),
        ("high = [50, 50]", "high = [true, 50]", "between 0 and 100"),
        ('labels.goal = { zh = "价值", en = "value" }' if "labels.goal" in TEXT else 'labels.small-1 = { zh = "价值", en = "value" }', 'labels.small-1 = 5', "labels.small-1"),
        ('logic.value.children.now.matrix = [[1, "1/4"], ["", 1]]', 'logic.value.children.now = { matrix = [[1, 2], ["", 1]], criteria = ["x", "y"] }', "'criteria' isn't known here"),
        ('labels.wallet = { zh = "钱包缺口", en', 'labels.wallet = { zh = "钱包缺口", enn', "labels.wallet"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(old: str, new: str, said: str) -> None:
    assert old in TEXT
    with pytest.raises(UsageError) as told:
        small(TEXT.replace(old, new, 1))
    assert re.search(said, str(told.value), re.DOTALL)
    assert "small.toml" in str(told.value)


def test_judgements_that_contradict_each_other_are_refused_with_their_place() -> None:
    text = TEXT.replace('criteria = ["now", "later"]\nmatrix = [[1, 3], ["", 1]]', 'criteria = ["now", "later", "third"]\nmatrix = [[1, 3, "1/9"], ["", 1, 3], ["", "", 1]]')  # fmt: skip
    text += '\nbind.third = { measures = ["gap"], function = { kind = "percentile" } }\n'
    with pytest.raises(UsageError, match=r"contradict each other \(CR [1-9]"):
        small(text)


def test_a_criterion_stands_in_one_place_only() -> None:
    with pytest.raises(UsageError, match="Twice among criteria: now"):
        small(TEXT.replace('["wallet", "risk"]', '["wallet", "now"]').replace("bind.risk", "bind.now"))


def test_measures_that_wait_for_all_clients_can_t_be_bound() -> None:
    assert "peer_percentile_12m" in MEASURES
    assert "peer_percentile_12m" not in BINDABLE
    assert set(BINDABLE) < set(MEASURES)


def test_models_that_came_with_a_release_never_change() -> None:
    assert {m.version: m.sha256 for m in default_models()} == PUBLISHED


def test_defaults_value_every_kind_once_and_their_variants_differ() -> None:
    models = {kind: m for m in default_models() for kind in m.kinds}
    assert set(models) == {"individual", "institution", "product"}
    individual = models["individual"]
    variants = dict(individual.variants)
    assert set(variants) == {"value", "trend", "sentiment"}

    def weight(logic: str | None, node: str, item: str) -> float:
        found = (individual.weights if logic is None else variants[logic]).node(node)
        assert found is not None
        return found.weights[found.items.index(item)]

    assert weight("value", "current", "assets") > weight(None, "current", "assets")
    assert weight("value", "current", "product") > weight(None, "current", "product")
    assert weight("trend", "current", "commission") > weight(None, "current", "commission")
    assert weight("trend", "current", "interest") > weight(None, "current", "interest")
    top = dict(zip(variants["sentiment"].items, variants["sentiment"].weights, strict=True))
    plain = dict(zip(individual.weights.items, individual.weights.weights, strict=True))
    assert top["relationship"] > plain["relationship"]
    assert top["cost_risk"] > plain["cost_risk"]

"""A small model of value whose numbers can be worked out by hand."""

from __future__ import annotations

from zhike.models.value import ValueModel, model_of

MEASURES = ("earned", "held", "gap", "debt")
TEXT = """
version = "small-1"
kinds = ["individual"]
current = "now"
potential = "later"
high = [50, 50]
criteria = ["now", "later"]
matrix = [[1, 3], ["", 1]]
children.now.criteria = ["earnings", "holdings"]
children.now.matrix = [[1, 1], ["", 1]]
children.later.criteria = ["wallet", "risk"]
children.later.matrix = [[1, 4], ["", 1]]
logic.value.children.now.matrix = [[1, "1/4"], ["", 1]]
bind.earnings = { measures = ["earned"], function = { kind = "percentile", above = 0 } }
bind.holdings = { measures = ["held"], function = { kind = "piecewise_linear", points = [[0, 0], [100, 1]] } }
bind.wallet = { measures = ["gap"], function = { kind = "piecewise_linear", points = [[0, 0], [100, 1]] } }
bind.risk = { measures = ["debt"], function = { kind = "piecewise_linear", points = [[0, 0], [1, 1]], reversed = true } }
grades = { diamond = 0.1, platinum = 0.1, gold = 0.1, growth = 0.2, band = 2, patience = 60 }
labels.small-1 = { zh = "价值", en = "value" }
labels.wallet = { zh = "钱包缺口", en = "wallet gap" }
"""


def small(text: str = TEXT) -> ValueModel:
    """Return the model, or another that is written like it."""
    return model_of(text, "small.toml", MEASURES)

"""Lifetime value: what a client will bring, over simulated market paths (docs/methods/clv.md)."""

from zhike.models.clv.learning import Learnt, Served, learn
from zhike.models.clv.market import MarketMonths, market_months
from zhike.models.clv.months import SUMS, UNSEEN, Months, months_of, stages_of, sums_of
from zhike.models.clv.settings import BEAR, BULL, CLOSED, NEUTRAL, ClvSettings
from zhike.models.clv.value import Outlook, Values, outlook, value_of

__all__ = [
    "BEAR", "BULL", "CLOSED", "NEUTRAL", "SUMS", "UNSEEN", "ClvSettings", "Learnt", "MarketMonths", "Months", "Outlook", "Served", "Values",
    "learn", "market_months", "months_of", "outlook", "stages_of", "sums_of", "value_of",
]  # fmt: skip

"""A synthetic brokerage with known truth: a market, clients who decide from what they could see, a branch's files.

`simulate(plan, out, flavour)` writes OUT/drop, to be ingested, and OUT/truth, which lies apart.
"""

from zhike.simulate.settings import FLAVOURS, MARKETS, VARIANTS, Plan, market_named
from zhike.simulate.story import Story, simulate

__all__ = ["FLAVOURS", "MARKETS", "VARIANTS", "Plan", "Story", "market_named", "simulate"]

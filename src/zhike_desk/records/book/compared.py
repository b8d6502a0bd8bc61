"""Which measures of behaviour a client's page holds against like clients'; publishing counts their quartiles."""

from __future__ import annotations

COMPARED = (
    "turnover_12m",
    "exposure_12m",
    "holding_days_restricted_12m",
    "win_rate_drawn_12m",
    "payoff_12m",
    "disposition_drawn_12m",
    "concentration_12m",
    "buy_mom20_12m",
    "buy_cheap_12m",
    "after_limit_share_12m",
    "leverage_now",
    "timing_gap_12m",
    "cost_share_12m",
    "fall_12m",
)
RESTS_ON = {"win_rate_drawn_12m": "win_rate_12m", "disposition_drawn_12m": "disposition_12m"}
"""Shrunk measures are known of everybody: they count where the one they are shrunk from is known."""
ACTIVE = "decisions_12m"
"""Who took no decision in the year has no behaviour, and isn't counted among like clients."""
LEAST_PEERS = 20
"""Clients whose measure must be known before quartiles of a group are told: fewer would tell of single persons."""
NEEDED = tuple(dict.fromkeys((*COMPARED, *RESTS_ON.values(), ACTIVE)))
"""Every measure that the quartiles are counted from."""

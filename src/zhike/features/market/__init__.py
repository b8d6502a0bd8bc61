"""The market: prices, what stood where among what could be traded, and the state of each day."""

from zhike.features.market.building import prices_of, trading_days
from zhike.features.market.jumps import Jump
from zhike.features.market.parts import MissingPart, missing_parts
from zhike.features.market.prices import (
    LIMIT_DOWN,
    LIMIT_UP,
    ST,
    SUSPENDED,
    TOUCHED_UP,
    TRADED,
    Prices,
)
from zhike.features.market.settings import MarketSettings
from zhike.features.market.standing import Standing, StandingSettings, standing_of
from zhike.features.market.states import market_states, with_client_effect

__all__ = [
    "LIMIT_DOWN", "LIMIT_UP", "ST", "SUSPENDED", "TOUCHED_UP", "TRADED", "Jump", "MarketSettings", "MissingPart", "Prices",
    "Standing", "StandingSettings", "market_states", "missing_parts", "prices_of", "standing_of", "trading_days",
    "with_client_effect",
]  # fmt: skip

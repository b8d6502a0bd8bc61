"""Exchange facts: what a code is, what a trade costs on its date, how far a price may move in a day.

`codes` (families of codes, multipliers) · `fees` (tariffs by date) · `limits` (price limits by date).
Everything that may change by notice is in a TOML file beside the module, with its source and its first day.
"""

from zhike.base.exchange.codes import (
    BOARDS,
    KINDS,
    CodeFamily,
    board_of,
    code_families,
    family_of,
    kind_of,
    market_of,
    multiplier,
    security_id,
)
from zhike.base.exchange.fees import (
    FEES,
    FeeFamily,
    FeePeriod,
    Fees,
    FeeTable,
    Side,
    expected_fees,
    fee_family,
    fee_family_of,
    fee_table,
)
from zhike.base.exchange.limits import TICK, LimitPrices, limit_prices, limit_rate

__all__ = [
    "BOARDS",
    "FEES",
    "KINDS",
    "TICK",
    "CodeFamily",
    "FeeFamily",
    "FeePeriod",
    "FeeTable",
    "Fees",
    "LimitPrices",
    "Side",
    "board_of",
    "code_families",
    "expected_fees",
    "family_of",
    "fee_family",
    "fee_family_of",
    "fee_table",
    "kind_of",
    "limit_prices",
    "limit_rate",
    "market_of",
    "multiplier",
    "security_id",
]

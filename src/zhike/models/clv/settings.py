"""What the lifetime value may be told: horizons, discounting, how far a client's own past is trusted; and the words it speaks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.datacentre.tables.results import STAGE

MODEL = 1
"""Raised when the formula changes."""
STAGES = STAGE.column("stage").choices
DORMANT = STAGES.index("dormant")
LOST = STAGES.index("lost")
CLOSED = len(STAGES)
"""A stage beyond the life cycle's: the accounts are closed, and nobody has come back from there; who is lost sometimes does."""
COUNT = CLOSED + 1
AWAKE = tuple(STAGES.index(name) for name in ("growing", "mature", "declining", "returned"))
BEAR, BULL, NEUTRAL = range(3)
"""The regimes; NEUTRAL is that of the market without drift, and of months whose regime isn't known."""


@dataclass(frozen=True, slots=True)
class ClvSettings:
    """Settings of the lifetime value. A month is 20 trading days unless set otherwise; money in yuan, rates as fractions."""

    horizons: tuple[int, ...] = (12, 24, 36)
    """Months ahead."""
    month_days: int = 20
    year_months: float = 12.25
    """Months in a year: 245 trading days of 20 each."""
    discount: float = 0.08
    """A year; a month's revenue is discounted from its middle."""
    paths: int = 400
    """Market and life paths of each kind, the same for every client."""
    seed: int = 20_250
    mood_months: int = 3
    """The market's mood is its return over so many months, the month itself included: what turnover and flows go by."""
    regime_months: float = 36.0
    """Months of no difference between bull and bear that are set beside the months seen."""
    stay_months: float = 36.0
    """Months set beside those seen, in which a regime stays with the chance of `stay`."""
    stay: float = 0.9
    warm_up: int = 12
    """First months of the data, in which who rests isn't yet told from who is between two trades."""
    memory_months: float = 12.0
    """Months after which what a client did counts half."""
    own_months: float = 0.5
    """Months of like clients' trading days that are set beside the client's own …"""
    own_days: float = 5.0
    """… and days that bring what like clients' do."""
    least_fee: float = 5.0
    """Commission of a trade that is taken however small it is: that part doesn't grow with assets."""
    most_growth: float = 5.0
    """Assets are taken to be at most so many times what they were when the client traded."""
    least_assets: float = 1_000.0
    """Assets below which a month says nothing of trading."""
    own_products: float = 36.0
    """Months of the branch's product fees, a yuan of assets, set beside the client's own …"""
    own_costs: float = 12.0
    """… and months of the branch's cost to serve."""
    like_clients: float = 50.0
    """Clients like the whole branch that are set beside those of a logic …"""
    like_months: float = 100.0
    """… and client months like the whole beside those of a stage, or of a stage in one regime."""
    trade_cost: float = 0.0
    """Of the value traded, what goes on to exchange and regulator where the commission still holds it."""
    drift: float = 0.5
    """Standard deviation of the lasting change of a client's turnover from the past to the horizon, beside the error of the estimate."""
    chunk: int = 256
    """Clients valued at once."""

    @property
    def version(self) -> str:
        """Return what the model is called by: its own number, and the settings it was used with."""
        told = ";".join(f"{f.name}={getattr(self, f.name)}" for f in fields(self))
        return f"clv-{MODEL}-{hashlib.sha256(told.encode()).hexdigest()[:6]}"

    def __post_init__(self) -> None:
        least = {"trade_cost": 0, "discount": 0, "drift": 0, "warm_up": 0}
        wrong = [f.name for f in fields(self) if f.name not in ("horizons", "seed") and not _fits(getattr(self, f.name), least.get(f.name))]  # fmt: skip
        wrong += ["horizons"] * (
            not self.horizons or min(self.horizons) < 1 or list(self.horizons) != sorted(set(self.horizons))
        )
        wrong += ["stay"] * (self.stay >= 1)
        if wrong:
            raise UsageError(
                say(f"终身价值设置 {wrong[0]} 无效。", f"The lifetime value's setting '{wrong[0]}' is not valid."),
                where="clv",
                next_=say("须为正数；期限须递增，stay 小于 1。", "Numbers are above zero, horizons rise, stay is below 1."),
            )  # fmt: skip


def _fits(value: float, least: float | None) -> bool:
    return value < float("inf") and (value > 0 if least is None else value >= least)

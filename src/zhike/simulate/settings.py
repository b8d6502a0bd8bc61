"""What is asked of a simulation, and the numbers that shape market and clients."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date as Date
from pathlib import Path

from zhike.base.errors import UsageError
from zhike.base.text import say

MARKETS = ("mixed", "bull", "bear", "range", "lull", "crash")
FLAVOURS = ("csv", "parquet", "exported")
VARIANTS = ("standard", "rules", "habits")
LOGICS = ("value", "trend", "sentiment")
LAST_DAY = Date(2025, 6, 30)


@dataclass(frozen=True, slots=True)
class MarketSettings:
    """How the market is made. Rates are for a day unless said otherwise."""

    stocks: int = 300
    etfs: int = 12
    new_listings: int = 24
    history: int = 250  # days quoted before the first day of the drop
    lead_in: int = 70  # days before those, in which averages fill up
    horizon: int = 245  # days after the last, for the truth about the future
    regime_days: tuple[float, float, float] = (190.0, 170.0, 150.0)  # mean length of bull, bear, range
    drift: tuple[float, float, float] = (0.0011, -0.0012, 0.0)
    volatility: tuple[float, float, float] = (0.011, 0.013, 0.008)
    idiosyncratic: float = 0.017
    trend: float = 0.0011  # standard deviation of the hidden trend's daily drift
    trend_memory: float = 0.975
    reversion: float = 0.0025  # of mispricing
    burst: float = 0.015  # chance of an attention burst a stock and day
    burst_memory: float = 0.90  # what is left of a burst's overreaction a day later


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """Who the clients are and how often things happen to them (a year, unless said otherwise)."""

    logic_shares: tuple[float, float, float] = (0.28, 0.22, 0.50)
    sleeping: float = 0.62  # share of old accounts that rest when the story begins
    median_wealth: float = 65_000.0
    wealth_sigma: float = 1.6
    opened_a_year: float = 0.10  # of the clients, in the days of the drop
    never_funded: float = 0.4  # of new accounts
    margin: float = 0.5  # of those with 300,000 yuan whose logic is not value
    ipo_only: float = 0.04
    etf_users: float = 0.25
    decline: float = 0.26
    helped: float = 0.45
    driven_away: float = 0.15


@dataclass(frozen=True, slots=True)
class Plan:
    """One simulation: size, length, seed, market, variant and start. Checked when made (UsageError)."""

    clients: int
    days: int
    seed: int
    market: str = "mixed"
    variant: str = "standard"
    start: Date | None = None
    index_file: Path | None = None
    chunk: int = 2000
    futures: int = 4  # draws of the neutral future that the truth averages
    market_settings: MarketSettings = field(default_factory=MarketSettings)
    client_settings: ClientSettings = field(default_factory=ClientSettings)

    def __post_init__(self) -> None:
        """Refuse what can't be simulated."""
        for name, value, least in (("clients", self.clients, 20), ("days", self.days, 20)):
            if value < least:
                raise _refused(f"{name} = {value} < {least}", f"{name} ≥ {least}")
        if self.market not in (*MARKETS, "real"):
            raise _refused(f"market = {self.market}", " | ".join((*MARKETS, "real:FILE")))
        if (self.market == "real") != (self.index_file is not None):
            raise _refused(f"market = {self.market}", "real:FILE")
        if self.variant not in VARIANTS:
            raise _refused(f"variant = {self.variant}", " | ".join(VARIANTS))


def market_named(text: str) -> tuple[str, Path | None]:
    """Split `real:FILE` into the kind of market and the file; other names have none."""
    kind, _, file = text.partition(":")
    return kind, Path(file) if file else None


def _refused(what: str, allowed: str) -> UsageError:
    return UsageError(
        say(f"无法这样模拟：{what}", f"That can't be simulated: {what}"),
        next_=say(f"可用：{allowed}", f"Use: {allowed}"),
    )

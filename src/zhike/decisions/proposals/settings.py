"""The thresholds of the rules and of what is permitted; legal ones are defaults for the user's own counsel to confirm."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.datacentre.tables.words import UNREACHED_WORDS


@dataclass(frozen=True, slots=True)
class Settings:
    """Thresholds; money in yuan, days of the calendar unless said otherwise."""

    callback_days: int = 30
    """Days after opening within which a new client is called back (2010 rule: one month)."""
    callback_overdue_days: int = 90
    """Days after opening up to which a missed call-back is still asked for."""
    callback_words: tuple[str, ...] = ("回访", "callback", "call-back", "call back")
    """What a contact's purpose contains when it was a call-back."""
    unreached_words: tuple[str, ...] = UNREACHED_WORDS
    """What a contact's outcome contains when the client was not reached: no call-back, and no reason to leave them in peace."""
    assessment_months: int = 24
    """Months a risk assessment holds (suitability measures: at least every two years)."""
    assessment_ahead_days: int = 30
    """Days before it expires from which the client is asked."""
    flow_days: int = 5
    """Trading days whose net flow is looked at."""
    flow_amount: float = 100_000.0
    """A flow is large from this amount …"""
    flow_share: float = 0.3
    """… and from this share of the assets before it."""
    drawdown_days: int = 250
    """Trading days in which the peak is looked for."""
    drawdown: float = 0.2
    """Loss since the peak, flows left out, from which the client is looked after."""
    drawdown_fresh_days: int = 5
    """Trading days within which the lowest point was reached: older falls aren't news."""
    pause: float = 2.0
    """How many times the client's own long gap (nine of ten are shorter) must be passed without a trade …"""
    pause_least_days: int = 20
    """… and how many trading days at least."""
    pause_least_gaps: int = 5
    """Gaps between trading days needed to speak of a rhythm."""
    least_assets: float = 1_000.0
    """Net assets below which an account is empty and not worth waking."""
    least_peers: int = 10
    """Clients with a rhythm needed to know whether the whole branch went quiet."""
    birthday_ahead_days: int = 7
    """Days before a birthday from which it is proposed."""
    window_trading_days: int = 2
    """Trading days within which a transfer or closing applied for must be done; reasons may be asked inside them only."""
    leaving_days: int = 30
    """Days for which a client who transferred all securities out, or whose closing day is set, counts as leaving."""
    leaving_words: tuple[str, ...] = ("销户", "转托管", "撤销指定", "撤指定", "转户", "closing", "transfer")
    """What an account's status contains when its closing or transfer was applied for."""
    hold_share: float = 0.1
    """Share of may-do proposals held back to measure what the others bring."""
    days_off: tuple[str, ...] = ()
    """Public holidays to come, as ISO days: nothing is due on them. Past ones are told by the trading days."""
    days_worked: tuple[str, ...] = ()
    """Weekends to come that are worked to make up for a holiday, as ISO days."""
    salt: str = "zhike"
    """What the lots of the held-back are drawn with; another salt draws others."""

    def __post_init__(self) -> None:
        wrong = [
            f.name
            for f in fields(self)
            if isinstance(v := getattr(self, f.name), int | float) and not 0 <= v < math.inf
        ]
        if wrong or not self.hold_share < 1:
            name = wrong[0] if wrong else "hold_share"
            raise UsageError(
                say(f"建议规则的设置 {name} 无效。", f"The proposals' setting '{name}' is not valid."),
                where="proposals",
                next_=say(
                    "阈值不得为负，hold_share 小于 1。", "Thresholds are not negative, hold_share is below 1."
                ),
            )

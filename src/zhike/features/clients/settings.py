"""What the measures of clients take for granted, all of it settable."""

from __future__ import annotations

from dataclasses import dataclass, fields

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.datacentre.tables.words import UNREACHED_WORDS

WINDOWS = {"1m": 20, "3m": 60, "6m": 120, "12m": 250}
"""The standard windows: what stands behind a measure's name, and its trading days."""
MONTH, QUARTER, HALF, YEAR = WINDOWS.values()
PRIOR = QUARTER + HALF
"""Outflows of a quarter are compared with the assets of the half year before it."""
RHYTHM = 2 * YEAR
"""A client's own rhythm is taken from two years."""


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """Thresholds of the room.

    `fewest_gaps`: gaps between trading days that make a rhythm. `fewest_days`: days a slope needs. `least_assets` (CNY):
    below it nothing is taken relative to assets. `minute_cost` (CNY): what a minute of staff's time costs the branch.
    `unreached`: words in a contact's outcome that say the client was not reached; `unanswered`: that they didn't respond.
    """

    fewest_gaps: int = 5
    fewest_days: int = 60
    least_assets: float = 100.0
    minute_cost: float = 2.0
    unreached: tuple[str, ...] = UNREACHED_WORDS
    unanswered: tuple[str, ...] = (*UNREACHED_WORDS, "拒绝", "refused", "declined")

    def __post_init__(self) -> None:
        """Refuse thresholds that can't work."""
        for field in fields(self):
            value = getattr(self, field.name)
            if (isinstance(value, (int, float)) and value < 0) or value == ():
                raise UsageError(
                    say(
                        f"客户指标设置不可用：{field.name}={value}",
                        f"A setting of clients can't work: {field.name}={value}",
                    ),
                    next_=say(
                        "改为正数或非空列表。", "Give a number above zero, or a list with words in it."
                    ),
                )

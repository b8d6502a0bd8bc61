"""Windows and thresholds of the market's states, checked on entry."""

from __future__ import annotations

from dataclasses import dataclass

from zhike.base.errors import UsageError
from zhike.base.text import say


@dataclass(frozen=True, slots=True)
class MarketSettings:
    """How states, regimes and waves are told; days are trading days. Sources: docs/methods/market.md.

    `indices`: which index is taken where several are delivered, the first that is there.
    `percentile_days`, `least_days`, `smoothing`: window of the percentiles, days that must be known, days of the EMA.
    `borders`: money effect between frozen, ebbing, ranging, warming, hot; `margin`: how far beyond a border it must go.
    `rise`, `fall`: what turns a bear into a bull as known that day, and back.
    `window`, `censor`, `phase`, `cycle`, `month`: months of the dating later, trading days a month; `override`: move
    that makes a short phase count. `leg`: reversal that ends a leg of the zig-zag.
    `jump`: from which factor on a close that nothing explains is a jump; `noise`: share of the price that it may lie away
    from a simple k : 1.
    """

    indices: tuple[str, ...] = ("000001.SH", "000300.SH")
    percentile_days: int = 250
    least_days: int = 60
    smoothing: int = 5
    borders: tuple[float, float, float, float] = (20.0, 40.0, 60.0, 80.0)
    margin: float = 2.0
    rise: float = 0.20
    fall: float = 0.15
    window: int = 8
    censor: int = 6
    phase: int = 4
    cycle: int = 16
    month: int = 21
    override: float = 0.20
    leg: float = 0.10
    jump: float = 10.0
    noise: float = 0.10

    def __post_init__(self) -> None:
        """Refuse settings that can't be meant."""
        whole = (self.percentile_days, self.least_days, self.smoothing, self.window, self.month)
        shares = (self.rise, self.fall, self.override, self.leg, self.noise)
        if (
            min(whole) < 1
            or not all(0 < share < 1 for share in shares)
            or self.least_days > self.percentile_days
            or list(self.borders) != sorted(self.borders)
            or self.margin < 0
            or self.jump <= 1 + self.noise
        ):
            raise UsageError(say(f"市场设置不可用：{self}", f"These market settings can't be used: {self}"))

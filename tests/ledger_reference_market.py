"""What the slow ledger may know of the market: prices, factors and standings by trading day."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cached_property

Numbers = dict[str, list[float | None]]
Marks = dict[str, list[bool]]

TIE = 1e-9


@dataclass(frozen=True)
class Market:
    """The market by trading day: every list has one entry a day of `days` (day numbers, rising)."""

    days: list[int]
    index: list[float | None]
    close: Numbers
    previous: Numbers
    eps: Numbers = field(default_factory=dict)
    suspended: Marks = field(default_factory=dict)
    limit_down: Marks = field(default_factory=dict)
    actions: dict[str, dict[int, float]] = field(default_factory=dict)
    jumps: dict[str, dict[int, float]] = field(default_factory=dict)  # g by place of the day
    standing: dict[str, Numbers] = field(default_factory=dict)
    after_limit: Marks = field(default_factory=dict)
    hot: Marks = field(default_factory=dict)
    followed: Marks = field(default_factory=dict)
    total_return: Numbers = field(default_factory=dict)

    def place(self, date: int) -> int:
        """Return the place of the trading day that an event of `date` belongs to; len(days) where it waits."""
        return bisect_left(self.days, date)

    def past(self, date: int) -> int:
        """Return the place of the last trading day up to `date`; the first where there is none."""
        return max(bisect_right(self.days, date) - 1, 0)

    @cached_property
    def carried_index(self) -> list[float | None]:
        """Return the index with the last close known on days without one."""
        out: list[float | None] = []
        for close in self.index:
            out.append(close if close is not None else out[-1] if out else None)
        return out

    def closing(self, security: str, t: int) -> float | None:
        return known(self.close, security, t)

    def before(self, security: str, t: int) -> float | None:
        """Return P⁻; where it isn't delivered, the close of the day before over the day's factor."""
        given = known(self.previous, security, t)
        if given is not None:
            return given
        last = self.closing(security, t - 1)
        return None if last is None else last / self.factor(security, t)

    def factor(self, security: str, t: int) -> float:
        """Return what one share becomes on day t; actions before the calendar begins are past."""
        return self._factors[security].get(t, 1.0) if security in self._factors else 1.0

    @cached_property
    def _factors(self) -> dict[str, dict[int, float]]:
        factors: dict[str, dict[int, float]] = {}
        for security in self.actions:
            for t, factor in self.actions_of(security):
                of = factors.setdefault(security, {})
                of[t] = of.get(t, 1.0) * factor
        return factors

    def actions_of(self, security: str) -> list[tuple[int, float]]:
        """List the actions with a ratio by the place of their trading day."""
        actions = self.actions.get(security, {})
        return [(self.place(day), f) for day, f in sorted(actions.items()) if day >= self.days[0]]

    def jump(self, security: str, t: int) -> float | None:
        """Return g where the price jumps on day t."""
        return self.jumps.get(security, {}).get(t)

    def change_after(self, security: str, t: int) -> int:
        """Return the place of the next day with a corporate action or a jump; that of no day where there is none."""
        later = [u for u, _ in self.actions_of(security)] + list(self.jumps.get(security, {}))
        return min([u for u in later if t < u < len(self.days)], default=len(self.days))

    def market_return(self, t: int) -> float | None:
        """Return R, absent on the first day."""
        return growth(self.index, t, t - 1)

    def beyond(self, security: str, t: int, n: int) -> float | None:
        """Return the security's return over the n days before t less the index's."""
        own = growth(self.total_return.get(security, []), t - 1, t - 1 - n)
        index = growth(self.carried_index, t - 1, t - 1 - n)
        return None if own is None or index is None else own - index


def known(table: Numbers, security: str, t: int) -> float | None:
    """Return a security's number of day t, if any."""
    return table[security][t] if t >= 0 and security in table else None


def marked(table: Marks, security: str, t: int) -> bool:
    return security in table and table[security][t]


def growth(chain: list[float | None], t: int, start: int) -> float | None:
    """Return chain[t] ÷ chain[start] − 1 where both are known."""
    if start < 0 or t >= len(chain):
        return None
    now, then = chain[t], chain[start]
    return now / then - 1 if now is not None and then else None


def against(price: float, cost: float) -> int:
    """Tell a gain (1) from a loss (−1); 0 where they are equal within 1e-9 of the cost."""
    if abs(price - cost) <= TIE * abs(cost):
        return 0
    return 1 if price > cost else -1

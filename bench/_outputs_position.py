"""A position in slow plain Python: average cost, and lots of which the oldest are sold first."""

from __future__ import annotations

from collections import deque
from datetime import date
from typing import Any


class Position:
    """One position: average cost, and lots for first in, first out."""

    def __init__(self) -> None:
        self.units, self.cost = 0, 0.0
        self.lots: deque[list[Any]] = deque()
        self.paid = self.brought = 0.0

    def buy(self, units: int, cost: float, day: date) -> None:
        """Add units."""
        self.units += units
        self.cost += cost
        self.paid += cost
        self.lots.append([units, cost / units, day])

    def sell(self, units: int, day: date) -> tuple[float, float, float]:
        """Take units; return their average cost, the cost of the oldest ones, and unit-days."""
        average = self.cost * units / self.units
        oldest = held = 0.0
        left = units
        while left:
            lot = self.lots[0]
            n = min(left, lot[0])
            oldest, held = oldest + n * lot[1], held + n * (day - lot[2]).days
            lot[0] -= n
            left -= n
            if not lot[0]:
                self.lots.popleft()
        self.units -= units
        self.cost = self.cost - average if self.units else 0.0
        return average, oldest, held

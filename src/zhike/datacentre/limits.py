"""The limits of what is kept: how many generations, and for how long delivered bytes. Light, for whoever reads settings."""

from __future__ import annotations

from dataclasses import dataclass

from zhike.base.errors import UsageError
from zhike.base.text import say


@dataclass(frozen=True, slots=True)
class Keep:
    """How much is kept. A generation stays that any of the limits keeps; None for `generations`: every one.

    `generations`: the latest so many, by publication. `generation_days`: also those whose day is at most so many calendar days
    before the newest one's. `raw_days`: delivered bytes of drops taken in more than so many days ago may be removed (None: never).
    """

    generations: int | None = 7
    generation_days: int | None = None
    raw_days: int | None = None

    def __post_init__(self) -> None:
        """Refuse limits that mean nothing."""
        for name in ("generations", "generation_days", "raw_days"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UsageError(
                    say(f"设置 {name} = {value} 无法理解。", f"The setting {name} = {value} can't be understood."),
                    where="[keep]",
                    next_=say("请写 1 或更大的整数。", "Write a whole number of 1 or more."),
                )  # fmt: skip

    @property
    def why_generation(self) -> str:
        """Return the setting by which a generation goes."""
        days = "" if self.generation_days is None else f", generation_days = {self.generation_days}"
        return f"[keep] generations = {self.generations}{days}"

    @property
    def why_raw(self) -> str:
        """Return the setting by which delivered bytes go."""
        return f"[keep] raw_days = {self.raw_days}"

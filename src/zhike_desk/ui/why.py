"""Why a number is what it is: what it means, what made it up, what would change it, by which model, to which day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from zhike_desk.ui.figures import minus


@dataclass(frozen=True, slots=True)
class Driver:
    """What adds to a number or takes from it: its words, its size against the strongest in [−1, 1], the figure."""

    name: str
    share: float
    told: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """What `parts/why.html` shows; `note`: which note of help says how it is made."""

    meaning: str
    as_of: date
    drivers: Sequence[Driver] = field(default_factory=tuple)
    change: str = ""
    model: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Explained:
    """A figure or class of a list whose reason was asked for: what it is called, as written, its unit, why it is so (`parts/whys.html`)."""

    name: str
    value: str
    unit: str
    why: Why


def driven(parts: Iterable[tuple[str, float | None, str]], most: int = 5) -> list[Driver]:
    """Return parts (name, amount, amount as written) as drivers: those known, the largest `most`, in the order given."""
    known = [(name, amount, told) for name, amount, told in parts if amount]
    strongest = max((abs(amount) for _, amount, _ in known), default=0.0)
    kept = sorted(known, key=lambda part: -abs(part[1]))[:most]
    return [
        Driver(name, amount / strongest, minus(told))
        for name, amount, told in known
        if (name, amount, told) in kept
    ]


def moved(before: tuple[str, float | None], since: str, now: float | None, form: str) -> list[Driver]:
    """Return what a figure was (what it was called then, amount) and its change `since` as drivers, written by `form`; none where either isn't known."""
    name, was = before
    if was is None or now is None:
        return []
    return driven([(name, was, f"{was:{form}}"), (since, now - was, f"{now - was:+{form}}")])


def counted(*parts: tuple[str, float]) -> list[Driver]:
    """Return counts (name, number) as drivers, each with its sign."""
    return driven((name, n, f"{n:+,.0f}") for name, n in parts)

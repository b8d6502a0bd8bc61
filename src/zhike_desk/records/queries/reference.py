"""What every client's page of a night looks up: what measures say, how the market stood, what a model of value can give.

A night is never changed once it is published, so what is read of it once is kept in the process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.conf import settings

from zhike.base.errors import ZhikeError
from zhike.base.measure import labelled
from zhike.base.text import Said, say
from zhike.models.value import ValueModel, Weights, most_points
from zhike.models.value.versions import versions
from zhike_desk.records.models import BookMarket, BookMeasureName
from zhike_desk.records.queries.nights import Shown

_NIGHTS = 3
_CLIENTS = 4096


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a measure is called and says, its unit (of `zhike.base.measure.UNITS`), its window, what it is computed from, its group."""

    name: str
    unit: str
    title: Said
    says: Said
    window: Said
    source: str
    group: str

    @property
    def label(self) -> Said:
        """Return what it is called where its window isn't told beside it."""
        return labelled(self.name, self.title)


@dataclass(frozen=True, slots=True)
class Run:
    """Days in a row on which the market stood in one state; both ends belong to it."""

    state: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Criterion:
    """An end of a model of value: its name, the branch of the hierarchy it hangs on, the points it can bring (None: unknown)."""

    name: str
    title: Said
    group: str
    group_title: Said
    most: float | None


@lru_cache(maxsize=_NIGHTS)
def meanings(night: Shown) -> Mapping[str, Meaning]:
    """Return what each measure of a night says, by name, in the order of the wide table."""
    return {
        m.name: Meaning(
            name=m.name,
            unit=m.unit,
            title=say(m.title or m.name, m.title_en or m.name),
            says=say(m.meaning, m.meaning_en or m.meaning),
            window=say(m.window, m.window_en or m.window),
            source=m.source,
            group=m.group,
        )
        for m in BookMeasureName.objects.order_by("ordinal")
    }


@lru_cache(maxsize=_NIGHTS)
def states(night: Shown) -> tuple[Run, ...]:
    """Return the states of the market up to a night, oldest first, days of one state in a row together."""
    found: list[Run] = []
    for day, state in BookMarket.objects.order_by("date").values_list("date", "state"):
        if found and found[-1].state == state:
            found[-1] = Run(state, found[-1].first, day)
        else:
            found.append(Run(state, day, day))
    return tuple(run for run in found if run.state)


@lru_cache(maxsize=32)
def model(version: str) -> ValueModel | None:
    """Return a model of value by its version, which never changes; None where its document is missing or can't be read."""
    try:
        return versions(settings.HOME).named(version)
    except ZhikeError:
        return None


@lru_cache(maxsize=_CLIENTS)
def criteria(version: str, logic: str, known: tuple[str, ...]) -> tuple[Criterion, ...]:
    """Return the criteria of a model in its order, each with the points it can bring a client of a logic of whom `known` are known.

    Without the model's document (None of `model`) the known ones are returned under their own names.
    """
    found = model(version)
    if found is None:
        return tuple(Criterion(name, say(name, name), "", say("", ""), None) for name in known)
    most = most_points(found, logic or None, [n for n in found.leaves if n in known])
    return tuple(
        Criterion(leaf, found.label(leaf), group, found.label(group), most.get(leaf))
        for group, below in _groups(found.weights)
        for leaf in below
    )


def _groups(weights: Weights) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (item, (item,) if below is None else below.leaves)
        for item, below in zip(weights.items, weights.below, strict=True)
    ]

"""The alias table (aliases.toml): kinds of files, the names seen in them and what they stand for."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from zhike.datacentre.mapping.names import normalise
from zhike.datacentre.tables import TABLES


@dataclass(frozen=True, slots=True)
class Home:
    """Where a name belongs. The lower `rank` wins a column; `per_unit`: per share, to be times quantity."""

    column: str
    rank: int
    per_unit: bool = False
    canonical: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """A home that depends on the file: `given` names a filled column, `by` the evidence asked for."""

    column: str
    given: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Scaled:
    """A home whose values are known to be in another unit: canonical = value × `factor`."""

    column: str
    factor: Decimal


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of file: the table it fills ("" = none of ours) and the names seen in it, all normalised."""

    name: str
    kind: str
    table: str
    path: tuple[str, ...]
    homes: Mapping[str, Home]
    none: frozenset[str]
    marks: Mapping[str, float]
    judged: Mapping[str, tuple[Judgement, ...]]
    scaled: Mapping[str, Scaled]
    path_weight: float = 1.0
    needs: tuple[frozenset[str], ...] = ()

    def knows(self, key: str) -> bool:
        """Tell whether the name has been seen in files of this kind."""
        return any(key in part for part in (self.homes, self.none, self.judged, self.scaled, self.marks))


@dataclass(frozen=True, slots=True)
class Aliases:
    """All profiles, what units mean, and how rare each name is among the profiles (1 = in one only)."""

    profiles: tuple[Profile, ...]
    factors: Mapping[str, Decimal]
    foreign: frozenset[str]
    units: frozenset[str]
    rarity: Mapping[str, float]

    def known_somewhere(self, key: str) -> bool:
        """Tell whether the name is known in any kind of file."""
        return key in self.rarity


@cache
def builtin_aliases() -> Aliases:
    """Return the alias table of aliases.toml."""
    text = files("zhike.datacentre.mapping").joinpath("aliases.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    units: dict[str, Any] = data.pop("units")
    profiles = tuple(_profile(name, section) for name, section in data.items())
    factors = {normalise(u): Decimal(str(f)) for u, f in units["factors"].items()}
    foreign = frozenset(normalise(u) for u in units["foreign"])
    seen = Counter(key for p in profiles for key in {*p.homes, *p.none, *p.judged, *p.scaled, *p.marks})
    return Aliases(
        profiles=profiles,
        factors=factors,
        foreign=foreign,
        units=frozenset(factors) | foreign,
        rarity={key: 1.0 / n for key, n in seen.items()},
    )


def _profile(name: str, section: Mapping[str, Any]) -> Profile:
    table = section.get("table", name)
    columns = TABLES[table].names if table else ()
    return Profile(
        name=name,
        kind=section.get("kind", "contract"),
        table=table,
        path=tuple(normalise(w) for w in section.get("path", ())),
        homes=_homes(table, section),
        none=frozenset(normalise(n) for n in section.get("none", ())),
        marks={normalise(n): float(w) for n, w in section.get("marks", {}).items()},
        judged={
            normalise(n): tuple(Judgement(**j) for j in js) for n, js in section.get("judged", {}).items()
        },
        scaled={
            normalise(n): Scaled(s["column"], Decimal(str(s["factor"])))
            for n, s in section.get("scaled", {}).items()
        },
        path_weight=section.get("path_weight", 1.0),
        needs=tuple(
            frozenset(n if n in columns else normalise(n) for n in group)
            for group in section.get("needs", ())
        ),
    )


def _homes(table: str, section: Mapping[str, Any]) -> dict[str, Home]:
    if not table:
        return {}
    per_unit = {normalise(n) for names in section.get("per_unit", {}).values() for n in names}
    homes: dict[str, Home] = {}
    for column, names in section.get("columns", {}).items():
        for rank, name in enumerate(names, start=1):
            key = normalise(name)
            homes.setdefault(key, Home(column, rank, key in per_unit))
    for column in TABLES[table].names:
        homes[normalise(column)] = Home(column, 0, canonical=True)
    return homes

"""The plan for one delivered file: what it is, how its cells become columns of which tables. Shown before it is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from zhike.datacentre.columns import Reading
from zhike.datacentre.domains import Codes
from zhike.datacentre.mapping import FlagMeaning
from zhike.datacentre.readers.layout import Block, Layout
from zhike.engine.durable import Original


@dataclass(frozen=True, slots=True)
class Target:
    """One table that a file feeds: canonical column → source column number, or the constant that stands for it."""

    table: str
    columns: Mapping[str, int]
    constants: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[str, Reading] = field(default_factory=dict)
    derive: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """How to read one file. `layout` is None for cells that a foreign format's reader wrote down.

    `flag` is the source column of the business flag and `flags` the meanings that the mapping gives beside the built-in
    ones; without a flag all rows go to the first target. `numbered`: the file's own row numbers are unique only together
    with day, security and flag. `dropped` columns were refused and are left out. `original`: what `path` is a copy of.
    """

    drop: int
    file: int
    source: str
    path: Path
    kind: str
    header: tuple[str, ...]
    targets: tuple[Target, ...]
    feed: str
    today: int
    layout: Layout | None = None
    blocks: tuple[Block, ...] = ()
    flag: int | None = None
    flags: Mapping[str, FlagMeaning] = field(default_factory=dict)
    numbered: bool = False
    codes: Codes = field(default_factory=Codes)
    dropped: frozenset[str] = frozenset()
    original: Original | None = None

    def wanted(self) -> tuple[int, ...]:
        """Return the source columns that are read."""
        used = {j for t in self.targets for j in t.columns.values()}
        return tuple(sorted(used | ({self.flag} if self.flag is not None else set())))

    def target(self, table: str) -> Target | None:
        """Return the target for `table`, if the file feeds it."""
        return next((t for t in self.targets if t.table == table), None)

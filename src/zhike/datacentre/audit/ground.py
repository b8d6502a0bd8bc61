"""What an audit looks at: one state, the older ones kept beside it, and what was found damaged so far."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zhike.base.text import Said
from zhike.datacentre.generation import Generation
from zhike.datacentre.generation.manifest import Entry
from zhike.datacentre.store.house import Store
from zhike.datacentre.store.manifest import DropEntry, Manifest, Part
from zhike.datacentre.tables import TABLES
from zhike.datacentre.tables.definition import Table
from zhike.engine import EngineSettings


@dataclass(frozen=True, slots=True)
class Break:
    """A place where an invariant doesn't hold, relative to the home folder, and what is wrong there."""

    where: str
    said: Said


@dataclass(frozen=True, slots=True)
class Remark(Break):
    """Something to know that is as it was meant to be: nothing is broken."""


@dataclass(slots=True)
class Ground:
    """The state that holds, the older states that are kept, and the files found damaged while looking.

    Also the generations as the pointer names them (None: it can't be read), those whose manifests are sound, and (by id
    and name) their tables whose files aren't.
    """

    home: Path
    manifest: Manifest
    settings: EngineSettings
    older: list[Manifest] = field(default_factory=list)
    damaged: set[str] = field(default_factory=set)
    named: tuple[Entry, ...] | None = None
    generations: list[Generation] = field(default_factory=list)
    spoilt: set[tuple[str, str]] = field(default_factory=set)

    @property
    def store(self) -> Store:
        """Return the store itself."""
        return Store(self.home)

    def kept(self) -> list[Manifest]:
        """Return every state that is kept."""
        return [*self.older, self.manifest]

    def parts(self) -> list[Part]:
        """Return the parts of all tables."""
        return [p for ps in self.manifest.tables.values() for p in ps]

    def drops(self) -> list[DropEntry]:
        """Return the drops of every kept state, each once."""
        return list({d.folder: d for m in self.kept() for d in m.drops}.values())

    def record(self, entry: DropEntry) -> dict[str, Any] | None:
        """Return a drop's record, or None where it is missing or not what was written."""
        path = self.home / entry.folder / "drop.json"
        if not path.is_file():
            return None
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != entry.record_sha256:
            return None
        found: dict[str, Any] = json.loads(content)
        return found

    def undone(self) -> list[Path]:
        """Return the records of drops that were taken back."""
        return sorted((self.home / "undone").glob("*.json"))

    def sound(self) -> list[Table]:
        """Return the tables whose stored files are all undamaged: only their rows can be looked at."""
        bad = set(self.unsound())
        return [TABLES[name] for name in sorted(self.manifest.tables) if name not in bad]

    def unsound(self) -> list[str]:
        """Return the names of the other tables."""
        return [name for name in sorted(self.manifest.tables) if self.damaged & self._files(name)]

    def _files(self, table: str) -> set[str]:
        parts = self.manifest.tables[table]
        named = {f for p in parts for f in (p.source, p.index, p.live, p.dead) if f}
        return named | set(self.manifest.live(table))

"""What a run follows from: the state of the store, the code, the settings. Equal inputs, equal results."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import zhike
from zhike.datacentre.store import manifest as manifests
from zhike.datacentre.store.house import Store
from zhike.engine.durable import as_json

_ROOTS = ("duckdb", "narwhals", "numba", "numpy", "pyarrow")  # what computes beside our own code
_FRONTS = ("cli", "simulate")  # have no part in results
_ID = 16


@dataclass(frozen=True, slots=True)
class Inputs:
    """The number and fingerprint of a state, the version of the code, the hash of the settings."""

    state: int
    state_sha256: str
    code: str
    settings: str

    @classmethod
    def gather(cls, home: Path, settings: Mapping[str, object]) -> Inputs:
        """Return the inputs of a run that begins now: `settings` maps each room to its settings (a frozen dataclass).

        Leave out what doesn't bear on results (threads, memory).
        """
        manifest = Store(home).manifest()
        return cls(manifest.state, manifests.fingerprint(manifest), code_version(), settings_hash(settings))

    def run_id(self, as_of: date, previous: str | None) -> str:
        """Name a run by all it follows from; `previous` is the run whose classes the new ones are compared with."""
        all_ = [self.state_sha256, self.code, self.settings, as_of.isoformat(), previous]
        return hashlib.sha256(as_json(all_)).hexdigest()[:_ID]


@cache
def code_version() -> str:
    """Return the version and the first digits of a hash of our sources and of the versions of what computes beside them."""
    root = Path(zhike.__file__).parent
    digest = hashlib.sha256(as_json({name: version(name) for name in _ROOTS}))
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        if path.suffix in (".py", ".toml", ".csv", ".json") and inside.parts[0] not in _FRONTS:
            digest.update(inside.as_posix().encode() + b"\0" + path.read_bytes())
    return f"{zhike.__version__}+{digest.hexdigest()[:12]}"


def settings_hash(settings: Mapping[str, object]) -> str:
    """Return the SHA-256 of settings, the same for equal ones."""
    return hashlib.sha256(as_json({room: _plain(value) for room, value in settings.items()})).hexdigest()


def _plain(value: object) -> Any:
    """Return a setting as JSON can say it; a value of another kind by what it says of itself."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)

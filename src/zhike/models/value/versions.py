"""Versions of models in a home folder: written once, never changed; which are in force is one small file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from zhike.base.errors import DamagedStore, UsageError
from zhike.base.text import say
from zhike.engine.durable import as_json, make_folder, only_writer, write_whole
from zhike.features.clients import MEASURES
from zhike.models.value.model import ValueModel, model_of
from zhike.models.value.settings import Settings, default_models

_FOLDER, _ACTIVE, _LOCK = Path("models") / "value", "active.json", "LOCK"


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions that a home folder holds, by name, and the kinds of client that each is in force for."""

    models: Mapping[str, ValueModel]
    active: Mapping[str, str]

    def kinds(self, version: str) -> tuple[str, ...]:
        """Return the kinds of client that a version is in force for."""
        return tuple(kind for kind, own in self.active.items() if own == version)


def versions(home: Path) -> Versions:
    """Return every version: those that were published or used, and those that come with Zhike.

    Raises DamagedStore where a file of them isn't what was written.
    """
    folder, found = home / _FOLDER, {m.version: m for m in default_models()}
    for path in sorted(folder.glob("*.toml")):
        model = _read(path)
        found[model.version] = model
    active = {kind: model.version for kind, model in Settings().by_kind}
    if (folder / _ACTIVE).is_file():
        try:
            active |= json.loads((folder / _ACTIVE).read_text("utf-8"))
        except ValueError as error:
            raise _damaged(folder / _ACTIVE) from error
    lost = sorted(set(active.values()) - set(found))
    if lost:
        raise _damaged(folder / f"{lost[0]}.toml")
    return Versions(found, active)


def in_force(home: Path) -> Settings:
    """Return the models by which a home folder's clients are valued. Raises DamagedStore."""
    known = versions(home)
    return Settings(tuple((kind, known.models[version]) for kind, version in known.active.items()))


def keep(home: Path, models: Settings) -> None:
    """Write down the versions that a run uses, so that they are known whatever later releases bring. Raises UsageError."""
    for _, model in models.by_kind:
        _write(home, model)


def publish(home: Path, text: str, source: str) -> ValueModel:
    """Put a model in force for its kinds of client, from the next run on; the same again changes nothing.

    Raises UsageError where it can't be read, or where its version was published with other words.
    """
    model = model_of(text, source, tuple(MEASURES))
    with only_writer(home / _LOCK):
        keep(home, in_force(home))
        _write(home, model)
        active = {**versions(home).active, **dict.fromkeys(model.kinds, model.version)}
        write_whole(home / _FOLDER / _ACTIVE, as_json(active))
    return model


def _write(home: Path, model: ValueModel) -> None:
    path = make_folder(home / _FOLDER) / f"{model.version}.toml"
    if not path.exists():
        write_whole(path, model.document.encode())
    elif path.read_bytes() != model.document.encode():
        raise UsageError(
            say(f"版本 {model.version} 已发布，内容不同；已发布的版本不再改动。", f"Version {model.version} was published with other words; what was published never changes."),
            where=str(path), next_=say("换一个版本名再发布。", "Give it another version and publish that."),
        )  # fmt: skip


def _read(path: Path) -> ValueModel:
    try:
        model = model_of(path.read_text("utf-8"), str(path), tuple(MEASURES))
    except (UsageError, UnicodeDecodeError) as error:
        raise _damaged(path) from error
    if model.version != path.stem:
        raise _damaged(path)
    return model


def _damaged(path: Path) -> DamagedStore:
    return DamagedStore(
        say("价值模型文件缺失或已被改动。", "A model of value is missing or was changed."), where=str(path),
        next_=say("从备份中恢复此文件。", "Restore the file from a backup."),
    )  # fmt: skip

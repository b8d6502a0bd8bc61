"""Versions of models in a home folder: written once, never changed; one small file tells which there are and which are in force.

A document counts from the moment it stands in that file, with its hash: what a kill left beside it is no version, what was edited
afterwards is damaged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from zhike.base.errors import DamagedStore, UsageError
from zhike.base.text import say
from zhike.engine.durable import as_json, make_folder, only_writer, write_whole
from zhike.models.value.model import KINDS, ValueModel, model_of
from zhike.models.value.settings import BINDABLE, Settings, default_models

_FOLDER, _INDEX, _LOCK = Path("models") / "value", "versions.json", "LOCK"


@dataclass(frozen=True, slots=True)
class Versions:
    """The documents of all versions by name, those published or used here before those that come with Zhike; kind → version in force."""

    home: Path
    documents: Mapping[str, str]
    active: Mapping[str, str]

    def kinds(self, version: str) -> tuple[str, ...]:
        """Return the kinds of client that a version is in force for."""
        return tuple(kind for kind, own in self.active.items() if own == version)

    def named(self, version: str) -> ValueModel:
        """Return a version. Raises DamagedStore where there is none, UsageError where this release can't read it any more."""
        if version not in self.documents:
            raise _damaged(self.home / _FOLDER / f"{version}.toml")
        return model_of(self.documents[version], f"{version}.toml", BINDABLE)


def versions(home: Path) -> Versions:
    """Return every version. Raises DamagedStore where a file of them isn't what was written."""
    written, active = _index(home)
    found = {m.version: m.document for m in default_models()}
    for version, digest in written.items():
        found[version] = _document(home / _FOLDER / f"{version}.toml", digest)
    return Versions(home, found, {**{kind: m.version for kind, m in Settings().by_kind}, **active})


def in_force(home: Path) -> Settings:
    """Return the models by which a home folder's clients are valued. Raises DamagedStore, or UsageError where one can't be read."""
    known = versions(home)
    chosen = {kind: known.named(version) for kind, version in known.active.items()}
    for kind, model in chosen.items():
        if kind not in model.kinds:
            raise _damaged(home / _FOLDER / _INDEX)
    return Settings(tuple(chosen.items()))


def keep(home: Path, models: Settings) -> None:
    """Write down the versions that a run uses, so that they are known whatever later releases bring; the caller holds the lock.

    Raises UsageError where a version is known with other words.
    """
    _add(home, tuple(model for _, model in models.by_kind), {})


def publish(home: Path, text: str, source: str) -> ValueModel:
    """Put a model in force for its kinds of client, from the next run on; the same again changes nothing.

    Raises UsageError where it can't be read, or where its version was published with other words.
    """
    model = model_of(text, source, BINDABLE)
    with only_writer(home / _LOCK):
        before = tuple(own for _, own in in_force(home).by_kind)
        _add(home, (*before, model), dict.fromkeys(model.kinds, model.version))
    return model


def _add(home: Path, models: tuple[ValueModel, ...], active: Mapping[str, str]) -> None:
    """Write documents first, then the file by which they count."""
    folder = make_folder(home / _FOLDER)
    written, chosen = _index(home)
    wanted = {model.version: model for model in models}
    for version, model in wanted.items():
        if version in written and written[version] != model.sha256:
            raise UsageError(
                say(f"版本 {version} 已发布，内容不同；已发布的版本不再改动。", f"Version {version} was published with other words; what was published never changes."),
                where=str(folder / f"{version}.toml"), next_=say("换一个版本名再发布。", "Give it another version and publish that."),
            )  # fmt: skip
        if version not in written:
            write_whole(folder / f"{version}.toml", model.document.encode())
    now = {"sha256": {**written, **{v: m.sha256 for v, m in wanted.items()}}, "active": {**chosen, **active}}
    if now != {"sha256": written, "active": chosen}:
        write_whole(folder / _INDEX, as_json(now))


def _index(home: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return version → hash of its document, and kind → version in force."""
    path = home / _FOLDER / _INDEX
    if not path.is_file():
        return {}, {}
    try:
        told = json.loads(path.read_text("utf-8"))
        written, active = told["sha256"], told["active"]
        sound = all(isinstance(v, str) for v in (*written.values(), *active.values()))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _damaged(path) from error
    if not sound or not set(active) <= set(KINDS) or not set(active.values()) <= set(written):
        raise _damaged(path)
    return dict(written), dict(active)


def _document(path: Path, digest: str) -> str:
    """Return a document as it was written; raise DamagedStore where it isn't."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise _damaged(path) from error
    if sha256(content).hexdigest() != digest:
        raise _damaged(path)
    return content.decode()


def _damaged(path: Path) -> DamagedStore:
    return DamagedStore(
        say("价值模型文件缺失或已被改动。", "A model of value is missing or was changed."), where=str(path),
        next_=say("从备份中恢复此文件。", "Restore the file from a backup."),
    )  # fmt: skip

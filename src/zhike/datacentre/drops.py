"""Which drop is meant: by its folder's content, its number, its identity or its name; never a guess between two."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.datacentre.delivery import files_of, name_in
from zhike.datacentre.readers.intake import Delivered
from zhike.datacentre.store.manifest import DropEntry, Manifest
from zhike.engine.durable import as_json, sha256_of


def identity_of(files: Sequence[Delivered], feed: str) -> str:
    """Name a drop by its content: the same files under the same names from the same feed are the same drop."""
    content = [[d.name, d.sha256, d.size] for d in files]
    return hashlib.sha256(as_json({"feed": feed, "files": content})).hexdigest()


def drop_named(manifest: Manifest, wanted: str) -> DropEntry:
    """Find the drop that `wanted` means.

    An existing folder or file means the drop with exactly that content. Otherwise it is a number, the beginning of an
    identity (six digits or more) or a name. Raises UsageError where no drop is meant, or more than one.
    """
    path = Path(wanted)
    found = _by_content(manifest, path) if path.exists() else _by_word(manifest, wanted)
    if len(found) == 1:
        return found[0]
    listed = found or list(manifest.drops[-5:])
    names = "; ".join(f"{d.number} ({d.name}, {d.id[:12]})" for d in listed)
    if found:
        raise UsageError(
            say(
                f"“{wanted}”可指不止一个批次：{names}。", f"'{wanted}' may mean more than one drop: {names}."
            ),
            next_=say("请用编号或标识指明。", "Say which by its number or identity."),
        )
    raise UsageError(
        say(
            f"没有批次“{wanted}”（或内容已变）。",
            f"There is no drop '{wanted}' (or its content has changed since).",
        ),
        next_=say(f"最近的批次：{names or '（无）'}", f"The latest drops: {names or '(none)'}"),
    )


def _by_word(manifest: Manifest, wanted: str) -> list[DropEntry]:
    name = wanted.rstrip("/").rpartition("/")[2]
    return [
        d
        for d in manifest.drops
        if wanted == str(d.number) or name == d.name or (len(wanted) >= 6 and d.id.startswith(wanted))
    ]


def _by_content(manifest: Manifest, path: Path) -> list[DropEntry]:
    files = [
        Delivered(name_in(path, f), f.stat().st_size, sha256_of(f))
        for f in files_of(path)
        if not f.is_symlink()
    ]
    identities = {identity_of(files, feed) for feed in {d.feed for d in manifest.drops}}
    return [d for d in manifest.drops if d.id in identities]

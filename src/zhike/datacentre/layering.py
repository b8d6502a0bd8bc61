"""The mapping that a drop is read with: its own mapping.toml over its feed's; and what is to be said of the two."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.datacentre.constants import check_constants
from zhike.datacentre.mapping import Overrides, parse_overrides
from zhike.datacentre.report import Note
from zhike.datacentre.request import Request
from zhike.datacentre.store.manifest import DropEntry
from zhike.engine.durable import as_json

MAPPING = "mapping.toml"
_NO_FEED = "default"


@dataclass(frozen=True, slots=True)
class Layers:
    """`own`: what the drop's mapping.toml says; `both`: with the feed's below it; `notes`: what is odd about the feed."""

    own: Overrides
    both: Overrides
    notes: tuple[Note, ...] = ()

    @property
    def sha256(self) -> str:
        """Return a hash of what both say together, whatever their wording, comments and order of sections."""
        return hashlib.sha256(as_json(_spoken(self.both))).hexdigest()


def read_layers(home: Path, request: Request) -> Layers:
    """Read the mapping files of a drop and its feed; raise UsageError where one of them can't be used."""
    named = _of_feed(home, request.feed)
    feed = _read(named, Overrides())
    # A file that is delivered alone has no folder of its own, and what lies beside it isn't meant for it.
    own = _read(request.drop / MAPPING, feed) if request.drop.is_dir() else Overrides()
    nameless = request.feed == _NO_FEED or named.is_file()
    return Layers(own, own.over(feed), () if nameless else (_without_mapping(home, request.feed),))


def parse_layer(text: str, *, where: str = MAPPING, under: Overrides | None = None) -> Overrides:
    """Read a mapping file's `text`, which lies over `under`; raise UsageError where it or one of its constants is wrong."""
    own = parse_overrides(text, where=where)
    check_constants(own, own.over(under or Overrides()), where)
    return own


def changed_since(layers: Layers, entry: DropEntry, record: Mapping[str, Any]) -> tuple[Note, ...]:
    """Say so where a drop that is there already was read with another mapping; an old record doesn't tell with which."""
    if record.get("mapping", layers.sha256) == layers.sha256:
        return ()
    what = say(
        f"内容与第 {entry.number} 批逐字节相同，所以什么都没有改变；但来源的映射与当时不同，入库的数据仍按当时的映射。",
        f"The bytes are those of drop {entry.number}, so nothing was changed; but the feed's mapping has changed since, and what is stored was read with the former one.",
    )
    next_ = say(
        f"如需按现在的映射读取：先 zhike undo {entry.number}，再次导入。",
        f"To have it read with the mapping as it is now: zhike undo {entry.number}, then ingest it again.",
    )
    return (Note.of("mapping_differs", what, next_, where=f"feeds/{entry.feed}.toml"),)


def _of_feed(home: Path, feed: str) -> Path:
    return home / "feeds" / f"{feed}.toml"


def _read(path: Path, under: Overrides) -> Overrides:
    if not path.is_file():
        return Overrides()
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            say("映射文件不是 UTF-8 编码。", "The mapping file isn't UTF-8."),
            where=str(path),
            next_=say("请另存为 UTF-8。", "Save it as UTF-8."),
        ) from error
    return parse_layer(text, where=path.name, under=under)


def _without_mapping(home: Path, feed: str) -> Note:
    known = sorted(p.stem for p in (home / "feeds").glob("*.toml"))
    near = get_close_matches(feed, known, n=1, cutoff=0.5)
    asked = (f"是否想写 --feed {near[0]}？", f"Did you mean --feed {near[0]}? ") if near else ("", "")
    return Note.of(
        "feed_without_mapping",
        say(f"来源“{feed}”没有自己的映射文件。", f"The feed '{feed}' has no mapping file of its own."),
        say(
            f"{asked[0]}该来源各批通用的设定可写在那里，写法同 mapping.toml；没有通用的设定则无需处理。",
            f"{asked[1]}What holds for every drop of this feed can stand there, in the form of a mapping.toml; if nothing does, nothing need be done.",
        ),
        where=f"feeds/{feed}.toml",
    )


def _spoken(value: Any) -> Any:
    """Return plain values of what a mapping says, without what it is silent about (so that a new kind of entry is no change)."""
    if is_dataclass(value) and not isinstance(value, type):
        said = {f.name: getattr(value, f.name) for f in fields(value)}
        silent = {
            f.name: f.default_factory() if f.default_factory is not MISSING else f.default
            for f in fields(value)
        }
        return {n: _spoken(v) for n, v in said.items() if v != silent[n]}
    if isinstance(value, Mapping):
        return {k: _spoken(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_spoken(v) for v in value]
    return str(value.normalize()) if isinstance(value, Decimal) else value

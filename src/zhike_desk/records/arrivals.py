"""When the branch's files came: what waits in the inbox, what was taken from it, what was taken in by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from zhike.datacentre.store.house import Store
from zhike_desk.made_up import DESK_FEED
from zhike_desk.records.feedback import INBOX

TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One delivery: the feed it is of, the moment its files came."""

    feed: str
    at: datetime


def feed_of(name: str) -> str:
    """Return the feed a drop of the inbox comes from: its name up to the first hyphen (`counter-20260701` → `counter`)."""
    return name.partition("-")[0].partition(".")[0] or "inbox"


def waiting(home: Path) -> list[Path]:
    """List the drops in the inbox, oldest name first; what is still being written has a dot before its name."""
    return sorted(_named(home / INBOX))


def arrivals(home: Path, since: datetime) -> list[Arrival]:
    """List what was delivered from `since` on; what the desk itself wrote down is no delivery."""
    taken = _named(home / INBOX / TAKEN)
    came = [Arrival(feed_of(p.name), _at(p)) for p in (*waiting(home), *taken)]
    # The night stores what came the day before: a drop taken from the inbox came when its folder there says so.
    came += _by_hand(home, since, {p.name for p in taken})
    return [a for a in came if a.at >= since and a.feed != DESK_FEED]


def _by_hand(home: Path, since: datetime, taken: set[str]) -> Iterator[Arrival]:
    young = {p.name: _at(p) for p in _named(home / "drops") if _at(p) >= since}
    if not young:
        return
    for entry in Store(home).manifest().drops:
        folder = Path(entry.folder).name
        if folder in young and entry.name not in taken:
            yield Arrival(entry.feed, young[folder])


def _named(room: Path) -> list[Path]:
    if not room.is_dir():
        return []
    return [p for p in room.iterdir() if not p.name.startswith(".") and p.name != TAKEN]


def _at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, timezone.get_current_timezone())

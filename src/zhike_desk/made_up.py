"""Whether a home holds a branch made up: then it has demo accounts and needs no second factor.

The mark is a file that `zhike up` writes when it makes a branch up. It stops counting the moment files from anywhere else
come in, so that nobody works on real clients behind a password that everybody knows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FEED = "made-up"
DESK_FEED = "desk"
UPLOAD_FEED = "demo-upload"
OWN_FEEDS = frozenset({FEED, DESK_FEED, UPLOAD_FEED})
_MARK = "MADE_UP"


def mark(home: Path, plan: Mapping[str, Any]) -> None:
    """Say of a home that its branch was made up, and by which plan; raise OSError where it can't be written."""
    from zhike.engine.durable import make_folder, write_whole

    make_folder(home)
    write_whole(home / _MARK, json.dumps(dict(plan), sort_keys=True).encode() + b"\n")


def plan_of(home: Path) -> dict[str, Any] | None:
    """Return the plan a home's branch was made up by; None where it wasn't, or where other files came in since."""
    from zhike.datacentre.store.house import Store

    path = home / _MARK
    if not path.exists() or not OWN_FEEDS.issuperset(d.feed for d in Store(home).manifest().drops):
        return None
    plan: dict[str, Any] = json.loads(path.read_bytes())
    return plan

"""Files of approved exports, and who is in each: whom nobody may take out any more, nobody may fetch in an old file either."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from zhike_desk.records import scope
from zhike_desk.records.models import BookClient

_WHO = ".who"


def folder() -> Path:
    """Return where exported files lie."""
    return Path(settings.DESK) / "exports"


def listing(lines: Iterable[list[Any]], file: Path) -> Iterator[list[Any]]:
    """Pass the rows of a file on (a client's number first), and write down beside it who is in it."""
    beside = _beside(file)
    with open(beside, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as who:
        for line in lines:
            who.write(f"{line[0]}\n")
            yield line


def outward(file: Path) -> bool:
    """Tell whether a file may leave: nobody in it is frozen or erased by now. One of which that isn't known may not."""
    beside = _beside(file)
    if not beside.exists():
        return False
    stays = set(scope.held()) | set(
        BookClient.objects.filter(frozen=True).values_list("client_id", flat=True)
    )
    return not any(client_id in stays for client_id in _within(beside))


def burn(client_id: str) -> int:
    """Remove the files an erased client is in; return how many."""
    found = [p for p in folder().glob(f"*{_WHO}") if client_id in _within(p)]
    for beside in found:
        beside.with_suffix("").unlink(missing_ok=True)
        beside.unlink(missing_ok=True)
    return len(found)


def _beside(file: Path) -> Path:
    return file.with_name(file.name + _WHO)


def _within(beside: Path) -> Iterator[str]:
    with beside.open(encoding="utf-8") as who:
        for line in who:
            yield line.rstrip("\n")

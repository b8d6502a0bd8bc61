"""A small disk of its own, that can be filled to the last page."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAGE = 4096


class Refused(Exception):
    """This system doesn't let us mount a disk."""


class Disk:
    """A mounted file system and the ballast that leaves only so much of it free."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._ballast = place / "ballast"

    def leave(self, pages: int) -> None:
        """Fill the disk so that only `pages` of 4 KiB are free."""
        state = os.statvfs(self.place)
        room = state.f_bavail * state.f_frsize - pages * PAGE
        self._ballast.write_bytes(bytes(max(room, 0)))

    def relieve(self) -> None:
        """Free the disk."""
        self._ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(place: Path, size: str = "3m") -> Iterator[Disk]:
    """Mount a small disk at `place`; raise Refused where that isn't allowed."""
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Refused(done.stderr.strip())
    try:
        yield Disk(place)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False, capture_output=True)

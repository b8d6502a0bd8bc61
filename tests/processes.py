"""Whether processes still run, asked of a kernel that may end them while it answers."""

from __future__ import annotations

from pathlib import Path


def alive(process: int) -> bool:
    """Tell whether a process still runs: one that has ended and waits to be told of doesn't."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # the second: it ended between opening and reading
        return False

"""Running a command and measuring it from outside: wall seconds, peak memory of its whole process tree.

CPU seconds aren't given: those of processes forked from a fork server are charged to nobody the caller can ask.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

_PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Run:
    """One measured run: seconds on the wall, and the most memory held at once, in bytes."""

    wall: float
    peak: int


def measured(command: Sequence[str], env: dict[str, str] | None = None) -> Run:
    """Run `command`; raise CalledProcessError where it fails.

    Memory is what the processes of the tree hold for themselves plus their share of what they hold together (PSS),
    looked at every 50 ms.
    """
    start = time.perf_counter()
    process = subprocess.Popen(command, env={**os.environ, **(env or {})}, stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(_held(pid) for pid in _tree(process.pid)))
        time.sleep(_PAUSE)
    wall = time.perf_counter() - start
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    return Run(wall, peak)


def _tree(pid: int) -> list[int]:
    out = [pid]
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                out += _tree(int(child))
    except OSError:  # it ended meanwhile
        return out
    return out


def _held(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:  # it ended meanwhile
        return 0
    return 0


def middle(runs: Sequence[Run]) -> Run:
    """Return the medians of several runs."""
    return Run(median(r.wall for r in runs), int(median(r.peak for r in runs)))


def table(rows: Sequence[tuple[str, Run]], base: Run) -> str:
    """Lay out medians and their ratios to `base`, one line a contender."""
    lines = [f"{'':34}{'wall s':>9}{'peak MB':>9}{'wall ×':>9}"]
    lines += [f"{name:34}{r.wall:9.2f}{r.peak / 1e6:9.0f}{r.wall / base.wall:9.2f}" for name, r in rows]
    return "\n".join(lines)

"""Running a command and measuring it from outside: wall seconds, peak memory of its whole process tree.

Time and memory are taken in runs of their own: looking at the memory of every process twenty times a second costs a
program of several big processes a quarter of its speed. CPU seconds aren't given: those of processes forked from a
fork server are charged to nobody the caller can ask.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

_PAUSE = 0.05


def timed(command: Sequence[str], source: Path) -> float:
    """Run `command` and return its seconds on the wall; raise CalledProcessError where it fails.

    What was written or deleted before is on disk first, and the file that it reads is in the system's cache, so that
    nobody pays for the one before.
    """
    os.sync()
    with source.open("rb", buffering=0) as stream:
        while stream.read(1 << 24):
            pass
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def weighed(command: Sequence[str]) -> int:
    """Run `command` and return the most memory it held at once, in bytes; raise CalledProcessError where it fails.

    Memory is what the processes of the tree hold for themselves plus their share of what they hold together (PSS),
    looked at every 50 ms.
    """
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(_held(pid) for pid in _tree(process.pid)))
        time.sleep(_PAUSE)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    return peak


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

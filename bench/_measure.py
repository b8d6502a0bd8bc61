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
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Watched:
    """What the processes of a command took: CPU seconds (user and system), and the most memory they held at once, in bytes."""

    cpu: float
    peak: int


def watched(command: Sequence[str]) -> Watched:
    """Run `command`, looking at its processes ten times a second; raise CalledProcessError where it fails.

    CPU is summed over processes as they were last seen: what one does in its last tenth of a second isn't counted.
    """
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak, cpu = 0, dict[int, float]()
    while process.poll() is None:
        tree = _tree(process.pid)
        peak = max(peak, sum(_held(pid) for pid in tree))
        cpu |= {pid: spent for pid in tree if (spent := _spent(pid))}
        time.sleep(2 * _PAUSE)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    return Watched(sum(cpu.values()), peak)


def _spent(pid: int) -> float:
    """Return the CPU seconds of a process so far, 0 where it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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

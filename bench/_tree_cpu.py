"""CPU seconds of a whole process tree, looked at while it runs: Java's and its Python's are charged to nobody who could be asked."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

_PAUSE = 0.2
_TICKS = os.sysconf("SC_CLK_TCK")


def of(command: Sequence[str]) -> tuple[float, float]:
    """Run a command; return the CPU seconds of its tree (what was spent in a process's last 0.2 s is missed), and the wall's."""
    begun, spent = time.perf_counter(), dict[int, float]()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        spent |= _spent(process.pid)
        time.sleep(_PAUSE)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    return sum(spent.values()), time.perf_counter() - begun


def here() -> float:
    """Return the CPU seconds of this process and of those below it that still run."""
    return sum(_spent(os.getpid()).values())


def _spent(pid: int) -> dict[int, float]:
    out: dict[int, float] = {}
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        out[pid] = (int(fields[11]) + int(fields[12])) / _TICKS
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                out |= _spent(int(child))
    except OSError:  # it ended meanwhile
        return out
    return out

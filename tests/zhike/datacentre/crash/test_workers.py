"""Worker processes end with the run that started them, however it ends: none goes on writing where the next one works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from processes import alive

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ends them at once")
WORK = """
import multiprocessing, os, sys, time
from zhike.datacentre import tasks

if __name__ == "__main__":
    if sys.argv[1:] == ["spoilt"]:
        tasks._begin = abs  # does nothing
    workers = tasks.Workers(2)
    workers.warm(1 << 30)
    for _ in workers.spread(time.sleep, [0.01] * 8):
        pass
    workers.spread(time.sleep, [60, 60])
    print(*(p.pid for p in multiprocessing.active_children()), flush=True)
    time.sleep(60)
"""


def left_over(script: Path, *arguments: str) -> list[int]:
    """Kill a run that has two busy workers; return those that live on."""
    script.write_text(WORK)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    run = subprocess.Popen([sys.executable, script, *arguments], stdout=subprocess.PIPE, text=True, env=env)
    assert run.stdout is not None
    workers = [int(pid) for pid in run.stdout.readline().split()]
    assert len(workers) == 2
    run.kill()
    run.wait()
    end = time.monotonic() + 2
    while any(alive(pid) for pid in workers) and time.monotonic() < end:
        time.sleep(0.05)
    found = [pid for pid in workers if alive(pid)]
    for pid in found:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return found


def test_no_worker_outlives_a_killed_run(tmp_path: Path) -> None:
    assert left_over(tmp_path / "work.py") == []


def test_a_worker_that_outlives_its_run_is_found_out(tmp_path: Path) -> None:
    assert left_over(tmp_path / "work.py", "spoilt")

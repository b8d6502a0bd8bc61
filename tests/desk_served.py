"""A workbench served as a person serves it: `zhike serve` in a process of its own, asked over HTTP."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from processes import alive

PATIENCE = 120.0
_STATIC = Path(tempfile.mkdtemp(prefix="zhike-desk-static-"))
"""Static files as the first desk of this run gathered them: the next ones find them there, as a second start does."""
atexit.register(shutil.rmtree, _STATIC, ignore_errors=True)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment without what names another home."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("ZHIKE_", "DATABASE_URL", "DJANGO_"))}
    return {**own, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), **more}


@dataclass(slots=True)
class Served:
    """A running `zhike serve`."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    def status(self, path: str = "/healthy/") -> int:
        """Ask for a path; return the status, 0 where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def said(self) -> str:
        """Return what it printed so far."""
        return self.log.read_text()

    def descendants(self) -> list[int]:
        """Return the processes below it."""
        return _below(self.process.pid)

    def wait(self, seconds: float = PATIENCE, *, told: str = "") -> None:
        """Wait until it answers (and has said `told`)."""
        until = time.monotonic() + seconds
        while self.status() != 200 or told not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < until, self.said()
            time.sleep(0.05)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop; return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(30)


def _below(process: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *_below(child)]
    return found


@contextmanager
def served(home: Path, *words: str, lang: str = "en") -> Iterator[Served]:
    """Serve a home; end it, and all below it, at the end."""
    port, log = free_port(), home.parent / f"{home.name}-serve.log"
    static = home / "desk" / "static"
    if (_STATIC / "static").exists() and not static.exists():
        shutil.copytree(_STATIC / "static", static)
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "zhike", "serve", "--home", str(home), "--port", str(port), "--lang", lang, *words],
            env=environment(), stdout=out, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        running = Served(process, port, log)
        try:
            yield running
        finally:
            below = running.descendants() if process.poll() is None else []
            if process.poll() is None:
                process.kill()
                process.wait()
            if not (_STATIC / "static").exists() and (static / ".made-from").exists():
                shutil.copytree(static, _STATIC / "static")
            for each in below:
                if alive(each):
                    os.kill(each, signal.SIGKILL)


def gone(processes: list[int], seconds: float = 15.0) -> bool:
    """Wait for processes to end; tell whether all have."""
    until = time.monotonic() + seconds
    while any(map(alive, processes)) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(map(alive, processes))

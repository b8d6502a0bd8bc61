"""strace: find it, attach it to a stopped child, and have the kernel's answers forged or the child killed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

CHANGING = (
    "write,pwrite64,writev,fsync,fdatasync,ftruncate,fallocate,rename,renameat,renameat2,link,linkat,symlink,"
    "unlink,unlinkat,mkdir,mkdirat,rmdir,openat"
)
_CALL = re.compile(r"^(\d+) +(\w+)\((.*)")


class Refused(Exception):
    """This system doesn't let us trace a process."""


@dataclass(frozen=True, slots=True)
class Call:
    """One system call that changes files: the thread, its name, its number among the thread's calls of that name."""

    thread: str
    name: str
    number: int
    text: str


def install() -> str | None:
    """Find strace, or install it where that is allowed; return why it can't be had, or None."""
    if shutil.which("strace") is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "strace"]):
            subprocess.run(command, check=False, capture_output=True, timeout=240)
    if shutil.which("strace") is None:
        return "strace is missing (Debian and Ubuntu: apt-get install strace): nothing was killed inside a system call"
    tried = subprocess.run(["strace", "-qq", "-o", os.devnull, "true"], check=False, capture_output=True)
    return "this system forbids tracing (strace)" if tried.returncode else None


class Trace:
    """strace on a stopped child and all its threads and children; leaving the context waits for their end."""

    def __init__(self, pid: int, log: Path | None = None, inject: str = "") -> None:
        options = ["-e", f"inject={inject}"] if inject else []
        self._log = log
        watched = CHANGING if log else inject.partition(":")[0]
        self._pid = pid
        self._strace = subprocess.Popen(
            ["strace", "-f", "-y", "-p", str(pid), "-o", str(log or os.devnull), "-e", f"trace={watched}", *options],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __enter__(self) -> Trace:
        """Let the child go once strace holds it."""
        assert self._strace.stderr is not None
        said = self._strace.stderr.readline()
        os.kill(self._pid, signal.SIGCONT)
        if "attached" not in said:
            raise Refused(said)
        return self

    def __exit__(self, *_: object) -> None:
        """Wait until nothing is left to trace."""
        assert self._strace.stderr is not None
        self._strace.stderr.read()
        self._strace.wait()

    def calls(self) -> list[Call]:
        """Return the calls of a run that was only watched."""
        assert self._log is not None
        return list(_calls(self._log.read_text(errors="replace")))


def _calls(log: str) -> list[Call]:
    counted: Counter[tuple[str, str]] = Counter()
    found = []
    for line in log.splitlines():
        match = _CALL.match(line)
        if match:
            thread, name, text = match.groups()
            counted[thread, name] += 1
            found.append(Call(thread, name, counted[thread, name], text))
    return found


def points(calls: list[Call], home: Path) -> list[tuple[str, int]]:
    """Return the different (system call, number) at which a run can be struck: those that change something."""
    alive = [c for c in calls if str(home) in c.text and (c.name != "openat" or "O_CREAT" in c.text)]
    return sorted({(c.name, c.number) for c in alive})

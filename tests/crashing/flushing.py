"""What a power cut would take: which bytes and names had not been forced to disk when the pointer swung.

kill -9 can't show this (the system keeps what was written), so the order of the system calls is looked at instead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from crashing.tracing import Call

_OF_FILE = re.compile(r"^\d+<([^>]*)>")
_NAMED = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass(slots=True)
class Disk:
    """What is not yet on disk: files with unflushed bytes, folders with unflushed names."""

    files: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)

    def take(self, call: Call) -> None:
        """Follow one system call."""
        opened, names = _OF_FILE.match(call.text), _NAMED.findall(call.text)
        if call.name in ("write", "pwrite64", "writev") and opened:
            self.files.add(opened[1])
        elif call.name in ("fsync", "fdatasync") and opened:
            self.files.discard(opened[1])
            self.folders.discard(opened[1])
        elif call.name in ("mkdir", "openat") and names and (call.name == "mkdir" or "O_CREAT" in call.text):
            self.folders.add(_parent(names[0]))
        elif call.name in ("link", "linkat"):
            self.folders.add(_parent(names[1]))
        elif call.name == "unlink" and names:
            self.files.discard(names[0])  # what is gone by intention can't be lost
        elif call.name.startswith("rename"):
            self._move(names[0], names[1])

    def _move(self, source: str, target: str) -> None:
        for waiting in (self.files, self.folders):
            inside = {n for n in waiting if n == source or n.startswith(source + "/")}
            waiting -= inside
            waiting |= {target + n[len(source) :] for n in inside}
        self.folders.add(_parent(target))


def _parent(name: str) -> str:
    return str(PurePosixPath(name).parent)


def unflushed(calls: Sequence[Call], home: str) -> list[str]:
    """Return what a power cut could take from a state already pointed to: at each swing of a pointer, and at the end."""
    disk, found = Disk(), []
    pointers = (f"{home}/CURRENT", f"{home}/PUBLISHED")
    for call in calls:
        if call.name.startswith("rename") and _NAMED.findall(call.text)[1] in pointers:
            found += [f"when the pointer swung: {n}" for n in _lasting(disk, home) if n != home]
        disk.take(call)
    return found + [f"at the end: {n}" for n in _lasting(disk, home)]


def _lasting(disk: Disk, home: str) -> list[str]:
    passing = (f"{home}/staging", f"{home}/LOCK")
    return sorted(
        n
        for n in disk.files | disk.folders
        if (n == home or n.startswith(home + "/")) and not n.startswith(passing)
    )

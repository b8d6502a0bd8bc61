"""A private PostgreSQL for the tests: its own folder, its own socket, no port; gone with the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

_NOBODY = "nobody"  # the server refuses to be run by root


def programs() -> Path | None:
    """Return the folder of the server's programs; None where PostgreSQL isn't installed."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name.split(".")[0])
    )
    found = [p for p in reversed(versions) if (p / "initdb").exists()]
    named = shutil.which("initdb")
    return found[0] if found else Path(named).resolve().parent if named else None


@contextmanager
def running() -> Iterator[str]:
    """Run a server with an empty database; give its DATABASE_URL. Skip the test, saying so, where none is installed."""
    there = programs()
    if there is None:
        pytest.skip("PostgreSQL is not installed: initdb was found nowhere")
    folder = Path(tempfile.mkdtemp(prefix="zhike-pg-"))  # a socket's path must be short
    who = _who(folder)
    data, log = str(folder / "data"), str(folder / "log")
    made = ["-U", "zhike", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c max_connections=50"
    control = [*who, str(there / "pg_ctl"), "-D", data]
    try:
        _run([*who, str(there / "initdb"), "-D", data, *made])
        _run([*control, "-w", "-l", log, "-o", options, "start"])
        yield f"postgres://zhike@{quote(str(folder), safe='')}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _who(folder: Path) -> list[str]:
    """Return what a command begins with so that root runs it as somebody else, who then owns the folder."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, _NOBODY)
    return ["setpriv", f"--reuid={_NOBODY}", f"--regid={_group()}", "--clear-groups", "--"]


def _group() -> str:
    return "nogroup" if "nogroup:" in Path("/etc/group").read_text() else _NOBODY


def _run(words: list[str]) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        raise RuntimeError(f"{words}: {done.stdout}{done.stderr}")

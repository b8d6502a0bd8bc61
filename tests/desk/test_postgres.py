"""On PostgreSQL too: the desk's tests marked `both` each time, and all of them in `make test-all`, with a private server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

HERE = Path(__file__).parent

pytestmark = pytest.mark.skipif(
    "DATABASE_URL" in os.environ, reason="is run on PostgreSQL itself: it would start itself again"
)


def _passed(server: str, name: str, chosen: str, *words: str) -> int:
    """Run the desk's tests that a mark chooses on a database of their own; return how many passed, and hold that none failed."""
    with psycopg.connect(server, autocommit=True) as live:
        live.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]  (other tests of the server leave rows in the first)
    url = f"{server.removesuffix('/postgres')}/{name}"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", str(HERE), "-m", chosen, "-q", *words],
        env={**os.environ, "DATABASE_URL": url},
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed
    return int(passed[1])


def test_what_is_marked_both_holds_on_postgresql(postgres: str) -> None:
    assert _passed(postgres, "marked", "both and not slow") >= 250


@pytest.mark.slow
@pytest.mark.timeout(7_200)
def test_all_of_the_desk_holds_on_postgresql_and_the_long_loops_of_what_is_marked_both(postgres: str) -> None:
    assert _passed(postgres, "everything", "both or not slow", "--timeout", "3600") >= 800

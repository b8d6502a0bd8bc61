"""On PostgreSQL too: the desk's tests marked `both`, run again with a private server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_what_is_marked_both_holds_on_postgresql(postgres: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", str(HERE), "-m", "both and not slow", "-q"],
        env={**os.environ, "DATABASE_URL": postgres},
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed
    assert int(passed[1]) >= 3

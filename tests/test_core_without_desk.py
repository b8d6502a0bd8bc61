"""The core installs, imports and works where there is no Django and no desk, and it is not large."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]
LARGEST = 800_000_000  # bytes of everything that the core needs, beside Python itself
BLOCKED = """
import importlib.abc, pkgutil, sys

class NoDesk(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("django", "zhike_desk"):
            raise ModuleNotFoundError(f"{name} is blocked by this test", name=name)

sys.meta_path.insert(0, NoDesk())
"""


def without_desk(code: str) -> subprocess.CompletedProcess[str]:
    """Run `code` in a Python that can import neither Django nor the desk."""
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-c", BLOCKED + code],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_the_block_is_real() -> None:
    for name in ("django", "zhike_desk.commands"):
        outcome = without_desk(f"import {name}")
        assert outcome.returncode == 1
        assert "is blocked by this test" in outcome.stderr


def test_every_core_module_imports() -> None:
    outcome = without_desk(
        "import zhike\n"
        "names = [m.name for m in pkgutil.walk_packages(zhike.__path__, 'zhike.')]\n"
        "for name in names: name.endswith('__main__') or __import__(name)\n"
        "print(len(names))"
    )
    assert outcome.returncode == 0, outcome.stderr
    assert int(outcome.stdout) > 5


def test_the_command_line_answers() -> None:
    outcome = without_desk("from zhike.cli import main\nraise SystemExit(main(['--help']))")
    assert outcome.returncode == 0, outcome.stderr
    assert "ingest" in outcome.stdout


def locked(lock: str) -> list[str]:
    """Return the names of the packages that a lock file installs here."""
    lines = (ROOT / "requirements" / lock).read_text("utf-8").splitlines()
    named = [m[1] for line in lines if (m := re.match(r"([a-z0-9_.-]+)==", line))]
    assert {"duckdb", "numpy", "pyarrow"} <= set(named)
    return named


def installed_bytes(name: str) -> int:
    """Return what the files of an installed package take."""
    found = distribution(name)
    paths = [Path(str(found.locate_file(f))) for f in found.files or ()]
    return sum(p.stat().st_size for p in paths if p.is_file())


def test_what_the_core_needs_takes_at_most_800_megabytes() -> None:
    sizes = {name: installed_bytes(name) for name in locked("core.lock")}
    own = [p for p in (ROOT / "src").rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    sizes["zhike"] = sum(p.stat().st_size for p in own)
    told = ", ".join(f"{n} {size / 1e6:.0f} MB" for n, size in sorted(sizes.items(), key=lambda i: -i[1]))
    assert min(sizes.values()) > 0, told
    assert sum(sizes.values()) <= LARGEST, told
    assert sum(sizes.values()) >= LARGEST / 4, told  # else it isn't the core that was measured

"""The core installs, imports and works where there is no Django and no desk."""

from __future__ import annotations

import subprocess
import sys

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

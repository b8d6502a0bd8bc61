"""Compiled loops kept on disk follow the constants of other files, not only their own file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import zhike

LOOP = """
from zhike.base.compiling import compiled
from zhike.middle import MIDDLE

@compiled
def answer():
    return MIDDLE
"""


def package(folder: Path, number: int) -> None:
    """Write a package of our name with the real way of compiling, a loop, and a constant two files away from it."""
    base = folder / "zhike" / "base"
    base.mkdir(parents=True, exist_ok=True)
    for name in ("__init__", "compiling", "stamps"):
        shutil.copy(Path(zhike.__file__).parent / "base" / f"{name}.py", base)
    for name, text in (("__init__", ""), ("loop", LOOP), ("middle", "from zhike.end import END as MIDDLE\n")):
        (folder / "zhike" / f"{name}.py").write_text(text)
    (folder / "zhike" / "end.py").write_text(f"END = {number}\n")


def said(folder: Path) -> tuple[str, int]:
    """Return what the loop answers, and how many times it was loaded from disk instead of compiled."""
    code = "from zhike.loop import answer; print(answer(), sum(answer.stats.cache_hits.values()))"
    environment = {**os.environ, "PYTHONPATH": str(folder), "NUMBA_CACHE_DIR": str(folder / "kept")}
    out = subprocess.run(
        [sys.executable, "-B", "-c", code],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    answer, hits = out.stdout.split()
    return answer, int(hits)


def test_a_constant_changed_in_another_file_is_seen_and_nothing_else_compiles_anew(tmp_path: Path) -> None:
    package(tmp_path, 1)
    assert said(tmp_path) == ("1", 0)
    package(tmp_path, 1)  # the same text, written later
    assert said(tmp_path) == ("1", 1)
    package(tmp_path, 2)
    assert said(tmp_path) == ("2", 0)

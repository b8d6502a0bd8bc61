"""Compiled loops kept on disk follow the constants of other files, not only their own file."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import zhike
from zhike.base.stamps import imported

HOUSE = Path(zhike.__file__).resolve().parent
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


def by_the_parser(text: str) -> set[Path]:
    """Return what `imported` should: by the language's own parser, which is too slow for every start."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found.update(place(a.name) for a in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update(place(f"{node.module}.{a.name}") or place(node.module) for a in node.names)
    return {p for p in found if p}


def place(module: str) -> Path | None:
    """Return the file of a module or package of ours."""
    if module.split(".")[0] != "zhike":
        return None
    inner = HOUSE.joinpath(*module.split(".")[1:])
    return next((p for p in (inner.with_suffix(".py"), inner / "__init__.py") if p.is_file()), None)


def test_every_import_of_every_file_is_seen() -> None:
    files = sorted(HOUSE.rglob("*.py"))
    assert len(files) > 250
    for file in files:
        text = file.read_text()
        assert by_the_parser(text) <= imported(text), file


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("from zhike.base import stamps as s, text\n", {"base/stamps.py", "base/text.py"}),
        ("    from zhike.base import (\n    stamps,\n    text,\n)\n", {"base/stamps.py", "base/text.py"}),
        ("from zhike.datacentre import kernels\n", {"datacentre/kernels/__init__.py"}),
        (
            "from zhike.models.logic import LOGICS, shares\n",
            {"models/logic/__init__.py", "models/logic/shares.py"},
        ),
        ("import zhike.base.stamps\nimport numpy\n", {"base/stamps.py"}),
    ],
)
def test_what_an_import_rests_on(text: str, files: set[str]) -> None:
    assert imported(text) == {HOUSE / f for f in files}

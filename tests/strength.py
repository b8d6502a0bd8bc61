"""How strong the tests are where trust lies: branches that they reach, and mutants of the code that they kill, room by room.

    python tests/strength.py                    every room: `make strength`
    python tests/strength.py audit --mutants    one room, its mutants alone
    python tests/strength.py audit --again      once more, but of mutants only those that lived or weren't tried
    python tests/strength.py audit --survivors  the mutants that lived in the last run, as they differ

A room's tests are those that belong to it; that others would notice too doesn't count. Each room is worked on in a folder of its own
below `build/strength`, so that several can be at once, one mutant at a time in each.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "strength"
DESK = "src/zhike_desk"
BRANCHES, MUTANTS = 0.90, 0.85
"""The least that each room must reach."""
MEMORY = 8 << 30
"""Bytes of its own that a run of tests may hold."""
LIVED = (0, 5, 33)
"""How mutmut writes down that all tests passed, that none was chosen, that none comes there."""


@dataclass(frozen=True)
class Room:
    """Files whose tests are measured, and the tests that belong to them."""

    name: str
    files: tuple[str, ...]
    tests: tuple[str, ...]


ROOMS = (
    Room(
        "policy",
        (
            f"{DESK}/records/policy.py",
            f"{DESK}/records/viewer.py",
            f"{DESK}/records/scope.py",
            f"{DESK}/gate.py",
        ),
        (
            "tests/desk/records/test_policy.py",
            "tests/desk/records/test_scope.py",
            "tests/desk/test_gate.py",
            "tests/desk/test_second_factor.py",
            "tests/desk/test_first_password.py",
        ),
    ),
    Room(
        "masking",
        (f"{DESK}/records/masking.py", f"{DESK}/records/actions/reveal.py"),
        ("tests/desk/records/test_masking.py", "tests/desk/records/actions/test_reveal.py"),
    ),
    Room(
        "import",
        (
            f"{DESK}/pages/data/uploads.py",
            f"{DESK}/pages/data/views.py",
            f"{DESK}/records/actions/drops.py",
            f"{DESK}/records/staging.py",
            f"{DESK}/worker/importing.py",
        ),
        (
            "tests/desk/pages/data",
            "tests/desk/records/actions/test_drops.py",
            "tests/desk/records/test_staging.py",
            "tests/desk/worker/test_importing.py",
        ),
    ),
    Room(
        "publish",
        tuple(
            f"{DESK}/records/publish/{name}.py"
            for name in ("definitions", "loading", "publishing", "sqlite_book", "summary", "working")
        ),
        (
            "tests/desk/records/publish/test_the_book_itself.py",
            "tests/desk/records/publish/test_book_parts.py",
            "tests/desk/records/publish/test_publishing.py",
        ),
    ),
    Room("audit", (f"{DESK}/records/audit.py",), ("tests/desk/records/test_audit.py",)),
)
"""`postgres_book` is no file of SQLite's tests: it is held by the same tests on PostgreSQL (tests/desk/test_postgres.py)."""

_SETTINGS = """
[tool.mutmut]
source_paths = ["src/"]
only_mutate = {files}
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = ["-m", "not slow", "-p", "no:unraisableexception", "-o", "cache_dir={cache}"]
do_not_mutate_patterns = ["\\\\bsay\\\\(", "\\\\btold\\\\("]
timeout_constant = 8.0
use_git_change_detection = false
track_dependencies = false
"""
"""Sentences in two languages aren't mutated: that both are there is a rule of the house, and their words are nobody's promise."""


def main(words: Sequence[str] | None = None) -> int:
    """Measure rooms and say how strong their tests are; return 1 where one is weaker than promised."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rooms", nargs="*", choices=[[], *(r.name for r in ROOMS)])
    parser.add_argument("--jobs", type=int, default=2)
    for only in ("branches", "mutants", "again", "survivors"):
        parser.add_argument(f"--{only}", action="store_true")
    asked = parser.parse_args(words)
    rooms = [r for r in ROOMS if not asked.rooms or r.name in asked.rooms]
    if asked.survivors:
        print("\n".join(line for room in rooms for line in survivors(room)))
        return 0
    with ThreadPoolExecutor(asked.jobs) as pool:
        strong = list(pool.map(lambda room: _measured(room, asked), rooms))
    return 0 if all(strong) else 1


def _measured(room: Room, asked: argparse.Namespace) -> bool:
    strong = True
    if not asked.mutants:
        reached, there = covered(room)
        strong &= reached >= BRANCHES * there
        print(
            f"{room.name}: {reached} of {there} branches are reached ({_share(reached, there)})", flush=True
        )
    if not asked.branches:
        found = mutated(room, again=asked.again)
        killed = found["killed"] + found["timeout"]
        strong &= killed >= MUTANTS * found.total()
        print(
            f"{room.name}: {killed} of {found.total()} mutants are killed ({_share(killed, found.total())}) {dict(found)}",
            flush=True,
        )
    return strong


def _share(some: int, of: int) -> str:
    return f"{some / of:.1%}" if of else "none"


def covered(room: Room) -> tuple[int, int]:
    """Run a room's tests; return how many branches of its files they reach, and how many there are."""
    told = WORK / f"{room.name}.json"
    told.parent.mkdir(parents=True, exist_ok=True)
    words = [
        "-q",
        "-m",
        "not slow",
        *_there(room),
        "--cov=zhike_desk",
        "--cov-branch",
        f"--cov-report=json:{told}",
    ]
    own = {"COVERAGE_FILE": str(WORK / f".coverage.{room.name}")}
    _run([sys.executable, "-m", "pytest", *words], ROOT, own)
    files: dict[str, Any] = json.loads(told.read_text())["files"]
    sums = [files[name]["summary"] for name in room.files]
    return sum(s["covered_branches"] for s in sums), sum(s["num_branches"] for s in sums)


def mutated(room: Room, *, again: bool = False) -> Counter[str]:
    """Try every mutant of a room's files, or `again` those that lived; return how many were killed, lived, ran out of time, or met no test."""
    from mutmut.stats import status_by_exit_code

    place = _place(room)
    if not again:
        shutil.rmtree(place / "mutants", ignore_errors=True)
    for told in (place / "mutants").rglob("*.meta"):
        found = json.loads(told.read_text())
        codes = found["exit_code_by_key"]
        told.write_text(
            json.dumps(found | {"exit_code_by_key": {n: None if c in LIVED else c for n, c in codes.items()}})
        )
    _mutmut(place, "run", "--max-children", "1")
    return Counter(status_by_exit_code[code] for _, code in _tried(place))


def survivors(room: Room) -> Iterator[str]:
    """Yield what every mutant that lived changed."""
    place = WORK / room.name
    for name, code in _tried(place):
        if code in LIVED:
            yield _mutmut(place, "show", name)


def _place(room: Room) -> Path:
    """Return the folder that a room is worked on in: our sources and tests by a link, and settings of its own."""
    place = WORK / room.name
    place.mkdir(parents=True, exist_ok=True)
    for name in ("src", "tests", "bench", "bundle"):
        if not (place / name).is_symlink():
            (place / name).symlink_to(ROOT / name)
    ours = (ROOT / "pyproject.toml").read_text("utf-8")
    own = _SETTINGS.format(files=list(room.files), tests=_there(room), cache=WORK / "cache")
    (place / "pyproject.toml").write_text(ours + own, "utf-8")
    return place


def _there(room: Room) -> list[str]:
    return [name for name in room.tests if (ROOT / name).exists()]


def _tried(place: Path) -> Iterator[tuple[str, int | None]]:
    for told in sorted((place / "mutants").rglob("*.meta")):
        yield from json.loads(told.read_text())["exit_code_by_key"].items()


def _mutmut(place: Path, *words: str) -> str:
    return _run([sys.executable, "-c", "from mutmut.__main__ import cli; cli()", *words], place, {})


def _run(words: Sequence[str], place: Path, own: dict[str, str]) -> str:
    """Run a command, held to `MEMORY`: a mutant that never stops reading would take the whole machine's before its time is out."""
    done = subprocess.run(
        ["sh", "-c", f'ulimit -d {MEMORY // 1024}; exec "$@"', "sh", *words],
        cwd=place,
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())

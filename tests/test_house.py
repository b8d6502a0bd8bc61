"""The house holds: contracts, sizes, types, docs and locks are as the plan says, and every rule can fail."""

from __future__ import annotations

import ast
import os
import re
import shutil
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import grimp
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import house_rules as rules

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


Rule = Callable[[str, str], list[str]]


def project_files() -> list[Path]:
    """Return every file that is or will be committed; without git, all that no dot-folder or var/ hides."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-coz", "--exclude-standard"], capture_output=True, check=False
    )
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        found = [
            p
            for p in ROOT.rglob("*")
            if not {".git", ".venv", "var", "__pycache__"} & set(p.relative_to(ROOT).parts)
        ]
    return sorted(p for p in found if p.is_file())


FILES = {path.relative_to(ROOT).as_posix(): path for path in project_files()}
PYTHON = {
    name: path.read_text("utf-8")
    for name, path in FILES.items()
    if name.endswith(".py") and "/migrations/" not in name
}
SOURCE = {name: text for name, text in PYTHON.items() if name.startswith("src/")}


def breaches(rule: Rule, files: dict[str, str]) -> list[str]:
    return [breach for name, text in files.items() for breach in rule(name, text)]


# Rules about files: over the project they find nothing, over a planted sample they find it.

SRC = "src/zhike/features/market.py"
HASH = " --hash=sha256:" + "0" * 64
PLANTED = [
    ("oversized", SRC, "x = 1\n" * 401),
    ("oversized", SRC, "def f() -> None:\n" + "    pass\n" * 40),
    ("undeclared", SRC, "x = 1\n"),
    ("undeclared", SRC, '"""Doc."""\ndef f(x: int) -> int:\n    return x\n'),
    ("undeclared", SRC, '"""Doc."""\ndef f(x) -> int:\n    """Doc."""\n'),
    ("undeclared", SRC, '"""Doc."""\nclass A:\n    """Doc."""\n    def f(self, *x):\n        """Doc."""\n'),
    ("clock_reads", SRC, "from datetime import datetime as dt\nas_of = dt.now()\n"),
    ("clock_reads", SRC, "import datetime\nas_of = datetime.date.today\n"),
    ("clock_reads", SRC, "from time import time\n"),
    ("clock_reads", SRC, "import time\nt = time.time()\n"),
    ("clock_reads", SRC, "sql = 'select current_date'\n"),
    ("stray_collects", SRC, "def f(t):\n    return t.collect()\n"),
    ("stray_collects", "src/zhike_desk/pages/day.py", "rows = cursor.fetchall()\n"),
    ("swallowed", SRC, "try:\n    f()\nexcept Exception:\n    pass\n"),
    ("banned_names", "src/zhike/base/utils.py", ""),
    ("banned_names", "tests/helpers/money.py", ""),
    ("unfinished", SRC, "# TO" + "DO: later\n"),
    ("machine_bound", "README.md", "see https://" + "files.elsewhere.net/x"),
    ("machine_bound", "README.md", "../" + "shared/data"),
    ("machine_bound", "README.md", "cd /" + "root/zhike"),
    ("machine_bound", "Makefile", "pip install --index" + "-url x"),
    ("loose_locks", "requirements/x.lock", "numpy==2.4.6\n"),
    ("loose_locks", "requirements/x.lock", "numpy>=2.4.6" + HASH),
    ("loose_locks", "requirements/x.lock", "numpy @ file:///x" + HASH),
    ("loose_locks", "requirements/x.lock", "--find" + "-links /x\n"),
]


@pytest.mark.parametrize(("rule", "name", "text"), PLANTED)
def test_each_rule_catches_its_planted_sample(rule: str, name: str, text: str) -> None:
    assert getattr(rules, rule)(name, text)


def test_the_rules_let_good_samples_pass() -> None:
    good = '"""Doc."""\n\n\ndef f(x: int) -> int:\n    """Never call datetime.now() here."""\n    return x\n'
    for rule in (rules.oversized, rules.undeclared, rules.clock_reads, rules.stray_collects, rules.swallowed):
        assert rule(SRC, good) == []
    assert rules.clock_reads("src/zhike/cli/main.py", "t = datetime.now()") == []
    assert rules.clock_reads(SRC, "late = day > plan.today") == []
    assert rules.stray_collects("src/zhike/run.py", "t.collect()") == []
    assert rules.loose_locks("x.lock", "numpy==2.4.6 ; python_version > '3' \\\n   " + HASH) == []


def test_modules_have_at_most_400_lines_and_functions_at_most_40() -> None:
    assert breaches(rules.oversized, PYTHON) == []


def test_the_median_function_has_at_most_10_lines() -> None:
    lengths = [rules.lines_of(f) for text in SOURCE.values() for f in rules.functions(ast.parse(text))]
    assert statistics.median(lengths) <= rules.MEDIAN_FUNCTION_LINES


def test_every_public_thing_is_documented_and_every_public_function_fully_typed() -> None:
    assert breaches(rules.undeclared, SOURCE) == []


def test_the_clock_is_read_in_the_command_line_and_the_desk_only() -> None:
    assert breaches(rules.clock_reads, SOURCE) == []


def test_lazy_tables_are_collected_in_the_engine_the_data_centre_and_the_run_only() -> None:
    assert breaches(rules.stray_collects, SOURCE) == []


def test_no_error_is_swallowed() -> None:
    assert breaches(rules.swallowed, PYTHON) == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert breaches(rules.banned_names, dict.fromkeys(FILES, "")) == []


def test_nothing_is_left_unfinished() -> None:
    assert breaches(rules.unfinished, SOURCE) == []


def test_no_file_names_a_machine_a_registry_or_a_folder_outside_the_project() -> None:
    # what others wrote stays as they wrote it; its hash is held by tests/desk/ui
    ours = {
        name: path for name, path in FILES.items() if "/vendor/" not in name or name.endswith("README.md")
    }
    text = {name: path.read_text("utf-8", errors="replace") for name, path in ours.items()}
    assert breaches(rules.machine_bound, text) == []


def test_locks_hold_exact_versions_with_hashes_and_no_address() -> None:
    locks = {name: path.read_text("utf-8") for name, path in FILES.items() if name.endswith(".lock")}
    assert {"core", "desk", "spark", "test", "build"} <= {Path(name).stem for name in locks}
    assert breaches(rules.loose_locks, locks) == []


def locked(name: str) -> dict[str, str]:
    pinned = re.findall(
        r"^([\w.-]+)==(\S+)", (ROOT / "requirements" / f"{name}.lock").read_text("utf-8"), re.M
    )
    return {canonicalize_name(package): version for package, version in pinned}


@pytest.mark.parametrize("extra", ["core", "desk", "spark", "test", "bench"])
def test_locks_hold_what_pyproject_asks_for(extra: str) -> None:
    asked = PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"].get(extra, [])
    pinned = locked(extra)
    unmet = [
        r
        for r in map(Requirement, asked)
        if not r.specifier.contains(pinned.get(canonicalize_name(r.name), "0"))
    ]
    assert unmet == []


def test_locks_agree_with_one_another() -> None:
    core = locked("core")
    for extra in ("desk", "spark", "test", "bench"):
        assert core.items() <= locked(extra).items()


# Contracts about imports.

CONTRACTS = {contract["id"]: contract for contract in PROJECT["tool"]["importlinter"]["contracts"]}


def lint_imports(folder: Path, contract: str) -> subprocess.CompletedProcess[str]:
    """Check one contract of pyproject.toml on the packages in `folder`/src."""
    command = "import sys; from importlinter.cli import lint_imports_command as run; run(sys.argv[1:])"
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache", "--no-logo", "--contract", contract],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("contract", CONTRACTS)
def test_imports_keep_the_contract(contract: str) -> None:
    outcome = lint_imports(ROOT, contract)
    assert "1 kept, 0 broken" in outcome.stdout, outcome.stdout + outcome.stderr


@pytest.fixture
def small_house(tmp_path: Path) -> Path:
    """Build a house of empty rooms under the contracts of this one."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for room in ("", "cli", "run", "decisions", "models", "features", "datacentre", "engine", "base"):
        (tmp_path / "src/zhike" / room).mkdir(parents=True)
        (tmp_path / "src/zhike" / room / "__init__.py").touch()
    low = ("keys", "sqlite", "turns", "made_up", "offspring")
    for room in (
        "",
        *low,
        "records",
        "records/models",
        "ui",
        "gate",
        "pages",
        "api",
        "urls",
        "worker",
        "commands",
    ):
        (tmp_path / "src/zhike_desk" / room).mkdir(parents=True)
        (tmp_path / "src/zhike_desk" / room / "__init__.py").touch()
    return tmp_path


@pytest.mark.parametrize("contract", CONTRACTS)
def test_empty_rooms_keep_the_contract(small_house: Path, contract: str) -> None:
    assert "1 kept, 0 broken" in lint_imports(small_house, contract).stdout


@pytest.mark.parametrize(
    ("contract", "planted"),
    [
        ("core-without-web", {"zhike/base/a.py": "import django.db"}),
        ("core-without-web", {"zhike/cli/a.py": "import zhike_desk"}),
        ("stairs", {"zhike/base/a.py": "from zhike import engine"}),
        (
            "stairs",
            {"zhike/engine/a.py": "import typing\nif typing.TYPE_CHECKING:\n    import zhike.datacentre"},
        ),
        ("stairs", {"zhike/attic.py": ""}),
        ("one-door", {"zhike/datacentre/a.py": "import duckdb"}),
        ("one-door", {"zhike_desk/a.py": "def f():\n    from pyspark.sql import Row"}),
        (
            "no-circles",
            {"zhike/base/a.py": "from zhike.base import b", "zhike/base/b.py": "from zhike.base import a"},
        ),
        ("desk-stairs", {"zhike_desk/records/a.py": "import zhike_desk.ui"}),
        ("desk-stairs", {"zhike_desk/attic.py": ""}),
        ("pages-apart", {"zhike_desk/pages/a.py": "", "zhike_desk/pages/b.py": "import zhike_desk.pages.a"}),
        ("tables-in-records", {"zhike_desk/pages/a.py": "import zhike_desk.records.models"}),
        ("made-up-alone", {"zhike/simulate.py": "import zhike.datacentre", "zhike/features.py": ""}),
        ("made-up-alone", {"zhike/simulate.py": "import zhike.features", "zhike/features.py": ""}),
        ("made-up-alone", {"zhike/simulate.py": "import duckdb"}),
        ("made-up-unseen", {"zhike/simulate.py": "", "zhike/features.py": "import zhike.simulate"}),
        ("made-up-unseen", {"zhike/simulate.py": "", "zhike/models.py": "from zhike import simulate"}),
    ],
)
def test_each_contract_catches_its_planted_import(
    small_house: Path, contract: str, planted: dict[str, str]
) -> None:
    for name, text in planted.items():
        (small_house / "src" / name).write_text(text, "utf-8")
    outcome = lint_imports(small_house, contract)
    assert outcome.returncode == 1
    assert "0 kept, 1 broken" in outcome.stdout or "exhaustive" in outcome.stdout + outcome.stderr


def circle(imports: dict[str, set[str]]) -> set[str]:
    """Return what is left when modules without open imports are taken away, again and again."""
    open_ = dict(imports)
    while done := [module for module, wanted in open_.items() if not wanted & open_.keys()]:
        for module in done:
            del open_[module]
    return set(open_)


def test_no_module_imports_itself_round_a_circle() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == {"a", "b", "c"}
    graph = grimp.build_graph("zhike", "zhike_desk", cache_dir=None)
    assert circle({m: graph.find_modules_directly_imported_by(m) for m in graph.modules}) == set()


# Documentation keeps up.


def test_the_dictionary_is_what_the_tables_say() -> None:
    from zhike.datacentre.tables.dictionary import render

    assert (ROOT / "docs/dictionary.md").read_text("utf-8") == render(), "next: make docs"


@pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")
@pytest.mark.parametrize(("ending", "kept"), [("exit 1", "as it was\n"), ("exit 0", "half\n")])
def test_a_generator_that_fails_leaves_the_document_as_it_was(tmp_path: Path, ending: str, kept: str) -> None:
    made = ("requirements/build.lock", "requirements/desk.lock", "pyproject.toml", ".venv/bin/python",
            ".venv/build.stamp", ".venv/run.stamp", "docs/dictionary.md", "docs/measures.md")  # fmt: skip
    for age, name in enumerate(made):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("as it was\n")
        os.utime(tmp_path / name, (age, age))
    (tmp_path / ".venv/bin/python").write_text(f"#!/bin/sh\necho half\n{ending}\n")
    (tmp_path / ".venv/bin/python").chmod(0o755)
    shutil.copy(ROOT / "Makefile", tmp_path)
    ran = subprocess.run(["make", "docs"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ran.returncode == 0) == (ending == "exit 0"), ran.stderr
    assert {p.name: p.read_text() for p in (tmp_path / "docs").iterdir()} == {
        "dictionary.md": kept,
        "measures.md": kept,
    }


def unnamed(words: set[str], text: str) -> set[str]:
    """Return the words that stand nowhere in `text` between backquotes or after `make`."""
    return {word for word in words if not re.search(rf"(`|make |zhike ){re.escape(word)}\b", text)}


def test_every_make_target_is_explained() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.M)) - {"help"}
    assert targets >= {"run", "test", "test-all", "lint", "bench", "docs", "lock", "clean"}
    assert unnamed(targets | {"planted"}, (ROOT / "CONTRIBUTING.md").read_text("utf-8")) == {"planted"}


def test_the_house_plan_names_every_room() -> None:
    rooms = {p.stem for p in (ROOT / "src/zhike").iterdir() if not p.name.startswith(("_", ".", "py.typed"))}
    assert unnamed(rooms | {"attic"}, (ROOT / "docs/house.md").read_text("utf-8")) == {"attic"}


def commands_in(readme: str) -> set[str]:
    """Return the commands that the code in a README calls."""
    code = re.findall(r"```.*?```|`[^`]+`", (ROOT / readme).read_text("utf-8"), re.S)
    return set(re.findall(r"\bzhike ([a-z]+)", "\n".join(code)))


def test_both_readmes_name_the_same_commands_and_the_command_line_has_them() -> None:
    assert commands_in("README.md") == commands_in("README.zh-CN.md")
    shown = subprocess.run(
        [
            sys.executable,
            "-X",
            "utf8",
            "-c",
            "from zhike.cli import main; raise SystemExit(main(['--help']))",
        ],
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
    assert {
        command for command in commands_in("README.md") if not re.search(rf"\b{command}\b", shown)
    } == set()


def test_every_data_file_among_the_sources_is_packed() -> None:
    globs = PROJECT["tool"]["setuptools"]["package-data"]["*"]
    folders = {
        glob.strip("*/") for glob in PROJECT["tool"]["setuptools"]["package-data"]["zhike_desk"]
    }  # the desk's whole folders of templates and static files
    files = [Path(name) for name in FILES if name.startswith("src/") and not name.endswith(".py")]
    data = [p for p in files if p.parts[1] != "zhike_desk" or not folders & set(p.parts)]
    assert [p for p in data if not any(p.match(glob) for glob in globs)] == []
    assert [p for p in data if p.with_name("__init__.py").as_posix() not in FILES] == []

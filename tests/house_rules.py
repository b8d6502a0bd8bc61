"""The rules of the house, each a function from a file (its path, its text) to the places that break it.

A place is a sentence `path:line: what is wrong`. tests/test_house.py runs each rule over the project, where
it must find nothing, and over a planted sample, where it must find something: a rule that cannot fail is
a defect.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

MODULE_LINES = 400
FUNCTION_LINES = 40
MEDIAN_FUNCTION_LINES = 10

Function = ast.FunctionDef | ast.AsyncFunctionDef

BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X]|HAC[K]|NotImplemented[E]rror)\b")

CLOCK_ROOMS = ("src/zhike/cli", "src/zhike_desk")
CLOCK_CALLS = {"now", "utcnow", "today", "localtime", "gmtime", "time_ns"}
CLOCK_OF_TIME = {"time", "ctime", "strftime"}
CLOCK_SQL = re.compile(
    r"\b(current_date|current_timestamp|localtimestamp|(now|today)\s*\(\s*\))", re.IGNORECASE
)

COLLECT_ROOMS = ("src/zhike/engine", "src/zhike/datacentre", "src/zhike/run", "src/zhike_desk/records")
COLLECT_CALLS = {
    "collect",
    "to_native",
    "to_arrow_table",
    "fetch_arrow_table",
    "fetchall",
    "fetchone",
    "fetchnumpy",
}

KNOWN_HOSTS = {
    "www.apache.org",  # LICENSE
    "keepachangelog.com",
    "semver.org",
    "schemas.openxmlformats.org",  # XML namespaces of workbooks, never fetched
    "schemas.microsoft.com",
    "www.w3.org",
    "purl.org",
    "example.com",
    "127.0.0.1",  # where the workbench is served
}
ADDRESS = re.compile(r"(?i)\b(?:https?|ftp)://([^\s/\"'<>()`\\:]+)")
REGISTRY = re.compile(r"(?i)py[p]i\.|python[h]osted|npm[j]s|--find-[l]inks\b|--(?:extra-)?index-[u]rl\b")
MACHINE_PATH = re.compile(r"(?<![\w.~$}*-])/(?:root|home|work|opt|Users)/\w")
OUTSIDE_FOLDER = re.compile(r"\.\./[s]hared")


def is_in(path: str, rooms: tuple[str, ...]) -> bool:
    """Tell whether `path` is one of the rooms (a folder, or a module of that name) or lies in one."""
    return any(path == f"{room}.py" or path.startswith(f"{room}/") for room in rooms)


def functions(tree: ast.AST) -> Iterator[Function]:
    """Yield every function and method, nested ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def lines_of(function: Function) -> int:
    """Count the lines of a function from its `def` to its end."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def oversized(path: str, text: str) -> list[str]:
    """Find a module of more than 400 lines and functions of more than 40."""
    lines = len(text.splitlines())
    module = [f"{path}:1: {lines} lines, more than {MODULE_LINES}"] if lines > MODULE_LINES else []
    return module + [
        f"{path}:{f.lineno}: {f.name} has {lines_of(f)} lines, more than {FUNCTION_LINES}"
        for f in functions(ast.parse(text))
        if lines_of(f) > FUNCTION_LINES
    ]


def _public(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, Function | ast.ClassDef]]:
    for node in body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body, f"{prefix}{node.name}.")


def _untyped(function: Function) -> bool:
    arguments = function.args
    named = [
        *arguments.posonlyargs,
        *arguments.args,
        *arguments.kwonlyargs,
        arguments.vararg,
        arguments.kwarg,
    ]
    bare = [a for a in named if a is not None and a.annotation is None and a.arg not in ("self", "cls")]
    return bool(bare) or function.returns is None


def undeclared(path: str, text: str) -> list[str]:
    """Find modules and public names without a docstring, and public functions without full types."""
    tree = ast.parse(text)
    found = [f"{path}:1: the module has no docstring"] if tree.body and not ast.get_docstring(tree) else []
    for name, node in _public(tree.body):
        if not ast.get_docstring(node):
            found.append(f"{path}:{node.lineno}: {name} has no docstring")
        if isinstance(node, Function) and _untyped(node):
            found.append(f"{path}:{node.lineno}: {name} is not fully typed")
    return found


def _docstrings(tree: ast.AST) -> set[int]:
    """Return the ids of the constants that are docstrings or other bare strings."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def _is_clock(node: ast.Attribute, *, called: bool) -> bool:
    """Tell `anything.now()` and `datetime.now` from a field that is called `today` and was handed in."""
    owner = ast.unparse(node.value).rsplit(".", 1)[-1]
    if owner == "time" and node.attr in CLOCK_CALLS | CLOCK_OF_TIME:
        return True
    return node.attr in CLOCK_CALLS and (called or owner in ("date", "datetime", "Timestamp"))


def clock_reads(path: str, text: str) -> list[str]:
    """Find reads of the clock outside `cli` and the desk; durations (monotonic, perf_counter) are none."""
    if is_in(path, CLOCK_ROOMS):
        return []
    tree = ast.parse(text)
    prose = _docstrings(tree)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _is_clock(node, called=id(node) in called):
            found.append(f"{path}:{node.lineno}: {ast.unparse(node)} reads the clock")
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            names = {alias.name for alias in node.names} & (CLOCK_CALLS | CLOCK_OF_TIME)
            found += [f"{path}:{node.lineno}: {name} reads the clock" for name in sorted(names)]
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            found += [
                f"{path}:{node.lineno}: {m.group()} reads the clock" for m in CLOCK_SQL.finditer(node.value)
            ]
    return found


def stray_collects(path: str, text: str) -> list[str]:
    """Find places that turn a lazy table into rows outside the engine, the data centre and the run."""
    if is_in(path, COLLECT_ROOMS):
        return []
    return [
        f"{path}:{node.lineno}: .{node.func.attr}() collects a table here"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in COLLECT_CALLS
        and ast.unparse(node.func) != "gc.collect"
    ]


def swallowed(path: str, text: str) -> list[str]:
    """Find handlers that catch everything and go on as if nothing had happened."""
    return [
        f"{path}:{node.lineno}: an error is swallowed here"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
        and all(isinstance(statement, ast.Pass | ast.Continue) for statement in node.body)
    ]


def banned_names(path: str, text: str) -> list[str]:
    """Find files and folders whose name says nothing."""
    parts = {PurePosixPath(part).stem for part in PurePosixPath(path).parts}
    return [f"{path}:1: '{name}' is no name of the trade" for name in sorted(parts & BANNED_NAMES)]


def _matches(path: str, text: str, pattern: re.Pattern[str], what: str) -> list[str]:
    return [
        f"{path}:{text.count(chr(10), 0, m.start()) + 1}: {what}: {m.group()}" for m in pattern.finditer(text)
    ]


def unfinished(path: str, text: str) -> list[str]:
    """Find marks of work that was put off."""
    return _matches(path, text, UNFINISHED, "unfinished")


def machine_bound(path: str, text: str) -> list[str]:
    """Find machine paths, registries, folders outside the project and addresses nobody vouched for."""
    strange = [
        f"{path}:{text.count(chr(10), 0, m.start()) + 1}: an address not in KNOWN_HOSTS: {m.group()}"
        for m in ADDRESS.finditer(text)
        if m.group(1).lower() not in KNOWN_HOSTS
    ]
    outside = (
        [] if path == ".ci/run" else _matches(path, text, OUTSIDE_FOLDER, "a folder outside the project")
    )
    return (
        strange
        + outside
        + _matches(path, text, REGISTRY, "a package registry")
        + _matches(path, text, MACHINE_PATH, "a path of one machine")
    )


def loose_locks(path: str, text: str) -> list[str]:
    """Find what a lock must not hold: a package without version or hash, an address, an option."""
    found = []
    for entry in re.sub(r"\\\n", " ", text).splitlines():
        words = entry.split("#")[0].split()
        hashes = [word for word in words if re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", word)]
        options = [word for word in words if word.startswith("-") and word not in hashes]
        if options or "://" in entry or "@" in words:
            found.append(f"{path}:1: no address and no option but --hash: {entry[:60]}")
        if words and not (re.match(r"[\w.-]+(\[[\w,-]+\])?==\w", words[0]) and hashes):
            found.append(f"{path}:1: no exact version with hashes: {entry[:60]}")
    return found

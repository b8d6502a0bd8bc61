"""A child process may fail in every way there is; the parent lives and says what happened."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from processes import alive
from zhike.base.errors import InputRejected, StoreError
from zhike.datacentre.readers import sandbox
from zhike.datacentre.readers.sandbox import Limits, run

TASKS = """
import ctypes, os, signal, sys, time
from zhike.base.errors import InputRejected
from zhike.base.text import say

def add(a, b): return {"sum": a + b, "name": "交割单"}
def crash(): ctypes.string_at(0)
def abort(): os.abort()
def ended(number):
    if number != signal.SIGKILL: signal.signal(number, signal.SIG_DFL)  # under nohup a child is born deaf to SIGHUP
    os.kill(os.getpid(), number); time.sleep(60)
def spin():
    while True: pass
def sleep(): time.sleep(60)
def grow(): return len(bytearray(10**10))
def grow_slowly(): return len([str(i) for i in range(10**9)])
def write(path):
    with open(path, "wb") as f:
        for _ in range(100): f.write(b"x" * 2**20)
def lacking(): import no_such_library
def chatter():
    print("not our answer"); os.write(1, b"neither this"); return 1
def leave(): os._exit(3)
def wrong(): raise KeyError("unforeseen")
def flood(): return "x" * (65 * 2**20)
def reject(): raise InputRejected("far_cell", say("远", "far"), line=7, column="a", next_=say("删", "delete"))
def surroundings(): return [os.environ["ZHIKE_TEST"], sys.path[0] == "", os.getcwd()]
def pid_then_sleep(path):
    open(path + ".new", "w").write(str(os.getpid())); os.rename(path + ".new", path); time.sleep(60)
"""
SMALL = Limits(memory=300 * 2**20, cpu_seconds=2, wall_seconds=20, output_bytes=2**20)


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    (tmp_path / "sandboxed_tasks.py").write_text(TASKS, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop("sandboxed_tasks", None)
    return importlib.import_module("sandboxed_tasks")


def test_the_result_comes_back_as_plain_data(tasks: ModuleType) -> None:
    assert run(tasks.add, {"a": 2, "b": 3}, SMALL) == {"sum": 5, "name": "交割单"}


def test_what_is_printed_is_not_taken_for_the_answer(tasks: ModuleType) -> None:
    assert run(tasks.chatter, {}, SMALL) == 1


def test_a_rejection_travels_whole(tasks: ModuleType) -> None:
    with pytest.raises(InputRejected) as e:
        run(tasks.reject, {}, SMALL)
    assert (e.value.check, e.value.what.zh, e.value.what.en) == ("far_cell", "远", "far")
    assert (e.value.line, e.value.column) == (7, "a")
    assert e.value.next is not None
    assert e.value.next.zh == "删"


@pytest.mark.parametrize(
    ("task", "check"),
    [
        ("crash", "parser_crashed"),
        ("abort", "parser_crashed"),
        ("leave", "parser_crashed"),
        ("wrong", "parser_crashed"),
        ("flood", "parser_crashed"),
        ("grow", "parser_memory"),
        ("spin", "parser_time"),
    ],
)
def test_every_way_to_fail_is_a_rejection_in_both_languages(tasks: ModuleType, task: str, check: str) -> None:
    limits = SMALL if task != "flood" else Limits(memory=2**30)
    with pytest.raises(InputRejected) as e:
        run(getattr(tasks, task), {}, limits)
    assert e.value.check == check
    assert e.value.what.zh
    assert "rejected" in e.value.what.en


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_child_that_is_ended_from_outside_is_no_fault_of_the_file(
    tasks: ModuleType, number: signal.Signals
) -> None:
    with pytest.raises(StoreError) as e:
        run(tasks.ended, {"number": int(number)}, SMALL, where="客户.xlsx")
    assert e.value.where == "客户.xlsx"
    assert f"signal {number.value}" in e.value.what.en
    assert e.value.next is not None
    assert "Nothing has changed" in e.value.next.en


def test_a_child_that_cannot_load_its_code_is_no_fault_of_the_file(tasks: ModuleType) -> None:
    path = Path(str(tasks.__file__))
    path.write_text("raise OSError(5, 'Input/output error')\n" + path.read_text("utf-8"), "utf-8")
    with pytest.raises(StoreError) as e:
        run(tasks.add, {"a": 2, "b": 3}, SMALL, where="客户.xlsx")
    assert e.value.where == "客户.xlsx"
    assert "Input/output error" in e.value.what.en


def test_a_library_that_is_lacking_is_no_fault_of_the_file(tasks: ModuleType) -> None:
    with pytest.raises(OSError, match="no_such_library"):
        run(tasks.lacking, {}, SMALL)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_the_cpu_limit_is_ours_whatever_the_parent_does_with_its_signal(
    tasks: ModuleType,
) -> None:
    before = signal.signal(signal.SIGXCPU, signal.SIG_IGN)  # children inherit what is ignored
    try:
        with pytest.raises(InputRejected) as e:
            run(tasks.spin, {}, Limits(cpu_seconds=1, wall_seconds=20))
    finally:
        signal.signal(signal.SIGXCPU, before)
    assert e.value.check == "parser_time"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of another process: Linux only")
def test_a_lower_cpu_limit_that_was_inherited_refuses_too(
    tasks: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        sandbox, "_BOOT", f"import resource as r; r.setrlimit(r.RLIMIT_CPU, (2, 2)); {sandbox._BOOT}"
    )
    with pytest.raises(InputRejected) as e:
        run(tasks.spin, {}, Limits(cpu_seconds=60, wall_seconds=20))
    assert e.value.check == "parser_time"


def test_memory_that_grows_bit_by_bit_is_stopped_too(tasks: ModuleType) -> None:
    with pytest.raises(InputRejected) as e:
        run(tasks.grow_slowly, {}, Limits(memory=200 * 2**20, cpu_seconds=60))
    assert e.value.check == "parser_memory"


def test_a_child_that_sleeps_is_stopped_on_time(tasks: ModuleType) -> None:
    begun = time.monotonic()
    with pytest.raises(InputRejected) as e:
        run(tasks.sleep, {}, Limits(wall_seconds=1))
    assert e.value.check == "parser_time"
    assert time.monotonic() - begun < 10


def test_a_child_that_writes_too_much_is_stopped(tasks: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(InputRejected) as e:
        run(tasks.write, {"path": str(tmp_path / "out")}, SMALL)
    assert e.value.check == "parser_output"
    assert (tmp_path / "out").stat().st_size <= 2**20


def test_an_unforeseen_exception_keeps_its_trace_for_whoever_mends_it(tasks: ModuleType) -> None:
    with pytest.raises(InputRejected) as e:
        run(tasks.wrong, {}, SMALL)
    assert "KeyError: 'unforeseen'" in str(e.value.__cause__)


def test_the_environment_is_inherited_but_the_working_directory_gives_no_modules(
    tasks: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    for module in ("json", "ctypes", "zhike"):
        (drop / f"{module}.py").write_text("raise SystemExit('code of a delivered file ran')")
    monkeypatch.chdir(drop)
    monkeypatch.setenv("ZHIKE_TEST", "inherited")
    assert run(tasks.surroundings, {}, SMALL) == ["inherited", False, str(drop)]


def test_limits_must_be_positive() -> None:
    with pytest.raises(ValueError, match="cpu_seconds"):
        Limits(cpu_seconds=0)


def test_a_system_says_which_limits_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sandbox.missing_limits() == () or not sys.platform.startswith("linux")
    monkeypatch.setattr(sandbox, "resource", None)
    monkeypatch.setattr(sys, "platform", "win32")
    assert sandbox.missing_limits() == ("memory", "cpu_seconds", "output_bytes", "core", "orphan")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ties a child to its parent")
def test_a_killed_parent_leaves_no_orphan(tasks: ModuleType, tmp_path: Path) -> None:
    told = tmp_path / "pid"
    paths = os.pathsep.join(p for p in sys.path if p)
    code = (
        "import sandboxed_tasks; from zhike.datacentre.readers.sandbox import Limits, run; "
        f"run(sandboxed_tasks.pid_then_sleep, {{'path': {str(told)!r}}}, Limits())"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": paths})
    try:
        assert _until(told.exists)
        child = int(told.read_text())
        assert alive(child)
    finally:
        parent.kill()
        parent.wait()
    assert _until(lambda: not alive(child))


def _until(true: object, seconds: float = 20) -> bool:
    assert callable(true)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


def test_no_core_is_written_and_the_child_is_gone_after_a_crash(tasks: ModuleType, tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())
    with pytest.raises(InputRejected) as e:
        run(tasks.crash, {}, SMALL)
    assert f"signal {signal.SIGSEGV.value}" in str(e.value.__cause__)
    assert {p for p in set(tmp_path.iterdir()) - before if p.name != "__pycache__"} == set()

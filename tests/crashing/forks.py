"""Processes to be crashed, forked from one that has loaded everything already: a trial costs a tenth of a second.

`python -m crashing.forks` is the one that forks; `Forks` is how a test talks to it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

DONE, USAGE, STORE, UNCLEAN = 0, 2, 3, 70


class Forks:
    """The test's end of the forking process."""

    def __init__(self) -> None:
        path = os.pathsep.join([str(Path(__file__).parents[1]), *(p for p in sys.path if p)])
        self._server = subprocess.Popen(
            [sys.executable, "-m", "crashing.forks"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path},
        )  # fmt: skip
        self._answer()

    def _answer(self) -> Any:
        assert self._server.stdout is not None
        line = self._server.stdout.readline()
        if not line:
            raise RuntimeError("the forking process has ended")
        return json.loads(line)

    def _ask(self, **question: Any) -> Any:
        assert self._server.stdin is not None
        self._server.stdin.write(json.dumps(question) + "\n")
        self._server.stdin.flush()
        return self._answer()

    def begin(self, task: str, home: Path, **more: Any) -> int:
        """Fork a child that stops before it does anything; return its process id."""
        return int(self._ask(task=task, home=str(home), **more))

    def end(self, pid: int) -> int:
        """Wait for a child's end; return its exit code (negative: the signal)."""
        return int(self._ask(task="wait", pid=pid))

    def run(self, task: str, home: Path, **more: Any) -> int:
        """Let a child do its task undisturbed; return its exit code."""
        pid = self.begin(task, home, **more)
        os.kill(pid, signal.SIGCONT)
        return self.end(pid)

    def close(self) -> None:
        """End the forking process."""
        assert self._server.stdin is not None
        self._server.stdin.close()
        self._server.wait(30)


@contextmanager
def watched(forks: Forks, home: Path, notes: Path) -> Iterator[None]:
    """Have another process read the home over and over meanwhile; what it saw is in `notes`, a line each time it changed."""
    notes.unlink(missing_ok=True)
    stop = notes.with_suffix(".stop")
    stop.unlink(missing_ok=True)
    pid = forks.begin("watch", home, notes=str(notes), stop=str(stop))
    os.kill(pid, signal.SIGCONT)
    try:
        yield
    finally:
        stop.touch()
        forks.end(pid)


# ---------------------------------------------------------------------------------------- the forking process


def serve() -> None:
    """Load everything, then fork a child for each line that asks for one."""
    with tempfile.TemporaryDirectory() as folder:  # compiled kernels are loaded, pools have run
        from crashing import yard

        yard.scenes(Path(folder))
    _say("ready")
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["task"] == "wait":
            _say(os.waitstatus_to_exitcode(os.waitpid(asked["pid"], 0)[1]))
            continue
        pid = os.fork()
        if not pid:
            _child(asked)
        os.waitpid(pid, os.WUNTRACED)
        _say(pid)


def _say(value: object) -> None:
    print(json.dumps(value), flush=True)


def _child(asked: dict[str, Any]) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    code = UNCLEAN
    try:
        if "errors" in asked:
            os.dup2(os.open(asked["errors"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
        os.kill(os.getpid(), signal.SIGSTOP)
        code = _watch(asked) if asked["task"] == "watch" else _do(asked)
    finally:
        os._exit(code)


def _do(asked: dict[str, Any]) -> int:
    import traceback

    from crashing import spoilt
    from crashing.yard import Deed
    from zhike.base.errors import StoreError, ZhikeError

    try:
        if asked.get("spoilt"):
            spoilt.WAYS[asked["spoilt"]]()
        Deed(asked["folder"], asked["number"], asked["day"], asked["raw"]).do(Path(asked["home"]))
    except StoreError as error:
        with suppress(OSError):  # the fault may be in this very write
            print(error, file=sys.stderr, flush=True)
        return STORE
    except ZhikeError:
        return USAGE
    except BaseException:
        with suppress(OSError):
            traceback.print_exc()
            sys.stderr.flush()
        return UNCLEAN
    return DONE


def _watch(asked: dict[str, Any]) -> int:
    from crashing.yard import seen

    last, readings = "", 0
    with Path(asked["notes"]).open("w") as notes:
        while not Path(asked["stop"]).exists() or not readings:
            try:
                now = seen(Path(asked["home"]))
            except Exception as error:  # a torn state shows in many ways
                now = f"{type(error).__name__}: {error}"
            readings += 1
            if now != last:
                print(now.replace("\n", " "), file=notes, flush=True)
            last = now
            time.sleep(0.002)  # leave the deed some of the machine
        print(f"readings {readings}", file=notes, flush=True)
    return DONE


if __name__ == "__main__":
    serve()

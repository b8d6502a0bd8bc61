"""Keep the desk's processes running: start them, start again what crashes, later each time; stop all of them cleanly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

from zhike_desk.offspring import PARENT

_TICK = 0.1
_LONGEST = 30.0
_STEADY = 5.0
GRACE = 15.0
HOPELESS = 5


@dataclass(slots=True)
class Child:
    """One process that is to run: the module it is started from and its arguments; how often it crashed in a row."""

    name: str
    words: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    begun: float = 0.0
    crashes: int = 0
    next: float = 0.0

    def start(self, environment: Mapping[str, str]) -> None:
        """Start it, in a process group of its own: Ctrl-C in the terminal reaches the supervisor alone."""
        self.begun = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self.words],
            env={**environment, PARENT: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            process_group=0,
        )

    def running(self) -> bool:
        """Tell whether it runs."""
        return self.process is not None and self.process.poll() is None

    def kill_rest(self) -> None:
        """End what is left of its group: workers of a server that was killed would keep its port."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return

    def wait_until(self, deadline: float) -> None:
        """Wait for its end until `deadline` (monotonic), then end it."""
        if self.process is not None:
            try:
                self.process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                self.kill_rest()
                self.process.wait()
            self.kill_rest()


@dataclass(slots=True)
class Supervisor:
    """The processes of one desk. `crashed(name, code, seconds)` is told of each that ends by itself and when it starts again."""

    children: Sequence[Child]
    environment: Mapping[str, str]
    crashed: Callable[[str, int, float], None]
    stopping: bool = False
    _before: dict[signal.Signals, object] = field(default_factory=dict)

    def __enter__(self) -> Supervisor:
        """Take SIGTERM and SIGINT, start everything."""
        for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            self._before[each] = signal.signal(each, self._asked)
        for child in self.children:
            child.start(self.environment)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything, give the signals back."""
        self.stop()
        for each, handler in self._before.items():
            signal.signal(each, handler)  # type: ignore[arg-type]

    def _asked(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def wait(self, until: Callable[[], bool]) -> bool:
        """Keep everything running until `until()` holds (True), somebody asks to stop, or a start is hopeless (False)."""
        while not self.stopping and self.hopeless() is None:
            self._look()
            if until():
                return True
            time.sleep(_TICK)
        return False

    def watch(self) -> None:
        """Keep everything running until asked to stop; what has run once is never given up."""
        while not self.stopping:
            self._look()
            time.sleep(_TICK)

    def _look(self) -> None:
        for child in self.children:
            self._look_at(child)

    def hopeless(self) -> Child | None:
        """Return a child that crashed again and again and never ran for long."""
        return next((c for c in self.children if c.crashes >= HOPELESS), None)

    def _look_at(self, child: Child) -> None:
        now = time.monotonic()
        if child.running():
            if now - child.begun > _STEADY:
                child.crashes = 0
            return
        if child.process is not None:
            child.kill_rest()
            child.crashes += 1
            pause = min(0.5 * 2 ** min(child.crashes - 1, 10), _LONGEST)
            child.next = now + pause
            code, child.process = child.process.returncode, None
            self.crashed(child.name, code, pause)
        elif now >= child.next:
            child.start(self.environment)

    def stop(self) -> None:
        """Ask every child to stop, wait, and leave nothing of their groups behind."""
        for child in self.children:
            if child.running() and child.process is not None:
                child.process.terminate()
        deadline = time.monotonic() + GRACE
        for child in self.children:
            child.wait_until(deadline)

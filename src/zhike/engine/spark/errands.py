"""What travels to an executor and what comes back: a task with the folder it is to be done in, its result or its error."""

from __future__ import annotations

import os
import pickle
import secrets
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from socket import gethostname
from typing import Any

from zhike.base.errors import StoreError, ZhikeError
from zhike.base.sums import in_one_order
from zhike.base.text import say

_TOKEN = "spread.token"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that driver and executors are to see alike: what its token says, and the version that the driver runs."""

    folder: Path
    token: str
    version: Callable[[], str]
    runs: str

    @classmethod
    def mark(cls, folder: Path, version: Callable[[], str]) -> Place:
        """Put a token into the folder; `version` says what a process runs."""
        token = secrets.token_hex(16)
        (folder / _TOKEN).write_text(token, "ascii")
        return cls(folder, token, version, version())

    def check(self) -> None:
        """Raise StoreError where this machine doesn't see the folder, or runs another Zhike."""
        here = self.version()
        if here != self.runs:
            raise _other(self.runs, here)
        try:
            seen = (self.folder / _TOKEN).read_text("ascii")
        except OSError:
            seen = ""
        if seen != self.token or not os.access(self.folder, os.W_OK):
            raise _unseen(self.folder)


@dataclass(frozen=True, slots=True)
class Errand:
    """A task: `function` of `item`, in a place; the last of `attempts` brings its error home instead of failing."""

    function: Callable[[Any], Any]
    item: Any
    place: Place
    attempts: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """A task's result, or its error and where in the code it arose."""

    result: Any = None
    error: BaseException | None = None
    trace: str = ""

    def given(self) -> Any:
        """Return the result, or raise the error with the executor's trace as a note."""
        if self.error is not None:
            if not isinstance(self.error, ZhikeError):
                self.error.add_note(self.trace)
            raise self.error
        return self.result


def run(errand: Errand, attempt: int) -> Outcome:
    """Do a task in an executor.

    An error of our own is an answer: another attempt would only say the same. Any other (a network folder that failed for a
    moment) is raised, so that Spark tries again; the last attempt brings it home.
    """
    try:
        errand.place.check()
        with in_one_order():
            return Outcome(errand.function(errand.item))
    except ZhikeError as error:
        return _failed(error)
    except Exception as error:
        if attempt + 1 < errand.attempts:
            raise
        return _failed(error)


def _failed(error: Exception) -> Outcome:
    trace = f"on {gethostname()}:\n{traceback.format_exc()}"
    try:
        pickle.loads(pickle.dumps(error))
    except Exception as lost:  # an error that can't travel says at least what it was
        return Outcome(error=RuntimeError(f"{type(error).__name__}: {error} ({lost})"), trace=trace)
    return Outcome(error=error, trace=trace)


def _other(runs: str, here: str) -> StoreError:
    return StoreError(
        say(
            f"执行器上的版本不同：驱动端 {runs}，执行器 {here}。",
            f"An executor runs something else: the driver has {runs}, the executor {here}.",
        ),
        where=gethostname(),
        next_=say("在每台机器上安装同一版本（docs/scale.md）。", "Install the same version on every machine (docs/scale.md)."),
    )  # fmt: skip


def _unseen(folder: Path) -> StoreError:
    return StoreError(
        say(
            f"执行器 {gethostname()} 看不到数据目录，或不能写入。",
            f"The executor on {gethostname()} doesn't see the home folder, or may not write there.",
        ),
        where=str(folder),
        next_=say(
            "把数据目录放在每台机器以同一路径挂载的共享存储上，且以同一用户读写（docs/scale.md）。",
            "Put the home folder on storage that every machine mounts at the same path, for the same user (docs/scale.md).",
        ),
    )

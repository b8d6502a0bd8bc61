"""Tasks spread over the executors of Spark, with the same code, on the same folders."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from platform import python_version
from types import TracebackType
from typing import Any, Self, TypeVar

from zhike.base.errors import StoreError
from zhike.base.text import say
from zhike.engine.session import LOCAL_SPARK, EngineSettings
from zhike.engine.spark import starting
from zhike.engine.spark.errands import Errand, Outcome, Place, run
from zhike.engine.spark.refusals import refusal
from zhike.engine.spark.tables import SparkTables

Item = TypeVar("Item")
Result = TypeVar("Result")
_AT_ONCE = 512  # jobs handed to Spark at a time, a thread each; it queues what has no core yet
_JOIN = 60.0  # seconds to wait for the first executor


class Spark:
    """Does tasks in executors that see `folder` as this machine does. A job is a task: each result comes as it is done.

    `version` says what a process runs; it is to be the same everywhere. Raise UsageError where Java or pyspark is missing,
    StoreError where no master answers, no executor comes, or one doesn't see the folder or runs another version. An error that a
    task raises is raised here as it was there.
    """

    def __init__(
        self, settings: EngineSettings, folder: Path, version: Callable[[], str] = python_version
    ) -> None:
        self._settings, self._folder, self._version = settings, folder.absolute(), version
        self._context: Any = None
        self._jobs: ThreadPoolExecutor | None = None
        self._place: Place | None = None

    def __enter__(self) -> Self:
        """Start Spark."""
        starting.installed()
        told = starting.options(self._settings, self._folder)
        before = _interrupted()
        try:
            self._context = starting.context(told, self._folder / "spark.log")
        except Exception as error:
            raise refusal(error, self._settings.on) from error
        finally:
            if before is not None:
                signal.signal(signal.SIGINT, before)  # Spark puts its own there, and never takes it away
        try:
            self._await_executors()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop Spark and whatever is at work in it."""
        self.close()

    def _await_executors(self) -> None:
        """Wait for the first executor of a cluster: without one, Spark would wait for ever and say so in its log."""
        if self._settings.on == LOCAL_SPARK:
            return
        end = time.monotonic() + _JOIN
        while self._context._jsc.sc().getExecutorMemoryStatus().size() < 2:  # the driver is one of them
            if time.monotonic() > end:
                raise _no_executor(self._settings.on)
            time.sleep(0.1)

    def tables(self) -> SparkTables:
        """Return the way to lazy tables on this Spark."""
        return SparkTables(self._context, self._settings.on)

    def warm(self, size: int) -> None:
        """Do nothing: executors are there."""

    def spread(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """Yield what `function` makes of each item, in order; work begins at once."""
        self._place = place = self._place or Place.mark(self._folder, self._version)
        self._jobs = self._jobs or ThreadPoolExecutor(_AT_ONCE, "spark")
        waiting = [
            self._jobs.submit(self._done, Errand(function, item, place, starting.ATTEMPTS)) for item in items
        ]
        return (future.result().given() for future in waiting)

    def _done(self, errand: Errand) -> Outcome:
        """Do one task as a job of one partition; its failures and retries are its own."""
        from pyspark import TaskContext

        def there(one: Errand) -> Outcome:
            at = TaskContext.get()
            return run(one, at.attemptNumber() if at is not None else 0)

        try:
            found: list[Outcome] = self._context.parallelize([errand], 1).map(there).collect()
        except Exception as error:
            raise refusal(error, self._settings.on) from error
        return found[0]

    def close(self) -> None:
        """Stop Spark."""
        if self._jobs is not None:
            self._jobs.shutdown(wait=False, cancel_futures=True)
        context, self._context = self._context, None
        if context is not None:
            with suppress(Exception):  # a Spark that has died can't be told to stop
                context.cancelAllJobs()
            with suppress(Exception):
                context.stop()
        if self._jobs is not None:
            self._jobs.shutdown()
            self._jobs = None


def _interrupted() -> Any:
    """Return what happens at Ctrl-C; None where this thread has no say in it."""
    return signal.getsignal(signal.SIGINT) if threading.current_thread() is threading.main_thread() else None


def _no_executor(master: str) -> StoreError:
    return StoreError(
        say(f"{_JOIN:.0f} 秒内没有执行器加入。", f"No executor came within {_JOIN:.0f} seconds."),
        where=master,
        next_=say(
            "检查工作节点是否在运行、是否有空闲的核与内存。",
            "See whether workers run, with cores and memory to spare.",
        ),
    )

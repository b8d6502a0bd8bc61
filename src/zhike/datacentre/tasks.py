"""Cutting files into tasks, and doing the tasks: here for little ones, in worker processes for big ones."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import select
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pyarrow as pa

from zhike.base.errors import StoreError
from zhike.base.sums import in_one_order
from zhike.base.text import say
from zhike.datacentre.plan import Plan
from zhike.datacentre.tables import TABLES
from zhike.datacentre.work import Done, Task, perform

Item = TypeVar("Item")
Result = TypeVar("Result")
BLOCKS_A_TASK = 6
_LITTLE = 8 << 20
_TRIM = getattr(ctypes.CDLL(None), "malloc_trim", None)


def cut(plan: Plan, folder: Path, facts: Path, first_number: int) -> list[Task]:
    """Cut a file into tasks. One whose rows have no number of their own stays whole: equal rows are counted through it."""
    blocks = plan.blocks
    size = max(len(blocks), 1) if _counted(plan) or plan.layout is None else BLOCKS_A_TASK
    pieces = [blocks[i : i + size] for i in range(0, len(blocks), size)] or [()]
    if plan.layout is not None and not blocks:
        return []
    return [Task(plan, piece, folder, facts, first_number + i) for i, piece in enumerate(pieces)]


def _counted(plan: Plan) -> bool:
    for target in plan.targets:
        table = TABLES[target.table]
        if table.derived_key and (
            plan.numbered or table.key[0] not in {**target.columns, **target.constants}
        ):
            return True
    return False


def size_of(task: Task) -> int:
    """Return about how many bytes a task reads."""
    blocks = sum(b.end - b.start for b in task.blocks)
    return blocks or task.plan.path.stat().st_size


class Workers:
    """Does tasks, with as many processes as there are threads to use, started only when there is enough to do."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None

    def warm(self, size: int) -> None:
        """Start the processes, while the files are still being taken in, where `size` bytes will keep them busy."""
        if size >= _LITTLE and self._processes > 1 and self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._processes,
                mp_context=_context(),
                initializer=_begin,
                initargs=(os.getpid(),),
            )
            for _ in range(self._processes):
                self._pool.submit(_woken)

    def done(self, tasks: Sequence[Task], progress: Callable[[int, int], None]) -> Iterator[Done]:
        """Yield what each task did, as they finish; raise StoreError where a worker process died."""
        total, read = sum(size_of(t) for t in tasks), 0
        sizes = {t.number: size_of(t) for t in tasks}
        for result in self._results(tasks, total):
            read += sizes[result.number]
            progress(read, total)
            yield result

    def _results(self, tasks: Sequence[Task], total: int) -> Iterator[Done]:
        if total < _LITTLE or self._processes < 2:
            yield from map(perform, tasks)
            return
        self.warm(total)
        assert self._pool is not None
        waiting: list[Future[Done]] = [
            self._pool.submit(perform, t) for t in sorted(tasks, key=size_of, reverse=True)
        ]
        with _deaths_told():
            for future in as_completed(waiting):
                yield future.result()

    def spread(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """Map `function` over `items`: in the processes, if they have been started, at once; else one by one as they are asked for."""
        if self._pool is None:
            return (_tidily(function, item) for item in items)
        with _deaths_told():
            return _in_turn([self._pool.submit(_tidily, function, item) for item in items])

    def __enter__(self) -> Workers:
        """Return the workers themselves."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the processes, whatever happened."""
        self.close()

    def close(self) -> None:
        """Stop the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


@contextmanager
def _deaths_told() -> Iterator[None]:
    """Turn the death of a worker process into a StoreError that says what next."""
    try:
        yield
    except BrokenProcessPool as error:
        raise StoreError(
            say("一个读取进程意外终止（内存不足？）。", "A reading process died (out of memory?)."),
            next_=say(
                "什么都没有改变；请减少线程数后重试。", "Nothing has changed; try again with fewer threads."
            ),
        ) from error


def _in_turn(waiting: Sequence[Future[Result]]) -> Iterator[Result]:
    left = deque(waiting)
    with _deaths_told():
        while left:  # a result is let go of once it was taken
            yield left.popleft().result()


def _tidily(function: Callable[[Item], Result], item: Item) -> Result:
    """Do a task and give the memory back that it no longer needs: what allocators keep for themselves adds up over processes."""
    try:
        return function(item)
    finally:
        give_back()


def give_back() -> None:
    """Let Arrow and the C library, where it can, give back what they hold free."""
    pa.default_memory_pool().release_unused()
    if _TRIM is not None:
        _TRIM(0)


def _begin(run: int) -> None:
    """Leave Ctrl-C to the run that ingests; end with it, else a killed run would go on writing where the next one works.

    The run isn't this process's parent (that is the process which loaded the readers), so the kernel is asked to tell
    when it ends, and a thread waits for that.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    in_one_order()
    if hasattr(os, "pidfd_open"):
        try:
            handle = os.pidfd_open(run)
        except ProcessLookupError:
            os._exit(1)
        threading.Thread(target=_end_with, args=(handle,), daemon=True).start()


def _end_with(handle: int) -> None:
    select.select([handle], [], [])
    os._exit(1)


def _context() -> multiprocessing.context.BaseContext:
    """Return how processes are started: forked from one clean process that has loaded the readers, where there is fork."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["zhike.datacentre.work"])
    return context


def _woken() -> None:
    """Do nothing: the process that is asked has loaded the readers by then."""


def without_column(plan: Plan, name: str) -> Plan:
    """Return the plan without one source column."""
    targets = tuple(
        replace(t, columns={c: j for c, j in t.columns.items() if plan.header[j] != name})
        for t in plan.targets
    )
    return replace(plan, targets=targets, dropped=plan.dropped | {name})

"""Run one of our own functions in a limited child process, so that no delivered file can take the night down by itself.

A workbook of 5 kB can abort its parser and a zip of a few kB can fill the memory (reliability.md, fact 5). So
files that are no plain text are read in a child that has limits on memory, CPU time, time on the wall and
size of what it writes. The child is a fresh interpreter (never a fork: forking a process with threads may
hang), gets paths and plain arguments as JSON, and answers with JSON: a child that a file has taken over can't
make the parent run anything. It inherits the environment and `sys.path`, but neither the working directory
nor `PYTHON*` variables choose its modules.

Checks raised here: `parser_crashed` (a signal, an unforeseen exception, no answer), `parser_memory` (out of
memory), `parser_time` (CPU or wall time used up), `parser_output` (wrote more than allowed). An
`InputRejected` of the function itself travels whole. A file is refused only for what it does or for a limit
of ours; a child that was ended from outside (the system's out-of-memory killer, an operator) says nothing
about its file: that is a `StoreError`, and the same run again takes the file. So is one that fails before it
has begun (a library that couldn't be loaded).
"""

from __future__ import annotations

import ctypes
import errno
import gc
import importlib
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import IO, Any

from zhike.base.errors import InputRejected, StoreError
from zhike.base.text import Said, say

try:
    import resource
except (
    ImportError
):  # not a POSIX system: a process of its own still isolates crashes, `missing_limits` says the rest
    resource = None  # type: ignore[assignment]

_ANSWER_BYTES = (
    64 * 2**20
)  # far above any honest answer (a header and its notes), far below the parent's memory
_BEGUN = b"begun\n"  # what the child says before it looks at the file
_ADDRESS_SLACK = 2**30  # libraries map files and reserve address space that they never touch
_PR_SET_PDEATHSIG = 1
_BOOT = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from zhike.datacentre.readers.sandbox import serve; serve()"
)
# One thread each: the limits count every thread's stack and arena, and callers read files side by side.
_QUIET = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
# No fault of the file: it must not be refused for good because a disk was full that day.
_OF_THE_SYSTEM = {errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE}
# No parser brings these upon itself, and no limit of ours sends them: a hit limit is MemoryError, EFBIG or SIGXCPU.
_FROM_OUTSIDE = {
    getattr(signal, name, None) for name in ("SIGHUP", "SIGINT", "SIGQUIT", "SIGKILL", "SIGTERM")
} - {None}
_OUT_OF_MEMORY = (
    "MemoryError", "bad_alloc", "Cannot allocate memory", "failed to map segment", "out of memory",
    "alloc of size", "can't start new thread", "Memory allocation failed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use: bytes of memory, seconds of CPU and on the wall, bytes per file that it writes.

    The interpreter and its libraries take about 150 MB of the memory.
    Raises `ValueError` where a limit isn't positive.
    """

    memory: int = 2**30
    cpu_seconds: float = 600.0
    wall_seconds: float = 900.0
    output_bytes: int = 16 * 2**30

    def __post_init__(self) -> None:
        for field in fields(self):
            if not getattr(self, field.name) > 0:
                raise ValueError(f"{field.name} must be positive, not {getattr(self, field.name)!r}")


class ChildFailure(Exception):
    """What the child said when it failed: the cause of the `InputRejected`, for whoever mends the reader."""


def missing_limits() -> tuple[str, ...]:
    """Name what this system can't limit: of `memory`, `cpu_seconds`, `output_bytes`, `core`, `orphan`."""
    limits = () if resource is not None else ("memory", "cpu_seconds", "output_bytes", "core")
    if sys.platform.startswith("linux"):
        return limits
    return (*(limits or ("memory",)), "orphan")


def run(
    task: Callable[..., object], arguments: Mapping[str, object], limits: Limits, *, where: str = ""
) -> Any:
    """Call `task(**arguments)` in a limited child process and return its result.

    `task` is a module-level function; arguments and result are what JSON can say; `where` names the file for
    people. Raises `InputRejected` with the task's own check, or with `parser_crashed`, `parser_memory`, `parser_time`, `parser_output`. No fault of
    the file: `OSError` where the system refused the child something (disk full, input/output error),
    `StoreError` where the child was ended from outside.
    """
    request = {
        "module": task.__module__, "name": task.__qualname__, "arguments": dict(arguments),
        "limits": asdict(limits), "parent": os.getpid(),
    }  # fmt: skip
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as told:
        asked.write(json.dumps(request).encode())
        asked.seek(0)
        answer, code = _converse(asked, told, limits)
        told.seek(max(0, told.seek(0, os.SEEK_END) - 8192))
        complaint = told.read().decode(errors="replace")
    if code is not None and -code in _FROM_OUTSIDE:
        raise _ended(-code, where)
    if not answer.startswith(_BEGUN) and code:
        raise _never_begun(complaint, where)
    return _result(answer.removeprefix(_BEGUN), code, complaint, limits)


def _converse(asked: IO[bytes], told: IO[bytes], limits: Limits) -> tuple[bytes, int | None]:
    """Start the child and wait; return its answer and exit code, None where its time on the wall was up."""
    command = [sys.executable, "-I", "-c", _BOOT, json.dumps([os.path.abspath(p) for p in sys.path])]
    child = subprocess.Popen(
        command,
        stdin=asked,
        stdout=subprocess.PIPE,
        stderr=told,
        env={**os.environ, **_QUIET},
        start_new_session=True,
    )
    try:
        return _listen(child, limits)
    finally:  # also on Ctrl-C in the parent
        if child.poll() is None:
            child.kill()
            child.wait()
        if child.stdout is not None:
            child.stdout.close()


def _listen(child: subprocess.Popen[bytes], limits: Limits) -> tuple[bytes, int | None]:
    answer: list[bytes] = []

    def read() -> None:
        if child.stdout is not None:
            answer.append(child.stdout.read(_ANSWER_BYTES + 1))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(limits.wall_seconds)
    if reader.is_alive():
        child.kill()
        reader.join()
        return b"", None
    if len(answer[0]) > _ANSWER_BYTES:  # no honest one; it is killed by our caller
        return b"", 0
    try:
        return answer[0], child.wait(10)
    except subprocess.TimeoutExpired:  # answered, but doesn't end
        return b"", None


def _result(answer: bytes, code: int | None, complaint: str, limits: Limits) -> Any:
    if code is None:
        raise _rejection("parser_time", limits)
    if code < 0:
        raise _rejection(_check_of_signal(-code, complaint), limits) from ChildFailure(
            f"signal {-code}\n{complaint}"
        )
    try:
        said = json.loads(answer)
    except ValueError:
        raise _rejection(_check_of_text(complaint), limits) from ChildFailure(
            f"exit code {code}\n{complaint}"
        )
    if "rejected" in said:
        raise _rejected(said["rejected"])
    if "system" in said:
        raise OSError(*said["system"])
    if "failed" in said:
        raise _rejection(said["failed"], limits) from ChildFailure(said["trace"])
    return said["value"]


def _check_of_signal(number: int, complaint: str) -> str:
    if number == getattr(signal, "SIGXCPU", None):
        return "parser_time"
    if number == getattr(signal, "SIGXFSZ", None):
        return "parser_output"
    return _check_of_text(complaint)


def _check_of_text(complaint: str) -> str:
    return "parser_memory" if any(word in complaint for word in _OUT_OF_MEMORY) else "parser_crashed"


def _ended(number: int, where: str) -> StoreError:
    return StoreError(
        say(
            f"读取文件的子进程被外部终止（信号 {number}），多半是系统内存不足，与文件内容无关。",
            f"The process that read a file was ended from outside (signal {number}), most likely because the system "
            "ran out of memory; the file is not at fault.",
        ),
        where=where,
        next_=say(
            "什么都没有改变；请腾出内存后再运行同一命令。",
            "Nothing has changed; free some memory, then run the same command again.",
        ),
    )


def _never_begun(complaint: str, where: str) -> StoreError:
    reason = complaint.strip().rpartition("\n")[2][:300]
    return StoreError(
        say(
            f"读取文件的子进程未能启动，与文件内容无关：{reason}",
            f"The process that was to read a file couldn't start; the file is not at fault: {reason}",
        ),
        where=where,
        next_=say(
            "什么都没有改变；检查安装、磁盘与内存后再运行同一命令。",
            "Nothing has changed; see to the installation, disk and memory, then run the same command again.",
        ),
    )


def _rejection(check: str, limits: Limits) -> InputRejected:
    memory, output = limits.memory // 2**20, limits.output_bytes // 2**20
    sentences: dict[str, Said] = {
        "parser_crashed": say(
            "读取该文件的子进程崩溃，文件可能已损坏或被恶意构造，整份拒收。",
            "The process that read this file crashed: the file is damaged or crafted. It is rejected whole.",
        ),
        "parser_memory": say(
            f"读取该文件所需内存超过上限（{memory} MB），整份拒收。",
            f"Reading this file takes more memory than allowed ({memory} MB). It is rejected whole.",
        ),
        "parser_time": say(
            f"读取该文件超时（CPU {limits.cpu_seconds:g} 秒，总时长 {limits.wall_seconds:g} 秒），整份拒收。",
            f"Reading this file takes longer than allowed ({limits.cpu_seconds:g} s of CPU, "
            f"{limits.wall_seconds:g} s in all). It is rejected whole.",
        ),
        "parser_output": say(
            f"该文件展开后的数据超过上限（{output} MB），整份拒收。",
            f"What this file expands to is larger than allowed ({output} MB). It is rejected whole.",
        ),
    }
    next_ = say(
        "请从来源系统重新导出为 CSV，或拆分成较小的文件。",
        "Export it again from the source as CSV, or split it into smaller files.",
    )
    return InputRejected(check, sentences[check], next_=next_)


def _rejected(plain: Mapping[str, Any]) -> InputRejected:
    what, next_ = Said(*plain["what"]), plain["next"]
    return InputRejected(
        plain["check"],
        what,
        line=plain["line"],
        column=plain["column"],
        next_=Said(*next_) if next_ else None,
    )


# ---------------------------------------------------------------------------------------- in the child


def serve() -> None:
    """Answer the one request on standard input; what `run` starts in the child process."""
    gc.disable()  # millions of cells, no circles among them: looking for some takes a sixth of the time
    request = json.loads(sys.stdin.buffer.read())
    die_with(request["parent"])
    _limit(Limits(**request["limits"]))
    with os.fdopen(os.dup(1), "wb") as answer:
        os.dup2(2, 1)  # what a library prints isn't our answer
        task = getattr(importlib.import_module(request["module"]), request["name"])
        answer.write(_BEGUN)
        answer.flush()
        answer.write(json.dumps(_answer(task, request["arguments"])).encode())


def _answer(task: Callable[..., object], arguments: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {"value": task(**arguments)}
    except InputRejected as e:
        next_ = [e.next.zh, e.next.en] if e.next else None
        plain = {
            "check": e.check,
            "what": [e.what.zh, e.what.en],
            "line": e.line,
            "column": e.column,
            "next": next_,
        }
        return {"rejected": plain}
    except MemoryError:
        return {"failed": "parser_memory", "trace": "MemoryError"}
    except ImportError as e:  # a library, not the file
        return {"system": [errno.EIO, str(e), e.path]}
    except Exception as e:  # whatever a parser raises on a crafted file; it reaches the parent as a rejection
        if isinstance(e, OSError) and e.errno in _OF_THE_SYSTEM:
            return {"system": [e.errno, e.strerror or str(e), e.filename]}
        trace = traceback.format_exc(limit=-12)
        too_large = isinstance(e, OSError) and e.errno == errno.EFBIG
        return {"failed": "parser_output" if too_large else _check_of_text(trace), "trace": trace[-16384:]}


def _limit(limits: Limits) -> None:
    if resource is None:
        return
    cpu = math.ceil(limits.cpu_seconds)
    _lower(resource.RLIMIT_CORE, 0)
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)  # ignored by whoever started us, it would end in a SIGKILL
    _lower(resource.RLIMIT_CPU, cpu, cpu + 5)
    _lower(resource.RLIMIT_FSIZE, limits.output_bytes)
    _lower(resource.RLIMIT_DATA, limits.memory)  # what it really uses; on Linux private mappings too
    if sys.platform.startswith("linux"):
        _lower(resource.RLIMIT_AS, limits.memory + _ADDRESS_SLACK)


def _lower(kind: int, soft: int, hard: int | None = None) -> None:
    """Lower one limit, never above what the process was given; a soft one that is to come first stays below the hard."""
    ceiling = resource.getrlimit(kind)[1]
    wanted = soft if hard is None else hard
    if ceiling != resource.RLIM_INFINITY:
        wanted = min(wanted, ceiling)
    first = min(soft, wanted) if hard is None else min(soft, max(wanted - 1, 1))
    resource.setrlimit(kind, (first, wanted))


def die_with(parent: int) -> None:
    """Have the kernel kill this child process when its parent ends, so that a killed run leaves no orphan (Linux)."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)

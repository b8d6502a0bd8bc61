"""What Spark itself refuses, in a sentence: its Java traces stay in its log."""

from __future__ import annotations

import re

from zhike.base.errors import StoreError, ZhikeError
from zhike.base.text import Said, say

_SAME = say("在每台机器上同一路径安装同一版本（docs/scale.md）。", "Install the same on every machine, at the same path (docs/scale.md).")  # fmt: skip
_KNOWN: tuple[tuple[str, Said, Said], ...] = (
    (
        r"No module named '?(?P<what>[\w.]+)",
        say("执行器的 Python 缺少 {what}。", "The executors' Python lacks {what}."),
        _SAME,
    ),
    (
        r"Cannot run program \"(?P<what>[^\"]+)\"",
        say("执行器上没有这个 Python：{what}", "The executors have no such Python: {what}"),
        say(
            "用 PYSPARK_PYTHON 指出执行器上的 Python，或在同一路径安装（docs/scale.md）。",
            "Name the executors' Python in PYSPARK_PYTHON, or install at the same path (docs/scale.md).",
        ),
    ),
    (
        r"PYTHON_VERSION_MISMATCH|(?P<what>Python in worker has different version)",
        say("执行器的 Python 版本不同。", "The executors run another version of Python."),
        _SAME,
    ),
    (
        r"(?P<what>ExecutorLostFailure|crashed|exited unexpectedly|OutOfMemoryError)",
        say("执行器意外终止（内存不足？）：{what}", "An executor died (out of memory?): {what}"),
        say(
            "什么都没有改变；请给执行器更多内存，或减少每台机器上的核数，再运行一次。",
            "Nothing has changed; give executors more memory, or fewer cores each, and run again.",
        ),
    ),
)


def refusal(error: Exception, master: str) -> ZhikeError:
    """Return the error to raise for one that Spark raised."""
    text = _message(error)
    for pattern, what, next_ in _KNOWN:
        if match := re.search(pattern, text):
            named = match["what"] or ""
            return StoreError(
                say(what.zh.format(what=named), what.en.format(what=named)), where=master, next_=next_
            )
    first = next((line.strip() for line in text.splitlines() if line.strip()), type(error).__name__)
    return StoreError(
        say(f"Spark 没有做完：{first}", f"Spark didn't finish: {first}"),
        where=master,
        next_=say("什么都没有改变；看 Spark 的日志，再运行一次。", "Nothing has changed; see Spark's log, then run again."),
    )  # fmt: skip


def _message(error: Exception) -> str:
    """Return what went wrong without the traces: the most recent failure of a task, where there is one."""
    java = getattr(error, "java_exception", None)
    text = str(java.getMessage() if java is not None else error)
    return text.rpartition("most recent failure: ")[2] or text

"""A bar on standard error, only where a person watches and only when work takes more than a moment."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from zhike.cli.session import told

_PATIENCE = 0.8
_PAUSE = 0.1
_WIDTH = 30
_STEPS = {
    "read": "读取", "decide": "判定", "hash": "校验", "simulate": "模拟", "market": "行情", "clients": "客户",
    "branch": "汇总", "logic": "逻辑", "pages": "页面", "publish": "发布",
}  # fmt: skip


class Bar:
    """Call it with (step, done, total); it draws at most ten times a second."""

    def __init__(self, patience: float = _PATIENCE) -> None:
        self._from = self._drawn = time.monotonic()
        self._patience = patience
        self.shown = False

    def __call__(self, step: str, done: int, total: int) -> None:
        """Draw how far a step is."""
        now = time.monotonic()
        if now - self._from < self._patience or now - self._drawn < _PAUSE * self.shown:
            return
        self._drawn, self.shown = now, True
        share = min(done / total, 1.0) if total else 0.0
        bar = ("█" * round(share * _WIDTH)).ljust(_WIDTH, "░")
        sys.stderr.write(f"\r{told(_STEPS.get(step, step), step)} {bar} {share:4.0%}\x1b[K")
        sys.stderr.flush()


@contextmanager
def progress() -> Iterator[Bar | None]:
    """Give a bar, wiped away at the end; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    bar = Bar()
    try:
        yield bar
    finally:
        if bar.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

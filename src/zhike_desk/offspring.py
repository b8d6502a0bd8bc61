"""Processes that don't outlive the one that started them, even where that one is killed."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PARENT = "ZHIKE_DESK_PARENT"
_PR_SET_PDEATHSIG = 1


def follow_parent(sent: signal.Signals, parent: int) -> None:
    """Have the system send this process `sent` when its parent ends; leave at once where it has ended already.

    Linux only; elsewhere the supervisor's own stop is all there is.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, sent)
    if os.getppid() != parent:
        sys.exit(0)

"""Sums that don't depend on how many cores a machine has."""

from __future__ import annotations

from contextlib import AbstractContextManager

import numpy as np  # noqa: F401  (its linear algebra must be loaded to be told)
from threadpoolctl import threadpool_limits


def in_one_order() -> AbstractContextManager[object]:
    """Let linear algebra use one thread, from the call on; back as before where it is used as a context and left.

    With several it adds up in another order: results differ from the seventh digit on after an iteration that stops at a
    tolerance, and equal inputs must give equal results. Our processes keep every core busy as it is.
    """
    limits: AbstractContextManager[object] = threadpool_limits(limits=1, user_api="blas")
    return limits

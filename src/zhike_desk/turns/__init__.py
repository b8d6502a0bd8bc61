"""How long a connection waits for whoever writes, and that all who wait have the same chance.

SQLite itself asks again after 1, 2, 5 … 100 ms: who has waited long asks ten times a second, who has just come a thousand times, so that
of sixteen writers one may wait for minutes. `zhike_desk.turns` is Django's backend for SQLite with that put right (`base`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Wait for a writer this long at the most, in this thread's connection, then raise OperationalError."""
    wrapper: Any = connection
    wrapper.ensure_connection()
    milliseconds = max(1, int(seconds * 1000))
    if wrapper.vendor == "sqlite":
        before = wrapper.patience
        wrapper.wait(milliseconds)
        try:
            yield
        finally:
            wrapper.wait(before)
        return
    _told(f"SET lock_timeout = {milliseconds}")
    try:
        yield
    finally:
        _told("RESET lock_timeout")


def _told(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)

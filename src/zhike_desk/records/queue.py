"""The bell: it tells the worker that something waits. What waits is written in the table of jobs; a bell unheard costs a minute.

`ZHIKE_DESK_QUEUE` chooses where it hangs: nothing (a SQLite file of its own, `desk/jobs.sqlite3`), `redis://…`, `postgresql://…`.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_save
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike_desk import sqlite

VARIABLE = "ZHIKE_DESK_QUEUE"
_NAME = "zhike"
_heard: list[Callable[[], None]] = []


@cache
def queue() -> Huey:
    """Return the queue of this process; raise UsageError for an address nobody knows."""
    named = os.environ.get(VARIABLE, "")
    scheme = named.partition(":")[0]
    if not named:
        place = Path(settings.DESK) / "jobs.sqlite3"
        return SqliteHuey(
            _NAME, filename=str(place), journal_mode=sqlite.journal(), timeout=20, results=False
        )
    if scheme in ("redis", "rediss"):
        return RedisHuey(_NAME, url=named, results=False)
    if scheme in ("postgres", "postgresql"):
        return PostgresHuey(_NAME, dsn=named, results=False)
    raise UsageError(
        say(f"{VARIABLE} 的值无法理解：{scheme}。", f"{VARIABLE} can't be understood: {scheme}."),
        next_=say(
            "可用 redis:// 或 postgresql://，或不设。", "Use redis:// or postgresql://, or leave it unset."
        ),
    )


@cache
def _look() -> Any:
    def look() -> None:
        for each in _heard:
            each()

    return queue().task(name="look")(look)


def ring() -> None:
    """Wake the worker; call it after the commit that wrote what is to be done."""
    _look()()


def begin() -> None:
    """Ring for every job that is written down, whoever writes it, once its transaction stands."""
    post_save.connect(_written, dispatch_uid="zhike-bell")


def _written(sender: type[Model], created: bool = False, **_: Any) -> None:
    if created and sender._meta.label == "records.Job":
        transaction.on_commit(_ring)


def _ring() -> None:
    try:
        ring()
    except (
        Exception
    ):  # the job stands, and the worker looks each minute: whoever asked is not told of a fault
        logging.getLogger(__name__).exception("the bell didn't ring")


def on_ring(heard: Callable[[], None]) -> None:
    """Have `heard` called, in the worker, whenever somebody rings."""
    _look()
    _heard.append(heard)

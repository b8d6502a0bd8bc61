"""Make a desk ready: its folder and keys, its tables, its static files. Cheap where nothing has changed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from whitenoise.compress import Compressor

from zhike.base.errors import UsageError
from zhike.base.text import say

if TYPE_CHECKING:
    from django.contrib.staticfiles.storage import StaticFilesStorage

SETTINGS = "zhike_desk.settings"
_STAMP = ".made-from"
_PLAIN = ("admin/", "ninja/", "django_htmx/ext/")


def begin(home: Path, *, demo: bool, hosts: str = "") -> None:
    """Point the settings at a home folder and set Django up; call once in a process, before anything of `records`."""
    os.environ["ZHIKE_HOME"] = str(home.absolute())
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    os.environ["ZHIKE_DESK_DEMO"] = "1" if demo else "0"
    if hosts:
        os.environ["ZHIKE_DESK_HOSTS"] = hosts
    desk = home / "desk"
    desk.mkdir(parents=True, exist_ok=True, mode=0o700)
    desk.chmod(0o700)  # the books hold who clients are: whoever made the folder, only its owner looks in
    import django

    django.setup()


def tables() -> list[str]:
    """Bring the desk's tables to this release, the rows kept; return the migrations by which rows that were there moved on.

    Raises UsageError where a newer release has been at work here: what it added isn't known, so nothing is touched.
    """
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    fresh = not executor.loader.applied_migrations
    known = set(executor.loader.disk_migrations)
    newer = sorted(
        name
        for app, name in executor.loader.applied_migrations
        if app == "records" and (app, name) not in known
    )
    if newer:
        raise _newer(newer[-1])
    todo = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if todo:
        call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    return [] if fresh else [f"{m.app_label}.{m.name}" for m, _ in todo]


def first_book(home: Path) -> bool:
    """Publish the latest generation where readers see none yet, or one in an earlier version's form; return whether it was.

    What they see already and can read, the worker moves on.
    """
    from django.utils import timezone

    from zhike.datacentre.generation import Generation
    from zhike_desk.records.actions import jobs
    from zhike_desk.records.publish import publish, readable
    from zhike_desk.records.queries import nights

    shown, latest = nights.shown(), Generation.latest(home)
    if latest is None:
        return False
    standing = shown is not None and readable()
    if not standing:
        publish(home, timezone.now())
    elif shown is not None and shown.generation_id != latest.id:
        jobs.ask("publish", {}, by=None, at=timezone.now())
    return not standing


def static() -> bool:
    """Gather the static files where they have changed since; return whether they had."""
    from django.contrib.staticfiles.finders import get_finders
    from django.contrib.staticfiles.storage import staticfiles_storage
    from django.core.management import call_command

    from zhike.engine.durable import write_whole

    storage: StaticFilesStorage = staticfiles_storage  # type: ignore[assignment]
    stamp = Path(storage.location) / _STAMP
    now = _fingerprint(
        Path(where.path(name)) for finder in get_finders() for name, where in finder.list(None)
    )
    if stamp.exists() and stamp.read_bytes() == now:
        return False
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    _compress(storage)
    write_whole(stamp, now)
    return True


def _compress(storage: StaticFilesStorage) -> None:
    """Lay a compressed copy beside each file that pages name, once, instead of compressing at each request; the admin's stay plain."""
    compressor = Compressor(quiet=True)
    for name in sorted(storage.hashed_files.values()):  # type: ignore[attr-defined]
        if not name.startswith(_PLAIN) and compressor.should_compress(name):
            compressor.compress(storage.path(name))


def _fingerprint(files: object) -> bytes:
    seen = hashlib.sha256()
    for path in sorted(files):  # type: ignore[call-overload]
        told = path.stat()
        seen.update(f"{path}\0{told.st_size}\0{told.st_mtime_ns}\n".encode())
    return seen.hexdigest().encode()


def _newer(name: str) -> UsageError:
    return UsageError(
        say(
            f"这个工作台由更新的版本建立（{name}），本版本不认识。",
            f"A newer release made this desk ({name}); this one doesn't know its tables.",
        ),
        next_=say("请安装更新的版本；数据保持原状。", "Install the newer release; nothing here was touched."),
    )

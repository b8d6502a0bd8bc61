"""A home made from a backup: checked before it is touched, built aside, checked again, and only then given its name.

The order: every file against its hash; the store and the keys into a new folder; the rows; each table against its hash; the chain of
the log; then the tombstones, so that who was erased after the backup was made is erased again; then newer tables, where this release
has some. Anything that doesn't hold stops it, and there is no home at the end of it.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from zhike.base.errors import DamagedStore, UsageError
from zhike.base.text import Said, say
from zhike.engine.durable import sha256_of
from zhike_desk.records import audit, tombstones
from zhike_desk.records.actions import holds
from zhike_desk.records.models import Hold, Pointer, User
from zhike_desk.records.safekeeping import backup, tables


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: tables and rows, rows of the log that verified, people erased again."""

    tables: int
    rows: int
    log: int
    erased: int


def manifest_of(folder: Path) -> dict[str, Any]:
    """Read and check a backup: its manifest, the hash of every file, nothing missing, nothing more. Raises UsageError, DamagedStore."""
    path = folder / backup.MANIFEST
    if not path.exists():
        raise UsageError(
            say("这里没有备份。", "There is no backup here."),
            where=str(folder),
            next_=say("请给出 zhike backup 写成的目录。", "Name a folder that zhike backup wrote."),
        )
    manifest: dict[str, Any] = json.loads(path.read_bytes())
    if manifest["format"] > backup.FORMAT:
        raise UsageError(
            say("备份由更新的版本写成。", "A newer release wrote this backup."),
            next_=say(f"请安装 {manifest['release']}。", f"Install {manifest['release']}."),
        )
    present = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()} - {backup.MANIFEST}
    odd = sorted(present ^ set(manifest["files"]))
    odd += [
        name
        for name, digest in manifest["files"].items()
        if name not in odd and sha256_of(folder / name) != digest
    ]
    if odd:
        raise _damaged(
            folder / odd[0], say("备份中的文件与清单不符。", "A file of the backup isn't what its list says.")
        )
    return manifest


def refuse_present(home: Path) -> None:
    """Raise UsageError where the home folder holds anything: a restore never overwrites."""
    if home.exists() and any(home.iterdir()):
        raise UsageError(
            say(
                "恢复不覆盖已有的数据目录。", "A restore never overwrites a home folder that holds anything."
            ),
            where=str(home),
            next_=say(
                "用 --home 指出一个新目录，或先移走它。", "Name a new one with --home, or move this one away."
            ),
        )


def lay_out(folder: Path, home: Path, manifest: Mapping[str, Any]) -> None:
    """Copy the store, the keys, the uploads and (SQLite) the database of a checked backup into the new folder `home`."""
    shutil.rmtree(home, ignore_errors=True)
    (home / "desk").mkdir(parents=True, mode=0o700)
    for name in manifest["files"]:
        target = _place(home, Path(name))
        if target is not None:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copyfile(folder / name, target)
            target.chmod(0o600 if name.startswith(("keys/", "database/")) else 0o640)


def bring_back(
    folder: Path, manifest: Mapping[str, Any], erased: Mapping[str, tombstones.Tombstone], at: datetime
) -> Restored:
    """Fill the database the settings name, check rows and log, erase again who was erased; return what came back.

    The settings stand on the laid-out home. Raises DamagedStore where a hash or the chain doesn't hold, UsageError where the database
    isn't of the backup's kind or has people in it.
    """
    if connection.vendor != manifest["database"]:
        raise UsageError(
            say(f"备份来自 {manifest['database']}。", f"The backup is of {manifest['database']}."),
            next_=say("设（或取消）DATABASE_URL。", "Set (or unset) DATABASE_URL."),
        )
    if connection.vendor != "sqlite":
        _fill_postgres(folder, manifest)
    found = {name: asdict(content) for name, content in tables.contents().items()}
    wrong = sorted(name for name in manifest["tables"] if found.get(name) != manifest["tables"][name])
    if wrong:
        raise _damaged(
            folder, say(f"表 {wrong[0]} 的内容与备份不符。", f"Table {wrong[0]} isn't what the backup says.")
        )
    if breaks := audit.verify():
        raise _damaged(
            folder,
            say("审计链不完整。", f"The chain of the log doesn't hold: {breaks[0].what} ({breaks[0].seq})."),
        )
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    count = _settle(erased, manifest, at)
    rows = sum(content["rows"] for content in manifest["tables"].values())
    return Restored(len(manifest["tables"]), rows, manifest["log"]["rows"], count)


def _settle(erased: Mapping[str, tombstones.Tombstone], manifest: Mapping[str, Any], at: datetime) -> int:
    """Erase again, forget which book was shown (it is made anew from its generation), say so in the log."""
    with transaction.atomic():
        count = sum(_erase(stone, at) for stone in erased.values())
        Pointer.objects.all().delete()
        detail = {"made_at": manifest["made_at"], "release": manifest["release"], "erased_again": count}
        audit.append(None, "restore", at=at, kind="backup", detail=detail)
    tombstones.write(tombstones.here(), erased)
    return count


def _erase(stone: tombstones.Tombstone, at: datetime) -> bool:
    held = Hold.objects.filter(client_id=stone.client_id).first()
    if held is not None and held.kind == "erased" and held.lifted_at is None:
        return False
    by = User.objects.filter(username=stone.by).first() or User.objects.filter(role="compliance").first() or User.objects.order_by("id").first()  # fmt: skip
    if by is None:
        raise UsageError(say("备份里没有任何账号。", "There is no account in the backup."))
    fields = {"kind": "erased", "reason": "tombstone", "by": by, "changed_at": at, "lifted_at": None}
    Hold.objects.update_or_create(
        client_id=stone.client_id, defaults=fields, create_defaults={**fields, "created_at": at}
    )
    holds.forget(stone.client_id, at)
    audit.append(None, "client.hold", at=at, kind="client", object_id=stone.client_id, detail={"done": "erased", "reason": "tombstone"})  # fmt: skip
    return True


def _fill_postgres(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Bring an empty database to the tables of the backup's release, and its rows into them."""
    if "records_user" in connection.introspection.table_names() and User.objects.exists():
        raise UsageError(
            say(
                "数据库里已有账号，恢复不覆盖。",
                "The database has accounts in it: a restore never overwrites.",
            ),
            next_=say("给出一个空数据库。", "Name an empty database."),
        )
    applied = {(app, name) for app, name in manifest["migrations"]}
    graph = MigrationExecutor(connection).loader.graph
    last = [key for key in applied if key in graph.nodes and not any(child.key in applied and child.key[0] == key[0] for child in graph.node_map[key].children)]  # fmt: skip
    MigrationExecutor(connection).migrate(sorted(last))
    tables.bring_back(folder / "database")


def _place(home: Path, name: Path) -> Path | None:
    """Return where a file of the backup goes; None for one that isn't copied as it is (PostgreSQL's rows)."""
    room, rest = name.parts[0], Path(*name.parts[1:])
    if ".." in name.parts or name.is_absolute():
        raise _damaged(
            name, say("备份清单中有越界的文件名。", "A name in the backup's list leads out of it.")
        )
    if room == "home":
        return home / rest
    if room == "database":
        return home / "desk" / rest if len(rest.parts) == 1 else None
    return home / "desk" / name


def _damaged(where: Path, what: Said) -> DamagedStore:
    return DamagedStore(what, where=str(where), next_=say("请用另一份备份。", "Take another backup."))


def give_name(built: Path, home: Path) -> None:
    """Make what was built aside the home: one rename."""
    if home.exists():
        home.rmdir()  # empty, or it would have been refused
    os.replace(built, home)

"""`zhike backup` and `zhike restore`: all of a home in one folder (or one tar), and a home from it."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhike.base.errors import DamagedStore, UsageError
from zhike.base.text import say
from zhike.cli import homes, session
from zhike.cli.arguments import command
from zhike.cli.output import tell, warn
from zhike.cli.session import told
from zhike_desk import made_up
from zhike_desk.commands import preparing

if TYPE_CHECKING:
    from zhike.cli.arguments import Subparsers

_TAR = ".tar"


def register(subparsers: Subparsers) -> None:
    """Add `zhike backup` and `zhike restore`."""
    parser = command(subparsers, "backup", told("备份数据库、密钥与数据目录", "back up the database, the keys and the store"), back_up)  # fmt: skip
    parser.add_argument("into", metavar="FOLDER", type=Path, help=told("新目录，或 .tar 文件", "a new folder, or a .tar file"))  # fmt: skip
    parser = command(subparsers, "restore", told("由备份恢复到新的数据目录", "make a new home from a backup"), restore)  # fmt: skip
    parser.add_argument("source", metavar="BACKUP", type=Path, help=told("备份的目录或 .tar 文件", "the backup: a folder, or a .tar file"))  # fmt: skip
    parser.add_argument(
        "--erased",
        metavar="FILE",
        type=Path,
        help=told("被删除者名单 erased.jsonl（默认：备份旁边的那份）", "list of who was erased (default: erased.jsonl beside the backup)"),
    )  # fmt: skip


def back_up(args: argparse.Namespace) -> int:
    """Write the backup and say what is in it, and what the keys in it mean."""
    home, into = homes.existing().absolute(), args.into.absolute()
    preparing.begin(home, demo=made_up.plan_of(home) is not None)
    preparing.tables()
    from zhike_desk.records.safekeeping import backup

    folder = into.with_suffix("") if into.suffix == _TAR else into
    if into.exists():
        backup.refuse_present(into)
    manifest = backup.make(folder, session.now())
    if into.suffix == _TAR:
        _packed(folder, into)
    rows = sum(t["rows"] for t in manifest["tables"].values())
    tell(
        f"备份完成：{into}（{len(manifest['tables'])} 张表 {rows:,} 行，{len(manifest['files'])} 个文件，均有校验值）。",
        f"Backed up into {into} ({len(manifest['tables'])} tables, {rows:,} rows, {len(manifest['files'])} files, each with its hash).",
    )
    warn(
        "备份含密钥与客户资料，未加密：请存放在加密的介质上，只让管理员可读。",
        "It holds the keys and clients' data, unencrypted: keep it on an encrypted medium, readable by administrators alone.",
    )
    return 0


def restore(args: argparse.Namespace) -> int:
    """Make the home; say what came back. The work is done by a process of its own, whose settings stand on the home being built."""
    from zhike_desk.commands.restored import ANSWER, SOURCE

    home = homes.usable().absolute()
    if home.exists() and any(home.iterdir()):
        raise _occupied(home)
    built = home.with_name(f".{home.name}.restoring")
    with _opened(args.source.absolute()) as folder:
        stones = args.erased or args.source.absolute().parent / "erased.jsonl"
        own = {
            **os.environ,
            "ZHIKE_HOME": str(built),
            SOURCE: json.dumps([str(folder), str(stones), str(home)]),
        }
        done = subprocess.run(
            [sys.executable, "-m", "zhike_desk.commands.restored"], env=own, stdout=subprocess.PIPE, text=True, check=False
        )  # fmt: skip
    answer = next((line for line in done.stdout.splitlines() if line.startswith(ANSWER)), "")
    if not answer:
        raise DamagedStore(
            say("恢复没有完成，原因见上。", "The restore didn't come to its end; see above."), where=str(home)
        )
    return _tell(json.loads(answer.removeprefix(ANSWER)), home)


def _tell(found: dict[str, Any], home: Path) -> int:
    if "zh" in found:
        raise DamagedStore(
            say(found["zh"], found["en"]), next_=say("没有留下任何数据目录。", "No home was made.")
        )
    tell(
        f"已恢复到 {home}：{found['tables']} 张表 {found['rows']:,} 行与备份一致，审计链 {found['log']:,} 行完整。",
        f"Restored to {home}: {found['tables']} tables, {found['rows']:,} rows as in the backup; the log's chain holds, {found['log']:,} rows.",
    )
    if found["erased"]:
        tell(
            f"备份之后被删除的 {found['erased']} 位客户已再次删除。",
            f"{found['erased']} clients erased after the backup was made are erased again.",
        )
    tell(f"打开：zhike serve --home {home}", f"To open it: zhike serve --home {home}")
    return 0


def _packed(folder: Path, into: Path) -> None:
    fresh = into.with_name(f".{into.name}.new")
    with tarfile.open(fresh, "w") as tar:
        os.chmod(fresh, 0o600)
        tar.add(folder, arcname=folder.name)
    os.replace(fresh, into)
    shutil.rmtree(folder)


@contextmanager
def _opened(source: Path) -> Iterator[Path]:
    """Give the backup's folder; a tar is unpacked aside, nothing in it leading out."""
    if source.suffix != _TAR:
        yield source
        return
    with tempfile.TemporaryDirectory(prefix=".zhike-restore-", dir=source.parent) as aside:
        try:
            with tarfile.open(source) as tar:
                tar.extractall(aside, filter="data")
        except (tarfile.TarError, FileNotFoundError) as error:
            raise UsageError(
                say("无法打开这份备份。", "This backup can't be opened."), where=str(source)
            ) from error
        yield next(Path(aside).iterdir())


def _occupied(home: Path) -> UsageError:
    return UsageError(
        say("恢复不覆盖已有的数据目录。", "A restore never overwrites a home folder that holds anything."),
        where=str(home),
        next_=say(
            "用 --home 指出一个新目录，或先移走它。", "Name a new one with --home, or move this one away."
        ),
    )
